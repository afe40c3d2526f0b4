"""What is on record of an act, as its page says it: no code, no state of a table."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from digest.model.staff_words import day_as_told, moment_in_words
from digest.store.staff.audit import RecordedAct
from digest.web.parts.state_tags import EDITIONS

# Where what an act was done to has a page, by the word before its number.
_PAGES = {
    "person": "/desk/people/",
    "post": "/desk/posts/",
    "print batch": "/post/batches/",
}
_NUMBERED = re.compile(r"(person|post|print batch) ([0-9]+)")
# What says nothing to a person: the mark of a file, which its history tells apart.
_UNSAID = frozenset({"file", "base"})
_LABELS = {"upto": "with posts up to number", "slot": "for", "columns": "what"}


def act_in_words(
    act: RecordedAct, zone: str, titles: Mapping[str, str]
) -> dict[str, str]:
    """Return an act as a row of the page; `titles` are of campaigns by their names."""
    edition = f"edition {act.edition_id}" if act.edition_id else None
    campaign = titles.get(act.campaign, act.campaign) if act.campaign else None
    target = " of ".join(filter(None, (act.subject, edition, campaign)))
    return {
        "time": f"{act.at.astimezone(ZoneInfo(zone)):%H:%M}",
        "who": _capital(act.actor.rstrip(",")),
        "what": _capital(f"{act.act} {target}".rstrip()),
        "address": _address(act),
        "changes": "; ".join(_changes(act, zone)),
    }


def _address(act: RecordedAct) -> str:
    numbered = _NUMBERED.fullmatch(act.subject or "")
    if numbered:
        return f"{_PAGES[numbered[1]]}{numbered[2]}"
    return f"/desk/runs/{act.edition_id}" if act.edition_id else ""


def _changes(act: RecordedAct, zone: str) -> Iterator[str]:
    before, after = act.before or {}, act.after or {}
    is_of_edition = bool(act.edition_id) and not act.subject
    for name in dict.fromkeys((*before, *after)):
        if name not in _UNSAID:
            values = [
                _value(facts[name], zone, is_of_edition=is_of_edition)
                for facts in (before, after)
                if name in facts
            ]
            yield f"{_LABELS.get(name, name.replace('_', ' '))}: {' → '.join(values)}"


def _value(value: Any, zone: str, *, is_of_edition: bool) -> str:
    if isinstance(value, list):
        parts = (_value(each, zone, is_of_edition=is_of_edition) for each in value)
        return " and ".join(parts) or "none"
    if value in (None, ""):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if is_of_edition and value in EDITIONS:
        return EDITIONS[value].words.lower()
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is not None and moment.tzinfo is not None:
        return moment_in_words(moment, zone)
    return day_as_told(str(value))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
