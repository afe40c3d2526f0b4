"""Two people on record made one: whose name, address and wishes hold from then on."""

from collections.abc import Collection
from dataclasses import fields, replace
from typing import Any

from digest.model import formats
from digest.model.people.person import (
    Person,
    PersonKeys,
    bare_digits,
    phone_key,
    post_key,
)
from digest.model.people.postal_address import PostalAddress

# What is of one of the two, whole. Notes are kept from both.
MERGE_FIELDS = (
    *("name", "email", "phone", "address", "format", "schedule", "topics"),
    *("language", "organiser"),
)
_KEPT = (*MERGE_FIELDS, "notes")


def merged_person(survivor: Person, absorbed: Person, take: Collection[str]) -> Person:
    """Return the person that two are: the kept, with the fields to take of the other.

    What the kept has nothing of is the other's too.
    """
    values = {
        name: getattr(absorbed if name in take else survivor, name)
        for name in MERGE_FIELDS
    }
    for name in MERGE_FIELDS:
        # No topics are a choice: all of them.
        if name not in take and name != "topics" and not values[name]:
            values[name] = getattr(absorbed, name)
    notes = dict.fromkeys(filter(None, (survivor.notes, absorbed.notes)))
    return _keyed(survivor, absorbed, values | {"notes": "\n".join(notes)})


def parted_person(before: Person, merged: Person, current: Person) -> Person:
    """Return the kept one as before the merge, but for what was changed since."""
    values = {
        name: getattr(before, name)
        if getattr(current, name) == getattr(merged, name)
        else getattr(current, name)
        for name in _KEPT
    }
    return _keyed(before, current, values)


def differing(first: Person, second: Person) -> tuple[str, ...]:
    """Return the fields of which two people have two different things."""
    return tuple(
        name
        for name in MERGE_FIELDS
        if _thing(first, name) != _thing(second, name)
        and (name == "topics" or (getattr(first, name) and getattr(second, name)))
    )


def _thing(person: Person, name: str) -> object:
    """Return what a field says, however it is written."""
    match name:
        case "email":
            return person.keys.email
        case "phone":
            return bare_digits(person.phone) if person.phone else ""
        case "topics":
            return {*(person.topics or ())}
        case _:
            return getattr(person, name)


def person_json(person: Person) -> dict[str, Any]:
    """Return what of a person a merge changes, for the database."""
    address = person.address
    return {
        **{name: getattr(person, name) for name in _KEPT},
        "email_key": person.keys.email,
        "format": person.format.name if person.format else "",
        "topics": list(person.topics or ()),
        "address": [address.lines, address.postcode, address.country]
        if address
        else None,
    }


def person_of(facts: dict[str, Any]) -> Person:
    """Return the person of whom `person_json` was made."""
    names = {each.name for each in fields(Person)}
    values = {name: value for name, value in facts.items() if name in names}
    address = None
    if facts["address"] is not None:
        lines, postcode, country = facts["address"]
        address = PostalAddress(tuple(lines), postcode, country)
    values |= {
        "address": address,
        "format": formats.named(facts["format"]) if facts["format"] else None,
        "topics": tuple(facts["topics"]),
    }
    return Person(keys=_keys(values, facts["email_key"]), **values)


def _keyed(first: Person, second: Person, values: dict[str, Any]) -> Person:
    email_key = next(
        (each.keys.email for each in (first, second) if each.email == values["email"]),
        "",
    )
    return replace(first, keys=_keys(values, email_key), **values)


def _keys(values: dict[str, Any], email_key: str) -> PersonKeys:
    name = values["name"]
    return PersonKeys(
        email_key if values["email"] else "",
        post_key(name, values["address"]),
        phone_key(name, values["phone"]),
    )
