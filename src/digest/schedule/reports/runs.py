"""A run as staff see it: what has gone, how long it has left, what waits and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy import Connection

from digest.model.campaigns.campaign import Campaign
from digest.model.delivery.delivery import DeliveryState
from digest.model.delivery.eta import TimeRemaining, outlook, rate_of
from digest.model.delivery.eta import seconds_left as time_left
from digest.model.delivery.rate_limits import RateLimit, limits_in_words
from digest.model.editions.edition import EditionState
from digest.model.editions.mode import Mode
from digest.model.formats import Channel
from digest.model.limits import RATE_WINDOW_SECONDS
from digest.model.moves import DELIVERY_MOVES
from digest.model.staff_words import counted, moment_in_words
from digest.schedule.guard import guarded
from digest.schedule.limits import RATE_WAIT_TOLD_FROM
from digest.store.base.asked_together import ask_together
from digest.store.base.modes import mode_of
from digest.store.base.read_once import look_ahead, those_ahead
from digest.store.campaigns import campaigns
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.delivery.by_channel import BY_LETTER, BY_PHONE, count_emails
from digest.store.delivery.sending import carriers, rate_limits
from digest.store.delivery.sending.send_batches import LEASED
from digest.store.editions import holding_back
from digest.store.editions.editions import Edition
from digest.store.holds import holds
from digest.store.reports.editions import edition_copies, runs
from digest.store.reports.editions.runs import DelayedEmails

_SECONDS = ("second", "seconds")
_WINDOW = timedelta(seconds=RATE_WINDOW_SECONDS)


@dataclass(frozen=True, slots=True)
class Run:
    """How an edition's copies stand.

    `copies` counts by (channel, state). `rate` is emails a second over the
    last minute, and `seconds_left` what those will need that may go now: None
    where that cannot be told. `reasons` say in words what keeps copies back.
    `doubtful` counts those that may have arrived without our knowing, or arrived
    twice, and `to_post` the letters that are laid out and not in the post.
    """

    edition: Edition
    campaign: Campaign
    copies: dict[tuple[str, str], int]
    remaining: TimeRemaining
    rate: float | None
    seconds_left: float | None
    outlook: str
    reasons: tuple[str, ...]
    doubtful: int = 0
    to_post: int = 0

    @property
    def total(self) -> int:
        """How many copies there are."""
        return sum(self.copies.values())

    @property
    def ended(self) -> int:
        """How many copies have an end; that of a letter is that it is laid out."""
        return sum(
            count
            for (_, state), count in self.copies.items()
            if state in DELIVERY_MOVES.ended
        )

    @property
    def dealt_with(self) -> int:
        """How many copies nobody has to do anything more for."""
        return sum(self.dealt_with_by(channel) for channel in Channel)

    def dealt_with_by(self, channel: Channel) -> int:
        """Return how many of a channel that are; a letter is once it is in the post."""
        ended = sum(
            self.copies.get((channel, state), 0) for state in DELIVERY_MOVES.ended
        )
        return ended - (self.to_post if channel is BY_LETTER else 0)

    def count(self, state: DeliveryState) -> int:
        """Return how many emails stand so."""
        return count_emails(self.copies, state)

    def facts(self) -> dict[str, Any]:
        """Return it for a program."""
        return {
            "edition": self.edition.id,
            "mode": self.edition.mode.value,
            "state": self.edition.state.value,
            "copies": [
                {"channel": channel, "state": state, "copies": count}
                for (channel, state), count in self.copies.items()
            ],
            "total": self.total,
            "ended": self.ended,
            "to_post": self.to_post,
            "dealt_with": self.dealt_with,
            "doubtful": self.doubtful,
            "ready": self.remaining.ready,
            "waiting": self.remaining.waiting,
            "next_attempt_at": self.remaining.soonest,
            "rate": self.rate,
            "seconds_left": self.seconds_left,
            "outlook": self.outlook,
            "reasons": list(self.reasons),
        }


def runs_of(
    connection: Connection,
    of_editions: Sequence[Edition],
    now: datetime,
    limits: Sequence[RateLimit] = (),
) -> list[Run]:
    """Return how the copies of these editions stand; not of one that cannot be read.

    What is amiss with such a one is among what needs help.
    """
    readable = []
    look_ahead(connection, (edition.id for edition in of_editions))
    _ask(connection, of_editions, now)
    for edition in of_editions:
        with guarded("looking at a run", f"edition={edition.id}"):
            readable.append(run_of(connection, edition, now, limits))
    return readable


def run_of(
    connection: Connection,
    edition: Edition,
    now: datetime,
    limits: Sequence[RateLimit] = (),
) -> Run:
    """Return how an edition's copies stand; `limits` hold for all emails together."""
    _ask(connection, [edition], now)
    copies = edition_copies.copies(connection, edition.id)
    stored = campaigns.by_name(connection, edition.campaign)
    doubtful = edition_copies.doubtful(connection, edition.id)
    to_post = (
        0
        if edition.is_rehearsal
        else edition_copies.count_to_post(connection, edition.id)
    )
    if not edition.is_going:
        # Nothing of it leaves by itself: no more has to be asked.
        none = TimeRemaining(0)
        return Run(
            edition=edition,
            campaign=stored.campaign,
            copies=copies,
            remaining=none,
            rate=None,
            seconds_left=0.0,
            outlook=outlook(none, None),
            reasons=(),
            doubtful=doubtful,
            to_post=to_post,
        )
    waiting = runs.waits(connection, edition.id, now)
    planned = count_emails(copies, DeliveryState.PLANNED)
    on_the_wire = count_emails(copies, DeliveryState.HANDING_OVER)
    ready = max(planned - waiting.copies, 0) + on_the_wire
    zone = stored.campaign.timezone
    kept_back = _holds(connection, stored, edition, now)
    if quiet := holding_back.quiet_until(connection, now).get(edition.id):
        words = (
            f"No email leaves in its quiet hours, until {moment_in_words(quiet, zone)}."
        )
        kept_back.append(words)
    calls = copies.get((BY_PHONE, DeliveryState.PLANNED), 0)
    remaining = TimeRemaining(
        ready, waiting.copies, waiting.soonest, bool(kept_back), calls, zone
    )
    rate = None
    if edition.state is EditionState.SENDING or edition.is_being_planned:
        recent = runs.lately(connection, edition.id, now, _WINDOW)
        rate = rate_of(recent.copies, (now - recent.since).total_seconds())
    used = rate_limits.allowances(connection, limits, now)
    stops = [*kept_back, *_stops(connection, limits, now, zone)]
    # Between two rounds, or for the moment that a limit lets none through, no worker
    # has a batch: that some have just left says that there is one.
    is_in_hand = bool(rate or runs.batches(connection, edition.id).get(LEASED))
    reasons = _reasons(remaining, waiting, stops, is_in_hand=is_in_hand)
    if edition.deliver_by and ready + waiting.copies + calls:
        by = moment_in_words(edition.deliver_by, zone)
        reasons.append(f"What has not gone by {by} expires.")
    return Run(
        edition=edition,
        campaign=stored.campaign,
        copies=copies,
        remaining=remaining,
        rate=rate,
        seconds_left=time_left(remaining, rate, used),
        outlook=outlook(remaining, rate, used),
        reasons=tuple(reasons),
        doubtful=doubtful,
        to_post=to_post,
    )


