"""How a campaign stands as a whole, and how its schedules run, in words for staff."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection

from digest.model.campaigns.campaign import Approval, Schedule, UnapprovedPolicy
from digest.model.campaigns.campaign_slots import is_over
from digest.model.campaigns.closures import ClosurePolicy
from digest.model.campaigns.durations import in_words
from digest.schedule.editions import due
from digest.store.campaigns.campaigns import StoredCampaign


class CampaignStanding(StrEnum):
    """How a campaign stands as a whole; where several hold, the first of these."""

    PAUSED = "paused"
    ENDED = "ended"
    WAITS_FOR_GOLIVE = "waits for going live"
    NOT_BEGUN = "not begun"
    RUNNING = "running"


def standing_of(
    connection: Connection, stored: StoredCampaign, now: datetime
) -> CampaignStanding:
    """Return how a campaign stands now, in the mode that this program runs in."""
    first, _ = stored.campaign.span
    if stored.paused_at:
        return CampaignStanding.PAUSED
    if is_over(stored.campaign, now):
        return CampaignStanding.ENDED
    if not due.is_open(connection, stored):
        return CampaignStanding.WAITS_FOR_GOLIVE
    if first and now < first:
        return CampaignStanding.NOT_BEGUN
    return CampaignStanding.RUNNING


def schedule_in_words(schedule: Schedule) -> list[str]:
    """Return when a schedule is due, and then what else its file says of its times."""
    times = schedule.times
    parts = [f"{times} {times.zone}"]
    if times.closures:
        parts.append(f"{_when_closed(times.when_closed)} {times.closures}")
    if schedule.close:
        parts.append(f"closes {in_words(schedule.close)} before")
    if schedule.quiet:
        parts.append(f"no email {schedule.quiet}")
    return [*parts, f"emails are of use for {in_words(schedule.expires)}"]


def approval_in_words(approval: Approval) -> str:
    """Return who has to let an edition go."""
    match approval:
        case Approval.AUTOMATIC:
            return "Nobody has to: an edition goes out at its time"
        case Approval.ONE:
            return "One person, and not whoever changed the edition last"
        case Approval.TWO:
            return "Two people, of whom one may have changed the edition"


def unapproved_in_words(policy: UnapprovedPolicy) -> str:
    """Return what becomes of an edition that nobody approves in time."""
    match policy:
        case UnapprovedPolicy.CARRY_OVER:
            return "It does not go out; its posts go into the next edition"
        case UnapprovedPolicy.SEND:
            return "It goes out all the same"


def _when_closed(policy: ClosurePolicy) -> str:
    match policy:
        case ClosurePolicy.SKIP:
            return "skipped on"
        case ClosurePolicy.BEFORE:
            return "moved to before"
        case ClosurePolicy.AFTER:
            return "moved to after"
        case ClosurePolicy.SEND:
            return "sent also on"
