"""What stands behind a link, told from its words and its address."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from digest.model.posts.blocks import Block, Paragraph, links_in, plain, texts
from digest.model.posts.items import Link, LinkKind

_WORDS = (
    (LinkKind.EASY_READ, r"easy[\s-]?read"),
    (LinkKind.BSL, r"\bBSL\b|\bsign[\s-]language\b|\bsigned (video|film|version)\b"),
    (LinkKind.SURVEY, r"\b(survey|questionnaire|feedback form)s?\b|have your say"),
    (
        LinkKind.SIGN_UP,
        r"\bsign(ing)?[\s-]?up\b|\bregister (for|here|now|online|to|your)\b|^register$|"
        r"\bregistration form\b|\bbook (a|your|now|here|online|tickets?|places?)\b|"
        r"\bbooking (form|page)\b|\b(reserve|save) (a|your) (place|seat|spot)\b|"
        r"\bget (your )?(free )?tickets?\b|\bsubscribe\b|^join (us|here|now)$",
    ),
    (LinkKind.WEBINAR, r"\bwebinars?\b"),
    (LinkKind.VIDEO, r"\b(videos?|films?|youtube|vimeo)\b"),
    (
        LinkKind.MORE,
        r"\b(see also|(find out|read|learn|discover) more|more (about|information)|"
        r"further (information|reading)|continue reading)\b",
    ),
)
_ADDRESSES = (
    (LinkKind.EASY_READ, r"easy[-_]?read"),
    (LinkKind.BSL, r"(?<![a-z])bsl(?![a-z])|british[-_]sign[-_]language"),
    (
        LinkKind.SURVEY,
        r"\bsurveys?\b|\bquestionnaire\b|surveymonkey\.|smartsurvey\.|typeform\.com|"
        r"docs\.google\.com/forms|forms\.(gle|office\.com)|jotform\.|onlinesurveys\.",
    ),
    (
        LinkKind.SIGN_UP,
        r"//([\w-]+\.)?(eventbrite|tickettailor|ticketsource|bookwhen|trybooking)\.|"
        r"//([\w-]+\.)?zoom\.us/(webinar|meeting)/register|"
        r"/(register|registration|sign-?up|booking)(?![\w-])",
    ),
    (LinkKind.WEBINAR, r"\bwebinars?\b"),
    (LinkKind.VIDEO, r"//([\w-]+\.)?(youtube\.com|youtu\.be|vimeo\.com)/"),
)
# Most links are none of these, which one look tells.
_ANY_WORD = re.compile("|".join(sign for _, sign in _WORDS), re.IGNORECASE)
_ANY = re.compile("|".join(sign for _, sign in _ADDRESSES), re.IGNORECASE)
_SAYS_NOTHING = re.compile(
    r"(please )?(click|tap|press|go)? ?(here|this|this (link|page|website))[.:]?",
    re.IGNORECASE,
)
_NEAR = 60  # characters before a link in which its kind is looked for
_LEAD = re.compile(r"\b(see also|find out more|further reading)\W*$", re.IGNORECASE)


def kind_of(words: str, url: str) -> LinkKind | None:
    """Return the kind of a noteworthy link, or None for one among many."""
    for text, any_sign, signs in ((words, _ANY_WORD, _WORDS), (url, _ANY, _ADDRESSES)):
        if any_sign.search(text):
            for kind, sign in signs:
                if re.search(sign, text, re.IGNORECASE):
                    return kind
    return None


def noteworthy(blocks: Iterable[Block]) -> tuple[Link, ...]:
    """Return the links of a body that belong to the post as a whole, each once.

    A link whose own words say nothing, such as "here", is judged by the words
    before it and labelled by its kind.
    """
    by_address: dict[str, Link] = {}
    for before, words, url in _links(blocks):
        label = " ".join(words.split())
        vague = _SAYS_NOTHING.fullmatch(label) is not None
        kind = kind_of(f"{before} {label}" if vague else label, url)
        if kind is None and _LEAD.search(before):
            kind = LinkKind.MORE
        if kind is not None and label and url.startswith("http"):
            label = label_of(kind) if vague else label
            by_address.setdefault(url, Link(kind, label, url))
    return tuple(by_address.values())


def label_of(kind: LinkKind) -> str:
    """Return what a link of that kind is labelled whose own words say nothing."""
    return kind[0].upper() + kind[1:]


def _links(blocks: Iterable[Block]) -> Iterator[tuple[str, str, str]]:
    """Yield every link with the words right before it: (before, words, address)."""
    lead = ""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield from _in_paragraph(block, lead)
        else:
            yield from ((lead, words, url) for words, url in links_in((block,)))
        lead = " ".join(texts((block,)))[-_NEAR:]


def _in_paragraph(block: Paragraph, lead: str) -> Iterator[tuple[str, str, str]]:
    before = lead
    for href, same in groupby(block.spans, lambda span: span.href):
        words = plain(same)
        if href:
            yield before, words, href
        before = f"{before} {words}"[-_NEAR:]
