"""What stands behind a link, told from its words and its address."""

import re
from collections.abc import Iterable

from digest.model.blocks import Block, links_in
from digest.model.items import Link, LinkKind

_SIGNS = (
    (LinkKind.EASY_READ, re.compile(r"easy[\s-]?read", re.IGNORECASE)),
    (LinkKind.SURVEY, re.compile(r"\b(survey|questionnaire)s?\b", re.IGNORECASE)),
    (LinkKind.WEBINAR, re.compile(r"\bwebinar\b", re.IGNORECASE)),
    (
        LinkKind.VIDEO,
        re.compile(r"\b(video|film|youtube|vimeo)\b|youtu\.be", re.IGNORECASE),
    ),
    (
        LinkKind.MORE,
        re.compile(r"\b(see also|find out more|read more|more about)\b", re.IGNORECASE),
    ),
)


def kind_of(words: str, url: str) -> LinkKind | None:
    """Return the kind of a noteworthy link, or None for one among many."""
    for said in (words, url):
        for kind, sign in _SIGNS:
            if sign.search(said):
                return kind
    return None


def noteworthy(blocks: Iterable[Block]) -> tuple[Link, ...]:
    """Return the links of a body that belong to the post as a whole, each once."""
    found: dict[str, Link] = {}
    for words, url in links_in(blocks):
        kind = kind_of(words, url)
        if kind is not None and url.startswith("http"):
            found.setdefault(url, Link(kind, " ".join(words.split()), url))
    return tuple(found.values())
