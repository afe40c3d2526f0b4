"""The sample's texts: files with a head, whose dates are told from "now"."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import frontmatter

from digest.errors import NotFound

ZONE = ZoneInfo("Europe/London")
PLACE = Path(__file__).parent / "content"


@dataclass(frozen=True, slots=True)
class SampleText:
    """One post or event: its file's name, its head by key, and its text."""

    name: str
    head: dict[str, Any]
    body: str

    @property
    def is_event(self) -> bool:
        """Whether it happens at a time and a place."""
        return self.head.get("kind") == "event"

    def published(self, now: datetime) -> datetime:
        """Return when it came out: some whole days before `now`, so never later."""
        return _on(now, -self.head["days_ago"], self.head["at"])

    def lasts(self, now: datetime) -> tuple[datetime, datetime]:
        """Return when an event starts and ends: some whole days after `now`."""
        days = self.head["in_days"]
        return _on(now, days, self.head["from"]), _on(now, days, self.head["until"])


def feed() -> Iterator[SampleText]:
    """Yield the posts of the feed, by name."""
    return _read("feed/*.html")


def feed_pictures() -> list[Path]:
    """Return the pictures that posts of the feed show."""
    return sorted((PLACE / "feed").glob("*.png"))


def folder() -> Iterator[SampleText]:
    """Yield the posts and events of the folder, by name."""
    return _read("folder/*.md")


def readers() -> Path:
    """Return the sample list: beside the package, or in a checkout."""
    checkout = Path(__file__).parents[3] / "subscribers" / "sample.csv"
    for place in (Path(__file__).parent / "readers.csv", checkout):
        if place.is_file():
            return place
    raise NotFound("the sample list is missing from this copy: install digest again")


def _read(pattern: str) -> Iterator[SampleText]:
    for path in sorted(PLACE.glob(pattern)):
        parsed = frontmatter.loads(path.read_text(encoding="utf-8"))
        yield SampleText(path.stem, parsed.metadata, parsed.content)


def _on(now: datetime, days: int, at: str) -> datetime:
    day = now.astimezone(ZONE).date() + timedelta(days=days)
    return datetime.combine(day, time.fromisoformat(at), ZONE)
