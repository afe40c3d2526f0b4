"""Sheets of labels that shops sell, by the numbers that they are known by."""

from enum import StrEnum


class LabelSheet(StrEnum):
    """A sheet of A4 with labels for addresses."""

    L7160 = "L7160"
    L7161 = "L7161"
    L7162 = "L7162"
    L7163 = "L7163"

    @property
    def labels(self) -> int:
        """How many there are on a sheet."""
        return _LABELS[self]


_LABELS = {
    LabelSheet.L7160: 21,
    LabelSheet.L7161: 18,
    LabelSheet.L7162: 16,
    LabelSheet.L7163: 14,
}
