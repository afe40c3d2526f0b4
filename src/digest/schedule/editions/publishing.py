"""Carrying editions forward: gather, freeze, approve, plan, each step repeatable."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine

from digest.compose import lifecycle
from digest.compose.approvals import refuse_unless_seen
from digest.compose.plan import Submit, plan, submit_nothing
from digest.errors import DigestError
from digest.gather.fetching.fetch import Fetcher
from digest.gather.gathering import GatheringRound, SourceReport, gather
from digest.model.editions.edition import EditionState
from digest.model.editions.mode import Mode
from digest.model.staff_words import moment_in_words
from digest.schedule.editions import due
from digest.schedule.editions.named_schedule import schedule_of
from digest.schedule.editions.side_by_side import Errand, at_once
from digest.schedule.guard import guarded
from digest.schedule.limits import GATHER_EVERY
from digest.store.base.engine import reading, writing
from digest.store.base.modes import mode_of
from digest.store.campaigns import campaigns, schedule_rows
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.campaigns.going_live import refuse_unless_may_go, refuse_unless_open
from digest.store.editions import editions, moves, renditions
from digest.store.editions.editions import Edition
from digest.store.holds import holds
from digest.store.people import pauses

log = logging.getLogger(__name__)
_NOT_PLANNED = (EditionState.OPEN, EditionState.FROZEN, EditionState.APPROVED)


def publish_due(
    engine: Engine,
    fetcher: Fetcher,
    now: datetime,
    submit: Submit = submit_nothing,
    run: Callable[[str, Errand], None] = at_once,
) -> None:
    """Do what is due: open the slots' editions and carry every open one forward.

    Each campaign is an errand of its own, which `run` runs, and so is the reading of
    sources that are only due to be read again: an edition waits for the sources of its
    own campaign alone. While nothing may leave it does nothing but note that it has
    looked: a person says resume first. `submit` gets every send batch, see `plan`.
    """
    if hold := holds.check_in(engine, now):
        log.warning("%s", hold.words)
        return
    _end_pauses(engine, now)
    due.open_due(engine, now)
    with reading(engine) as connection:
        unfinished = editions.unfinished(connection)
        running = [row for row in campaigns.listed(connection) if not row.paused_at]
    opened = {
        edition.campaign_id
        for edition in unfinished
        if edition.state is EditionState.OPEN and not edition.is_recalled
    }

    for campaign_id in dict.fromkeys(edition.campaign_id for edition in unfinished):
        stored = [row for row in running if row.id == campaign_id in opened]
        theirs = [row for row in unfinished if row.campaign_id == campaign_id]

        def publish_theirs(
            stored: Sequence[StoredCampaign] = stored,
            theirs: Sequence[Edition] = theirs,
        ) -> bool:
            if stored:
                with guarded("gathering", f"campaign={stored[0].campaign.name}"):
                    gather(engine, fetcher, map(GatheringRound, stored), now)
            moved = [
                _carry_forward_guarded(engine, edition, now, submit)
                for edition in theirs
            ]
            return any(moved)

        run(f"campaign {campaign_id}", publish_theirs)

    def read_others() -> bool:
        with guarded("gathering", "of every campaign"):
            rounds = [
                GatheringRound(stored, GATHER_EVERY)
                for stored in running
                if stored.id not in opened
            ]
            gather(engine, fetcher, rounds, now)
        return False

    run("sources", read_others)


def _end_pauses(engine: Engine, now: datetime) -> None:
    """End the pauses of readers that are over, campaign by campaign."""
    with reading(engine) as connection:
        campaign_ids = pauses.with_some_over(connection, now)
    for campaign_id in campaign_ids:
        with (
            guarded("ending pauses", f"campaign={campaign_id}"),
            writing(engine) as connection,
        ):
            pauses.end_over(connection, campaign_id, now)
            pauses.forget_past(connection, now)


def _carry_forward_guarded(
    engine: Engine, edition: Edition, now: datetime, submit: Submit
) -> bool:
    """Carry an edition forward, or note why not; return whether its state changed."""
    state = edition.state
    with guarded("publishing", f"edition={edition.id}") as fault:
        state = carry_forward(engine, edition.id, now, submit).state
    with guarded("noting a fault", f"edition={edition.id}"):
        _note(engine, edition.id, fault.words)
    return state is not edition.state


def carry_forward(
    engine: Engine, edition_id: int, now: datetime, submit: Submit = submit_nothing
) -> Edition:
    """Freeze, approve where nobody has to, and plan; return where it then stands.

    What nobody approved in time goes as its campaign says.
    """
    lifecycle.freeze(engine, edition_id, now)
    lifecycle.approve(engine, edition_id, now)
    lifecycle.lapse(engine, edition_id, now)
    plan(engine, edition_id, now, submit=submit)
    with reading(engine) as connection:
        return editions.get(connection, edition_id)


def _note(engine: Engine, edition_id: int, why: str) -> None:
    """Keep why an edition could not be carried forward, until it can, for status."""
    with reading(engine) as connection:
        before = renditions.publishing_fault(connection, edition_id)
    if why != before:
        with writing(engine) as connection:
            renditions.note_publishing_fault(connection, edition_id, why)


def publish(
    engine: Engine,
    name: str,
    schedule: str | None,
    now: datetime,
    submit: Submit = submit_nothing,
) -> Edition:
    """Make an edition of a campaign's schedule at `now`, and carry it forward.

    Returns where it then stands. Raises as `open_now` does.
    """
    edition_id = open_now(engine, name, schedule, now)
    return carry_forward(engine, edition_id, now, submit)


def open_now(
    engine: Engine,
    name: str,
    schedule: str | None,
    now: datetime,
    by: str | None = None,
) -> int:
    """Open an edition of a campaign's schedule at `now`, whatever its times are.

    `by` is the person who wants it: it is held back as the campaign says, and where
    one waits already for a person or its time it is that one which is wanted. Raises
    NotFound for a campaign or a schedule that is not there, and DigestError for a
    campaign that waits for golive, for an edition that waits, or while nothing may
    leave.
    """
    _refuse_if_held(engine, now)
    with reading(engine) as connection:
        stored = campaigns.by_name(connection, name)
        refuse_unless_open(connection, stored.id)
        row = schedule_of(connection, stored, schedule)
    with writing(engine) as connection:
        if by is not None:
            _refuse_beside(connection, row.id, now)
        is_live = mode_of(connection) is Mode.LIVE
        wait = stored.campaign.holds_back(is_live=is_live, by_person=by is not None)
        slot = editions.Slot(stored.id, row.id, now)
        moves.open_at(connection, slot, now, lifecycle.leaves_at(now, wait, now))
        return editions.made_at(connection, row.id, now).id


def _refuse_beside(connection: Connection, schedule_id: int, now: datetime) -> None:
    """Raise DigestError where an edition of the schedule waits with the same posts.

    Of two at once the second would be skipped for want of anything new.
    """
    schedule_rows.lock(connection, schedule_id)
    for waiting in editions.in_states(connection, _NOT_PLANNED):
        if waiting.schedule_id == schedule_id and (
            why := _waits(connection, waiting, now)
        ):
            raise DigestError(
                f"{waiting.title} of {waiting.campaign}, {waiting.schedule} {why}. It "
                "has what is new, and another would go without."
            )


def _waits(connection: Connection, waiting: Edition, now: datetime) -> str:
    """Return why an edition that nobody is planned for stands still, "" if not."""
    number = waiting.id
    if waiting.is_recalled and waiting.state is EditionState.OPEN:
        return (
            f"was called back; let it go with digest edition approve {number}, or not "
            f"with digest edition cancel {number}"
        )
    if waiting.state is EditionState.FROZEN:
        return (
            f"waits for approval; let it go with digest edition approve {number}, or "
            f"not with digest edition cancel {number}"
        )
    if waiting.leaves_at is not None and waiting.is_held_back(now):
        zone = campaigns.load(connection, waiting.campaign_id).timezone
        return (
            f"leaves on {moment_in_words(waiting.leaves_at, zone)}; to change it "
            f"first, or have it not go: digest edition recall {number}"
        )
    return ""


def approve(  # noqa: PLR0913 - who says what, by name
    engine: Engine,
    edition_id: int,
    by: str,
    now: datetime,
    submit: Submit = submit_nothing,
    *,
    again: bool = False,
    version: int | None = None,
) -> Edition:
    """Say for a person that an edition may go, and carry it on if that is enough.

    One that was called back is frozen first, as it then stands. `again` lets one go
    that says what another has just said. Raises DigestError where it may not go, or
    while nothing may leave, and EditionConflict where staff have changed it since the
    `version` that was seen.
    """
    _refuse_if_held(engine, now)
    with reading(engine) as connection:
        edition = editions.get(connection, edition_id)
        refuse_unless_may_go(connection, edition_id)
        refuse_unless_seen(connection, edition, version)
    lifecycle.freeze(engine, edition_id, now, by)
    lifecycle.approve(engine, edition_id, now, by, again=again, version=version)
    return carry_forward(engine, edition_id, now, submit)


def _refuse_if_held(engine: Engine, now: datetime) -> None:
    if hold := holds.look(engine, now):
        raise hold.error()


def cancel(engine: Engine, edition_id: int, now: datetime) -> None:
    """Stop an edition nobody is planned for. Raises DigestError if it has gone on."""
    with reading(engine) as connection:
        state = editions.get(connection, edition_id).state
    if not lifecycle.cancel(engine, edition_id, now, "cancelled by a person"):
        raise DigestError(
            f"edition {edition_id} is {state}: it can no longer be cancelled; take "
            "single posts out with digest post withdraw ID, or keep back what has not "
            f"left with digest edition stop {edition_id}"
        )


def gather_named(
    engine: Engine, fetcher: Fetcher, name: str | None, now: datetime
) -> dict[str, tuple[SourceReport, ...]]:
    """Read the sources of one campaign, or of all that are not paused.

    That a database was restored is on record before anything comes in anew: what has
    come in since then may have been here before, see `positions.before`.
    """
    holds.look(engine, now)
    with reading(engine) as connection:
        if name:
            stored = [campaigns.by_name(connection, name)]
        else:
            stored = [row for row in campaigns.listed(connection) if not row.paused_at]
    return gather(engine, fetcher, map(GatheringRound, stored), now)
