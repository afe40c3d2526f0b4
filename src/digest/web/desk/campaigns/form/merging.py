"""What somebody typed, over a file that may have been changed since they read it."""

from collections.abc import Mapping
from dataclasses import dataclass

from digest.web.desk.campaigns.form.fields import FormField


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """A field that two people have changed, each to something else."""

    field: FormField
    mine: str
    theirs: str


def conflicts(
    fields: tuple[FormField, ...],
    typed: Mapping[str, str],
    read: Mapping[str, str] | None,
    now: Mapping[str, str],
) -> list[FieldConflict]:
    """Return the fields that stand differently in all three; `read` None is unknown.

    What only one of two people changed is no conflict.
    """
    clashes = []
    for field in fields:
        mine, theirs = typed[field.name], now[field.name]
        if field.is_alike(mine, theirs):
            continue
        before = None if read is None else read[field.name]
        if before is None or not (
            field.is_alike(before, mine) or field.is_alike(before, theirs)
        ):
            clashes.append(FieldConflict(field, mine, theirs))
    return clashes


def merged(
    fields: tuple[FormField, ...],
    typed: Mapping[str, str],
    read: Mapping[str, str] | None,
    now: Mapping[str, str],
) -> dict[str, str]:
    """Return what is typed, but what is now where only the other changed it."""
    if read is None:
        return dict(typed)
    return {
        field.name: now[field.name]
        if field.is_alike(typed[field.name], read[field.name])
        else typed[field.name]
        for field in fields
    }
