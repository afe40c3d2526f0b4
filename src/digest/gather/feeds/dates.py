"""The dates of a feed's entries, in whatever way they are written."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from digest.gather.items.written_moments import written_moment
from digest.gather.markup.clean_text import one_line

_WRITTEN_LENGTH = 60


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """When an entry came out; `unread` is what is written where that is no date."""

    instant: datetime | None = None
    unread: str = ""


@dataclass(frozen=True, slots=True)
class DateReading:
    """Where and in which language the campaign is that reads the feed.

    A day is one of `zone`; a time that names no zone is in UTC, as feeds mean it.
    """

    zone: str = "UTC"
    language: str = ""

    def first(self, dates: Iterable[str], feed_language: str = "") -> WrittenDate:
        """Return the first of the dates that can be read, in either language."""
        languages = [tag for tag in (feed_language, self.language) if tag]
        unread = ""
        for text in dates:
            moment = written_moment(text, "UTC", languages)
            if moment and moment.is_day:
                moment = written_moment(text, self.zone, languages)
            if moment:
                return WrittenDate(moment.instant)
            named = written_moment(text, self.zone, languages)  # its own zone's name
            if named:
                return WrittenDate(named.instant)
            unread = unread or one_line(text)[:_WRITTEN_LENGTH]
        return WrittenDate(unread=unread)


ANYWHERE = DateReading()
