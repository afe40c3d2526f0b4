"""What should have happened and has not: broken, not busy.

A long queue that moves is no alarm, and neither is what waits for a person. What could
not be looked at is named: it is never well because nobody looked.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection

from digest.compose import lifecycle
from digest.model.campaigns.campaign import Approval
from digest.model.campaigns.campaign_slots import is_over
from digest.model.campaigns.durations import counted_down
from digest.model.campaigns.source_health import SourceState
from digest.model.delivery.rate_limits import RateLimits
from digest.model.editions.edition import EditionState
from digest.model.staff_words import counted, moment_in_words
from digest.schedule import limits
from digest.schedule.editions import due
from digest.schedule.guard import guarded
from digest.schedule.reports.alarm_questions import LONGEST_GRACE, alarm_questions
from digest.schedule.reports.troubles import of_campaigns, of_editions, of_sources
from digest.schedule.reports.troubles.of_incoming import incoming_troubles
from digest.schedule.reports.troubles.of_joining import joining_troubles
from digest.schedule.reports.troubles.of_nights import of_nights
from digest.schedule.reports.troubles.trouble import Trouble
from digest.store.base import machine_clocks
from digest.store.base.asked_together import ask_together
from digest.store.base.read_once import look_ahead
from digest.store.campaigns import campaigns, sources
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.campaigns.sources import SourceRow
from digest.store.delivery.sending import carriers, rate_limits
from digest.store.editions import editions, renditions
from digest.store.editions.editions import Edition
from digest.store.holds import holds
from digest.store.holds.holds import Hold
from digest.store.reports import stalls
from digest.store.staff import operators

_SERVICE = (
    "Is digest serve, or digest {command}, running? Its log says what stopped it."
)
_NO_LIMITS = RateLimits()


class AlarmKind(StrEnum):
    """What is broken."""

    HOLD = "hold"
    TIMETABLE = "timetable"
    CLOCK = "clock"
    EDITION = "edition"
    WORKER = "worker"
    MAIL_SERVER = "mail server"
    SOURCE = "source"
    LETTERS = "letters"
    OPERATORS = "operators"
    JOINING = "joining"
    INCOMING = "incoming mail"
    NIGHT = "night"
    ROW = "row"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that is broken. `cause` is the same for as long as it is."""

    kind: AlarmKind
    cause: str
    trouble: Trouble


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What is broken, how many editions are missing, when a timetable last looked."""

    alarms: tuple[Alarm, ...]
    missing: int
    looked_at: datetime | None

    def without_alarms(self, all_troubles: list[Trouble]) -> list[Trouble]:
        """Return those of the troubles that are not among the alarms."""
        broken = {alarm.trouble for alarm in self.alarms}
        return [trouble for trouble in all_troubles if trouble not in broken]

    def timetable_in_words(self, now: datetime) -> str:
        """Return when a timetable last looked, as a clause."""
        if self.looked_at is None:
            return "no timetable has looked yet"
        return f"the timetable looked {ago(self.looked_at, now)}"


def ago(instant: datetime, now: datetime) -> str:
    """Return how long ago that was, in whole minutes: "2 hours 5 minutes ago"."""
    length = max(now - instant, timedelta())
    return f"{counted_down(length - length % timedelta(minutes=1))} ago"


def reckon(
    connection: Connection, now: datetime, rates: RateLimits = _NO_LIMITS
) -> Reckoning:
    """Return what is broken now, each cause once, the gravest first."""
    return _Look(connection, now, rates).everything()


class _Look:
    """One look at everything; a part that fails is named, and costs no other."""

    def __init__(self, connection: Connection, now: datetime, rates: RateLimits):
        self._connection = connection
        self._now = now
        self._rates = rates
        ask_together(connection, alarm_questions(now))
        self._stored = campaigns.listed(connection)
        self._zone = self._stored[0].campaign.timezone if self._stored else "UTC"
        self._titles = {each.id: each.campaign.title for each in self._stored}
        self._looked_at = stalls.looked_at(connection)
        # What was kept back till then has had no time to move.
        self._let_go_at = stalls.let_go_at(connection, now - LONGEST_GRACE)
        self._hold: Hold | None = None
        self._missing = 0

    def everything(self) -> Reckoning:
        parts: dict[str, Callable[[], Iterator[Alarm]]] = {
            "whether anything may leave": self._holds,
            "the timetable": self._timetable,
            "the clocks": self._clocks,
            "the slots": self._slots,
            "the editions": self._editions,
            "the workers": self._workers,
            "the mail servers": self._mail_servers,
            "the letters": self._letters,
            "the mail to the operators": self._operators,
            "who signs up on the web": self._joining,
            "the mail that comes in": self._incoming,
            "what is done each night": self._nights,
            "the rows of the database": self._rows,
        }
        parts |= {
            f"the sources of {stored.campaign.name}": self._sources_of(stored)
            for stored in self._stored
        }
        alarms = list[Alarm]()
        for name, part in parts.items():
            with guarded("looking for what is broken", f"part={name!r}") as fault:
                alarms += part()
            if fault:
                alarms.append(_unseen(name, fault.words))
        return Reckoning(tuple(alarms), self._missing, self._looked_at)

    @property
    def _is_silent(self) -> bool:
        at = self._looked_at
        return at is not None and self._now - at > limits.TIMETABLE_SILENT

    @property
    def _is_paused(self) -> bool:
        """Whether a person has said so: what stands still then, is meant to."""
        return self._hold is not None and self._hold.because == holds.PAUSED

    def _holds(self) -> Iterator[Alarm]:
        hold = self._hold = holds.standing(self._connection, self._now)
        if hold and not self._is_paused:
            yield Alarm(
                AlarmKind.HOLD, "hold", of_campaigns.held_back(hold, self._zone)
            )

    def _timetable(self) -> Iterator[Alarm]:
        if self._looked_at and self._is_silent:
            since = moment_in_words(self._looked_at, self._zone)
            what = (
                f"No timetable has looked since {since}, "
                f"{ago(self._looked_at, self._now)}: no edition is made."
            )
            yield Alarm(
                AlarmKind.TIMETABLE,
                "timetable",
                Trouble(what, _SERVICE.format(command="timetable")),
            )

    def _clocks(self) -> Iterator[Alarm]:
        since = self._now - limits.CLOCKS_COMPARED
        for machine, ahead in machine_clocks.listed(self._connection, since).items():
            if abs(ahead) <= limits.CLOCKS_APART:
                continue
            which = "ahead of" if ahead > timedelta() else "behind"
            seconds = counted(round(abs(ahead).total_seconds()), "second", "seconds")
            what = f"The clock of {machine} is {seconds} {which} the database's."
            help_ = (
                "Have both set themselves by NTP: timedatectl says whether they do. "
                "Editions go by the database's clock; signing in, TLS and the log go "
                "by the machine's."
            )
            yield Alarm(AlarmKind.CLOCK, f"clock of {machine}", Trouble(what, help_))

    def _slots(self) -> Iterator[Alarm]:
        patience = limits.EDITION_GRACE
        if self._is_paused or self._was_let_go_within(patience):
            return
        lacking, unseen = due.missing(self._connection, self._now, patience)
        for each in lacking:
            campaign, schedule = each.stored.campaign, each.row.schedule
            self._missing += len(each.slots)
            is_cut = len(each.slots) == limits.SLOTS_AT_ONCE
            count = counted(len(each.slots), "edition is", "editions are")
            first, last = (
                moment_in_words(at, schedule.times.zone)
                for at in (each.slots[0], each.slots[-1])
            )
            span = f"due {first}" if len(each.slots) == 1 else f"from {first} to {last}"
            what = (
                f"{campaign.title}, {schedule.name}: {'at least ' if is_cut else ''}"
                f"{count} missing, {span}."
            )
            help_ = (
                "The timetable makes up for it when it looks, as far as it is not too "
                "late. " + _SERVICE.format(command="timetable")
            )
            cause = f"missing editions of schedule {each.row.id}"
            yield Alarm(AlarmKind.EDITION, cause, Trouble(what, help_))
        for words in unseen:
            yield _unseen(words, "the log says why")

    def _editions(self) -> Iterator[Alarm]:
        if self._hold:
            return
        unfinished = editions.unfinished(self._connection)
        look_ahead(self._connection, (edition.id for edition in unfinished))
        stamps = stalls.opened_and_approved(
            self._connection, [edition.id for edition in unfinished]
        )
        for edition in unfinished:
            title = self._titles.get(edition.campaign_id, edition.campaign)
            if fault := renditions.publishing_fault(self._connection, edition.id):
                trouble = of_editions.stopped_short(edition, title, fault)
                cause = f"edition {edition.id} cannot go on"
                yield Alarm(AlarmKind.EDITION, cause, trouble)
            elif since := self._stands_since(edition, *stamps[edition.id]):
                at = moment_in_words(since, self._zone)
                what = (
                    f"{title}, {edition.schedule}, {edition.title} has been "
                    f"{edition.state} since {at} and goes no further."
                )
                cause = f"edition {edition.id} stands still"
                service = _SERVICE.format(command="timetable")
                yield Alarm(AlarmKind.EDITION, cause, Trouble(what, service))
            for number, fault in enumerate(
                renditions.faults(self._connection, edition.id)
            ):
                trouble = of_editions.not_rendered(edition, title, fault)
                cause = f"edition {edition.id} cannot be made for some, {number}"
                yield Alarm(AlarmKind.EDITION, cause, trouble)

    def _stands_since(
        self, edition: Edition, opened_at: datetime, approved_at: datetime | None
    ) -> datetime | None:
        """Return since when an edition should have gone on by itself; None if not."""
        since: datetime | None = None
        if edition.state is EditionState.OPEN and not edition.is_recalled:
            since = opened_at
        elif edition.state is EditionState.FROZEN and self._awaits_nobody(edition):
            since = edition.frozen_at
        elif edition.state is EditionState.APPROVED:
            since = max(filter(None, (approved_at, edition.leaves_at)), default=None)
        if since is None or self._now - since <= limits.STEP_GRACE:
            return None
        return None if self._was_let_go_within(limits.STEP_GRACE) else since

    def _awaits_nobody(self, edition: Edition) -> bool:
        campaign = campaigns.load(self._connection, edition.campaign_id)
        if campaign.approval is Approval.AUTOMATIC and not edition.is_recalled:
            return True
        return self._now > lifecycle.approve_by(edition, campaign) + limits.STEP_GRACE

    def _workers(self) -> Iterator[Alarm]:
        now, overall = self._now, self._rates.overall
        pace = stalls.sending_pace(self._connection, now, limits.WORKER_SILENT)
        if self._hold or rate_limits.free_at(self._connection, overall, now):
            return
        in_trouble = carriers.in_trouble(self._connection).values()
        rests = [
            pace.moved_at,
            self._let_go_at,
            *(each.paused_until for each in in_trouble),
        ]
        moved = max((at for at in rests if at), default=None)

        def still(since: datetime | None) -> datetime | None:
            return max(filter(None, (since, moved)), default=None) if since else None

        what, since = "", None
        emails, letters = still(pace.emails_since), still(pace.letters_since)
        stuck = still(pace.leased_since)
        if stuck:
            if now - stuck > limits.SENDER_STUCK:
                what, since = "Emails are in a worker's hands, and none moves", stuck
        elif emails and now - emails > limits.WORKER_SILENT:
            what, since = "Emails are due, and no worker takes them", emails
        elif letters and now - letters > limits.LETTERS_GRACE:
            what, since = "Letters are to be made, and no worker makes them", letters
        if since:
            words = f"{what}, since {moment_in_words(since, self._zone)}."
            service = _SERVICE.format(command="work")
            yield Alarm(AlarmKind.WORKER, "worker", Trouble(words, service))

    def _mail_servers(self) -> Iterator[Alarm]:
        for server in carriers.in_trouble(self._connection).values():
            if self._now - server.since > limits.MAIL_SERVER_GRACE:
                since = moment_in_words(server.since, self._zone)
                what = f"The mail server {server.name} takes nothing since {since}:"
                trouble = Trouble(what, f"{server.reason.rstrip('.')}.")
                kind = AlarmKind.MAIL_SERVER
                yield Alarm(kind, f"{kind} {server.name}", trouble)

    def _letters(self) -> Iterator[Alarm]:
        before = self._now - limits.LETTERS_UNPOSTED
        count, since = stalls.letters_unposted(self._connection, before)
        if since:
            letters = counted(count, "letter lies", "letters lie")
            at = moment_in_words(since, self._zone)
            what = (
                f"{letters} here since {at}, and nobody has said that they are posted."
            )
            help_ = (
                "See: digest print list. Once they are in the post, say: "
                "digest print posted BATCH"
            )
            yield Alarm(AlarmKind.LETTERS, "letters", Trouble(what, help_))

    def _operators(self) -> Iterator[Alarm]:
        if unsent := operators.unsent(self._connection):
            mails = counted(unsent.count, "mail", "mails")
            at = moment_in_words(unsent.since, self._zone)
            what = f"{mails} to the operators could not be sent, since {at}:"
            trouble = Trouble(what, f"{unsent.why.rstrip('.')}. It is tried again.")
            yield Alarm(AlarmKind.OPERATORS, "mail to the operators", trouble)

    def _joining(self) -> Iterator[Alarm]:
        for trouble in joining_troubles(self._connection, self._now, self._zone):
            yield Alarm(AlarmKind.JOINING, trouble.help, trouble)

    def _incoming(self) -> Iterator[Alarm]:
        for trouble in incoming_troubles(self._connection, self._now, self._zone):
            yield Alarm(AlarmKind.INCOMING, trouble.help, trouble)

    def _nights(self) -> Iterator[Alarm]:
        before = self._now - limits.NIGHT_TASK_FAILING
        failing = of_nights(self._connection, self._zone, before)
        for name, trouble in failing.items():
            yield Alarm(AlarmKind.NIGHT, f"night task {name}", trouble)

    def _rows(self) -> Iterator[Alarm]:
        for trouble in of_campaigns.unreadable_rows(self._connection):
            yield Alarm(AlarmKind.ROW, trouble.what, trouble)

    def _sources_of(self, stored: StoredCampaign) -> Callable[[], Iterator[Alarm]]:
        def look() -> Iterator[Alarm]:
            if stored.paused_at is not None or is_over(stored.campaign, self._now):
                return
            for row in sources.of_campaign(self._connection, stored.id).values():
                if trouble := self._of_source(stored, row):
                    cause = f"source {row.id}"
                    yield Alarm(AlarmKind.SOURCE, cause, trouble)

        return look

    def _of_source(self, stored: StoredCampaign, row: SourceRow) -> Trouble | None:
        health, since = row.health, row.health.failing_since
        is_long = since and self._now - since > limits.SOURCE_FAILING
        if health.state is SourceState.PAUSED or is_long:
            return of_sources.unread(stored.campaign, row)
        # Who works by hand reads sources by hand; and of a timetable that is silent,
        # or does nothing because it may not, it is said once.
        if self._looked_at is None or self._is_silent or self._hold:
            return None
        patience = limits.SOURCE_UNREAD
        if self._was_let_go_within(patience):
            return None
        begun = row.tried_at or campaigns.applied_at(self._connection, stored.id)
        was_due = self._now - patience
        if begun < was_due and health.is_due(was_due, begun, limits.GATHER_EVERY):
            return of_sources.not_looked_at(stored.campaign, row, begun)
        return None

    def _was_let_go_within(self, patience: timedelta) -> bool:
        return self._let_go_at is not None and self._now - self._let_go_at <= patience


def _unseen(what: str, why: str) -> Alarm:
    trouble = Trouble(f"It could not be looked at: {what}.", f"{why.rstrip('.')}.")
    return Alarm(AlarmKind.UNSEEN, f"unseen {what}", trouble)
