"""All that is held of one person, in words for them to read."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from digest.audience.subject_access import HeldKind
from digest.model.staff_words import day_in_words, moment_in_words

# The headings of what there may be several of.
_HEADINGS: Mapping[HeldKind, str] = {
    HeldKind.SUBSCRIPTIONS: "The lists that they are or were on, and their consent",
    HeldKind.CONSENTS: "Each time they said yes, and to what",
    HeldKind.CAMPAIGNS: "What they read, and how",
    HeldKind.LEFT: "What they have left",
    HeldKind.NEEDS: "What helps them read or understand",
    HeldKind.COMPLAINTS: "What they complained of, and what was done",
    HeldKind.COPIES: "Every copy that was sent, or is to be",
    HeldKind.NOT_SENT: "Editions that they got nothing of, and why",
    HeldKind.CALLS: "When we rang them",
    HeldKind.BOUNCES: "What came back",
    HeldKind.OFFERS: "Other channels that they were offered",
    HeldKind.MAIL: "What came in by mail, from them or about a copy of theirs",
    HeldKind.REQUESTS: "What they asked for on the web",
    HeldKind.HELD_TWICE: "What we held of them twice, until it was merged",
}


def held_view(every: Mapping[str, Any], zone: str) -> dict[str, Any]:
    """Return facts, headed lists of facts, and what was done, each in words."""
    facts = [
        (_named(key), _in_words(value, zone))
        for key, value in every.items()
        if key not in {*HeldKind}
    ]
    facts += [
        (
            f"Not written to by {channel}",
            f"{suppressed['reason']}, since {_in_words(suppressed['since'], zone)}",
        )
        for channel, suppressed in every[HeldKind.SUPPRESSED].items()
    ]
    return {
        "facts": facts,
        "parts": [
            (key, heading, [_facts(entry, zone) for entry in every[key]])
            for key, heading in _HEADINGS.items()
        ],
        "acts": every[HeldKind.ACTS],
    }


def _facts(entry: Mapping[str, Any], zone: str) -> Sequence[tuple[str, str]]:
    return [
        (_named(key), _in_words(value, zone))
        for key, value in entry.items()
        if value not in (None, "", [])
    ]


def _named(key: str) -> str:
    return key.replace("_", " ").capitalize()


def _in_words(value: Any, zone: str) -> str:
    match value:
        case None | "" | [] | ():
            return "none"
        case bool():
            return "yes" if value else "no"
        case datetime():
            return moment_in_words(value, zone)
        case date():
            return day_in_words(value)
        case list() | tuple():
            return ", ".join(str(part) for part in value)
        case _:
            return str(value)
