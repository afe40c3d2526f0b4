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


def _one_day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as problem:
        raise ValueError(f'"{text}" is no day; write it as 2026-07-06') from problem


def _by_comma(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _joined(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _one_or_more(text: str) -> TomlValue:
    words = _by_comma(text)
    return words[0] if len(words) == 1 else words


def _days(text: str) -> TomlValue:
    days = [_one_day(word) for word in _by_comma(text)]
    return days[0] if len(days) == 1 else days


def _whole(text: str) -> int:
    if not text.strip().isascii() or not text.strip().isdigit() or len(text) > 15:
        raise ValueError(f'"{text}" is no whole number')
    return int(text)


def _decimal(text: str) -> float:
    try:
        amount = text.strip().lstrip("£€$").replace(",", ".")
        return float(amount if amount.isascii() else "")
    except ValueError as problem:
        raise ValueError(f'"{text}" is no amount; write e.g. 0.87') from problem


def _week_words(value: Any) -> str:
    return ",".join(_DAYS[number] for number in sorted(week_days(str(value))))


def _week(text: str) -> str:
    days = _by_comma(text)
    return "daily" if len(days) == len(_DAYS) else ", ".join(days)


def _first(text: str) -> TomlValue:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text


def _horizon(text: str) -> TomlValue:
    return False if text.strip().casefold() in ("no", "none", "false") else text.strip()


TEXT = FieldCodec(str, str.strip)
PARAGRAPHS = FieldCodec(str, str.strip)
LINES = FieldCodec(
    lambda value: "\n".join(map(str, value)) if isinstance(value, list) else str(value),
    lambda text: [line.strip() for line in text.split("\n") if line.strip()],
)
COMMAS = FieldCodec(_joined, _by_comma)
ONE_OR_MORE = FieldCodec(_joined, _one_or_more)
DAY = FieldCodec(str, _one_day)
DAYS = FieldCodec(_joined, _days)
WHOLE = FieldCodec(str, _whole)
DECIMAL = FieldCodec(str, _decimal)
FLAG = FieldCodec(lambda value: YES if value else "", lambda text: text == YES)
WEEK = FieldCodec(_week_words, _week)
FIRST = FieldCodec(str, _first)
HORIZON = FieldCodec(lambda value: str(value) if value else "no", _horizon)
