"""How the value of a key is written in a form's field, and read from there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from digest.model.campaigns.editing.toml_text import TomlValue
from digest.model.campaigns.written_times import week_days

YES = "yes"
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class FieldCodec:
    """Words of a field for a value, and back; `value` raises ValueError in words."""

    words: Callable[[Any], str]
    value: Callable[[str], TomlValue]


def one_day(text: str) -> date:
    """Return a day. Raises ValueError in words."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError as problem:
        raise ValueError(f'"{text}" is no day; write it as 2026-07-06') from problem


def _by_comma(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def joined(value: Any) -> str:
    """Return a list in one line."""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def one_or_more(text: str) -> TomlValue:
    """Return one word, or a list of several."""
    words = _by_comma(text)
    return words[0] if len(words) == 1 else words


def days(text: str) -> TomlValue:
    """Return one day, or a list of several. Raises ValueError in words."""
    days = [one_day(word) for word in _by_comma(text)]
    return days[0] if len(days) == 1 else days


def whole(text: str) -> int:
    """Return a whole number. Raises ValueError in words."""
    if not text.strip().isascii() or not text.strip().isdigit() or len(text) > 15:
        raise ValueError(f'"{text}" is no whole number')
    return int(text)


def decimal(text: str) -> float:
    """Return an amount, whatever currency stands before it. Raises ValueError."""
    try:
        amount = text.strip().lstrip("£€$").replace(",", ".")
        return float(amount if amount.isascii() else "")
    except ValueError as problem:
        raise ValueError(f'"{text}" is no amount; write e.g. 0.87') from problem


def week_words(value: Any) -> str:
    """Return the days of the week that a key names, as options."""
    return ",".join(_DAYS[number] for number in sorted(week_days(str(value))))


def week(text: str) -> str:
    """Return ticked days as a key names them."""
    days = _by_comma(text)
    return "daily" if len(days) == len(_DAYS) else ", ".join(days)


def first(text: str) -> TomlValue:
    """Return how many to take at first contact, or the word for it."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text


def horizon(text: str) -> TomlValue:
    """Return a length of time, or false for none."""
    return False if text.strip().casefold() in ("no", "none", "false") else text.strip()


TEXT = FieldCodec(str, str.strip)
PARAGRAPHS = FieldCodec(str, str.strip)
LINES = FieldCodec(
    lambda value: "\n".join(map(str, value)) if isinstance(value, list) else str(value),
    lambda text: [line.strip() for line in text.split("\n") if line.strip()],
)
COMMAS = FieldCodec(joined, _by_comma)
ONE_OR_MORE = FieldCodec(joined, one_or_more)
DAY = FieldCodec(str, one_day)
DAYS = FieldCodec(joined, days)
WHOLE = FieldCodec(str, whole)
DECIMAL = FieldCodec(str, decimal)
FLAG = FieldCodec(lambda value: YES if value else "", lambda text: text == YES)
SWITCH = FieldCodec(lambda value: YES if value else "no", lambda text: text == YES)
WEEK = FieldCodec(week_words, week)
FIRST = FieldCodec(str, first)
HORIZON = FieldCodec(lambda value: str(value) if value else "no", horizon)
