"""Days and times that stand in a line beside other things, as a byline's last part."""

import re
from dataclasses import dataclass

_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_SHORT_WEEKDAY = r"(?:mon|tues?|wed|thur?s?|fri|sat|sun)\.?"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_NUMBER = r"\d{1,2}(?:st|nd|rd|th|\.)?"
_YEAR = r"(?:19|20)\d\d"
_DAY = "|".join(
    (
        rf"{_NUMBER}\s+(?:of\s+)?{_MONTH}(?:,?\s+{_YEAR})?",
        rf"{_MONTH}\s+{_NUMBER}(?:,?\s+{_YEAR})?",
        # In any language: "6 Gorffennaf 2026", "6 de julio de 2026".
        rf"{_NUMBER}\s+(?:de\s+)?[^\W\d]+\s+(?:de\s+)?{_YEAR}",
        r"\d{1,2}[/.-]\d{1,2}[/.-](?:\d\d){1,2}",
        rf"{_YEAR}-\d\d-\d\d(?:T\d\d:\d\d[\d:.]*(?:Z|[+-][\d:]+)?)?",
    )
)
_TIME = (
    r"(?:\d{1,2}(?:[:.]\d\d)?\s*[ap]\.?m\.?|\d{1,2}:\d\d(?::\d\d)?|noon|midnight)"
    r"(?:\s+(?:BST|GMT|UTC))?"
)
_FULL_DAY = rf"(?:(?:{_WEEKDAY}|{_SHORT_WEEKDAY}),?\s+)?(?:the\s+)?(?:{_DAY})"
_MOMENT = (
    rf"(?:(?:{_FULL_DAY}|{_WEEKDAY}|{_MONTH}\s+{_YEAR})(?:(?:,|\s+at|\s+\||\s+[\u2013\u2014-])?\s+{_TIME})?"
    rf"|{_TIME}(?:(?:,|\s+on)?\s+(?:{_FULL_DAY}|{_WEEKDAY}))?)"
)
_LABEL = (
    r"(?:(?:(?:first|last)\s+)?(?:published|posted|updated|modified|written|dated?)"
    r"\s*:?\s*)?(?:on\s+)?"
)
_BREAK = r"(?:\s*[,;|\u00b7\u2022(]\s*|\s+[\u2013\u2014-]\s+)"
# Behind a mark that parts it, or without any where it can be nothing else.
_AT_END = re.compile(
    rf"(?:{_BREAK}(?P<part>{_LABEL}{_MOMENT})\)?"
    rf"|\.?\s+(?P<bare>(?:(?:first|last)\s+)?(?:published|posted|updated|on)\s+"
    rf"(?:on\s+)?{_MOMENT}|{_FULL_DAY}))"
    r"\.?$",
    re.IGNORECASE,
)
_AT_START = re.compile(
    rf"(?P<part>{_LABEL}{_MOMENT})(?:{_BREAK}|\s+(?=by\s))", re.IGNORECASE
)
_ALONE = re.compile(rf"{_LABEL}{_MOMENT}", re.IGNORECASE)
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class DatedLine:
    """A line without the days and times at its end and its start, and what these are.

    They stand in their order; a line may be nothing else.
    """

    words: str
    days: tuple[str, ...] = ()

    @classmethod
    def of(cls, line: str) -> "DatedLine":
        """Return the line taken apart."""
        words = line.strip()
        if len(words) > _LONGEST:
            return cls(line)
        if _ALONE.fullmatch(words):
            return cls("", (words,))
        before: list[str] = []
        after: list[str] = []
        while match := _AT_START.match(words):
            before.append(match["part"])
            words = words[match.end() :]
        while match := _AT_END.search(words):
            after.append(match["part"] or match["bare"])
            words = words[: match.start()]
        return cls(words, (*before, *reversed(after)))
