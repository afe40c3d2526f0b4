"""Where each field of an item came from, in words for whoever tries a source."""

from collections.abc import Mapping
from dataclasses import MISSING, fields

from digest.model.posts.items import Byline, Item

Origins = Mapping[str, str]

# What is told from an item's own words where its source does not say it.
_TOLD = {
    "title": "the first words of its text",
    "byline": "the lines that open its text",
    "summary": "the first sentences of its text",
    "links": "the links in its text",
}
_ELSE = "worked out by this program"


def origins(item: Item, said: Mapping[str, str]) -> Origins:
    """Return for each field that the item has where it came from.

    `said` names the fields that the source itself gave, each with where in the
    source that stands, such as "the feed's summary". The others were told from
    the item's own words.
    """
    return {
        name: said.get(name) or _TOLD.get(name, _ELSE)
        for name in _fields_with_something(item)
    }


def said_byline(byline: Byline | None, item: Item) -> bool:
    """Whether the item's byline is the one that its source said beside its words."""
    return byline is not None and getattr(item, "byline", None) == byline


def _fields_with_something(item: Item) -> list[str]:
    return [
        field.name
        for field in fields(item)
        if field.default is MISSING or getattr(item, field.name) != field.default
    ]
