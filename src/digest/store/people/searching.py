"""Find people as staff look for them: a page at a time, in order of their names.

Each way to look goes by an index, of which it reads a stretch or at most the whole:
never the people's own rows but for those on the page.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    and_,
    or_,
    select,
    tuple_,
)

from digest.model.people.person import name_key
from digest.model.people.postcodes import uk_postcode
from digest.store.base.tables import subscriber
from digest.store.people import subscribers
from digest.store.people.subscribers import Subscriber

# What a word of a name may begin behind.
_BEFORE_WORDS = (" ", "-", "'", "\N{RIGHT SINGLE QUOTATION MARK}", "(")
_PHONE = re.compile(r"[+(]?[0-9][0-9 ().-]{3,}", re.ASCII)
# The beginning of a postcode, from its first figure on.
_POSTCODE = re.compile(r"[A-Za-z]{1,2}[0-9][0-9A-Za-z]?(?: ?[0-9][A-Za-z]{0,2})?")
_NOT_DIGITS = re.compile(r"\D")
# Behind every text that begins as this one does.
_LAST = "\U0010ffff"


class SearchField(StrEnum):
    """What of a person is looked for."""

    NAME = "name"
    EMAIL = "email"
    POSTCODE = "postcode"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class PersonSearch:
    """People whose names have words that begin so, or whose address or phone does.

    Without any `words` they are all people. `after` is the last person of the page
    before.
    """

    by: SearchField = SearchField.NAME
    words: str = ""
    after: int | None = None


def meant_by(words: str, after: int | None = None) -> PersonSearch:
    """Return what somebody looks for who writes these words, by their shape."""
    if "@" in words:
        return PersonSearch(SearchField.EMAIL, words, after)
    if _PHONE.fullmatch(words):
        return PersonSearch(SearchField.PHONE, words, after)
    if _POSTCODE.fullmatch(words):
        whole = uk_postcode(words) or words
        return PersonSearch(SearchField.POSTCODE, whole, after)
    return PersonSearch(SearchField.NAME, words, after)


def page(connection: Connection, search: PersonSearch, limit: int) -> list[Subscriber]:
    """Return a page of those people in order of names; erased ones are in none."""
    # Numbers first: the index of names has them in order, and no other row is read.
    numbers = [row.id for row in connection.execute(ids_of(connection, search, limit))]
    people = subscribers.of_ids(connection, numbers) if numbers else []
    by_id = {each.id: each for each in people}
    return [by_id[number] for number in numbers]


def has_place(connection: Connection, subscriber_id: int) -> bool:
    """Whether somebody is still in that order: who was erased since is not."""
    there = select(subscriber.c.id).where(
        subscriber.c.id == subscriber_id, subscriber.c.name_key.is_not(None)
    )
    return connection.scalar(there) is not None


def ids_of(connection: Connection, search: PersonSearch, limit: int) -> Select[Any]:
    """Return the query for the ids of a page."""
    ids = select(subscriber.c.id).where(
        subscriber.c.name_key.is_not(None), *_conditions(connection, search)
    )
    if search.after is not None:
        last = connection.scalar(
            select(subscriber.c.name_key).where(subscriber.c.id == search.after)
        )
        key = tuple_(subscriber.c.name_key, subscriber.c.id)
        ids = ids.where(key > tuple_(last or "", search.after))
    return ids.order_by(subscriber.c.name_key, subscriber.c.id).limit(limit)


def _conditions(
    connection: Connection, search: PersonSearch
) -> list[ColumnElement[bool]]:
    words = search.words.strip()
    if not words:
        return []
    match search.by:
        case SearchField.NAME:
            # The longest first: fewer have it.
            typed = sorted(name_key(words).split(), key=len, reverse=True)
            return [_has_word(word) for word in typed]
        case SearchField.EMAIL:
            start = f"email:{words.casefold()}"
            return [_begins_with(connection, subscriber.c.identity, start)]
        case SearchField.POSTCODE:
            code = words.upper()
            return [_begins_with(connection, subscriber.c.postcode, code)]
        case SearchField.PHONE:
            return [_has_digits(words)]


def _has_word(word: str) -> ColumnElement[bool]:
    """Return the condition that a word of a name begins so; names are in one case."""
    key = subscriber.c.name_key
    return and_(
        # First, and once: in nearly all names it is nowhere.
        key.contains(word, autoescape=True),
        or_(
            key.startswith(word, autoescape=True),
            *(key.contains(before + word, autoescape=True) for before in _BEFORE_WORDS),
        ),
    )


def _begins_with(
    connection: Connection, column: Column[str], start: str
) -> ColumnElement[bool]:
    if connection.dialect.name == "sqlite":
        # LIKE goes by no index there.
        return and_(column >= start, column < start + _LAST)
    return column.startswith(start, autoescape=True)


def _has_digits(phone: str) -> ColumnElement[bool]:
    """Return the condition that a phone has these digits in a row, however spaced.

    +44 1632, 0044 1632 and 01632 are the same, so that the country's is left out.
    """
    digits = _NOT_DIGITS.sub("", phone)
    if phone.lstrip().startswith(("+44", "0044")):
        digits = re.sub(r"^(?:00)?44(?:0(?=\d))?", "", digits)
    phones = subscriber.c.phone_digits
    # By itself, so that the index of phones alone is read.
    ids = select(subscriber.c.id).where(
        phones.is_not(None), phones.contains(digits.removeprefix("0"), autoescape=True)
    )
    return subscriber.c.id.in_(ids)
