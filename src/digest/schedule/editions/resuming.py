"""Letting things leave again: what would go, and what readers have had already.

Shown first, from the same rows and by the same decisions as planning. Whatever a
person answers is done in one transaction, with the hold that it ends.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from digest.model.campaigns.campaign_slots import next_slot
from digest.model.delivery.mail_records import RecordFault, ServerRecord
from digest.model.editions.edition import EditionState
from digest.model.editions.mode import Mode
from digest.schedule.editions import due
from digest.schedule.editions.foresight import ForeseenEdition, foreseen
from digest.schedule.editions.had_by_record import settle_by_record
from digest.schedule.guard import guarded
from digest.store.base.engine import reading, writing
from digest.store.base.modes import mode_of
from digest.store.campaigns import campaigns, going_live
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.delivery import had
from digest.store.editions import editions, moves
from digest.store.editions.editions import Edition, Slot
from digest.store.holds import holds
from digest.store.holds.holds import Hold
from digest.store.people import places
from digest.store.posts import positions
from digest.store.posts.log import MAX

HAD = "had already, as a person said when they let things leave again"
_UNPLANNED = (EditionState.OPEN, EditionState.FROZEN, EditionState.APPROVED)
_CANCELLABLE = (EditionState.OPEN, EditionState.FROZEN)


@dataclass(frozen=True, slots=True)
class SendAnswer:
    """Readers have had nothing of it: all of it goes."""

    def __str__(self) -> str:
        return "send it all"


@dataclass(frozen=True, slots=True)
class HadAllAnswer:
    """They had all of it: everybody's place moves to here."""

    def __str__(self) -> str:
        return "they had it"


@dataclass(frozen=True, slots=True)
class HadBeforeAnswer:
    """What was released before an instant they had; the rest goes."""

    at: datetime

    def __str__(self) -> str:
        return f"had what was released before {self.at:%Y-%m-%d %H:%M} UTC"


@dataclass(frozen=True, slots=True)
class HadByRecordAnswer:
    """They had what a mail server's own record says that it took; the rest goes."""

    record: ServerRecord

    def __str__(self) -> str:
        return "had what the mail server's record says that it took"


# Where sources are read first, so that what they have by now counts as had too.
SourcesFirst = HadAllAnswer | HadBeforeAnswer | HadByRecordAnswer
Answer = SendAnswer | HadAllAnswer | HadBeforeAnswer | HadByRecordAnswer


@dataclass(frozen=True, slots=True)
class UnsettledCopies:
    """How many copies of an edition under way have no end yet, by channel."""

    edition: Edition
    copies: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ComingEdition:
    """What a schedule's next edition would hold: at once where it `is_due`."""

    foreseen: ForeseenEdition
    is_due: bool


@dataclass(frozen=True, slots=True)
class CampaignOutlook:
    """What of a campaign would go once things may leave."""

    stored: StoredCampaign
    unsettled: tuple[UnsettledCopies, ...]
    coming: tuple[ComingEdition, ...]

    def facts(self) -> dict[str, Any]:
        """Return it for a program."""
        return {
            "campaign": self.stored.campaign.name,
            "under_way": [
                {
                    "edition": each.edition.id,
                    "schedule": each.edition.schedule,
                    "slot": each.edition.slot,
                    "copies": dict(each.copies),
                }
                for each in self.unsettled
            ],
            "coming": [
                {"is_due": each.is_due, **each.foreseen.facts()} for each in self.coming
            ],
        }


@dataclass(frozen=True, slots=True)
class HoldReport:
    """What a hold keeps back, and what would go without it."""

    hold: Hold
    campaigns: tuple[CampaignOutlook, ...]

    @property
    def at_once(self) -> int:
        """How many copies would leave as soon as they may."""
        return sum(
            sum(sum(each.copies.values()) for each in campaign.unsettled)
            + sum(each.foreseen.readers for each in campaign.coming if each.is_due)
            for campaign in self.campaigns
        )

    @property
    def asks(self) -> bool:
        """Whether a person has to say what readers have had.

        Of a restored database also where all of it goes at a slot to come.
        """
        later = any(
            each.foreseen.readers
            for campaign in self.campaigns
            for each in campaign.coming
        )
        return bool(self.at_once) or (self.hold.is_of_a_restore and later)

    def facts(self) -> dict[str, Any]:
        """Return it for a program."""
        return {
            "held_since": self.hold.since,
            "because": self.hold.because,
            "at_once": self.at_once,
            "campaigns": [campaign.facts() for campaign in self.campaigns],
        }


