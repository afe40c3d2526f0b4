"""Posts and events from JSON-LD: schema.org's Article, BlogPosting, Event and kin."""

import html
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from digest.gather import limits
from digest.gather.items.entries import FeedText
from digest.gather.items.moments import Moment, moment
from digest.gather.markup.words import one_line
from digest.gather.pages.marks.structured_item import StructuredItem
from digest.model.posts.items import Byline

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
Thing = Mapping[str, Any]


def told_in(root: Any, zone: str) -> tuple[StructuredItem, ...]:
    """Return the posts and events of a page's JSON-LD in order, each once.

    Graphs, lists and references by @id are followed. What is broken is mended
    where a comma too many broke it, and passed over elsewhere.
    """
    found: list[Thing] = []
    for script in root.xpath(_SCRIPTS)[: limits.JSON_LD_SCRIPTS]:
        if len(found) < limits.JSON_LD_OBJECTS:
            found.extend(_things(_loaded(script.text or ""), limits.JSON_LD_DEPTH))
    known = {one["@id"]: one for one in found if _is_named(one)}
    things = _Things(known, zone)
    told = (things.told(one) for one in found[: limits.JSON_LD_OBJECTS])
    return tuple(dict.fromkeys(filter(None, told)))


def _is_named(one: Thing) -> bool:
    # A reference names a thing and says nothing of it.
    return isinstance(one.get("@id"), str) and len(one) > 1


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


class _Things:
    """Makes posts and events of things, and looks up those that they refer to."""

    def __init__(self, known: Mapping[str, Thing], zone: str) -> None:
        self._known = known
        self._zone = zone

    def told(self, one: Thing) -> StructuredItem | None:
        kinds = [_words(kind).rpartition("/")[2] for kind in _list(one.get("@type"))]
        if any(map(_EVENT.fullmatch, kinds)):
            return self._event(one)
        if any(map(_POST.fullmatch, kinds)):
            return self._post(one)
        return None

    def _post(self, one: Thing) -> StructuredItem:
        published = self._moment(one, "datePublished", "dateCreated")
        return StructuredItem(
            marks="its JSON-LD",
            title=_first(one, "headline", "name"),
            url=self._address(one),
            text=FeedText(_markup(one.get("articleBody"))),
            summary=_first(one, "description", "abstract"),
            byline=self._byline(one),
            published=published.instant if published else None,
            picture=self._picture(one),
            topics=_topics(one.get("keywords")),
        )

    def _event(self, one: Thing) -> StructuredItem | None:
        starts, said = self._moment(one, "startDate"), _words(one.get("startDate"))
        if starts is None and said:
            title = _first(one, "name", "headline")
            return StructuredItem.without_a_start("its JSON-LD", title, said)
        places = [self._whole(place) for place in _list(one.get("location"))]
        online = [p for p in places if _VIRTUAL in map(_words, _list(p.get("@type")))]
        return (
            StructuredItem(
                marks="its JSON-LD",
                title=_first(one, "name", "headline"),
                url=self._address(one),
                text=FeedText(_markup(one.get("description"))),
                picture=self._picture(one),
                topics=_topics(one.get("keywords")),
                starts=starts,
                ends=self._moment(one, "endDate"),
                place="; ".join(filter(None, map(self._place, places))),
                joining_url=next((_words(p.get("url")) for p in online), ""),
                is_cancelled=_words(one.get("eventStatus")).endswith(_OFF),
            )
            if starts
            else None
        )

    def _moment(self, one: Thing, *names: str) -> Moment | None:
        said = (moment(_words(one.get(name)), self._zone) for name in names)
        return next(filter(None, said), None)

    def _address(self, one: Thing) -> str:
        page = self._whole(one.get("mainEntityOfPage"))
        return (
            _words(one.get("url")) or _words(page.get("url")) or _words(page.get("@id"))
        )

    def _whole(self, value: Any) -> Thing:
        """Return a thing, looked up where it is referred to; a word is its name."""
        if isinstance(value, str):
            return self._known.get(value) or {"name": value, "url": value}
        one = value[0] if isinstance(value, list) and value else value
        if not isinstance(one, dict):
            return {}
        return {**self._known.get(_words(one.get("@id")), {}), **one}

    def _byline(self, one: Thing) -> Byline | None:
        people = [self._whole(person) for person in _list(one.get("author"))]
        named = [(person, _first(person, "name")) for person in people]
        names = [name for _, name in named if name and "://" not in name]
        if not names:
            return None
        if len(names) > 1:
            return Byline(" and ".join(dict.fromkeys(names)))
        person = named[0][0]
        employer = self._whole(person.get("worksFor") or person.get("affiliation"))
        return Byline(names[0], _first(person, "jobTitle"), _first(employer, "name"))

    def _picture(self, one: Thing) -> str:
        picture = self._whole(one.get("image"))
        return _words(picture.get("url")) or _words(picture.get("contentUrl"))

    def _place(self, place: Thing) -> str:
        if _VIRTUAL in map(_words, _list(place.get("@type"))):
            return ""
        address = place.get("address")
        parts = [_first(place, "name")]
        if isinstance(address, dict):
            names = ("streetAddress", "addressLocality", "postalCode")
            parts += [_first(address, name) for name in names]
        else:
            parts.append(one_line(_words(address)))
        return ", ".join(dict.fromkeys(filter(None, parts)))


def _first(one: Thing, *names: str) -> str:
    """Return the first words; many programs escape them as HTML once too often."""
    said = (one_line(html.unescape(_words(one.get(name)))) for name in names)
    return next(filter(None, said), "")


def _markup(value: Any) -> str:
    """Return words as HTML, which many programs escape as a whole."""
    words = _words(value)
    return html.unescape(words) if "&lt;" in words and "<" not in words else words


def _topics(value: Any) -> tuple[str, ...]:
    said = value.split(",") if isinstance(value, str) else map(_words, _list(value))
    return tuple(dict.fromkeys(filter(None, map(one_line, said))))


def _words(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
