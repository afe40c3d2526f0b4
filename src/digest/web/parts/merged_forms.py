"""A form that was opened before somebody else changed the same: nothing is lost.

Each field travels with what it said when the form was read. What only one of two people
changed is no clash; of a field that both changed, whoever sends it last chooses.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from digest.model.staff_words import moment_in_words
from digest.store.staff.audit import RecordedAct
from digest.web.parts.inputs import FormFields

_READ = "read-"
_NUMBER_LENGTH = 18


@dataclass(frozen=True, slots=True)
class MergedForm:
    """What is to be saved by field; `clashes` says what others made of a field.

    Of a field that clashes `fields` has what was typed.
    """

    fields: Mapping[str, str]
    clashes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OthersChange:
    """What others did with the same while a form was open, as its page tells it.

    `who` did it, each of `acts` is a sentence, and a clash is a field's name and label
    with what it says now.
    """

    who: str
    acts: Sequence[str]
    clashes: Sequence[tuple[str, str, str]]


def merged(
    form: FormFields, now: Mapping[str, str], names: Iterable[str], *, is_as_read: bool
) -> MergedForm:
    """Return a form over what is so now, field by field.

    `is_as_read` where nobody has changed anything since the form was read. A field that
    does not say what it was read as, and stands differently now, clashes.
    """
    fields, clashes = {}, {}
    for name in names:
        mine, theirs = form.get(name, ""), now.get(name, "")
        read = theirs if is_as_read else form.get(f"{_READ}{name}")
        if form.get(f"{name}-keep") == "theirs" or _is_alike(mine, read):
            fields[name] = theirs
            continue
        fields[name] = mine
        if not _is_alike(theirs, read) and not _is_alike(theirs, mine):
            clashes[name] = theirs
    return MergedForm(fields, clashes)


def read_fields(
    now: Mapping[str, str], names: Collection[str]
) -> list[tuple[str, str]]:
    """Return what a form carries unseen: by field what it says as it is read."""
    return [(f"{_READ}{name}", now.get(name, "")) for name in names]


def read_again(form: FormFields, names: Collection[str]) -> list[tuple[str, str]]:
    """Return what a form that is shown again carried unseen."""
    return [
        (name, form[name])
        for name in (f"{_READ}{each}" for each in names)
        if name in form
    ]


def last_act(form: FormFields) -> int:
    """Return the number of the latest act that the form was read after, 0 for none."""
    text = form.get("last-act", "")
    is_number = text.isascii() and text.isdigit() and len(text) <= _NUMBER_LENGTH
    return int(text) if is_number else 0


def others_change(
    acts: Sequence[RecordedAct],
    since: int,
    clashes: Mapping[str, str],
    labels: Mapping[str, str],
    zone: str,
) -> OthersChange:
    """Return what was done after that act, of acts from the newest on."""
    newer = [act for act in reversed(acts) if act.id > since]
    who = list(dict.fromkeys(act.actor for act in newer))
    return OthersChange(
        " and ".join(who),
        [_in_words(act, labels, zone) for act in newer],
        [(name, labels.get(name, name), theirs) for name, theirs in clashes.items()],
    )


def _in_words(act: RecordedAct, labels: Mapping[str, str], zone: str) -> str:
    after: Mapping[str, Any] = act.after or {}
    names = after.get("columns") or [name for name in after if name in labels]
    what = ", ".join(dict.fromkeys(labels.get(name, name) for name in names)).lower()
    return f"{act.actor} {act.act} {what or 'it'} on {moment_in_words(act.at, zone)}"


def _is_alike(words: str, other: str | None) -> bool:
    return other is not None and words.strip() == other.strip()
