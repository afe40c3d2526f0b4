"""How the rows of a list fared."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from digest.audience import limits
from digest.audience.lists.list_file import ListProblem


@dataclass(slots=True)
class ImportReport:
    """How the rows of a list fared; `rows` is the sum of the six counts.

    A refused row may have several problems. Those behind the first thousands
    (`limits.IMPORT_FAULTS`) are counted alone, as `unlisted_problems`.
    `not_brought_back` are people who left or whose address is suppressed, `doubtful`
    those who may be somebody we hold. Those who have `paused` are among the accepted
    rows, and so are the people `without_permission`, for whom nothing is on record by
    which we may write to them, and those whose phone got back what a spreadsheet took
    off: all are counted as `restored_phones`, the first are `restored_phone_rows`. A
    dry run reports what would be done.
    """

    file: str
    list_name: str
    dry_run: bool = False
    ignored_columns: tuple[str, ...] = ()
    header_line: int = 1
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    without_permission: int = 0
    problems: list[ListProblem] = field(default_factory=list)
    unlisted_problems: int = 0
    restored_phones: int = 0
    restored_phone_rows: list[ListProblem] = field(default_factory=list)
    not_brought_back: list[ListProblem] = field(default_factory=list)
    doubtful: list[ListProblem] = field(default_factory=list)
    paused: list[ListProblem] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows were read, blank ones not counted."""
        accepted = self.added + self.updated + self.unchanged
        set_aside = len(self.not_brought_back) + len(self.doubtful)
        return accepted + self.refused + set_aside

    def refuse(self, *problems: ListProblem) -> None:
        """Count a row as refused, for these reasons."""
        self.refused += 1
        listed = problems[: max(0, limits.IMPORT_FAULTS - len(self.problems))]
        self.problems.extend(listed)
        self.unlisted_problems += len(problems) - len(listed)

    def name_rows(self, names: Mapping[int, str]) -> None:
        """Say of whom the rows are that were told of last, by their lines."""
        for rows in (self.problems, self.not_brought_back, self.paused):
            for place in range(len(rows) - 1, -1, -1):
                if rows[place].line not in names:
                    break
                rows[place] = replace(rows[place], name=names[rows[place].line])

    def restore_phone(self, guess: ListProblem) -> None:
        """Count a row whose phone was read by a guess."""
        self.restored_phones += 1
        if len(self.restored_phone_rows) < limits.IMPORT_GUESSES:
            self.restored_phone_rows.append(guess)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"rows": self.rows} | asdict(self)

    def counts(self) -> dict[str, int]:
        """Return how many rows fared in each way."""
        return {
            "added": self.added,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "refused": self.refused,
            "not_brought_back": len(self.not_brought_back),
            "doubtful": len(self.doubtful),
            "paused": len(self.paused),
            "without_permission": self.without_permission,
            "restored_phones": self.restored_phones,
        }

    def start_anew(self) -> None:
        """Forget what was counted so far: it has been told before."""
        self.added = self.updated = self.unchanged = self.refused = 0
        self.unlisted_problems = self.without_permission = 0
        self.problems, self.not_brought_back = [], []
        self.doubtful, self.paused = [], []
        self.restored_phones, self.restored_phone_rows = 0, []