@dataclass(slots=True)
class ResumeReport:
    """What an answer has come to: `before` and `after` say what would go.

    `copies` counts those called had, by edition; `places` the readers who were moved
    on, by campaign; `faults` are lines of a record that name no copy here.
    """

    before: HoldReport
    after: HoldReport | None = None
    copies: Counter[int] = field(default_factory=Counter)
    places: Counter[str] = field(default_factory=Counter)
    faults: tuple[RecordFault, ...] = ()
    others: int = 0

    def facts(self) -> dict[str, Any]:
        """Return it for a program."""
        return {
            "before": self.before.facts(),
            "after": self.after.facts() if self.after else None,
            "copies_had": {str(number): n for number, n in self.copies.items()},
            "readers_moved": dict(self.places),
            "faults": [{"line": fault.line, "why": fault.why} for fault in self.faults],
            "other_lines": self.others,
        }


def outlook(engine: Engine, now: datetime) -> HoldReport | None:
    """Return what would go if things might leave, or None where they may.

    Changes nothing.
    """
    with reading(engine) as connection:
        hold = holds.standing(connection, now)
        return _outlook(connection, hold, now) if hold else None


def resume(
    engine: Engine, answer: Answer, now: datetime, *, dry_run: bool = False
) -> ResumeReport | None:
    """Let things leave again, readers having had what the answer says.

    One transaction, and on record. None, and nothing is changed, where things may
    leave already. A dry run says what it would come to, and changes nothing.
    """
    if dry_run:
        with engine.connect() as connection:
            report = _resumed(connection, answer, now)
            connection.rollback()
        return report
    with writing(engine) as connection:
        report = _resumed(connection, answer, now)
        if report is not None:
            holds.lift(connection, now, _recorded(answer, report))
        return report


def _resumed(
    connection: Connection, answer: Answer, now: datetime
) -> ResumeReport | None:
    hold = holds.locked(connection, now)
    if hold is None:
        return None
    report = ResumeReport(_outlook(connection, hold, now))
    stored_campaigns = [each.stored for each in report.before.campaigns]
    if restored_at := _restored_at(hold):
        for stored in stored_campaigns:
            positions.sort_anew(connection, stored.id, restored_at)
    match answer:
        case SendAnswer():
            pass
        case HadAllAnswer() | HadBeforeAnswer():
            for stored in stored_campaigns:
                _had(connection, stored, answer, report, now)
        case HadByRecordAnswer(record):
            named = settle_by_record(
                connection, stored_campaigns, record, restored_at, now
            )
            report.copies, report.places = named.copies, named.places
            report.faults, report.others = named.faults, record.others
    report.after = _outlook(connection, hold, now)
    return report


def _restored_at(hold: Hold) -> datetime | None:
    return hold.since if hold.is_of_a_restore else None


def _recorded(answer: Answer, report: ResumeReport) -> dict[str, Any]:
    """Return what the audit trail says of an answer."""
    at_once = report.after.at_once if report.after else 0
    return {
        "answer": str(answer),
        "copies had": sum(report.copies.values()),
        "readers moved on": sum(report.places.values()),
        "copies that go at once": at_once,
    }


def _had(
    connection: Connection,
    stored: StoredCampaign,
    answer: HadAllAnswer | HadBeforeAnswer,
    report: ResumeReport,
    now: datetime,
) -> None:
    """Call had what the answer says of a campaign."""
    restored_at = _restored_at(report.before.hold)
    match answer:
        case HadAllAnswer():
            upto, until = positions.last(connection, stored.id), now
        case HadBeforeAnswer(until):
            upto = positions.before(connection, stored.id, until, restored_at)
    _had_up_to(connection, stored, upto, report, now)
    if restored_at is not None:
        _had_slots(connection, stored, until, now)


