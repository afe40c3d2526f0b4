"""The reader as whom an edition is looked at: found as on People, and what they get."""

from dataclasses import dataclass, replace
from typing import Any

from digest.audience.subject_access import find
from digest.bootstrap import App
from digest.errors import NotFound
from digest.model.formats import Format
from digest.model.posts.items import Event
from digest.model.staff_words import counted
from digest.render.words.languages import locale_of
from digest.schedule.editions.proofs.reader_copies import ReaderCopy
from digest.store.people import needs, searching
from digest.store.people.subscribers import Subscriber
from digest.web import limits
from digest.web.desk.editions.previews import refuse_unless_sees_readers
from digest.web.parts.edition_places import EditionPlace


@dataclass(frozen=True, slots=True)
class ReaderSight:
    """Somebody's copy, and their `needs`; or the `people` of whom one is to be chosen.

    With none of them the edition is looked at as a sample reader gets it.
    """

    number: int | None = None
    copy: ReaderCopy | None = None
    needs: tuple[str, ...] = ()
    people: tuple[Subscriber, ...] = ()

    @property
    def own_format(self) -> Format | None:
        """In which format they get it."""
        return self.copy.variant.format if self.copy and self.copy.variant else None


def reader_sight(digest: App, place: EditionPlace, who: str) -> ReaderSight:
    """Return the reader whom these words mean, and what the edition brings them.

    Raises NotFound in words where there is nobody, and RefusedVisitor for who may see
    no readers.
    """
    words = who.strip()[: limits.SEARCH_CHARACTERS]
    if not words:
        return ReaderSight()
    refuse_unless_sees_readers()
    sight = _person(digest, words)
    if sight.number is None:
        return sight
    with digest.reading() as connection:
        standing = [
            each.words
            for each in needs.of_person(connection, sight.number)
            if each.ended_at is None
        ]
    copy = digest.previews.copy_of(place.what, place.schedule, sight.number)
    return replace(sight, copy=copy, needs=tuple(standing))


def _person(digest: App, words: str) -> ReaderSight:
    with digest.reading() as connection:
        try:
            return ReaderSight(find(connection, words).id)
        except NotFound:
            search = searching.meant_by(words)
            people = searching.page(connection, search, limits.READERS_OFFERED)
            if not people:
                raise
    if len(people) == 1:
        return ReaderSight(people[0].id)
    return ReaderSight(people=tuple(people))


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
