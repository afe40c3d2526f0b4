"""The pictures of a campaign's open posts: fetched, made anew, put in place."""

import hashlib
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from digest.errors import StoreError
from digest.gather.fetching.fetch import Fetcher
from digest.gather.pictures.fetching import FetchedPicture, PictureFetcher
from digest.gather.pictures.making import made
from digest.model.campaigns.campaign import SourceKind
from digest.model.posts.pictures import name_of, split_at_limit
from digest.store.base.engine import reading, writing
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.posts import item_pictures, pictures
from digest.store.posts.pictures import PictureAddress, PictureReading

logger = logging.getLogger(__name__)

_CAMPAIGNS_AT_ONCE = 4
# A good picture is asked for again, as its source is, to notice another one.
_FRESH = timedelta(minutes=30)
_FIRST_WAIT = timedelta(minutes=5)
_LONGEST_WAIT = timedelta(hours=6)


def bring_all(
    engine: Engine, fetcher: Fetcher, found: Sequence[StoredCampaign], now: datetime
) -> dict[str, dict[str, tuple[str, ...]]]:
    """Bring in the pictures of these campaigns, see `PictureRound`.

    Returns by campaign and by source which are left out, and why.
    """

    def bring(stored: StoredCampaign) -> dict[str, tuple[str, ...]]:
        said: dict[str, tuple[str, ...]] = {}
        try:
            for one in PictureRound(engine, fetcher, stored, now).run():
                said[one.source] = (*said.get(one.source, ()), f"{one}. {one.help}")
        except StoreError:
            raise
        except Exception:
            # A fault of ours in pictures must keep no edition from going.
            logger.exception("pictures broke campaign=%s", stored.campaign.name)
        return said

    # Side by side, so that no campaign's edition waits for another's pictures.
    with ThreadPoolExecutor(_CAMPAIGNS_AT_ONCE, "pictures") as pool:
        names = [stored.campaign.name for stored in found]
        left_out = dict(zip(names, pool.map(bring, found), strict=True))
    with writing(engine) as connection:
        pictures.sort_out(connection, now)
    return left_out


@dataclass(frozen=True, slots=True)
class PictureRound:
    """Brings in the pictures of posts that no edition carries yet.

    No transaction is open while a picture is fetched or made. One that fails
    costs itself alone and is tried again; the last good one stays meanwhile.
    """

    engine: Engine
    fetcher: Fetcher
    stored: StoredCampaign
    now: datetime

    def run(self) -> list[item_pictures.PictureTrouble]:
        """Bring in what is due, and return the pictures that are left out, and why."""
        with reading(self.engine) as connection:
            items = item_pictures.open_items(connection, self.stored.id)
            addresses = (
                shown.src for one in items for shown in split_at_limit(one.shown)[0]
            )
            known = pictures.known(connection, addresses).values()
        due = [one for one in known if is_due(one, self.now)]
        if due:
            # Those that have not failed before come first, in case time runs out.
            due.sort(key=lambda one: one.failures)
            kept = [self._keep(one, got) for one, got in self._door.get_all(due)]
            if any(kept):
                with writing(self.engine) as connection:
                    item_pictures.picture_open(connection, self.stored.id)
                    items = item_pictures.open_items(connection, self.stored.id)
        with reading(self.engine) as connection:
            return item_pictures.troubles(connection, items)

    @property
    def _door(self) -> PictureFetcher:
        campaign = self.stored.campaign
        folders = (
            Path(one.location)
            for one in campaign.sources
            if one.kind is SourceKind.FOLDER
        )
        contact = campaign.reply_to or campaign.sender_address
        return PictureFetcher(self.fetcher, contact, tuple(folders))

    def _keep(self, one: PictureAddress, got: FetchedPicture) -> bool:
        """Keep what an address answered; return whether that is a picture."""
        why = got.why or self._keep_found(one, got)
        if why:
            logger.info("picture left out why=%s", why)
            with writing(self.engine) as connection:
                pictures.note_failed(connection, one.address, why, self.now)
        return not why

    def _keep_found(self, one: PictureAddress, got: FetchedPicture) -> str:
        """Keep what was found; return why that is no picture, or "" where it is."""
        mark = one.mark if got.content is None else _mark(got.content)
        name, files = one.picture, None
        if got.content is not None and not (one.is_kept and mark == one.mark):
            try:
                files = made(got.content)
            except ValueError as problem:
                return str(problem)
            name = name_of(files)
        found = PictureReading(name, mark, got.etag, got.last_modified)
        with writing(self.engine) as connection:
            if files:
                pictures.put(connection, name, files, self.now)
            pictures.note_found(connection, one.address, found, self.now)
        return ""


def is_due(one: PictureAddress, now: datetime) -> bool:
    """Whether to ask for a picture: a new one, a lost one, or again after a while."""
    if one.tried_at is None:
        return True
    wait = _FRESH
    if one.failures:
        wait = min(_FIRST_WAIT * (1 << min(one.failures - 1, 10)), _LONGEST_WAIT)
    elif not one.is_kept:
        return True
    return now - one.tried_at >= wait


def _mark(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
