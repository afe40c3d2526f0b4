"""An item's fields in words, for people who look it over before readers do."""

from dataclasses import fields
from datetime import datetime

from digest.model.posts.blocks import Picture, texts
from digest.model.posts.item_json import stored_name
from digest.model.posts.items import Byline, Item, Link, TimeSpan
from digest.model.posts.pictures import meaningful_alt, pictures_of
from digest.model.posts.shortening import shortened
from digest.model.staff_words import counted, moment_in_words

_SHOWN = 300


def fields_in_words(item: Item, zone: str) -> dict[str, str]:
    """Return the item's fields in words by their stored names, empty ones left out.

    Instants are told in the event's own zone, those of a post in `zone`.
    """
    in_words = {
        stored_name(field.name): _words(
            getattr(item, field.name), getattr(item, "zone", zone)
        )
        for field in fields(item)
    }
    words = " ".join(" ".join(texts(item.body)).split())
    count = counted(len(words.split()), "word", "words")
    body = f"{count}: {shortened(words, _SHOWN)}" if words else ""
    pictures = shortened("; ".join(map(_picture, pictures_of(item.body))), _SHOWN)
    in_words |= {"body": body, "pictures": pictures}
    return {name: words for name, words in in_words.items() if words}


def _words(value: object, zone: str) -> str:
    words = "yes" if value is True else str(value)
    match value:
        case None | False:
            words = ""
        case datetime():
            words = moment_in_words(value, zone)
        case TimeSpan(starts, ends):
            words = " to ".join(
                moment_in_words(at, zone) for at in (starts, ends) if at
            )
        case Picture():
            words = _picture(value)
        case tuple():
            words = "; ".join(_words(part, zone) for part in value)
        case Link(kind, label, url):
            words = f"{kind}: {label} <{url}>"
        case Byline():
            words = _byline(value)
        case _:
            pass
    return shortened(words, _SHOWN)


def _picture(picture: Picture) -> str:
    words = "decorative" if picture.decorative else meaningful_alt(picture.alt)
    return f"{picture.src} ({words or 'WITHOUT a text for those who cannot see it'})"


def _byline(byline: Byline) -> str:
    return ", ".join(filter(None, (byline.author, byline.role, byline.organisation)))
