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
from digest.gather import limits
from digest.gather.fetching.fetch import Fetcher
from digest.gather.pictures.picture_fetcher import FetchedPicture, PictureFetcher
from digest.gather.pictures.resizing import resized
from digest.model.campaigns.campaign import SourceKind
from digest.model.posts.pictures import name_of, split_at_limit
from digest.store.base.engine import reading, writing
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.posts import item_pictures, pictures
from digest.store.posts.pictures import PictureAddress, PictureReading

logger = logging.getLogger(__name__)

# A good picture is asked for again, as its source is, to notice another one.
_FRESH = timedelta(minutes=30)
_FIRST_WAIT = timedelta(minutes=5)
_LONGEST_WAIT = timedelta(hours=6)


def bring_all(
    engine: Engine,
    fetcher: Fetcher,
    campaigns: Sequence[StoredCampaign],
    now: datetime,
) -> dict[str, dict[str, tuple[str, ...]]]:
    """Bring in the pictures of these campaigns, see `PictureRound`.

    Returns by campaign and by source which are left out, and why.
    """

    def bring(stored: StoredCampaign) -> dict[str, tuple[str, ...]]:
        troubles: dict[str, tuple[str, ...]] = {}
        try:
            for trouble in PictureRound(engine, fetcher, stored, now).run():
                words = f"{trouble}. {trouble.help}"
                troubles[trouble.source] = (*troubles.get(trouble.source, ()), words)
        except StoreError:
            raise
        except Exception:
            # A fault of ours in pictures must keep no edition from going.
            logger.exception("pictures broke campaign=%s", stored.campaign.name)
        return troubles

    # Side by side, so that no campaign's edition waits for another's pictures.
    with ThreadPoolExecutor(limits.CAMPAIGNS_WITH_PICTURES_AT_ONCE, "pictures") as pool:
        names = [stored.campaign.name for stored in campaigns]
        left_out = dict(zip(names, pool.map(bring, campaigns), strict=True))
    with writing(engine) as connection:
        pictures.sort_out(connection, now)
    return left_out


@dataclass(frozen=True, slots=True)
class PictureRound:
    """Brings in the pictures of posts that no edition carries yet.

    No transaction is open while a picture is fetched or made anew. One that fails
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
            srcs = (
                picture.src
                for item in items
                for picture in split_at_limit(item.pictures)[0]
            )
            addresses = pictures.addresses(connection, srcs).values()
        due = [address for address in addresses if is_due(address, self.now)]
        if due:
            # Those that have not failed before come first, in case time runs out.
            due.sort(key=lambda address: address.failures)
            answers = self._picture_fetcher().get_all(due)
            settled = [self._settle(address, answer) for address, answer in answers]
            if any(settled):
                with writing(self.engine) as connection:
                    item_pictures.picture_open(connection, self.stored.id)
                    items = item_pictures.open_items(connection, self.stored.id)
        with reading(self.engine) as connection:
            return item_pictures.troubles(connection, items)

    def _picture_fetcher(self) -> PictureFetcher:
        campaign = self.stored.campaign
        folders = (
            Path(source.location)
            for source in campaign.sources
            if source.kind is SourceKind.FOLDER
        )
        contact = campaign.reply_to or campaign.sender_address
        return PictureFetcher(self.fetcher, contact, tuple(folders))

    def _settle(self, address: PictureAddress, answer: FetchedPicture) -> bool:
        """Keep what an address answered; return whether that is a picture."""
        why = answer.why or self._keep(address, answer)
        if why:
            logger.info("picture left out why=%s", why)
            with writing(self.engine) as connection:
                pictures.note_failed(connection, address.address, why, self.now)
        return not why

    def _keep(self, address: PictureAddress, answer: FetchedPicture) -> str:
        """Keep a picture; return why what came is none, or "" where it is."""
        mark, name, files = address.mark, address.picture, None
        if answer.content is not None:
            mark = hashlib.sha256(answer.content).hexdigest()
        if answer.content is not None and not (
            address.is_kept and mark == address.mark
        ):
            try:
                files = resized(answer.content)
            except ValueError as problem:
                return str(problem)
            name = name_of(files)
        picture = PictureReading(name, mark, answer.etag, answer.last_modified)
        with writing(self.engine) as connection:
            if files:
                pictures.put(connection, name, files, self.now)
            pictures.note_found(connection, address.address, picture, self.now)
        return ""


def is_due(address: PictureAddress, now: datetime) -> bool:
    """Whether to ask for a picture: a new one, a lost one, or again after a while."""
    if address.tried_at is None:
        return True
    wait = _FRESH
    if address.failures:
        wait = min(_FIRST_WAIT * (1 << min(address.failures - 1, 10)), _LONGEST_WAIT)
    elif not address.is_kept:
        return True
    return now - address.tried_at >= wait
