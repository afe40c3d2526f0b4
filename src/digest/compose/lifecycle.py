"""An edition's way from open to approved, or skipped: freeze, approve, cancel."""

from dataclasses import astuple, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, func, select

from digest.compose.approvals import ApprovalNeed, need_of, refuse_unless_seen
from digest.compose.plan import LEFT_FOR_NEXT, NOBODY
from digest.compose.reach import reaches_anybody
from digest.compose.repeats import said_before
from digest.compose.variants import news
from digest.compose.whats_on import ListScope, events_alone
from digest.errors import DigestError
from digest.model.campaigns.campaign import Campaign, UnapprovedPolicy
from digest.model.editions.due_stretch import due_to
from digest.model.editions.edition import EditionState
from digest.store.base.engine import writing
from digest.store.base.table_statistics import count_anew
from digest.store.base.tables import campaign as campaign_table
from digest.store.base.tables import reader
from digest.store.campaigns import campaigns
from digest.store.editions import editions, moves, steering
from digest.store.people import owed
from digest.store.people.readers import place_in, reads_it
from digest.store.staff import accounts

UNAPPROVED = "nobody approved it in time"
NOTHING_NEW = "nothing new was published since the edition before"


def freeze(
    engine: Engine, edition_id: int, now: datetime, by: str | None = None
) -> None:
    """Fix what the edition carries: everything released so far.

    An edition that would carry nothing new to any of its readers is skipped,
    with the reason, unless its campaign has events go alone and some are on; one
    that is not open is left alone, and so is one that was called back, unless `by`
    is the person who says that it goes on.
    """
    with writing(engine) as connection:
        edition = editions.get(connection, edition_id)
        if edition.state is not EditionState.OPEN or (edition.is_recalled and not by):
            return
        count_anew(connection)
        # The lock that positions are given under: no lower one can appear later.
        upto: int = connection.scalars(
            select(campaign_table.c.last_position)
            .where(campaign_table.c.id == edition.campaign_id)
            .with_for_update()
        ).one()
        why_not = _why_skipped(connection, edition, upto)
        if why_not:
            moves.move(
                connection, edition_id, EditionState.SKIPPED, now, reason=why_not
            )
            steering.skip(connection, edition, now)
            return
        carried_in = owed.carried_to(connection, edition.schedule_id, edition.mode)
        moves.move(
            connection,
            edition_id,
            EditionState.FROZEN,
            now,
            upto=upto,
            carried_in=[astuple(stretch) for stretch in carried_in] or None,
        )
        if not edition.is_recalled:
            steering.freeze(connection, edition)


def approve(  # noqa: PLR0913 - who says what, by name
    engine: Engine,
    edition_id: int,
    now: datetime,
    by: str | None = None,
    *,
    again: bool = False,
    version: int | None = None,
) -> bool:
    """Let the edition go if enough people have said so; return whether it goes.

    `by` is the person who says so now. An edition of a campaign that needs
    nobody goes at once, unless it was called back; one that needs two needs two
    different people. It is held back as the campaign says, see `holds_back`. One that
    would reach nobody waits for nobody: it is skipped. One that says what another has
    just said waits for somebody who says `again`. Raises DigestError where one person
    is asked for, and it is the one who changed it last, or who does not say `again`;
    EditionConflict where staff have changed it since the `version` that they saw.
    """
    with writing(engine) as connection:
        edition = editions.locked(connection, edition_id)
        if edition.state is not EditionState.FROZEN:
            return edition.state is EditionState.APPROVED
        campaign = campaigns.load(connection, edition.campaign_id)
        need = need_of(connection, edition, campaign, now)
        if again:
            need = replace(need, before=None)
        if by:
            # Who types a command and who presses a button may be one person.
            by = accounts.known_as(connection, [by])[by]
            refuse_unless_seen(connection, edition, version)
            _refuse_who_may_not(need, by)
        names = [*need.approved_by]
        if by and by not in names:
            names.append(by)
        if len(names) < need.people:
            if by:
                moves.note_approvals(connection, edition_id, names, now)
            elif not reaches_anybody(connection, edition, edition.upto or 0, now):
                skipped = EditionState.SKIPPED
                moves.move(connection, edition_id, skipped, now, reason=NOBODY)
            return False
        return moves.move(
            connection,
            edition_id,
            EditionState.APPROVED,
            now,
            approved_by=names,
            leaves_at=_leaves_at(edition, campaign, now, by_person=bool(names)),
        )


