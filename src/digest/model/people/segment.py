"""A segment: what narrows the people of a mailing list, and never widens it."""

import re
from dataclasses import dataclass, fields

from digest.model.formats import FORMATS

# What of somebody's may be held, by which they are reached.
REACHED_BY = ("email", "post", "phone")
_POSTCODE = re.compile(r"[A-Z0-9 ]{1,12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Segment:
    """Who of a list is meant: whoever is all of this; "" says nothing.

    `need` is the name of a format that they asked for, `reached` a channel for which
    we hold an address, `postcode` how theirs begins. Each narrows what the others
    leave, so that nobody is in a segment who is not on the list.
    """

    need: str = ""
    reached: str = ""
    postcode: str = ""
    organiser: str = ""
    language: str = ""

    def __post_init__(self) -> None:
        """Raise ValueError, in words, for what nobody can be."""
        if self.need not in ("", *FORMATS):
            raise ValueError(f"there is no format called “{self.need}”")
        if self.reached not in ("", *REACHED_BY):
            words = ", ".join(REACHED_BY)
            raise ValueError(f"“{self.reached}” reaches nobody: write one of {words}")
        object.__setattr__(self, "postcode", " ".join(self.postcode.upper().split()))
        if self.postcode and not _POSTCODE.fullmatch(self.postcode):
            raise ValueError(f"no postcode begins with “{self.postcode}”")

    def __bool__(self) -> bool:
        """Whether it narrows at all."""
        return any(getattr(self, field.name) for field in fields(self))

    def as_words(self) -> dict[str, str]:
        """Return what of it is said, by name."""
        words = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in words.items() if value}


EVERYBODY = Segment()
