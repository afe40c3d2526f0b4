"""Repeat rules that would cost more than any event is worth, told from their words.

They are refused before a library sees them: some would never come to an end.
"""

import math
import re

from digest.gather import limits
from digest.gather.calendars.ics.components import Component

_DIGITS = re.compile(r"\d{6}")
_TOO_OFTEN = {"SECONDLY": "every second", "MINUTELY": "every minute"}


class BadEventError(Exception):
    """An event that cannot be taken; its words say why, and what to do."""


def why(problem: Exception) -> str:
    """Return what to tell of an event that cannot be taken."""
    if isinstance(problem, BadEventError):
        return str(problem)
    return (
        f"has dates that cannot be worked out ({type(problem).__name__}): look at its "
        "start, its end and its repeats, and save it again"
    )


def check(event: Component) -> None:
    """Raise BadEventError where the event's repeats are too many."""
    if event.value("EXRULE"):
        raise BadEventError(
            "leaves dates out by a rule (EXRULE), which calendars no longer do: "
            "leave them out one by one (EXDATE)"
        )
    if len(event.values("RRULE")) > limits.RULES:
        raise BadEventError(f"has more than {limits.RULES} repeat rules: give it one")
    check_rules(event)
    _check_dates(event.values("RDATE"), limits.LISTED_DATES, "dates of its own (RDATE)")
    _check_dates(event.values("EXDATE"), limits.EXCEPTIONS, "exceptions (EXDATE)")
    if _DIGITS.search(event.value("DURATION")):
        raise BadEventError("lasts for years: give it its real length")


def check_rules(component: Component) -> None:
    """Raise BadEventError where a rule of an event or a time zone is too much."""
    for rule in component.values("RRULE"):
        _check_rule(rule)


def _check_rule(rule: str) -> None:
    parts = dict(part.partition("=")[::2] for part in rule.upper().split(";"))
    if often := _TOO_OFTEN.get(parts.get("FREQ", "").strip()):
        raise BadEventError(f"repeats {often}: let it repeat once a day at most")
    if _number(parts.get("COUNT", "1")) > limits.REPEATS:
        raise BadEventError(
            f"repeats more than {limits.REPEATS:,} times: give it an end"
        )
    if not 1 <= _number(parts.get("INTERVAL", "1")) <= limits.REPEATS:
        raise BadEventError(
            "repeats at no possible interval: choose how often it repeats"
        )
    many = math.prod(v.count(",") + 1 for k, v in parts.items() if k.startswith("BY"))
    if many > limits.RULE_COMBINATIONS:
        raise BadEventError("has a repeat rule with too many parts: make it simpler")


def _number(digits: str) -> int:
    # A negative count is a known fault of exporters, and stands for no count.
    digits = digits.strip()
    if not re.fullmatch(r"-?[0-9]{1,9}", digits):
        return limits.REPEATS + 1
    return int(digits)


def _check_dates(values: list[str], most: int, what: str) -> None:
    if sum(value.count(",") + 1 for value in values) > most:
        raise BadEventError(f"has more than {most:,} {what}: give it a repeat rule")
