"""How the import of a file stands, and what may become of it."""

from collections.abc import Mapping
from enum import StrEnum


class ImportState(StrEnum):
    """Where an import stands; those that are being worked at end in -ing."""

    UPLOADED = "uploaded"
    CHECKING = "checking"
    CHECKED = "checked"
    IMPORTING = "importing"
    IMPORTED = "imported"
    UNDOING = "undoing"
    UNDONE = "undone"
    CANCELLED = "cancelled"


_ONWARD: Mapping[ImportState, frozenset[ImportState]] = {
    ImportState.UPLOADED: frozenset({ImportState.CHECKING, ImportState.CANCELLED}),
    ImportState.CHECKING: frozenset({ImportState.CHECKED, ImportState.UPLOADED}),
    ImportState.CHECKED: frozenset(
        {ImportState.CHECKING, ImportState.IMPORTING, ImportState.CANCELLED}
    ),
    # One that was cut off is gone on with, or undone.
    ImportState.IMPORTING: frozenset({ImportState.IMPORTED, ImportState.UNDOING}),
    ImportState.IMPORTED: frozenset({ImportState.UNDOING}),
    ImportState.UNDOING: frozenset({ImportState.UNDONE}),
    ImportState.UNDONE: frozenset(),
    ImportState.CANCELLED: frozenset(),
}
WORKING = (ImportState.CHECKING, ImportState.IMPORTING, ImportState.UNDOING)


def sources_of(to: ImportState) -> list[ImportState]:
    """Return the states from which an import may come to `to`."""
    return [state for state, reach in _ONWARD.items() if to in reach]
