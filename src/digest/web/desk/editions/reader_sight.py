"""The reader as whom an edition is looked at: found as on People, and what they get."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from digest.audience.subject_access import matching, not_held
from digest.errors import DigestError
from digest.model.formats import Format
from digest.model.posts.items import Event
from digest.model.staff_words import counted
from digest.render.words.languages import locale_of
from digest.schedule.editions.proofs.reader_copies import ReaderCopy, copy_for
from digest.schedule.editions.steering.open_edition import open_edition
from digest.store.people import needs, searching
from digest.store.people.subscribers import Subscriber
from digest.web import limits
from digest.web.desk.editions.edition_view import EditionView
from digest.web.desk.editions.previews import refuse_unless_sees_readers


@dataclass(frozen=True, slots=True)
class ReaderSight:
    """Somebody's copy, and their `needs`; or the `people` of whom one is to be chosen.

    With none of them the edition is looked at as a sample reader gets it. `words` are
    those by which they were looked for; `problem` is why they cannot be told of.
    """

    words: str = ""
    problem: str = ""
    number: int | None = None
    copy: ReaderCopy | None = None
    needs: tuple[str, ...] = ()
    people: tuple[Subscriber, ...] = ()

    @property
    def own_format(self) -> Format | None:
        """In which format they get it."""
        return self.copy.variant.format if self.copy and self.copy.variant else None


def reader_sight(
    connection: Connection, view: EditionView, who: str, now: datetime
) -> ReaderSight:
    """Return the reader whom these words mean, and what the edition brings them.

    Of the same moment as the view. Who may see no readers is told so.
    """
    words = who.strip()
    if not words:
        return ReaderSight()
    sight = ReaderSight(words)
    try:
        refuse_unless_sees_readers()
        people = _people(connection, words[: limits.SEARCH_CHARACTERS])
        if len(people) > 1:
            return replace(sight, people=tuple(people))
        copy, standing = _copy(connection, view, people[0], now)
        return replace(sight, number=people[0].id, copy=copy, needs=standing)
    except DigestError as fault:
        return replace(sight, problem=str(fault))


def _copy(
    connection: Connection, view: EditionView, person: Subscriber, now: datetime
) -> tuple[ReaderCopy, tuple[str, ...]]:
    """Return what the edition brings somebody, and what they need."""
    place = view.place
    edition = (
        view.contents.edition
        if view.contents
        else open_edition(connection, place.what, place.schedule, now)
    )
    theirs = ((needs.of_one, person.id),)
    copy = copy_for(connection, edition, person, now, theirs)
    standing = needs.of_person(connection, person.id)
    return copy, tuple(each.words for each in standing if each.ended_at is None)


def _people(connection: Connection, words: str) -> list[Subscriber]:
    people = matching(connection, words.strip())
    if len(people) != 1:
        search = searching.meant_by(words)
        people = searching.page(connection, search, limits.READERS_OFFERED)
    if not people:
        raise not_held(connection, words)
    return [*people]


def facts_of(sight: ReaderSight) -> list[tuple[str, str]]:
    """Return what the page tells of how they get it, as pairs of key and words."""
    copy = sight.copy
    if copy is None:
        return []
    facts = []
    if copy.variant is not None:
        fmt, items = copy.variant.format, copy.variant.items
        language = locale_of(copy.variant.language).english_name
        facts.append(("Gets it as", f"{fmt.words}, in {language}"))
        if copy.wanted and copy.wanted is not fmt:
            facts.append(("Asked for", f"{copy.wanted.words}: it cannot reach them"))
        events = sum(isinstance(each, Event) for each in items)
        new = (
            counted(len(items) - events, "post", "posts"),
            counted(events, "event", "events"),
        )
        facts.append(("New to them", " and ".join(new)))
    elif copy.wanted is not None:
        facts.append(("Asked for", copy.wanted.words))
    facts.append(("Topics", ", ".join(copy.topics) or "all"))
    if sight.needs:
        facts.append(("Needs", "; ".join(sight.needs)))
    return facts


def choices_of(sight: ReaderSight) -> list[dict[str, Any]]:
    """Return the people of whom one is to be chosen, with what tells them apart."""
    people = [each.person for each in sight.people]
    doors = [
        ", ".join(person.address.on_envelope(person.name)[1:]) if person.address else ""
        for person in people
    ]
    return [
        {
            "id": each.id,
            "name": each.person.name,
            "about": ", ".join(filter(None, (person.email, door, person.phone))),
        }
        for each, person, door in zip(sight.people, people, doors, strict=True)
    ]
