"""Whether two items are the same post, met twice."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

from digest.model.posts.blocks import texts
from digest.model.posts.items import Event, Item

# The same words again after this long are a new notice: "Coffee on Tuesday".
REPEATED_AFTER = timedelta(days=3)
# And from one source with the same address after this long: "Lunch is on today".
_NOTICE_AFTER = timedelta(hours=12)
# Fewer letters than this say too little to tell two posts by.
_LEAST_LETTERS = 40
_NOT_LETTERS = re.compile(r"[\W_]+")
_TRACKING = re.compile(r"utm_\w+|fbclid|gclid|mc_[ce]id|igshid|_hs\w+")
_DEFAULT_PAGE = re.compile(r"/(index|default)\.(html?|php|aspx?)$")


@dataclass(frozen=True, slots=True)
class DuplicateEvidence:
    """What an item is recognised by; an empty mark is no evidence.

    `address` and `words` are hashes, so that they are short enough to index.
    """

    address: str
    words: str
    published: datetime | None = None

    @classmethod
    def of(cls, item: Item) -> "DuplicateEvidence":
        """Return the marks of an item."""
        address = canonical_address(item.url)
        if isinstance(item, Event):
            at = item.starts.isoformat()
            words = f"{letters(item.title)} {at} {letters(item.place)}"
            return cls(_hash(address and f"{address} {at}"), _hash(words))
        body = letters(" ".join(texts(item.body)))
        words = f"{letters(item.title)} {body}"
        if len(body) < _LEAST_LETTERS:
            # So few say it of one address alone.
            words = f"{words} {address}" if address else ""
        return cls(_hash(address), _hash(words), item.published)


def is_same_elsewhere(item: DuplicateEvidence, other: DuplicateEvidence) -> bool:
    """Whether items of two sources are one post: its address, or title and words."""
    if item.address and item.address == other.address:
        return True
    if not item.words or item.words != other.words:
        return False
    if item.published is None or other.published is None:
        return True
    return abs(item.published - other.published) <= REPEATED_AFTER


def is_same_here(item: DuplicateEvidence, other: DuplicateEvidence) -> bool:
    """Whether items of one source are one post under two ids.

    A source that was moved to another system often gives all its posts new ids
    and new addresses; their words and their dates stay. What was put in twice has
    the same address and words, minutes apart.
    """
    if not item.words or item.words != other.words:
        return False
    if item.published is None or other.published is None:
        return item.published == other.published and item.address == other.address
    apart = abs(item.published - other.published)
    is_same_address = bool(item.address) and item.address == other.address
    return not apart or (is_same_address and apart <= _NOTICE_AFTER)


def canonical_address(url: str) -> str:
    """Return what is the same for every address of one page, "" for none or a home.

    Left out are the scheme, "www.", a closing slash, and what only counts visits.
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
        port = "" if parts.port in {None, 80, 443} else f":{parts.port}"
    except ValueError:
        return ""
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = urlencode(sorted(pair for pair in pairs if not _TRACKING.match(pair[0])))
    path = _DEFAULT_PAGE.sub("/", parts.path).rstrip("/")
    if not host or not (path or query or parts.fragment):
        return ""
    return f"{host}{port}{path}?{query}#{parts.fragment}".rstrip("#").rstrip("?")


def letters(words: str) -> str:
    """Return the words without what is no letter or figure, in one case."""
    return _NOT_LETTERS.sub(" ", words.casefold()).strip()


def _hash(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest() if words else ""
