"""An edition as a letter says it: every post in full, then events, then us."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from digest.model.editions.edition import Variant
from digest.model.formats import LARGE_PRINT, LETTER
from digest.model.posts.blocks import Picture, TextSpan, texts
from digest.model.posts.items import Event, Item, LinkKind, Post
from digest.render.letter.blocks import BlockTypesetter, Json
from digest.render.letter.geometry import GEOMETRIES, Geometry
from digest.render.letter.links import PrintedAddresses, Shorten
from digest.render.letter.pictures import LetterPictures
from digest.render.letter.printable_text import breakable, printable
from digest.render.words.dates import day_in_words, locale_of
from digest.render.words.event_times import headline, is_off, times

WORDS = {
    "page": "Page",
    "of": "of",
    "proof": "PROOF: not to be posted",
    "reader": "Dear reader,",
    "contents": "In this letter",
    "events": "Dates for your diary",
    "reach": "How to reach us",
}
_LINKS = {
    LinkKind.SURVEY: "Survey",
    LinkKind.EASY_READ: "Easy read version",
    LinkKind.BSL: "British Sign Language video",
    LinkKind.VIDEO: "Video",
    LinkKind.WEBINAR: "Webinar",
    LinkKind.SIGN_UP: "Sign up",
    LinkKind.AUDIO: "Audio",
    LinkKind.DOCUMENT: "Document",
    LinkKind.MORE: "More on the web",
}
# A longer word of the title may break to stand beside the sender.
_MASTHEAD_WORD = 18
# With fewer parts than this a list of them is longer than a look at the pages.
_LISTED_FROM = 3


@dataclass(frozen=True, slots=True)
class LetterSetup:
    """What it takes to write a letter out: the sheet, its pictures, short links."""

    geometry: Geometry
    size: int
    pictures: LetterPictures
    shorten: Shorten

    def typist(self) -> BlockTypesetter:
        """Return one for a post or an event: each gives its own addresses."""
        width = 210 - self.geometry.left - self.geometry.right
        return BlockTypesetter(
            self.size, width, self.pictures, PrintedAddresses(self.shorten)
        )


def job(variant: Variant, pictures: LetterPictures, shorten: Shorten) -> dict[str, Any]:
    """Return all that the letter's template is told, but for the recipient."""
    campaign = variant.campaign
    geometry = GEOMETRIES[campaign.letter.envelope]
    desk = LetterSetup(geometry, variant.format.points, pictures, shorten)
    date = day_in_words(variant.slot, campaign.timezone, variant.language)
    locale = locale_of(variant.language)
    return {
        "title": printable(f"{campaign.title}: {date}"),
        "masthead": breakable(printable(campaign.title) or "News", _MASTHEAD_WORD),
        "date": date,
        "lang": locale.language,
        "region": locale.territory,
        "size": desk.size,
        "geometry": geometry.as_json(),
        "sender": [desk.typist().say(line, 0.4) for line in campaign.letter.sender],
        "phone": printable(campaign.letter.phone),
        "words": WORDS,
        "proof": variant.draft,
        "recipient": None,
        "blocks": list(_blocks(variant, desk)),
    }


def _blocks(variant: Variant, desk: LetterSetup) -> Iterator[Json]:
    posts = [item for item in variant.items if isinstance(item, Post)]
    events = sorted(
        (item for item in variant.items if isinstance(item, Event)),
        key=lambda event: event.starts,
    )
    yield from _contents(posts, events, desk)
    for number, post in enumerate(posts):
        yield from _post(post, f"post-{number}", desk)
    if events:
        yield desk.typist().heading(2, WORDS["events"], "events")
    for event in events:
        yield from _event(event, variant, desk)
    yield from _reaching_us(variant, desk)


def _contents(
    posts: Sequence[Post], events: Sequence[Event], desk: LetterSetup
) -> Iterator[Json]:
    titles = [(_title(post), f"post-{number}") for number, post in enumerate(posts)]
    if events:
        titles.append((WORDS["events"], "events"))
    if len(titles) < _LISTED_FROM:
        return
    typist = desk.typist()
    entries = [{"title": typist.say(title, 0.7), "id": mark} for title, mark in titles]
    yield {
        "k": "contents",
        "title": WORDS["contents"],
        "page": WORDS["page"].lower(),
        "entries": entries,
    }


