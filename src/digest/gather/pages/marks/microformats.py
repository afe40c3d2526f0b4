"""Posts and events from microformats: h-entry, h-event, and their older names."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lxml import etree

from digest.gather.items.entries import FeedText
from digest.gather.items.moments import Moment, moment
from digest.gather.markup.signs import tags, words_of
from digest.gather.markup.words import one_line
from digest.gather.pages.marks.structured_item import StructuredItem
from digest.model.posts.bylines import parse
from digest.model.posts.items import Byline

# Every property by its name today and in the classic formats (microformats.org).
_ENTRY = {
    "name": tags("p-name entry-title"),
    "content": tags("e-content entry-content"),
    "summary": tags("p-summary entry-summary"),
    "published": tags("dt-published published entry-date"),
    "url": tags("u-url u-uid"),
    "author": tags("p-author author vcard"),
    "category": tags("p-category"),
    "photo": tags("u-photo"),
}
_EVENT = {
    "name": tags("p-name summary"),
    "content": tags("e-content e-description p-description description p-summary"),
    "start": tags("dt-start dtstart"),
    "end": tags("dt-end dtend"),
    "place": tags("p-location location"),
    "url": tags("u-url url"),
    "category": tags("p-category category"),
    "photo": tags("u-photo"),
}
_ROOTS = tags("h-entry hentry h-event vevent")
_EVENTS = tags("h-event vevent")
_OTHER_ROOTS = tags("h-card vcard h-feed h-adr adr h-geo")
_MARKS = "its h-event"
Properties = Mapping[str, list[Any]]


def told_in(root: Any, zone: str) -> tuple[StructuredItem, ...]:
    """Return the posts and events that a page marks up, in order."""
    found = []
    for element in root.iter("*"):
        names = _names(element)
        if names & _EVENTS:
            found.append(_event(_properties(element, _EVENT), zone))
        elif names & _ROOTS:
            found.append(_entry(element, zone))
    return tuple(filter(None, found))


def _entry(element: Any, zone: str) -> StructuredItem:
    said = _properties(element, _ENTRY)
    published = next(_moments(said["published"], zone), None)
    title = _text(said["name"]) or one_line(
        next((words_of(h) for h in element.iter("h1", "h2", "h3")), "")
    )
    return StructuredItem(
        marks="its h-entry",
        title=title,
        url=_address(said["url"]) or _bookmark(element),
        text=_html(said["content"]),
        summary=_text(said["summary"]),
        byline=next(filter(None, map(_byline, said["author"])), None),
        published=published.instant if published else None,
        picture=_address(said["photo"]),
        topics=tuple(one_line(words_of(one)) for one in said["category"]),
    )


def _event(said: Properties, zone: str) -> StructuredItem | None:
    starts = next(_moments(said["start"], zone), None)
    if starts is None:
        written = next(filter(None, map(_written, said["start"])), "")
        title = _text(said["name"])
        return (
            StructuredItem.without_a_start(_MARKS, title, written) if written else None
        )
    return StructuredItem(
        marks=_MARKS,
        title=_text(said["name"]),
        url=_address(said["url"]),
        text=_html(said["content"]),
        picture=_address(said["photo"]),
        topics=tuple(one_line(words_of(one)) for one in said["category"]),
        starts=starts,
        ends=next(_moments(said["end"], zone), None),
        place=_text(said["place"]),
    )


def _properties(root: Any, wanted: Mapping[str, frozenset[str]]) -> Properties:
    found: dict[str, list[Any]] = {name: [] for name in wanted}
    for element in _own(root):
        names = _names(element)
        for name, classes in wanted.items():
            if names & classes:
                found[name].append(element)
    return found


def _own(root: Any) -> Iterator[Any]:
    """Yield what stands in `root` and in nothing that is a thing of its own."""
    for element in root:
        yield element
        if not _names(element) & (_ROOTS | _OTHER_ROOTS):
            yield from _own(element)


def _names(element: Any) -> set[str]:
    return set(element.get("class", "").split())


def _text(elements: Iterable[Any]) -> str:
    for one in elements:
        said = one.get("title") if one.tag == "abbr" else one.get("value")
        if words := one_line(said or one.get("alt") or words_of(one)):
            return words
    return ""


def _html(elements: Iterable[Any]) -> FeedText:
    for one in elements:
        html = etree.tostring(one, encoding="unicode", method="html", with_tail=False)
        return FeedText(html, is_html=True)
    return FeedText()


def _address(elements: Iterable[Any]) -> str:
    said = (one.get("href") or one.get("src") or "" for one in elements)
    return next(filter(None, said), "")


def _bookmark(element: Any) -> str:
    return _address(one for one in element.iter("a") if one.get("rel") == "bookmark")


def _moments(elements: Iterable[Any], zone: str) -> Iterator[Moment]:
    for one in elements:
        parts = [part for part in one.iter("*") if "value" in _names(part)]
        said = "T".join(map(_written, parts)) or _written(one)
        if found := moment(said, zone):
            yield found


def _written(element: Any) -> str:
    said = element.get("datetime") or element.get("title") or element.get("value")
    return one_line(said or words_of(element))


def _byline(card: Any) -> Byline | None:
    said = _properties(
        card,
        {
            "name": tags("p-name fn"),
            "role": tags("p-job-title p-role title role"),
            "organisation": tags("p-org org"),
        },
    )
    if said["role"] or said["organisation"]:
        name = _text(said["name"])
        return Byline(name, _text(said["role"]), _text(said["organisation"]))
    return parse(_text(said["name"]) or one_line(words_of(card)))
