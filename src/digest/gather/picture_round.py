"""The pictures of a campaign's open posts: fetched, made anew, put in place."""

import hashlib
import logging
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import Engine

from digest.errors import SourceError
from digest.gather.document import PICTURE, Memory, Request
from digest.gather.fetch import Fetcher
from digest.gather.picture_making import made
from digest.model.campaigns import SourceKind
from digest.model.pictures import name_of, pictures_in
from digest.store import pictures, picturing
from digest.store.campaigns import StoredCampaign
from digest.store.engine import reading, writing
from digest.store.pictures import Found, KnownAddress

logger = logging.getLogger(__name__)

_AT_ONCE = 8
# An edition waits for its pictures no longer than this, and one fetch more.
_SECONDS = 60.0
# Whose server has taken longer to fail is not asked again in the same round.
_SLOW_SECONDS = 5.0
_MOST_IN_A_POST = 30
_LARGEST = 10_000_000
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
        for one in PictureRound(engine, fetcher, stored, now).run():
            said[one.source] = (*said.get(one.source, ()), f"{one}. {one.help}")
        return said

    # Side by side, so that no campaign's edition waits for another's pictures.
    with ThreadPoolExecutor(_AT_ONCE, "pictures") as pool:
        names = [stored.campaign.name for stored in found]
        return dict(zip(names, pool.map(bring, found), strict=True))


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

    def run(self) -> list[picturing.Trouble]:
        """Bring in what is due, and return the pictures that are left out, and why."""
        with reading(self.engine) as connection:
            items = picturing.open_items(connection, self.stored.id)
            addresses = (
                shown.src
                for one in items
                for shown in islice(pictures_in(one.item), _MOST_IN_A_POST)
            )
            known = pictures.known(connection, addresses).values()
        due = [one for one in known if is_due(one, self.now)]
        if due:
            # Those that have not failed before come first, in case time runs out.
            self._bring(sorted(due, key=lambda one: one.failures))
            with writing(self.engine) as connection:
                picturing.picture_open(connection, self.stored.id)
                pictures.sort_out(connection, self.now)
        with reading(self.engine) as connection:
            return picturing.troubles(connection, self.stored.id)

    def _bring(self, due: list[KnownAddress]) -> None:
        until = time.monotonic() + _SECONDS
        waiting = list(due)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            while waiting and time.monotonic() < until:
                some, tired = _one_of_each_host(waiting)[:_AT_ONCE], set[str]()
                # Made one by one: it is decoding that takes memory.
                for one, got in zip(some, pool.map(self._fetched, some), strict=True):
                    self._keep(one, got)
                    if got.seconds > _SLOW_SECONDS:
                        tired.add(_host(one.address))
                waiting = [
                    one
                    for one in waiting
                    if one not in some and _host(one.address) not in tired
                ]
        if waiting:
            logger.warning("pictures left for later count=%s", len(waiting))

    def _fetched(self, one: KnownAddress) -> "_Got":
        began = time.monotonic()
        try:
            if _is_on_the_web(one.address):
                return self._from_web(one)
            return _Got(_file(one.address, self._folders()))
        except SourceError as problem:
            why = f"could not be fetched: {problem}"
            return _Got(None, why=why, seconds=time.monotonic() - began)
        except ValueError as problem:
            return _Got(None, why=str(problem))

    def _from_web(self, one: KnownAddress) -> "_Got":
        campaign = self.stored.campaign
        contact = campaign.reply_to or campaign.sender_address
        # Without our copy, "it has not changed" would be no help.
        memory = Memory(one.etag, one.last_modified) if one.is_kept else Memory()
        document = self.fetcher.fetch(Request(one.address, PICTURE, memory, contact))
        heads = document.memory
        return _Got(document.content, heads.etag, heads.last_modified)

    def _folders(self) -> Iterator[Path]:
        for source in self.stored.campaign.sources:
            if source.kind is SourceKind.FOLDER:
                yield Path(source.location).resolve()

    def _keep(self, one: KnownAddress, got: "_Got") -> None:
        why = got.why or self._keep_found(one, got)
        if why:
            logger.info("picture left out why=%s", why)
            with writing(self.engine) as connection:
                pictures.note_failed(connection, one.address, why, self.now)

    def _keep_found(self, one: KnownAddress, got: "_Got") -> str:
        """Keep what was found; return why that is no picture, or "" where it is."""
        mark = one.mark if got.content is None else _mark(got.content)
        name, files = one.picture, None
        if got.content is not None and not (one.is_kept and mark == one.mark):
            try:
                files = made(got.content)
            except ValueError as problem:
                return str(problem)
            name = name_of(files)
        found = Found(name, mark, got.etag, got.last_modified)
        with writing(self.engine) as connection:
            if files:
                pictures.put(connection, name, files, self.now)
            pictures.note_found(connection, one.address, found, self.now)
        return ""


@dataclass(frozen=True, slots=True)
class _Got:
    """What an address answered; None as content means it has not changed.

    `why` says why there is no answer, and `seconds` how long we waited for it.
    """

    content: bytes | None
    etag: str = ""
    last_modified: str = ""
    why: str = ""
    seconds: float = 0


def is_due(one: KnownAddress, now: datetime) -> bool:
    """Whether to ask for a picture: a new one, a lost one, or again after a while."""
    if one.tried_at is None:
        return True
    wait = _FRESH
    if one.failures:
        wait = min(_FIRST_WAIT * (1 << min(one.failures - 1, 10)), _LONGEST_WAIT)
    elif not one.is_kept:
        return True
    return now - one.tried_at >= wait


def _one_of_each_host(waiting: list[KnownAddress]) -> list[KnownAddress]:
    """Return the first of each host: a host is asked one by one anyway."""
    first: dict[str, KnownAddress] = {}
    for one in waiting:
        first.setdefault(_host(one.address), one)
    return list(first.values())


def _is_on_the_web(address: str) -> bool:
    return address.startswith(("https://", "http://"))


def _host(address: str) -> str:
    """Return whose turn it is that an address waits for; files wait for nobody's."""
    return urlsplit(address).netloc if _is_on_the_web(address) else address


def _file(said: str, folders: Iterator[Path]) -> bytes:
    """Return a file's bytes. Raises ValueError, in words."""
    try:
        path = Path(said).resolve()
        if not any(path.is_relative_to(folder) for folder in folders):
            raise ValueError("is in no folder of this campaign: put it beside its post")
        if path.stat().st_size > _LARGEST:
            raise ValueError("is over 10 MB: save it smaller")
        return path.read_bytes()
    except OSError as problem:
        raise ValueError(f"cannot be read: {problem.strerror}") from problem


def _mark(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