def _post(post: Post, mark: str, desk: LetterSetup) -> Iterator[Json]:
    typist = desk.typist()
    yield typist.heading(2, _title(post), mark)
    if post.byline:
        yield typist.label(TextSpan(f"By {post.byline}", strong=True))
    yield from _links(post, typist, other_forms=True)
    if post.picture and not _shows(post, post.picture):
        yield from typist.blocks((post.picture,))
    if post.body:
        yield from typist.blocks(post.body)
    elif post.summary:
        yield typist.paragraph(TextSpan(post.summary))
    yield from _links(post, typist, other_forms=False)


def _title(item: Item) -> str:
    titles = map(printable, (item.title, item.summary))
    return next((title for title in titles if title.strip()), "News")


def _shows(post: Post, picture: Picture) -> bool:
    said = set(texts(post.body))
    again = any(
        isinstance(block, Picture) and block.src == picture.src for block in post.body
    )
    return again or bool(picture.alt and picture.alt in said)


def _links(post: Post, typist: BlockTypesetter, *, other_forms: bool) -> Iterator[Json]:
    for link in post.links:
        is_elsewhere = link.kind.is_another_form != other_forms
        if is_elsewhere or typist.addresses.has_given(link.url):
            continue
        kind, label = _LINKS[link.kind], link.label.strip()
        words = label if kind.casefold() in label.casefold() else f"{kind}: {label}"
        yield typist.action(words.removesuffix(": "), link.url)


def _event(event: Event, variant: Variant, desk: LetterSetup) -> Iterator[Json]:
    typist = desk.typist()
    joining = "" if is_off(event) else event.joining_url
    asking = "To ask, ring" if is_off(event) else "To book or ask, ring"
    facts = (
        *times(event, variant.campaign.timezone, variant.language),
        ("Where", event.place),
        (asking, event.booking_phone),
        ("Join online", _address(joining, typist)),
        ("On the web", _address(event.url, typist)),
    )
    yield typist.heading(3, headline(event, _title(event)))
    # Facts that nothing follows must not cling to the next event, and that to the
    # one after it: a page would end where the chain does not fit.
    said = typist.label if event.body or event.summary else typist.paragraph
    yield said(*_facts((name, fact) for name, fact in facts if fact.strip()))
    if event.body:
        yield from typist.blocks(event.body)
    elif event.summary:
        yield typist.paragraph(TextSpan(event.summary))


def _address(url: str, typist: BlockTypesetter) -> str:
    return typist.addresses.printed(url) if url else ""


def _facts(facts: Iterable[tuple[str, str]]) -> Iterator[TextSpan]:
    for number, (name, said) in enumerate(facts):
        yield TextSpan(f"{chr(10) if number else ''}{name}: ", strong=True)
        yield TextSpan(said)


def _reaching_us(variant: Variant, desk: LetterSetup) -> Iterator[Json]:
    letter = variant.campaign.letter
    other = (
        f"have these letters in ordinary print ({LETTER.points} point)"
        if variant.format == LARGE_PRINT
        else f"have these letters in large print ({LARGE_PRINT.points} point)"
    )
    write = "write to the address at the top of page 1" if letter.sender else ""
    ring = f"ring {letter.phone}" if letter.phone else ""
    ways = " or ".join(filter(None, (ring, write))) or "tell whoever gave you this"
    asks = (
        f"{other};",
        "have them by email instead, or stop them;",
        "change your name or address;",
        "tell us what you think, or ask somebody to look up a web page for you.",
    )
    typist = desk.typist()
    items = [[typist.paragraph(TextSpan(ask))] for ask in asks]
    yield {
        "k": "together",
        "body": [
            typist.heading(2, WORDS["reach"]),
            typist.paragraph(TextSpan(f"You do not need email. Please {ways} to:")),
            {"k": "list", "ordered": False, "items": items},
            typist.paragraph(
                TextSpan(
                    "It helps us if you give the reference at the foot of this page."
                )
            ),
        ],
    }