def _had_up_to(
    connection: Connection,
    stored: StoredCampaign,
    position: int,
    report: ResumeReport,
    now: datetime,
) -> None:
    """Call had what of a campaign lies up to that position, copies and places."""
    mode, name = mode_of(connection), stored.campaign.name
    for outlook in report.before.campaigns:
        if outlook.stored.id != stored.id:
            continue
        for each in outlook.unsettled:
            if (each.edition.upto or MAX) <= position:
                number = each.edition.id
                report.copies[number] += had.settle(connection, number, HAD, now)
    report.places[name] += places.bring_up(connection, stored.id, mode, position)
    if mode is Mode.LIVE:
        # Newcomers too: what others had before they came is no news to them.
        going_live.begin_behind(connection, stored.id, position)
    is_all = position >= positions.last(connection, stored.id)
    for edition in _of_campaign(connection, stored):
        upto = edition.upto if edition.upto is not None else MAX
        if edition.state in _CANCELLABLE and (upto <= position or is_all):
            moves.move(connection, edition.id, EditionState.CANCELLED, now, reason=HAD)


def _had_slots(
    connection: Connection, stored: StoredCampaign, until: datetime, now: datetime
) -> None:
    """Call had the editions that the database has lost, of slots that closed by then.

    Made anew, they would carry what came since under the Message-IDs of what was sent.
    """
    for row in campaigns.schedules_of(connection, stored):
        for at in [*due.unsettled_slots(connection, stored, row, now)]:
            if at - row.schedule.close <= until:
                moves.miss(connection, Slot(stored.id, row.id, at), now, HAD)


def _of_campaign(connection: Connection, stored: StoredCampaign) -> list[Edition]:
    """Return the editions of our mode that nobody, or not everybody, is planned for."""
    return [
        edition
        for edition in editions.in_states(connection, _UNPLANNED)
        if edition.campaign_id == stored.id
    ]


def _outlook(connection: Connection, hold: Hold, now: datetime) -> HoldReport:
    unsettled = had.unsettled(connection)
    outlooks = []
    for stored in campaigns.listed(connection):
        coming: tuple[ComingEdition, ...] = ()
        with guarded("foreseeing", f"campaign={stored.campaign.name}"):
            coming = tuple(_coming(connection, stored, now))
        outlooks.append(
            CampaignOutlook(
                stored, _unsettled_of(connection, stored, unsettled), coming
            )
        )
    return HoldReport(hold, tuple(outlooks))


def _unsettled_of(
    connection: Connection,
    stored: StoredCampaign,
    unsettled: Mapping[int, Mapping[str, int]],
) -> tuple[UnsettledCopies, ...]:
    of_campaign = {
        edition.id: edition for edition in editions.of_campaign(connection, stored.id)
    }
    return tuple(
        UnsettledCopies(of_campaign[number], copies)
        for number, copies in unsettled.items()
        if number in of_campaign
    )


def _coming(
    connection: Connection, stored: StoredCampaign, now: datetime
) -> Iterable[ComingEdition]:
    """Yield what each schedule's next edition would hold.

    That of an edition that waits to be planned, of a slot that is due, or of the next.
    """
    mode, waiting = mode_of(connection), _of_campaign(connection, stored)
    is_going = stored.paused_at is None and due.is_open(connection, stored)
    for schedule in campaigns.schedules_of(connection, stored):
        ours = [edition for edition in waiting if edition.schedule_id == schedule.id]
        late = due.late_slot(connection, stored, schedule, now)
        slots = [edition.slot for edition in ours] + ([late] if late else [])
        newest = ours[-1] if ours and not late else None
        is_due = bool(slots) and is_going
        slot = (
            slots[-1]
            if slots
            else next_slot(stored.campaign, schedule.schedule, now, schedule.extra_slot)
        )
        each = foreseen(
            connection,
            stored,
            schedule,
            slot=slot,
            now=now,
            mode=mode,
            upto=(newest.upto if newest else None) or MAX,
            edition_id=newest.id if newest else None,
        )
        if slot is not None or each.readers:
            yield ComingEdition(each, is_due)
