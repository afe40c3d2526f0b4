"""Posts and events from microformats: h-entry, h-event, and their older names."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lxml import etree

from digest.gather.items.moments import Moment, moment, unreadable_start
from digest.gather.items.raw_item import Html, RawItem, all_in
from digest.gather.markup.clean_text import one_line
from digest.gather.markup.elements import tags, words_of
from digest.model.posts.blocks import Picture
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
_H_ENTRY = "its h-entry"
_H_EVENT = "its h-event"
Properties = Mapping[str, list[Any]]


def items_in(root: Any, zone: str) -> tuple[RawItem, ...]:
    """Return the posts and events that a page marks up, in order."""
    items = []
    for element in root.iter("*"):
        names = _names(element)
        if names & _EVENTS:
            items.append(_event(_properties(element, _EVENT), zone))
        elif names & _ROOTS:
            items.append(_entry(element, zone))
    return tuple(filter(None, items))


def is_entry(item: RawItem, field: str = "title") -> bool:
    """Whether an h-entry says the item, or that field of it."""
    return item.origins.get(field) == _H_ENTRY


def _entry(element: Any, zone: str) -> RawItem:
    entry = _properties(element, _ENTRY)
    published = next(_moments(entry["published"], zone), None)
    title = _text(entry["name"]) or one_line(
        next((words_of(h) for h in element.iter("h1", "h2", "h3")), "")
    )
    bookmarks = (a for a in element.iter("a") if a.get("rel") == "bookmark")
    return RawItem(
        title=title,
        url=_address(entry["url"]) or _address(bookmarks),
        body=_html(entry["content"]) or (),
        summary=Html(_text(entry["summary"])),
        byline=next(filter(None, map(_byline, entry["author"])), None),
        published=published.instant if published else None,
        picture=Picture(_address(entry["photo"])),
        topics=tuple(one_line(words_of(topic)) for topic in entry["category"]),
        origins=all_in(_H_ENTRY),
    )


def _event(event: Properties, zone: str) -> RawItem | None:
    title = _text(event["name"])
    starts = next(_moments(event["start"], zone), None)
    if starts is None:
        written = next(filter(None, map(_written, event["start"])), "")
        fault = unreadable_start(written)
        return RawItem(title=title, fault=fault) if written else None
    return RawItem(
        title=title,
        url=_address(event["url"]),
        body=_html(event["content"]) or (),
        picture=Picture(_address(event["photo"])),
        topics=tuple(one_line(words_of(topic)) for topic in event["category"]),
        starts=starts,
        ends=next(_moments(event["end"], zone), None),
        place=_text(event["place"]),
        origins=all_in(_H_EVENT),
    )


def _properties(root: Any, names: Mapping[str, frozenset[str]]) -> Properties:
    properties: dict[str, list[Any]] = {name: [] for name in names}
    for element in _own(root):
        for name, classes in names.items():
            if _names(element) & classes:
                properties[name].append(element)
    return properties


def _own(root: Any) -> Iterator[Any]:
    """Yield what stands in `root` and in nothing that is a thing of its own."""
    for element in root:
        yield element
        if not _names(element) & (_ROOTS | _OTHER_ROOTS):
            yield from _own(element)


def _names(element: Any) -> set[str]:
    return set(element.get("class", "").split())


def _text(elements: Iterable[Any]) -> str:
    for element in elements:
        is_short = element.tag == "abbr"
        text = element.get("title") if is_short else element.get("value")
        if words := one_line(text or element.get("alt") or words_of(element)):
            return words
    return ""


def _html(elements: Iterable[Any]) -> Html:
    for element in elements:
        return Html(
            etree.tostring(element, encoding="unicode", method="html", with_tail=False)
        )
    return Html()


def _address(elements: Iterable[Any]) -> str:
    addresses = (el.get("href") or el.get("src") or "" for el in elements)
    return next(filter(None, addresses), "")


def _moments(elements: Iterable[Any], zone: str) -> Iterator[Moment]:
    for element in elements:
        parts = [part for part in element.iter("*") if "value" in _names(part)]
        written = "T".join(map(_written, parts)) or _written(element)
        if at := moment(written, zone):
            yield at


def _written(element: Any) -> str:
    text = element.get("datetime") or element.get("title") or element.get("value")
    return one_line(text or words_of(element))


def _byline(card: Any) -> Byline | None:
    person = _properties(
        card,
        {
            "name": tags("p-name fn"),
            "role": tags("p-job-title p-role title role"),
            "organisation": tags("p-org org"),
        },
    )
    if person["role"] or person["organisation"]:
        name = _text(person["name"])
        return Byline(name, _text(person["role"]), _text(person["organisation"]))
    return parse(_text(person["name"]) or one_line(words_of(card)))