def _ask(connection: Connection, of_editions: Sequence[Edition], now: datetime) -> None:
    """Have asked together what is asked of these, and of the editions ahead."""
    ids = those_ahead(connection) or tuple(edition.id for edition in of_editions)
    ask_together(connection, (*campaigns.QUESTIONS, *edition_copies.questions(ids)))
    if any(edition.is_going for edition in of_editions):
        ask_together(
            connection,
            (
                *runs.questions(ids, now),
                *holds.QUESTIONS,
                *holding_back.QUESTIONS,
                *rate_limits.QUESTIONS,
                *carriers.QUESTIONS,
            ),
        )


def _reasons(
    remaining: TimeRemaining,
    waiting: DelayedEmails,
    stops: Sequence[str],
    *,
    is_in_hand: bool,
) -> list[str]:
    has_copies = remaining.ready or remaining.waiting
    reasons = [*stops] if has_copies else []
    # What stops them says already why nobody has them in hand.
    if remaining.ready and not (is_in_hand or stops):
        reasons.append(
            "No worker has it in hand: is digest serve or digest work running?"
        )
    reasons += [
        f"{count:,} put off: {why or 'no reason was given'}"
        for why, count in waiting.reasons
    ]
    return reasons


def _holds(
    connection: Connection, stored: StoredCampaign, edition: Edition, now: datetime
) -> list[str]:
    """Return what only staff can put right before any more is begun."""
    reasons = []
    if hold := holds.standing(connection, now):
        reasons.append(f"Nothing is sent: {hold.because}. {holds.CURE}")
    name, mode = stored.campaign.name, mode_of(connection)
    if edition.mode is not mode:
        reasons.append(f"It is of {edition.mode} mode, and this is {mode} mode.")
    elif mode is Mode.LIVE and stored.awaits_golive:
        reasons.append(
            "The campaign has been rehearsed and is not live yet. "
            f"Say: digest golive {name}"
        )
    if stored.paused_at is not None:
        reasons.append(f"The campaign is paused. Say: digest campaign resume {name}")
    return reasons


def _stops(
    connection: Connection, limits: Sequence[RateLimit], now: datetime, zone: str
) -> list[str]:
    """Return what stops every email for a while."""
    reasons = [
        f"The mail server {carrier.name} is left alone for another "
        f"{counted(ceil((carrier.paused_until - now).total_seconds()), *_SECONDS)}: "
        f"{carrier.reason}"
        for carrier in carriers.in_trouble(connection).values()
        if now < carrier.paused_until
    ]
    free_at = rate_limits.free_at(connection, limits, now)
    if free_at is not None and free_at - now >= RATE_WAIT_TOLD_FROM:
        reasons.append(
            f"No more may leave: {limits_in_words(limits)} (DIGEST_RATE). "
            f"The next on {moment_in_words(free_at, zone)}."
        )
    return reasons