def lapse(engine: Engine, edition_id: int, now: datetime) -> None:
    """Do what the campaign says with an edition that nobody has approved in time.

    One that was called back, or says again what another has just said, is never sent
    by itself: its posts go into the next.
    """
    with writing(engine) as connection:
        edition = editions.locked(connection, edition_id)
        campaign = campaigns.load(connection, edition.campaign_id)
        if not waits(edition) or now < approve_by(edition, campaign):
            return
        is_sent = campaign.unapproved is UnapprovedPolicy.SEND
        is_repeat = said_before(connection, edition, now) is not None
        if is_sent and not edition.is_recalled and not is_repeat:
            moves.move(
                connection,
                edition_id,
                EditionState.APPROVED,
                now,
                reason=f"{UNAPPROVED}: it is sent, as the campaign says",
            )
        else:
            reason = f"{UNAPPROVED}: its posts go into the next edition"
            moves.move(
                connection, edition_id, EditionState.CANCELLED, now, reason=reason
            )


def waits(edition: editions.Edition) -> bool:
    """Whether the edition waits for a person: to approve it, or to let it go on."""
    if edition.state is EditionState.OPEN:
        return edition.is_recalled
    return edition.state is EditionState.FROZEN


def approve_by(edition: editions.Edition, campaign: Campaign) -> datetime:
    """Return until when somebody may approve the edition."""
    begins = max(filter(None, (edition.slot, edition.recalled_at)))
    return campaign.approve_by(edition.schedule, begins)


def cancel(engine: Engine, edition_id: int, now: datetime, reason: str) -> bool:
    """Stop an edition that nobody has been planned for; its posts flow into the next.

    Returns False where it has gone too far or has ended.
    """
    with writing(engine) as connection:
        return moves.move(
            connection, edition_id, EditionState.CANCELLED, now, reason=reason
        )


def _refuse_who_may_not(need: ApprovalNeed, by: str) -> None:
    if why := need.why_not(by):
        raise DigestError(why)
    if need.before is not None:
        raise DigestError(
            f"edition {need.edition_id} says what edition {need.before} has just said "
            "to the same readers; if it is to go all the same, say: digest edition "
            f"approve {need.edition_id} --again"
        )


def leaves_at(slot: datetime, wait: timedelta, now: datetime) -> datetime | None:
    """Return when an edition leaves that may go now; None where that is at once."""
    at = max(slot, now + wait)
    return at if at > now else None


def _leaves_at(
    edition: editions.Edition, campaign: Campaign, now: datetime, *, by_person: bool
) -> datetime | None:
    is_live = not edition.is_rehearsal
    wait = campaign.holds_back(is_live=is_live, by_person=by_person)
    at = leaves_at(edition.slot, wait, now)
    return max(filter(None, (at, edition.leaves_at)), default=None)


def _why_skipped(connection: Connection, edition: editions.Edition, upto: int) -> str:
    """Return why an edition up to `upto` has nothing for its readers, new or owed.

    "" where it has.
    """
    still_read = reads_it(connection, edition.campaign_id)
    furthest_back = connection.scalar(
        select(func.min(place_in(edition.mode))).where(
            reader.c.schedule_id == edition.schedule_id, still_read
        )
    )
    if furthest_back is None:
        return NOTHING_NEW
    stretches = owed.of_schedule(connection, edition, upto, still_read)
    begins = owed.begins(connection, edition.campaign_id, edition.mode)
    due = due_to(furthest_back, upto, stretches, begins)
    stretch = (due.since, upto)
    due_items = {
        entry.id
        for entry in news(connection, edition.campaign_id, stretch, edition.slot)
        if due.takes(entry.position)
    }
    steered = steering.get(connection, steering.place_of(edition)).steering
    if due_items.difference(steered.out):
        return ""
    campaign = campaigns.load(connection, edition.campaign_id)
    scope = ListScope.of(campaign, edition)
    if events_alone(connection, campaign, scope, upto, steered):
        return ""
    return LEFT_FOR_NEXT if due_items else NOTHING_NEW
