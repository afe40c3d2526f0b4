"""What a page says of a post or an event in marks made for programs."""

from dataclasses import dataclass, fields, replace
from datetime import datetime

from digest.gather.items.entries import FeedText
from digest.gather.items.moments import Moment
from digest.gather.markup.words import one_line
from digest.model.posts.items import Byline

_NOTHING = FeedText()


@dataclass(frozen=True, slots=True)
class StructuredItem:
    """A post, or where `starts` is given an event; "" and None are what was not said.

    Addresses are as they were written. `marks` is what says it, in words for
    whoever tries the source, and `fault` why an event cannot be taken.
    """

    marks: str
    title: str = ""
    url: str = ""
    key: str = ""
    text: FeedText = _NOTHING
    summary: str = ""
    byline: Byline | None = None
    published: datetime | None = None
    picture: str = ""
    picture_alt: str = ""
    topics: tuple[str, ...] = ()
    starts: Moment | None = None
    ends: Moment | None = None
    place: str = ""
    joining_url: str = ""
    is_cancelled: bool = False
    fault: str = ""

    @classmethod
    def without_a_start(cls, marks: str, title: str, said: str) -> "StructuredItem":
        """Return an event whose start cannot be read: it says `said`."""
        fault = f'starts at "{one_line(said)[:40]}", which is no date or time'
        return cls(marks, title, fault=fault)

    def or_else(self, other: "StructuredItem") -> "StructuredItem":
        """Return this with what only `other` says."""
        missing = {
            field.name: getattr(other, field.name)
            for field in fields(self)
            if getattr(self, field.name) == field.default
        }
        return replace(self, **missing)
