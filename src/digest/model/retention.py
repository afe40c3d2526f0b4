"""For how long each kind of what is held is kept, as operators may decide."""

import difflib
import re
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Self

_DAY, _YEAR = timedelta(days=1), timedelta(days=365)
_SPAN = re.compile(r"([0-9]{1,5})([dy])")
# The least and the most of each. Files of letters can be taken back for a day; mail
# that came in is known again by what is kept; bounces count for 45 days; and what an
# edition was made of is told for a week.
_BOUNDS = {
    "people": (_DAY, 20 * _YEAR),
    "letters": (2 * _DAY, 20 * _YEAR),
    "inbox": (_DAY, _YEAR),
    "renditions": (7 * _DAY, 20 * _YEAR),
    "incoming": (30 * _DAY, 20 * _YEAR),
    "history": (90 * _DAY, 20 * _YEAR),
}


@dataclass(frozen=True, slots=True)
class RetentionSpans:
    """For how long what is kept: the kinds are those of DIGEST_KEEP.

    `people`: who is on no mailing list any more. `letters`: files of print batches that
    are over. `inbox`: mail in the built-in inbox. `renditions`: editions as they were
    rendered. `incoming`: what came in by mail. `history`: who got what.
    """

    people: timedelta = 28 * _DAY
    letters: timedelta = 28 * _DAY
    inbox: timedelta = 7 * _DAY
    renditions: timedelta = 7 * _DAY
    incoming: timedelta = 90 * _DAY
    history: timedelta = _YEAR

    @classmethod
    def parse(cls, words: str) -> Self:
        """Return the spans of `people=28d, history=2y`, the others as they are.

        Raises ValueError, saying what is to be written.
        """
        spans: dict[str, timedelta] = {}
        for part in filter(None, (each.strip() for each in words.split(","))):
            name, _, text = (each.strip() for each in part.partition("="))
            if name not in _BOUNDS:
                near = difflib.get_close_matches(name, _BOUNDS, 1)
                hint = f"did you mean {near[0]}?" if near else f"write {_NAMES}"
                raise ValueError(f"knows no kind “{name}”; {hint}")
            if name in spans:
                raise ValueError(f"has {name} twice")
            spans[name] = _span(name, text)
        return cls(**spans)

    def __str__(self) -> str:
        return ", ".join(
            f"{each.name}={short(getattr(self, each.name))}" for each in fields(self)
        )


_NAMES = ", ".join(_BOUNDS)


def short(span: timedelta) -> str:
    """Return a span as it is written: 28d, 1y."""
    if span and not span % _YEAR:
        return f"{span // _YEAR}y"
    return f"{span // _DAY}d"


def _span(name: str, text: str) -> timedelta:
    least, most = _BOUNDS[name]
    match = _SPAN.fullmatch(text)
    span = int(match[1]) * (_YEAR if match[2] == "y" else _DAY) if match else None
    if span is None or not least <= span <= most:
        raise ValueError(
            f"{name}: write days or years, from {short(least)} to {short(most)}: "
            f"{name}={short(getattr(RetentionSpans(), name))}"
        )
    return span
