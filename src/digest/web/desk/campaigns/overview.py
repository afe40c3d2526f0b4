"""What the page of a campaign shows: when it goes out, from what, to whom."""

from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection

from digest.errors import DigestError
from digest.model.campaigns.campaign import Campaign
from digest.model.campaigns.coming_slots import ComingSlot, coming
from digest.model.campaigns.source_health import SourceState
from digest.model.editions.edition import EditionState
from digest.model.formats import FORMATS
from digest.model.staff_words import moment_in_words
from digest.schedule.guard import guarded
from digest.schedule.reports.campaign_end import end_of
from digest.schedule.reports.campaign_standing import (
    approval_in_words,
    schedule_in_words,
    standing_of,
    unapproved_in_words,
)
from digest.schedule.reports.source_health import next_try
from digest.schedule.reports.troubles.of_campaigns import troubles_in
from digest.store.base.asked_together import ask_together
from digest.store.campaigns import campaigns, sources
from digest.store.campaigns.campaigns import ScheduleRow, StoredCampaign
from digest.store.campaigns.sources import SourceRow
from digest.store.editions import editions
from digest.store.editions.editions import Edition
from digest.store.reports import overview
from digest.web import limits
from digest.web.desk.cures import with_button

_NONE_YET = "no channel yet"


def in_the_list(
    connection: Connection, stored: StoredCampaign, now: datetime
) -> dict[str, Any]:
    """Return what the list of campaigns shows of one; of one that fails, why."""
    row: dict[str, Any] = {
        "name": stored.campaign.name,
        "title": stored.campaign.title,
        "standing": "",
    }
    with guarded("showing a campaign", f"campaign={stored.campaign.name}") as fault:
        schedules = campaigns.schedules_of(connection, stored)
        slot = next((s for s in _coming(stored, schedules, now) if s.named.slot), None)
        readers = overview.readers_by_format(connection, stored.id)
        row |= {
            "standing": standing_of(connection, stored, now),
            "readers": sum(readers.values()),
            "next": slot and f"{slot.when} ({slot.schedule.name})",
            "note": slot and slot.note,
        }
    return row | {"fault": fault.words}


def at_a_glance(
    connection: Connection, stored: StoredCampaign, now: datetime
) -> dict[str, Any]:
    """Return what the page of a campaign shows."""
    campaign = stored.campaign
    ask_together(
        connection,
        (*sources.QUESTIONS, *overview.of_readers(stored.id, campaign.lists)),
    )
    schedules = campaigns.schedules_of(connection, stored)
    rows = sources.of_campaign(connection, stored.id).values()
    newest = editions.latest(connection, stored.id, limits.CAMPAIGN_EDITIONS)
    return {
        "standing": standing_of(connection, stored, now),
        "is_paused": stored.paused_at is not None,
        "paused_since": stored.paused_at
        and moment_in_words(stored.paused_at, campaign.timezone),
        "sender": f"{campaign.sender_name} <{campaign.sender_address}>",
        "schedules": [_schedule(stored, row, now) for row in schedules],
        "ends": [*end_of(connection, stored, now).lines(campaign, now)],
        "sources": [_source(row, campaign) for row in rows],
        "lists": [_mailing_list(connection, name) for name in campaign.lists],
        "readers": _readers(connection, stored.id),
        "approval": approval_in_words(campaign.approval),
        "approvers": campaign.approvers,
        "unapproved": unapproved_in_words(campaign.unapproved),
        "is_automatic": campaign.approval == "automatic",
        "troubles": [
            with_button(each) for each in troubles_in(connection, [stored], now)
        ],
        "editions": [_edition(edition, campaign) for edition in newest],
    }


def _coming(
    stored: StoredCampaign, rows: list[ScheduleRow], now: datetime
) -> list[ComingSlot]:
    # There may be no end to days that are skipped.
    wanted = [(row.schedule, row.extra_slot) for row in rows]
    return [*islice(coming(stored.campaign, wanted, now), limits.CAMPAIGN_SLOTS)]


def _schedule(
    stored: StoredCampaign, row: ScheduleRow, now: datetime
) -> dict[str, Any]:
    campaign, schedule = stored.campaign, row.schedule
    content: dict[str, Any] = {"name": schedule.name, "slots": []}
    whom = f"campaign={campaign.name} schedule={schedule.name}"
    with guarded("showing a schedule", whom) as fault:
        times, *rest = schedule_in_words(schedule)
        content |= {
            "times": times,
            "rest": rest,
            "formats": [fmt.words for fmt in schedule.formats],
            "is_default": campaign.schedules[0] == schedule or schedule.default,
            "slots": [(s.when, s.note) for s in _coming(stored, [row], now)],
        }
    return content | {"fault": fault.words}


def _source(row: SourceRow, campaign: Campaign) -> dict[str, Any]:
    health, zone = row.health, campaign.timezone
    again = next_try(health)
    return {
        "name": row.name,
        "kind": row.kind.capitalize(),
        "location": row.location,
        "moved_to": row.moved_to,
        "state": health.state,
        "is_read": row.last_read_at is not None,
        "is_in_trouble": health.state is not SourceState.ACTIVE,
        "since": health.failing_since and moment_in_words(health.failing_since, zone),
        "read": row.last_read_at and moment_in_words(row.last_read_at, zone),
        "failure": health.failure,
        "again": again and moment_in_words(again, zone),
        "skipped": [str(item) for item in row.skipped],
    }


def _mailing_list(connection: Connection, name: str) -> tuple[str, int, int]:
    try:
        counts = overview.list_counts(connection, name)
    except DigestError:
        return name, 0, 0
    return name, counts["subscribed"], counts["left"]


def _readers(connection: Connection, campaign_id: int) -> list[tuple[str, str, int]]:
    """Return how many readers there are, by format and by the channel of that."""
    return [
        (
            fmt.words if fmt else name,
            f"by {fmt.channel}" if fmt and fmt.channel else _NONE_YET,
            count,
        )
        for name, count in overview.readers_by_format(connection, campaign_id).items()
        for fmt in [FORMATS.get(name)]
    ]


def _edition(edition: Edition, campaign: Campaign) -> dict[str, Any]:
    return {
        "id": edition.id,
        "name": edition.title.capitalize(),
        "schedule": edition.schedule,
        "slot": moment_in_words(edition.slot, campaign.timezone),
        "state": edition.standing_as_told,
        "reason": edition.reason,
        "has_run": edition.planned_at is not None,
        "has_content": edition.upto is not None
        and edition.state is not EditionState.SKIPPED,
    }
