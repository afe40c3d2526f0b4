"""The picture that leads a post, with the words that its body has for it."""

import re
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import urlsplit

from digest.model.posts.blocks import Block, Picture
from digest.model.posts.pictures import lacks_words, pictures_of

# How WordPress names one picture in several sizes.
_SIZE = re.compile(r"(-\d{2,4}x\d{2,4}|-scaled)(?=\.\w+$)")


def told_by(body: Iterable[Block], lead: Picture | None) -> Picture | None:
    """Return the lead picture as the body shows it, where that has words for it.

    Feeds name a post's picture without saying what it shows, and often in another
    size than the same picture in the post itself.
    """
    if lead is None or not lacks_words(lead):
        return lead
    same = (one for one in pictures_of(body) if _whole(one.src) == _whole(lead.src))
    told = next((one for one in same if not lacks_words(one)), lead)
    return replace(told, caption=lead.caption or told.caption)


def _whole(address: str) -> tuple[str, str]:
    """Return what is the same for every size of a picture."""
    parts = urlsplit(address)
    return parts.netloc, _SIZE.sub("", parts.path)
