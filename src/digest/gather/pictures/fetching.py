"""The bytes of pictures: from the web through its one door, or from a folder."""

import logging
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from digest.errors import SourceError
from digest.gather import limits
from digest.gather.fetching.document import PICTURE, DocumentRequest, SourceMemory
from digest.gather.fetching.fetch import Fetcher
from digest.gather.pictures.making import made
from digest.model.posts.items import Item
from digest.model.posts.pictures import (
    WORDLESS,
    lacks_words,
    pictures_in,
    split_at_limit,
    too_many,
)
from digest.store.posts.pictures import PictureAddress

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FetchedPicture:
    """What an address answered; None as content means it has not changed.

    `why` says why there is no answer, and `seconds` how long we waited for it.
    """

    content: bytes | None
    etag: str = ""
    last_modified: str = ""
    why: str = ""
    seconds: float = 0


@dataclass(frozen=True, slots=True)
class PictureFetcher:
    """Gets pictures, from the web or from these folders and nowhere else.

    `contact` is the address at which their publishers can ask who reads them.
    """

    fetcher: Fetcher
    contact: str = ""
    folders: tuple[Path, ...] = ()

    def get_all(
        self, wanted: Iterable[PictureAddress]
    ) -> Iterator[tuple[PictureAddress, FetchedPicture]]:
        """Yield what each address answered, hosts side by side, until time is up."""
        until = time.monotonic() + limits.PICTURES_SECONDS
        waiting = list(wanted)
        with ThreadPoolExecutor(limits.PICTURES_AT_ONCE, "picture") as pool:
            while waiting and time.monotonic() < until:
                some, tired = (
                    _one_of_each_host(waiting)[: limits.PICTURES_AT_ONCE],
                    set[str](),
                )
                for one, got in zip(some, pool.map(self.get, some), strict=True):
                    yield one, got
                    if got.seconds > limits.SLOW_PICTURE_SECONDS:
                        tired.add(_host(one.address))
                waiting = [
                    one
                    for one in waiting
                    if one not in some and _host(one.address) not in tired
                ]
        if waiting:
            logger.warning("pictures left for later count=%s", len(waiting))

    def get(self, one: PictureAddress) -> FetchedPicture:
        """Return what the address answers, or why it does not."""
        began = time.monotonic()
        try:
            if _is_on_the_web(one.address):
                return self._from_web(one)
            return FetchedPicture(self._from_folder(one.address))
        except SourceError as problem:
            why = f"could not be fetched: {problem}"
            return FetchedPicture(None, why=why, seconds=time.monotonic() - began)
        except OSError as problem:
            return FetchedPicture(None, why=f"cannot be read: {problem.strerror}")
        except ValueError as problem:
            return FetchedPicture(None, why=str(problem))

    def _from_web(self, one: PictureAddress) -> FetchedPicture:
        # Without our copy, "it has not changed" would be no help.
        memory = (
            SourceMemory(one.etag, one.last_modified) if one.is_kept else SourceMemory()
        )
        request = DocumentRequest(one.address, PICTURE, memory, self.contact)
        document = self.fetcher.fetch(request)
        heads = document.memory
        return FetchedPicture(document.content, heads.etag, heads.last_modified)

    def _from_folder(self, said: str) -> bytes:
        path = Path(said).resolve()
        if not any(path.is_relative_to(folder.resolve()) for folder in self.folders):
            raise ValueError("is not inside the source's folder: put it there")
        if not path.is_file():
            raise ValueError("is not there: look at its name, capitals and all")
        if path.stat().st_size > limits.PICTURE_BYTES:
            raise ValueError("is over 10 MB: save it smaller")
        return path.read_bytes()


def faults(door: PictureFetcher, items: Iterable[Item]) -> Iterator[str]:
    """Yield a sentence for each picture that could not be used; keeps nothing."""
    shown: dict[str, PictureAddress] = {}
    for item in items:
        taken, beyond = split_at_limit(pictures_in(item))
        shown |= {one.src: PictureAddress(one.src) for one in taken}
        for one in taken:
            if lacks_words(one):
                yield f"the picture {one.src} {WORDLESS}"
        if beyond:
            yield f"the picture {beyond[0].src} {too_many(len(beyond))}"
    for known, got in door.get_all(shown.values()):
        if why := got.why or _why_not(got.content or b""):
            yield f"the picture {known.address} {why}"


def _why_not(content: bytes) -> str:
    try:
        made(content)
    except ValueError as problem:
        return str(problem)
    return ""


def _one_of_each_host(waiting: list[PictureAddress]) -> list[PictureAddress]:
    """Return the first of each host: a host is asked one by one anyway."""
    first: dict[str, PictureAddress] = {}
    for one in waiting:
        first.setdefault(_host(one.address), one)
    return list(first.values())


def _is_on_the_web(address: str) -> bool:
    return address.startswith(("https://", "http://"))


def _host(address: str) -> str:
    """Return whose turn it is that an address waits for; files wait for nobody's."""
    if not _is_on_the_web(address):
        return address
    try:
        return urlsplit(address).netloc
    except ValueError:
        return address
