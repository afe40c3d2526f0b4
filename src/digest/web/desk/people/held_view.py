"""All that is held of one person, in words for them to read."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from digest.model.staff_words import day_in_words, moment_in_words

# The headings of what there may be several of.
_HEADINGS = {
    "subscriptions": "The lists that they are or were on, and their consent",
    "consents": "Each time they said yes, and to what",
    "campaigns": "What they read, and how",
    "left": "What they have left",
    "needs": "What helps them read or understand",
    "complaints": "What they complained of, and what was done",
    "copies": "Every copy that was sent, or is to be",
    "not_sent": "Editions that they got nothing of, and why",
    "calls": "When we rang them",
    "bounces": "What came back",
    "offers": "Other channels that they were offered",
    "mail": "What came in by mail, from them or about a copy of theirs",
    "requests": "What they asked for on the web",
    "held_twice": "What we held of them twice, until it was merged",
}


def held_view(every: Mapping[str, Any], zone: str) -> dict[str, Any]:
    """Return facts, headed lists of facts, and what was done, each in words."""
    facts = [
        (_named(key), _in_words(value, zone))
        for key, value in every.items()
        if key not in (*_HEADINGS, "acts", "suppressed")
    ]
    facts += [
        (
            f"Not written to by {channel}",
            f"{suppressed['reason']}, since {_in_words(suppressed['since'], zone)}",
        )
        for channel, suppressed in every["suppressed"].items()
    ]
    return {
        "facts": facts,
        "parts": [
            (key, heading, [_facts(entry, zone) for entry in every[key]])
            for key, heading in _HEADINGS.items()
        ],
        "acts": every["acts"],
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
