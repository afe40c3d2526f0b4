"""What staff do to an open edition, each act whole, versioned and on record."""

from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, Engine

from digest.compose.selection import posts_in_order
from digest.errors import DigestError, EditionConflict, NotFound
from digest.model.editions.mime import cleaned
from digest.model.editions.steering import SteeredEdition, Steering
from digest.model.limits import PREHEADER_LENGTH, SUBJECT_LENGTH
from digest.model.posts.shortening import width_of
from digest.schedule.editions.steering.notes import note_of
from digest.schedule.editions.steering.open_edition import OpenEdition, open_edition
from digest.store.base.engine import writing
from digest.store.editions import steering
from digest.store.editions.steering import SteeringAct

Words = TypeVar("Words")


class RefusedWords(DigestError):  # noqa: N818 - what became of what was typed
    """Words that an edition cannot have; `faults` say why, by the field."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("; ".join(faults.values()))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Steer:
    """One hand on an open edition, until it lets go.

    `what` is a campaign's name, for the next edition of its schedule, or the number
    of an edition that was called back. `version` is that at which it was seen, and
    `slot` the one it was seen for: None where nobody says. Every act raises DigestError
    in words: where there is no such edition or post, or it is not open; and
    EditionConflict where it was changed since, or another is open by now.
    """

    engine: Engine
    what: str
    schedule: str | None
    by: str
    now: datetime
    version: int | None = None
    slot: datetime | None = None

    def words(self, subject: str, preheader: str, note: str) -> SteeredEdition:
        """Have all its words be these, in one act, as each would be by itself.

        Raises RefusedWords, which says what is wrong with each.
        """
        faults = dict[str, str]()

        def read(field: str, words: Callable[[], Words]) -> Words | None:
            try:
                return words()
            except DigestError as problem:
                faults[field] = str(problem)
                return None

        line = read("subject", lambda: _one_line(subject, SUBJECT_LENGTH, "subject"))
        below = read(
            "preheader", lambda: _one_line(preheader, PREHEADER_LENGTH, "preheader")
        )
        blocks = read("note", lambda: note_of(note))
        if line is None or below is None or blocks is None:
            raise RefusedWords(faults)
        return self._change(
            "wrote its words",
            lambda steered: replace(
                steered, note=blocks, subject=line, preheader=below
            ),
        )

    def note(self, text: str) -> SteeredEdition:
        """Have staff's Markdown stand before all posts; "" for none."""
        note = note_of(text)
        words = "wrote the note" if note else "took out the note"
        return self._change(words, lambda steered: replace(steered, note=note))

    def subject(self, text: str) -> SteeredEdition:
        """Have the subject say this; "" has it made from the content again."""
        line = _one_line(text, SUBJECT_LENGTH, "subject")
        return self._change(
            _line_words("subject", line),
            lambda steered: replace(steered, subject=line),
        )

    def preheader(self, text: str) -> SteeredEdition:
        """Have the line after the subject say this; "" has it made again."""
        line = _one_line(text, PREHEADER_LENGTH, "preheader")
        return self._change(
            _line_words("preheader", line),
            lambda steered: replace(steered, preheader=line),
        )

    def pin(self, post: int) -> SteeredEdition:
        """Have a post come first, behind those that do already."""
        return self._arrange(f"pinned post {post}", post, Steering.with_pin)

    def unpin(self, post: int) -> SteeredEdition:
        """Have a post come among the others again."""
        return self._change(
            f"unpinned post {post}", lambda steered: steered.without_pin(post)
        )

    def move(self, post: int, place: int) -> SteeredEdition:
        """Have a post come at that place as they are shown, 1 being the first."""

        def moved(steered: Steering) -> Steering:
            in_view = [entry.id for entry, _ in edition.posts(steered)]
            if not in_view:
                return steered
            # Those that are left out keep their places among the others.
            target = in_view[max(1, min(place, len(in_view))) - 1]
            in_order = steered.in_order(ids)
            return steered.moved(ids, post, in_order.index(target) + 1)

        with writing(self.engine) as connection:
            edition = self._edition(connection)
            ids = _posts_of(edition)
            _refuse_unless_among(post, ids, edition)
            act = self._act(f"moved post {post} to place {place}")
            return steering.change(connection, edition.place, moved, act)

    def drop(self, item: int) -> SteeredEdition:
        """Have a post or an event left for the next edition."""
        with writing(self.engine) as connection:
            edition = self._edition(connection)
            _refuse_unless_in(item, edition)
            return steering.change(
                connection,
                edition.place,
                lambda steered: steered.without(item),
                self._act(f"took out post {item}"),
            )

    def put_back(self, item: int) -> SteeredEdition:
        """Have what was taken out in it again."""
        return self._change(
            f"put back post {item}", lambda steered: steered.with_item(item)
        )

    def list_events(
        self, listed: Collection[int], unlisted: Collection[int]
    ) -> SteeredEdition:
        """Have the list of what is on have the former events, and be without others.

        Also such as readers were told of before. What an edition itself tells of an
        event stays in it.
        """
        with writing(self.engine) as connection:
            edition = self._edition(connection)
            coming = {each.entry.id: each for each in edition.coming(connection)}
            _refuse_unless_coming([*listed, *unlisted], coming, edition)
            every_id = [
                number for event in listed for number in sorted(coming[event].ids)
            ]
            return steering.change(
                connection,
                edition.place,
                lambda steered: steered.with_listed(every_id).without_listed(unlisted),
                self._act(_list_words(listed, unlisted)),
            )

    def undo(self) -> tuple[SteeredEdition, str]:
        """Take back the latest act, and return the words for it too."""
        with writing(self.engine) as connection:
            edition = self._edition(connection)
            return steering.undo(connection, edition.place, self._act("undid"))

    def _arrange(
        self, words: str, post: int, how: Callable[[Steering, int], Steering]
    ) -> SteeredEdition:
        with writing(self.engine) as connection:
            edition = self._edition(connection)
            _refuse_unless_among(post, _posts_of(edition), edition)
            return steering.change(
                connection,
                edition.place,
                lambda steered: how(steered, post),
                self._act(words),
            )

    def _change(self, words: str, to: Callable[[Steering], Steering]) -> SteeredEdition:
        with writing(self.engine) as connection:
            edition = self._edition(connection)
            return steering.change(connection, edition.place, to, self._act(words))

    def _edition(self, connection: Connection) -> OpenEdition:
        edition = open_edition(connection, self.what, self.schedule, self.now)
        # That of a schedule without a slot to come is always of this instant.
        if self.slot not in (None, edition.slot) and edition.slot != self.now:
            raise EditionConflict(
                "what you saw has been frozen, and the next edition is open by now. "
                "Nothing was saved over; look at what is open, and say it again"
            )
        return edition

    def _act(self, words: str) -> SteeringAct:
        return SteeringAct(words, self.by, self.now, self.version)


