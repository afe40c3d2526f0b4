"""What callers are told of each call: the words to say, and sheets to print."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from digest.compose import variants
from digest.errors import NotFound
from digest.model.campaigns.campaign import Campaign
from digest.model.delivery.delivery import DeliveryState
from digest.model.staff_words import day_in_words, moment_in_words
from digest.render.calls.script import CallScript
from digest.render.calls.sheet import SheetEntry, SheetGroup, SheetHead, call_sheet
from digest.schedule.editions.renditions import Renditions
from digest.schedule.limits import CALLS_ON_A_SHEET
from digest.store.base.asked_together import Asked, ask_together
from digest.store.base.engine import reading
from digest.store.campaigns import campaigns
from digest.store.delivery.by_channel import BY_PHONE
from digest.store.delivery.calling import attempts, calls
from digest.store.delivery.calling.attempts import CallAttempt
from digest.store.delivery.calling.calls import Call
from digest.store.delivery.sending.claims import questions_of, welcome_readers
from digest.store.holds import holds
from digest.store.people import needs
from digest.store.staff.rounds import ALL_ROUNDS, VisibleRounds

_NOBODY = "nobody is to be rung{}; see those there are with: digest calls list"


@dataclass(frozen=True, slots=True)
class CallNotes:
    """What a caller is to know of somebody before they ring."""

    needs: tuple[str, ...] = ()
    last: CallAttempt | None = None


@dataclass(frozen=True, slots=True)
class CallSheets:
    """Gives what is said in calls, and prints it."""

    engine: Engine
    renditions: Renditions
    clock: Callable[[], datetime]

    def script(
        self, call: Call, connection: Connection | None = None
    ) -> CallScript | None:
        """Return what is said; None where all of it was withdrawn meanwhile.

        With a `connection` that only reads, of that moment. Raises RenderError.
        """
        return self.renditions.script(call.variant_id, connection)

    def may_ring(self, call: Call, connection: Connection | None = None) -> bool:
        """Whether its reader is to be rung now: nothing and nobody holds it back."""
        now = self.clock()
        if not call.is_to_be_made or holds.look(self.engine, now):
            return False
        transaction = nullcontext(connection) if connection else reading(self.engine)
        with transaction as within:
            its_edition = call.key.edition_id
            return call.key.reader_id in welcome_readers(
                within, its_edition, BY_PHONE, [call.key], now
            )

    def sheet(
        self, of: VisibleRounds = ALL_ROUNDS, edition_id: int | None = None
    ) -> bytes:
        """Return all calls that are to be made as one PDF: those of an edition, or all.

        For each kind of reader what to say, and whom to ring. Raises NotFound where
        nobody is to be rung, and DigestError while nothing may leave.
        """
        now = self.clock()
        if hold := holds.look(self.engine, now):
            raise hold.error()
        with reading(self.engine) as connection:
            every = calls.to_make(connection, of, now, CALLS_ON_A_SHEET, edition_id)
            count = len(every)
            if count == CALLS_ON_A_SHEET:
                count = calls.count_to_make(connection, of, edition_id)
            ask_together(connection, questions(every))
            welcome = _welcome(connection, every, now)
            notes = notes_on(connection, every)
            of_campaign = {
                call.campaign_id: campaigns.load(connection, call.campaign_id)
                for call in welcome
            }
            by_variant: dict[int, list[Call]] = {}
            for call in welcome:
                by_variant.setdefault(call.variant_id, []).append(call)
            scripts = {
                variant_id: self.renditions.script(variant_id, connection)
                for variant_id in by_variant
            }
        groups = [
            SheetGroup(
                script,
                tuple(
                    _entry(
                        call,
                        notes.get(call.subscriber_id, CallNotes()),
                        of_campaign[call.campaign_id].timezone,
                        now,
                    )
                    for call in theirs
                ),
                _head(
                    theirs[0], script.title, of_campaign[theirs[0].campaign_id], of, now
                ),
            )
            for variant_id, theirs in by_variant.items()
            if (script := scripts[variant_id])
        ]
        if not groups:
            whom = f" for edition {edition_id}" if edition_id is not None else ""
            raise NotFound(_NOBODY.format(whom))
        left_over = max(0, count - len(every))
        return call_sheet(groups, self.renditions.templates_dir, left_over)


def _head(
    call: Call, title: str, campaign: Campaign, of: VisibleRounds, now: datetime
) -> SheetHead:
    """Return what stands on the pages of calls like that one."""
    return SheetHead(
        title,
        day_in_words(now.astimezone(ZoneInfo(campaign.timezone))),
        organiser=of.organiser or "",
        worried=campaign.letter.phone,
        language=campaign.language,
        is_proof=call.is_rehearsal,
    )


def _entry(call: Call, about: CallNotes, zone: str, now: datetime) -> SheetEntry:
    again = call.next_attempt_at if call.waits(now) else None
    return SheetEntry(
        str(call.key),
        call.name,
        call.phone,
        about.needs,
        attempt_in_words(about.last, zone) if about.last else "",
        moment_in_words(again, zone) if again else "",
    )


def questions(every: Sequence[Call]) -> Iterator[Asked]:
    """Yield what is asked of these calls for their page or sheet, to be asked together.

    Of their editions, of what is said in them, and of their people.
    """
    yield from questions_of({call.key.edition_id for call in every})
    for variant_id in {call.variant_id for call in every}:
        yield variants.numbered, variant_id
    people = tuple(call.subscriber_id for call in every)
    yield needs.shared_with_others, people
    yield attempts.question_of_latest(people)


def notes_on(connection: Connection, every: Sequence[Call]) -> dict[int, CallNotes]:
    """Return what a caller is to know of the people of these calls, by person."""
    people = [call.subscriber_id for call in every]
    shared = needs.shared_by(connection, people)
    last = attempts.latest_of(connection, people)
    return {
        person: CallNotes(shared.get(person, ()), last.get(person))
        for person in {*shared, *last}
    }


def attempt_in_words(attempt: CallAttempt, zone: str) -> str:
    """Return what came of a call, and when: "No answer, Monday 6 July 2026, 9:00"."""
    return f"{attempt.outcome.words}, {moment_in_words(attempt.at, zone)}"


def _welcome(
    connection: Connection, every: Sequence[Call], now: datetime
) -> list[Call]:
    """Return those of the calls whose readers are still to be rung."""
    by_edition: dict[int, list[Call]] = {}
    for call in every:
        if call.state is DeliveryState.PLANNED:
            by_edition.setdefault(call.key.edition_id, []).append(call)
    welcome = {
        (edition_id, reader_id)
        for edition_id, theirs in by_edition.items()
        for reader_id in welcome_readers(
            connection, edition_id, BY_PHONE, [call.key for call in theirs], now
        )
    }
    return [
        call for call in every if (call.key.edition_id, call.key.reader_id) in welcome
    ]
