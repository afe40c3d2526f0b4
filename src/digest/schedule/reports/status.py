"""How everything stands: what is due, what runs, what needs help, for a program."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine

from digest.model.delivery.delivery import DeliveryState
from digest.model.delivery.rate_limits import RateLimit, RateLimits
from digest.model.delivery.rate_windows import day_of_use, slow_limit
from digest.schedule.editions import due
from digest.schedule.reports.alarms import reckon
from digest.schedule.reports.runs import runs_of
from digest.schedule.reports.source_health import source_facts
from digest.schedule.reports.troubles.of_campaigns import troubles_in
from digest.schedule.reports.troubles.of_editions import last_editions
from digest.store.base.engine import reading
from digest.store.base.modes import mode_of
from digest.store.campaigns import campaigns, sources
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.delivery.by_channel import BY_PHONE
from digest.store.delivery.sending.rate_limits import slow_starts
from digest.store.editions import editions
from digest.store.editions.editions import Edition
from digest.store.reports.editions import edition_copies
from digest.store.upkeep import night_tasks

_NO_LIMITS = RateLimits()


def status_of(
    engine: Engine, now: datetime, limits: RateLimits = _NO_LIMITS
) -> dict[str, Any]:
    """Return what is next, the last editions of each campaign, and what needs help.

    How far each run is that is going, too, what is broken, and where new sending
    domains start slowly, how much each may send today.
    """
    with reading(engine) as connection:
        stored_campaigns = campaigns.listed(connection)
        reckoning = reckon(connection, now, limits)
        return {
            "mode": mode_of(connection).value,
            "looked_at": reckoning.looked_at,
            "timetable": reckoning.timetable_in_words(now),
            "editions_missing": reckoning.missing,
            "broken": [
                {
                    "kind": alarm.kind.value,
                    "cause": alarm.cause,
                    "what": alarm.trouble.what,
                    "help": alarm.trouble.help,
                }
                for alarm in reckoning.alarms
            ],
            "next": [
                {
                    "campaign": slot.campaign,
                    "schedule": slot.schedule,
                    "at": slot.at,
                    "closes": slot.closes,
                    "timezone": slot.timezone,
                    "is_last": slot.is_last,
                }
                for slot in due.next_slots(connection, now)
            ],
            "paused": [
                {"campaign": stored.campaign.name, "since": stored.paused_at}
                for stored in stored_campaigns
                if stored.paused_at
            ],
            "editions": [
                _edition_facts(connection, stored, edition, now)
                for stored in stored_campaigns
                for edition in last_editions(connection, stored.id)
            ],
            "sources": [
                source_facts(stored.campaign.name, row)
                for stored in stored_campaigns
                for row in sources.of_campaign(connection, stored.id).values()
            ],
            "runs": [
                run.facts()
                for run in runs_of(
                    connection,
                    editions.going(connection),
                    now,
                    limits.overall,
                )
            ],
            "nights": [
                {
                    "task": task.name,
                    "done_at": task.done_at,
                    "amount": task.amount,
                    "next_at": task.next_at,
                    "failure": task.failure,
                }
                for task in night_tasks.listed(connection)
            ],
            "slow_start": _slow_starts(connection, now, limits.slow_start),
            "help": [*map(str, troubles_in(connection, stored_campaigns, now))],
        }


def _edition_facts(
    connection: Connection, stored: StoredCampaign, edition: Edition, now: datetime
) -> dict[str, Any]:
    to_post = calls_to_make = 0
    if not edition.is_rehearsal:
        to_post = edition_copies.count_to_post(connection, edition.id)
    if edition.is_going:
        copies = edition_copies.copies(connection, edition.id)
        calls_to_make = copies.get((BY_PHONE, DeliveryState.PLANNED), 0)
    return {
        "id": edition.id,
        "campaign": edition.campaign,
        "schedule": edition.schedule,
        "slot": edition.slot,
        "mode": edition.mode.value,
        "state": edition.state.value,
        "standing": edition.standing,
        "standing_as_told": edition.standing_as_told,
        "letters_to_post": to_post,
        "calls_to_make": calls_to_make,
        "reason": edition.reason or "",
        "leaves_at": edition.leaves_at if edition.is_held_back(now) else None,
        "timezone": stored.campaign.timezone,
    }


def _slow_starts(
    connection: Connection, now: datetime, first: RateLimit | None
) -> list[dict[str, Any]]:
    if first is None:
        return []
    today = now.astimezone(UTC).date()
    domains = [
        (start.domain, day_of_use(start.days, start.last_day, today))
        for start in slow_starts(connection)
    ]
    return [
        {"domain": domain, "day": day, "a_day": limit.copies}
        for domain, day in domains
        if (limit := slow_limit(first, day))
    ]
