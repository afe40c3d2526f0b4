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
from digest.gather.pictures.resizing import resized
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
        self, pictures: Iterable[PictureAddress]
    ) -> Iterator[tuple[PictureAddress, FetchedPicture]]:
        """Yield what each address answered, hosts side by side, until time is up."""
        until = time.monotonic() + limits.PICTURES_SECONDS
        waiting = list(pictures)
        with ThreadPoolExecutor(limits.PICTURES_AT_ONCE, "picture") as pool:
            while waiting and time.monotonic() < until:
                # The first of each host: a host is asked one by one anyway.
                first: dict[str, PictureAddress] = {}
                for picture in waiting:
                    first.setdefault(_host(picture.address), picture)
                some, tired = (
                    list(first.values())[: limits.PICTURES_AT_ONCE],
                    set[str](),
                )
                answers = pool.map(self.get, some)
                for picture, answer in zip(some, answers, strict=True):
                    yield picture, answer
                    if answer.seconds > limits.SLOW_PICTURE_SECONDS:
                        tired.add(_host(picture.address))
                waiting = [
                    picture
                    for picture in waiting
                    if picture not in some and _host(picture.address) not in tired
                ]
        if waiting:
            logger.warning("pictures left for later count=%s", len(waiting))

    def get(self, picture: PictureAddress) -> FetchedPicture:
        """Return what the address answers, or why it does not."""
        began = time.monotonic()
        try:
            if _is_on_the_web(picture.address):
                return self._from_web(picture)
            return FetchedPicture(self._from_folder(picture.address))
        except SourceError as problem:
            why = f"could not be fetched: {problem}"
            return FetchedPicture(None, why=why, seconds=time.monotonic() - began)
        except OSError as problem:
            return FetchedPicture(None, why=f"cannot be read: {problem.strerror}")
        except ValueError as problem:
            return FetchedPicture(None, why=str(problem))

    def _from_web(self, picture: PictureAddress) -> FetchedPicture:
        # Without our copy, "it has not changed" would be no help.
        memory = (
            SourceMemory(picture.etag, picture.last_modified)
            if picture.is_kept
            else SourceMemory()
        )
        request = DocumentRequest(picture.address, PICTURE, memory, self.contact)
        document = self.fetcher.fetch(request)
        heads = document.memory
        return FetchedPicture(document.content, heads.etag, heads.last_modified)

    def _from_folder(self, address: str) -> bytes:
        path = Path(address).resolve()
        if not any(path.is_relative_to(folder.resolve()) for folder in self.folders):
            raise ValueError("is not inside the source's folder: put it there")
        if not path.is_file():
            raise ValueError("is not there: look at its name, capitals and all")
        if path.stat().st_size > limits.PICTURE_BYTES:
            raise ValueError("is over 10 MB: save it smaller")
        return path.read_bytes()


def faults(fetcher: PictureFetcher, items: Iterable[Item]) -> Iterator[str]:
    """Yield a sentence for each picture that could not be used; keeps nothing."""
    addresses: dict[str, PictureAddress] = {}
    for item in items:
        fetched, beyond = split_at_limit(pictures_in(item))
        for picture in fetched:
            addresses[picture.src] = PictureAddress(picture.src)
            if lacks_words(picture):
                yield f"the picture {picture.src} {WORDLESS}"
        if beyond:
            yield f"the picture {beyond[0].src} {too_many(len(beyond))}"
    for address, answer in fetcher.get_all(addresses.values()):
        why = answer.why
        try:
            resized(answer.content or b"")
        except ValueError as problem:
            why = why or str(problem)
        if why:
            yield f"the picture {address.address} {why}"


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
