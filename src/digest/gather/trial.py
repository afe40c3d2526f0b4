"""A source tried before it is a campaign's: what would come in, and what would not."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from digest.errors import SourceError
from digest.gather.fetching.fetch import Fetcher
from digest.gather.gathering import attempt
from digest.gather.items.reading import Reading, SourceVisit
from digest.gather.pictures.picture_fetcher import PictureFetcher, faults
from digest.model.campaigns.campaign import Source


def try_source(
    source: Source,
    fetcher: Fetcher,
    zone: str,
    now: datetime,
    most: int | None = None,
) -> Reading:
    """Return what the source would bring in; stores nothing.

    Pictures are tried too, of `most` items or of all: its notes tell which
    cannot be had. Raises SourceError in plain words.
    """
    visit = SourceVisit(
        fetcher,
        zone=zone,
        since=now,
        first_day=now.date(),  # near which the days of a page are that lack a year
    )
    reading = attempt(source, visit)
    if isinstance(reading, SourceError):
        raise reading
    folders = (Path(source.location),) * source.kind.is_on_disk
    door = PictureFetcher(visit.fetcher, folders=folders)
    return replace(reading, notes=(*reading.notes, *faults(door, reading.items[:most])))
