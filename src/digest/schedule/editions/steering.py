"""Staff steer an edition that is open: its words, and the order of its posts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from digest.compose.selection import EditionSelection, posts_in_order, sectioned
from digest.compose.variants import ArrangedItems, due_entries
from digest.errors import DigestError, NotFound
from digest.gather.markup.markdown import markdown_to_blocks
from digest.model.campaigns.campaign import Campaign
from digest.model.campaigns.campaign_slots import last_slot, next_slot
from digest.model.editions.due_stretch import due_to
from digest.model.editions.edition import Variant
from digest.model.editions.mime import cleaned
from digest.model.editions.steering import SteeredEdition, Steering
from digest.model.formats import HTML, Format
from digest.model.limits import NOTE_LENGTH, PREHEADER_LENGTH, SUBJECT_LENGTH
from digest.model.posts.blocks import (
    Block,
    EasyRead,
    Heading,
    ListBlock,
    Paragraph,
    Picture,
    Quote,
)
from digest.model.posts.items import Event
from digest.model.posts.markdown import to_markdown
from digest.model.posts.shortening import width_of
from digest.render.email.contents import preheader
from digest.render.email.subject import subject
from digest.schedule.editions.previews import schedule_of
from digest.store.base.engine import reading, writing
from digest.store.base.modes import mode_of
from digest.store.campaigns import campaigns
from digest.store.editions import editions, steering
from digest.store.editions.steering import OPEN, SteeringAct, SteeringPlace
from digest.store.people import owed
from digest.store.posts.log import MAX, LogEntry

# A note has no address of its own that others could be taken from.
_NOWHERE = ""
_NUMBER_LENGTH = 18


@dataclass(frozen=True, slots=True)
class OpenEdition:
    """An edition that can be changed: the next of a schedule, or one called back.

    `entries` are what it would carry if it were frozen now.
    """

    place: SteeringPlace
    campaign_id: int
    campaign: Campaign
    schedule: str
    slot: datetime
    entries: Sequence[LogEntry]
    is_last: bool = False
    upto: int = MAX

    @property
    def title(self) -> str:
        """What staff call it."""
        number = self.place.edition_id
        return f"edition {number}" if number != OPEN else f"next {self.schedule}"


@dataclass(frozen=True, slots=True)
class EditionContents:
    """What an open edition holds, as it would be shown, and the words around it.

    `left_over` is what the next one gets: taken out, or beyond the campaign's most.
    """

    edition: OpenEdition
    steered: SteeredEdition
    posts: Sequence[LogEntry]
    events: Sequence[LogEntry]
    left_over: Sequence[LogEntry]
    subject: str
    preheader: str

    def facts(self) -> dict[str, Any]:
        """Return it for a program."""
        steered = self.steered.steering
        return {
            "campaign": self.edition.campaign.name,
            "schedule": self.edition.schedule,
            "edition": self.edition.place.edition_id or None,
            "slot": self.edition.slot,
            "version": self.steered.version,
            "subject": {
                "words": self.subject,
                "is_own": bool(steered.subject),
                "width": width_of(self.subject),
            },
            "preheader": {
                "words": self.preheader,
                "is_own": bool(steered.preheader),
                "width": width_of(self.preheader),
            },
            "note": to_markdown(steered.note),
            "posts": [
                {
                    "id": entry.id,
                    "title": entry.item.title,
                    "pinned": entry.id in steered.pinned,
                }
                for entry in self.posts
            ],
            "events": [
                {"id": entry.id, "title": entry.item.title} for entry in self.events
            ],
            "left_over": [
                {
                    "id": entry.id,
                    "title": entry.item.title,
                    "taken_out": entry.id in steered.out,
                }
                for entry in self.left_over
            ],
        }


def note_of(text: str) -> tuple[Block, ...]:
    """Return staff's Markdown as the blocks of a note. Raises DigestError in words.

    Of the closed set of blocks, like all that comes in; its headings are strong
    words, since it stands above all headings, and pictures are refused.
    """
    if len(text) > NOTE_LENGTH:
        raise DigestError(
            f"the note has over {NOTE_LENGTH:,} characters: make a post of it"
        )
    try:
        blocks = markdown_to_blocks(text, _NOWHERE)
    except ValueError as problem:
        raise DigestError(f"the note {problem}") from problem
    if any(map(_has_picture, blocks)):
        raise DigestError("a note has no pictures: make a post of it")
    return tuple(map(_without_heading, blocks))


def contents(
    engine: Engine, what: str, schedule: str | None, now: datetime
) -> EditionContents:
    """Return what an open edition holds. `what` is as of `change`."""
    with reading(engine) as connection:
        edition = open_edition(connection, what, schedule, now)
        steered = steering.get(connection, edition.place)
    selection = EditionSelection.of(
        edition.campaign, steered.steering, is_last=edition.is_last
    )
    left_over = selection.left_over(edition.entries)
    entries = [entry for entry in edition.entries if entry not in left_over]
    in_order = posts_in_order(entries, steered.steering)
    parted = sectioned(in_order, steered.steering, edition.campaign)
    posts = [entry for entry, _ in parted]
    events = [entry for entry in entries if isinstance(entry.item, Event)]
    items = tuple(entry.item for entry in (*posts, *events))
    variant = variant_of(edition, steered.steering, ArrangedItems(items, (), ()))
    return EditionContents(
        edition,
        steered,
        posts,
        events,
        left_over,
        subject=subject(variant) if items else steered.steering.subject,
        preheader=(
            " ".join(preheader(variant)) if items else steered.steering.preheader
        ),
    )


@dataclass(frozen=True, slots=True)
class Steer:
    """One hand on an open edition, until it lets go.

    `what` is a campaign's name, for the next edition of its schedule, or the number
    of an edition that was called back. `version` is that at which it was seen, None
    where nobody says. Every act raises DigestError in words: where there is no such
    edition or post, where it is not open, or changed since that version.
    """

    engine: Engine
    what: str
    schedule: str | None
    by: str
    now: datetime
    version: int | None = None

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
        """Have a post come at that place, 1 being the first."""

        def moved(steered: Steering, _post: int, ids: Sequence[int]) -> Steering:
            return steered.moved(ids, post, place)

        with writing(self.engine) as connection:
            edition = self._edition(connection)
            ids = _posts_of(edition)
            _refuse_unless_among(post, ids, edition)
            act = self._act(f"moved post {post} to place {place}")
            return steering.change(
                connection,
                edition.place,
                lambda steered: moved(steered, post, ids),
                act,
            )

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
        return open_edition(connection, self.what, self.schedule, self.now)

    def _act(self, words: str) -> SteeringAct:
        return SteeringAct(words, self.by, self.now, self.version)


def open_edition(
    connection: Connection, what: str, schedule: str | None, now: datetime
) -> OpenEdition:
    """Return the open edition of a campaign's schedule, or that of a number.

    Raises NotFound in words.
    """
    if what.isascii() and what.isdigit() and len(what) <= _NUMBER_LENGTH:
        return _called_back(connection, int(what))
    stored = campaigns.by_name(connection, what)
    row = schedule_of(connection, stored, schedule)
    # One that has closed is frozen: open is the edition after it.
    in_file, extra = row.schedule, row.extra_slot
    slot = next_slot(stored.campaign, in_file, now + in_file.close, extra) or now
    mode = mode_of(connection)
    since = editions.upto_before(connection, row.id, slot, mode)
    due = due_to(since, MAX, owed.carried_to(connection, row.id, mode))
    return OpenEdition(
        SteeringPlace(row.id, mode),
        stored.id,
        stored.campaign,
        row.schedule.name,
        slot,
        due_entries(connection, stored.id, due, slot),
        is_last=slot == last_slot(stored.campaign, in_file, extra),
    )


def _called_back(connection: Connection, edition_id: int) -> OpenEdition:
    edition = editions.get(connection, edition_id)
    since = editions.upto_before(
        connection, edition.schedule_id, edition.slot, edition.mode
    )
    if edition.upto is None:
        carried = owed.carried_to(connection, edition.schedule_id, edition.mode)
        due = due_to(since, MAX, carried)
    else:
        due = due_to(since, edition.upto, edition.carried_in)
    return OpenEdition(
        SteeringPlace(edition.schedule_id, edition.mode, edition.id),
        edition.campaign_id,
        campaigns.load(connection, edition.campaign_id),
        edition.schedule,
        edition.slot,
        due_entries(connection, edition.campaign_id, due, edition.slot),
        is_last=edition.is_last,
        upto=MAX if edition.upto is None else edition.upto,
    )


def variant_of(
    edition: OpenEdition,
    steered: Steering,
    arrangement: ArrangedItems,
    fmt: Format = HTML,
    language: str = "",
) -> Variant:
    """Return the open edition as it would be with these items, in that format."""
    goodbye = edition.campaign.last_edition.goodbye if edition.is_last else ()
    return Variant(
        code="draft",
        campaign=edition.campaign,
        slot=edition.slot,
        items=arrangement.items,
        entry_ids=arrangement.entry_ids,
        sections=arrangement.sections,
        format=fmt,
        language=language or edition.campaign.language,
        note=steered.note,
        goodbye=goodbye,
        subject=steered.subject,
        preheader=steered.preheader,
    )


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


def _has_picture(block: Block) -> bool:
    match block:
        case Picture() | EasyRead():
            return True
        case ListBlock(items=items):
            return any(_has_picture(part) for item in items for part in item)
        case Quote(body=body):
            return any(map(_has_picture, body))
        case _:
            return False


def _without_heading(block: Block) -> Block:
    match block:
        case Heading(spans=spans):
            return Paragraph(tuple(replace(span, strong=True) for span in spans))
        case ListBlock(ordered, items):
            return ListBlock(
                ordered, tuple(tuple(map(_without_heading, item)) for item in items)
            )
        case Quote(body, attribution):
            return Quote(tuple(map(_without_heading, body)), attribution)
        case _:
            return block
