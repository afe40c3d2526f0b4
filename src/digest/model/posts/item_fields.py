"""An item's fields in words, for people who look it over before readers do."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from zoneinfo import ZoneInfo

from digest.model.posts.blocks import Block, Picture, texts
from digest.model.posts.items import Byline, Item, Link, TimeSpan
from digest.model.posts.pictures import pictures_of
from digest.model.posts.pictures import said as said_of

_SHOWN = 300


def described(item: Item, zone: str) -> dict[str, str]:
    """Return the item's fields in words, those without anything left out.

    Instants are told in the event's own zone, those of a post in `zone`.
    """
    said = {
        field.name: _words(getattr(item, field.name), getattr(item, "zone", zone))
        for field in fields(item)
    }
    said["body"] = _body(item.body)
    said["pictures"] = _shortened("; ".join(map(_picture, pictures_of(item.body))))
    return {name: words for name, words in said.items() if words}


def _words(value: object, zone: str) -> str:
    words = str(value)
    match value:
        case None | False:
            words = ""
        case True:
            words = "yes"
        case datetime():
            words = _instant(value, zone)
        case TimeSpan(starts, ends):
            words = " to ".join(_instant(at, zone) for at in (starts, ends) if at)
        case Picture():
            words = _picture(value)
        case tuple():
            words = "; ".join(_part(one, zone) for one in value)
        case Byline():
            words = _byline(value)
        case _:
            pass
    return _shortened(words)


def _picture(picture: Picture) -> str:
    words = "decorative" if picture.decorative else said_of(picture.alt)
    return f"{picture.src} ({words or 'WITHOUT a text for those who cannot see it'})"


def _instant(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%A %d %B %Y, %H:%M %Z}"


def _part(value: object, zone: str) -> str:
    if isinstance(value, Link):
        return f"{value.kind}: {value.label} <{value.url}>"
    return _words(value, zone)


def _byline(byline: Byline) -> str:
    said = (
        ("author", byline.author),
        ("role", byline.role),
        ("organisation", byline.organisation),
    )
    return "; ".join(f"{name} {words}" for name, words in said if words)


def _body(body: Iterable[Block]) -> str:
    words = " ".join(" ".join(texts(body)).split())
    if not words:
        return ""
    return f"{len(words.split())} words: {_shortened(words)}"


def _shortened(words: str) -> str:
    if len(words) <= _SHOWN:
        return words
    return words[:_SHOWN].rpartition(" ")[0] + " …"