def _posts_of(edition: OpenEdition) -> list[int]:
    return [entry.id for entry in posts_in_order(edition.entries, Steering())]


def _refuse_unless_among(post: int, posts: Sequence[int], edition: OpenEdition) -> None:
    if post in posts:
        return
    if any(entry.id == post for entry in edition.entries):
        raise DigestError(
            f"post {post} is an event: events come after the posts, by their dates"
        )
    _refuse_unless_in(post, edition)


def _refuse_unless_in(item: int, edition: OpenEdition) -> None:
    if all(entry.id != item for entry in edition.entries):
        raise NotFound(
            f"post {item} is not in {edition.title}; what is in it: digest edition "
            f"contents {edition.place.edition_id or edition.campaign.name}"
        )


def _refuse_unless_coming(
    events: Iterable[int], coming: Container[int], edition: OpenEdition
) -> None:
    if edition.scope.horizon is None:
        raise DigestError(
            f"{edition.title} lists no events: whats_on of its schedule is off in the "
            "campaign file"
        )
    for event in events:
        if event not in coming:
            raise NotFound(
                f"post {event} is no event that {edition.title} could list; those that "
                "it can: digest edition events "
                f"{edition.place.edition_id or edition.campaign.name}"
            )


def _list_words(listed: Collection[int], unlisted: Collection[int]) -> str:
    parts = [
        f"{what} the list of what is on: {', '.join(map(str, events))}"
        for what, events in (("put into", listed), ("took out of", unlisted))
        if events
    ]
    return "; ".join(parts)


def _one_line(text: str, most: int, what: str) -> str:
    # A line break in a header would begin another one.
    if any(ord(sign) < 32 or 127 <= ord(sign) < 160 for sign in text):
        raise DigestError(f"the {what} holds a line break or another control character")
    line = cleaned(text)
    if width_of(line) > most:
        raise DigestError(
            f"the {what} takes {width_of(line)} columns, and no inbox shows over {most}"
        )
    return line


def _line_words(what: str, line: str) -> str:
    return f"wrote the {what} “{line}”" if line else f"had the {what} made again"
