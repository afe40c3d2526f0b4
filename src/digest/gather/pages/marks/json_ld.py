"""Posts and events from JSON-LD: schema.org's Article, BlogPosting, Event and kin."""

import html
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from digest.gather import limits
from digest.gather.items.moments import Moment, moment, unreadable_start
from digest.gather.items.raw_item import Html, RawItem, all_in
from digest.gather.markup.clean_text import one_line
from digest.model.posts.blocks import Picture
from digest.model.posts.items import Byline, EventState

_SCRIPTS = (
    '//script[starts-with(translate(@type, "JSONLD", "jsonld"), "application/ld+json")]'
)
_WRAPPED = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*$"
)
_SPARE_COMMA = re.compile(r",(\s*[}\]])")
_POST = re.compile(r"\w*(Article|BlogPosting|SocialMediaPosting)|Report")
_EVENT = re.compile(
    r"(?!Publication|Delivery|Broadcast|OnDemand)\w*Event|Festival|Hackathon"
)
_VIRTUAL = "VirtualLocation"
_OFF = ("EventCancelled", "EventPostponed")  # put off to no day that is known
_WHERE = "its JSON-LD"
Thing = Mapping[str, Any]


def items_in(root: Any, zone: str) -> tuple[RawItem, ...]:
    """Return the posts and events of a page's JSON-LD in order, each once.

    Graphs, lists and references by @id are followed. What is broken is mended
    where a comma too many broke it, and passed over elsewhere.
    """
    things: list[Thing] = []
    for script in root.xpath(_SCRIPTS)[: limits.JSON_LD_SCRIPTS]:
        if len(things) < limits.JSON_LD_OBJECTS:
            things.extend(_things(_loaded(script.text or ""), limits.JSON_LD_DEPTH))
    # A reference names a thing and says nothing of it.
    by_id = {
        thing["@id"]: thing
        for thing in things
        if isinstance(thing.get("@id"), str) and len(thing) > 1
    }
    graph = _Graph(by_id, zone)
    items = (graph.item(thing) for thing in things[: limits.JSON_LD_OBJECTS])
    return tuple(dict.fromkeys(filter(None, items)))


def _loaded(text: str) -> Any:
    bare = _WRAPPED.sub("", text[: limits.JSON_LD_LENGTH])
    for attempt in (bare, _SPARE_COMMA.sub(r"\1", bare)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _things(value: Any, depth: int) -> Iterator[Thing]:
    if depth == 0:
        return
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from _things(part, depth - 1)
    elif isinstance(value, list):
        for part in value:
            yield from _things(part, depth - 1)


class _Graph:
    """Makes posts and events of things, and looks up those that they refer to."""

    def __init__(self, by_id: Mapping[str, Thing], zone: str) -> None:
        self._by_id = by_id
        self._zone = zone

    def item(self, thing: Thing) -> RawItem | None:
        kinds = [_words(kind).rpartition("/")[2] for kind in _list(thing.get("@type"))]
        if any(map(_EVENT.fullmatch, kinds)):
            return self._event(thing)
        if any(map(_POST.fullmatch, kinds)):
            return self._post(thing)
        return None

    def _post(self, thing: Thing) -> RawItem:
        published = self._moment(thing, "datePublished", "dateCreated")
        return RawItem(
            title=_first(thing, "headline", "name"),
            url=self._address(thing),
            summary=Html(_first(thing, "description", "abstract")),
            byline=self._byline(thing),
            published=published.instant if published else None,
            picture=self._picture(thing),
            topics=_topics(thing.get("keywords")),
            origins=all_in(_WHERE),
        )

    def _event(self, thing: Thing) -> RawItem | None:
        title = _first(thing, "name", "headline")
        starts = self._moment(thing, "startDate")
        if starts is None:
            written = _words(thing.get("startDate"))
            fault = unreadable_start(written)
            return RawItem(title=title, fault=fault) if written else None
        places = [self._whole(place) for place in _list(thing.get("location"))]
        online = [place for place in places if _is_virtual(place)]
        is_off = _words(thing.get("eventStatus")).endswith(_OFF)
        return RawItem(
            title=title,
            url=self._address(thing),
            body=_html(thing.get("description")) or (),
            picture=self._picture(thing),
            topics=_topics(thing.get("keywords")),
            starts=starts,
            ends=self._moment(thing, "endDate"),
            place="; ".join(filter(None, map(_place, places))),
            joining_url=next((_words(place.get("url")) for place in online), ""),
            state=EventState.CANCELLED if is_off else EventState.ON,
            origins=all_in(_WHERE),
        )

    def _moment(self, thing: Thing, *names: str) -> Moment | None:
        moments = (moment(_words(thing.get(name)), self._zone) for name in names)
        return next(filter(None, moments), None)

    def _address(self, thing: Thing) -> str:
        page = self._whole(thing.get("mainEntityOfPage"))
        return (
            _words(thing.get("url"))
            or _words(page.get("url"))
            or _words(page.get("@id"))
        )

    def _whole(self, value: Any) -> Thing:
        """Return a thing, looked up where it is referred to; a word is its name."""
        if isinstance(value, str):
            return self._by_id.get(value) or {"name": value, "url": value}
        thing = value[0] if isinstance(value, list) and value else value
        if not isinstance(thing, dict):
            return {}
        return {**self._by_id.get(_words(thing.get("@id")), {}), **thing}

    def _byline(self, thing: Thing) -> Byline | None:
        people = [self._whole(person) for person in _list(thing.get("author"))]
        named = [(person, _first(person, "name")) for person in people]
        names = [name for _, name in named if name and "://" not in name]
        if not names:
            return None
        if len(names) > 1:
            return Byline(" and ".join(dict.fromkeys(names)))
        person = named[0][0]
        employer = self._whole(person.get("worksFor") or person.get("affiliation"))
        return Byline(names[0], _first(person, "jobTitle"), _first(employer, "name"))

    def _picture(self, thing: Thing) -> Picture:
        picture = self._whole(thing.get("image"))
        return Picture(_words(picture.get("url")) or _words(picture.get("contentUrl")))


def _is_virtual(place: Thing) -> bool:
    return _VIRTUAL in map(_words, _list(place.get("@type")))


def _place(place: Thing) -> str:
    if _is_virtual(place):
        return ""
    address = place.get("address")
    parts = [_first(place, "name")]
    if isinstance(address, dict):
        names = ("streetAddress", "addressLocality", "postalCode")
        parts += [_first(address, name) for name in names]
    else:
        parts.append(one_line(_words(address)))
    return ", ".join(dict.fromkeys(filter(None, parts)))


def _first(thing: Thing, *names: str) -> str:
    """Return the first words; many programs escape them as HTML once too often."""
    texts = (one_line(html.unescape(_words(thing.get(name)))) for name in names)
    return next(filter(None, texts), "")


def _html(value: Any) -> Html:
    """Return words as HTML, which many programs escape as a whole."""
    words = _words(value)
    is_escaped = "&lt;" in words and "<" not in words
    return Html(html.unescape(words) if is_escaped else words)


def _topics(value: Any) -> tuple[str, ...]:
    words = value.split(",") if isinstance(value, str) else map(_words, _list(value))
    return tuple(dict.fromkeys(filter(None, map(one_line, words))))


def _words(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
