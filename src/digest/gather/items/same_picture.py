"""Which pictures of a post are the same one, in whatever size."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urlsplit

from digest.model.posts.blocks import Block, Picture
from digest.model.posts.pictures import lacks_words, pictures_of

# How WordPress and others name one picture in several sizes, in its file's name.
_SIZE = re.compile(
    r"([-_]\d{2,4}x\d{2,4}|-scaled|@\dx|[-_](?:small|medium|large|thumb(?:nail)?))"
    r"(?=\.\w+$)",
    re.IGNORECASE,
)
# And in a folder of the address.
_SIZE_FOLDER = re.compile(
    r"/(?:small|medium|large|thumb(?:nail)?s?|original|full|preview|\d{2,4}x\d{2,4})"
    r"(?=/)",
    re.IGNORECASE,
)
_SIZE_PARAMETERS = frozenset(
    {
        *("w", "h", "width", "height", "size", "sz", "resize", "fit", "crop", "zoom"),
        *("quality", "q", "auto", "dpr", "format", "fm", "ssl", "strip", "scale", "s"),
    }
)


def with_words_of(body: Iterable[Block], lead: Picture | None) -> Picture | None:
    """Return the lead picture as the body shows it, where that has words for it.

    Feeds name a post's picture without saying what it shows, and often in another
    size than the same picture in the post itself.
    """
    if lead is None or not lacks_words(lead):
        return lead
    same = (
        picture
        for picture in pictures_of(body)
        if _in_any_size(picture.src) == _in_any_size(lead.src)
    )
    described = next((picture for picture in same if not lacks_words(picture)), lead)
    return replace(described, caption=lead.caption or described.caption)


def distinct(
    pictures: Iterable[Picture], besides: Iterable[Picture] = ()
) -> Iterator[Picture]:
    """Yield the pictures that are none of those `besides`, each in one size."""
    met = {_in_any_size(picture.src) for picture in besides}
    for picture in pictures:
        mark = _in_any_size(picture.src)
        if mark not in met:
            met.add(mark)
            yield picture


def _in_any_size(address: str) -> tuple[str, str, str]:
    """Return what is the same for every size of a picture."""
    parts = urlsplit(address)
    path = _SIZE_FOLDER.sub("", _SIZE.sub("", parts.path))
    query = parse_qsl(parts.query, keep_blank_values=True)
    others = [(name, value) for name, value in query if name not in _SIZE_PARAMETERS]
    return parts.netloc, path, urlencode(others)
