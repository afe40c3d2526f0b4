"""What an edition brings one reader: decided as planning does, for staff to look at."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from digest.compose.plan import LeftOut, PlannedCopy, decide
from digest.compose.selection import EditionSelection
from digest.compose.variants import arranged, composed, composed_for, news
from digest.compose.whats_on import events_alone, whats_on
from digest.errors import NotFound
from digest.model.editions.edition import Variant, VariantKey
from digest.model.editions.steering import Steering
from digest.model.formats import Format
from digest.model.people.person import Addressee
from digest.model.staff_words import moment_in_words
from digest.schedule.editions.foresight import (
    ReaderScope,
    due_to_reader,
    questions_of,
)
from digest.schedule.editions.steering.open_edition import (
    OpenEdition,
    open_edition,
    variant_of,
)
from digest.store.base.asked_together import Asked, ask_together
from digest.store.campaigns import campaigns
from digest.store.delivery import copies
from digest.store.editions import editions, steering
from digest.store.editions.editions import Edition
from digest.store.editions.steering import OPEN
from digest.store.people import addressing, readers, subscribers
from digest.store.people.readers import ReaderInCampaign
from digest.store.people.subscribers import Subscriber


@dataclass(frozen=True, slots=True)
class ReaderCopy:
    """One reader's copy of an edition; without a `variant`, `why_not` says why none.

    `to` is as whom it is addressed. `wanted` and `topics` are as the reader has them:
    the variant's own format is another one where that cannot reach them.
    """

    to: Addressee
    variant: Variant | None = None
    why_not: str = ""
    wanted: Format | None = None
    topics: tuple[str, ...] = ()

    def in_format(self, fmt: Format) -> Variant:
        """Return the same in that format. Raises NotFound where they get none."""
        if self.variant is None:
            raise NotFound(f"{self.to.name} gets no copy of it: {self.why_not}")
        return replace(self.variant, format=fmt)


def reader_copy(
    connection: Connection,
    what: str,
    schedule: str | None,
    subscriber_id: int,
    now: datetime,
) -> ReaderCopy:
    """Return the copy of that subscriber; `what` is as of `open_edition`.

    That which was planned for them, or that which would be if it were planned now:
    with the reasons of planning where there is none. Changes nothing. Raises NotFound
    in words.
    """
    edition = open_edition(connection, what, schedule, now)
    person = subscribers.get(connection, subscriber_id)
    return copy_for(connection, edition, person, now)


def copy_for(
    connection: Connection,
    edition: OpenEdition,
    person: Subscriber | None,
    now: datetime,
    questions: Iterable[Asked] = (),
) -> ReaderCopy:
    """Return somebody's copy of an open edition: see `reader_copy`.

    `questions` about them are asked with its own. Raises NotFound in words.
    """
    if person is None or not person.person.name:
        raise NotFound("there is nobody of that number, or they have been erased")
    theirs = edition.campaign_id, person.id
    ask_together(
        connection,
        (
            *questions,
            (readers.choices_in, *theirs),
            *readers.questions_before_kinds(connection, edition.campaign_id),
        ),
    )
    reader = readers.in_campaign(connection, *theirs)
    if reader is None:
        who = Addressee(person.person.name)
        return ReaderCopy(who, why_not=f"not a reader of {edition.campaign.title}")
    ask_together(connection, _questions(edition, reader, now))
    to = addressing.addressees(connection, [reader.id])[reader.id]
    copy = ReaderCopy(to, wanted=reader.wanted, topics=reader.topics)
    variant, why_not = _variant(connection, edition, reader, now)
    return replace(copy, variant=variant, why_not=why_not)


def _questions(
    edition: OpenEdition, reader: ReaderInCampaign, now: datetime
) -> Iterator[Asked]:
    """Yield what is asked of a reader, whether readers were planned for or not."""
    yield addressing.addressed_to, (reader.id,)
    yield addressing.evidence_of, (reader.id,)
    yield from questions_of(_scope(edition), reader.id, max(now, edition.slot))
    if edition.place.edition_id != OPEN:
        yield copies.fate_asked, edition.place.edition_id, reader.id


def _scope(edition: OpenEdition) -> ReaderScope:
    place = edition.place
    return ReaderScope(edition.campaign_id, place.schedule_id, place.mode)


def _variant(
    connection: Connection,
    edition: OpenEdition,
    reader: ReaderInCampaign,
    now: datetime,
) -> tuple[Variant | None, str]:
    """Return what the reader gets, or why nothing."""
    number = edition.place.edition_id
    row = editions.get(connection, number) if number != OPEN else None
    if row is not None and (row.planned_at or reader.id <= row.plan_cursor):
        return _planned(connection, row, reader)
    if row is not None and row.ended_at is not None:
        return None, f"{row.title} is {row.state}, and goes to nobody"
    decision = _decision(connection, edition, reader, now)
    match decision:
        case None:
            return None, _why_not_asked(connection, edition, reader)
        case LeftOut(reason=reason):
            return None, reason
        case PlannedCopy(key=key) if row is None:
            return _drafted(connection, edition, key), ""
        case PlannedCopy(key=key):
            each = composed_for(connection, row, key)
            return (each.variant, "") if each else (None, "nothing of it is left")


def _planned(
    connection: Connection, edition: Edition, reader: ReaderInCampaign
) -> tuple[Variant | None, str]:
    fate = copies.fate_of(connection, edition.id, reader.id)
    if fate is None:
        return None, "no copy was planned: they had paused, or joined later"
    if fate.variant_id is None:
        return None, fate.reason
    each = composed(connection, fate.variant_id)
    if each is None:
        return None, "all of it was withdrawn"
    return each.variant, ""


def _decision(
    connection: Connection,
    edition: OpenEdition,
    reader: ReaderInCampaign,
    now: datetime,
) -> PlannedCopy | LeftOut | None:
    """Return what planning would decide; None where it would not ask for them."""
    # Whose pause is over by then is planned for.
    at = max(now, edition.slot)
    theirs = due_to_reader(connection, _scope(edition), reader.id, edition.upto, at)
    if theirs is None:
        return None
    kind, due = theirs
    entries = news(connection, edition.campaign_id, (due.since, due.upto), edition.slot)
    steered = _steering_of(connection, edition)
    selection = EditionSelection.of(
        edition.campaign,
        steered,
        is_last=edition.is_last,
        alone=events_alone(
            connection, edition.campaign, edition.scope, edition.upto, steered
        ),
    )
    return decide(kind, due, entries, selection)


def _why_not_asked(
    connection: Connection, edition: OpenEdition, reader: ReaderInCampaign
) -> str:
    if reader.schedule_id != edition.place.schedule_id:
        stored = campaigns.by_name(connection, edition.campaign.name)
        named = {
            row.id: row.schedule.name
            for row in campaigns.schedules_of(connection, stored)
        }
        return f"they read {named.get(reader.schedule_id, 'another schedule')}"
    if reader.paused_until is not None:
        zone = edition.campaign.timezone
        return f"they have paused until {moment_in_words(reader.paused_until, zone)}"
    return "it is not for them"


def _drafted(connection: Connection, edition: OpenEdition, key: VariantKey) -> Variant:
    """Return the open edition for readers of that key, marked as a proof."""
    steered = _steering_of(connection, edition)
    stretch = (key.due.since, key.due.upto)
    theirs = [
        entry
        for entry in news(connection, edition.campaign_id, stretch, edition.slot)
        if key.takes(entry.position, entry.topics)
    ]
    arrangement = arranged(theirs, steered, edition.campaign)
    variant = variant_of(edition, steered, arrangement, key.format, key.language)
    listed = whats_on(connection, edition.scope, key, steered)
    return replace(variant, coming=listed.events, draft=True)


def _steering_of(connection: Connection, edition: OpenEdition) -> Steering:
    return steering.get(connection, edition.place).steering
