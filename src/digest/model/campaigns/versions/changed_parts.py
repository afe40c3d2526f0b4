"""What one version of a campaign's file changed of the one before it, in words."""

from collections.abc import Iterator, Sequence
from dataclasses import fields

from digest.model.campaigns.campaign import Campaign, Schedule, Source

_ONLY_WORDING = "the wording of the file alone"
_PARTS = ("sources", "schedules")
_CALLED = {
    "name": "its name",
    "sender_name": "sender's name",
    "sender_address": "sender's address",
    "reply_to": "address for answers",
    "timezone": "time zone",
    "starts": "first day",
    "ends": "last day",
    "most_items": "most items",
    "hold_back": "how long editions are held back",
    "in_full": "posts in full",
    "letter": "letters",
    "organisation": "who answers for it",
    "archive": "whether anybody may read it on the web",
}


def changed_parts(before: Campaign | None, after: Campaign) -> tuple[str, ...]:
    """Return what is not as it was, each in a few words; of the first version that."""
    if before is None:
        return ("made",)
    changes = [
        *_of_settings(before, after),
        *_of_parts("source", before.sources, after.sources),
        *_of_parts("schedule", before.schedules, after.schedules),
    ]
    return tuple(changes) or (_ONLY_WORDING,)


def _of_settings(before: Campaign, after: Campaign) -> Iterator[str]:
    for field in fields(Campaign):
        if field.name in _PARTS:
            continue
        if getattr(before, field.name) != getattr(after, field.name):
            yield _CALLED.get(field.name, field.name.replace("_", " "))


def _of_parts(
    kind: str, before: Sequence[Source | Schedule], after: Sequence[Source | Schedule]
) -> Iterator[str]:
    was = {part.name: part for part in before}
    now = {part.name: part for part in after}
    for name, part in now.items():
        if name not in was:
            yield f"{kind} {name} added"
        elif was[name] != part:
            yield f"{kind} {name} changed"
    for name in was:
        if name not in now:
            yield f"{kind} {name} taken out"
