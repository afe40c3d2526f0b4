"""What is due, what is stuck, who was not served: for staff, pages and scripts."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine

from digest.model.delivery.delivery import DeliveryState
from digest.model.delivery.rate_limits import RateLimit, RateLimits
from digest.model.delivery.rate_windows import day_of_use, slow_limit
from digest.model.editions.edition import EditionState
from digest.schedule.editions import due, long_sleep
from digest.schedule.reports.runs import GOING, run_of
from digest.schedule.reports.source_health import shown, troubles_of
from digest.schedule.reports.trouble import Trouble
from digest.store.base.engine import reading
from digest.store.campaigns import campaigns, sources
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.delivery.deliveries import DeliveryKey
from digest.store.delivery.rate_limits import slow_starts
from digest.store.editions import editions, renditions
from digest.store.editions.editions import Edition
from digest.store.posts import corrections, item_pictures
from digest.store.reports import overview
from digest.store.reports.overview import UnservedReader

_SHOWN = 10
_NAMED = 10
# What happened longer ago is history, not something that needs help.
_RECENT = timedelta(days=7)


_NO_LIMITS = RateLimits()


def status_of(
    engine: Engine, now: datetime, limits: RateLimits = _NO_LIMITS
) -> dict[str, Any]:
    """Return what is next, the last editions of each campaign, and what needs help.

    How far each run is that is going, too, and where new sending domains start
    slowly, how much each may send today.
    """
    with reading(engine) as connection:
        found = campaigns.listed(connection)
        return {
            "next": [
                {"campaign": one.campaign, "schedule": one.schedule, "at": one.at}
                for one in due.next_slots(connection, now)
            ],
            "editions": [
                {
                    "id": one.id,
                    "campaign": one.campaign,
                    "schedule": one.schedule,
                    "slot": one.slot,
                    "state": one.state.value,
                    "reason": one.reason or "",
                }
                for stored in found
                for one in editions.of_campaign(connection, stored.id)[:_SHOWN]
            ],
            "sources": [
                shown(stored.campaign.name, row)
                for stored in found
                for row in sources.of_campaign(connection, stored.id).values()
            ],
            "runs": [
                run_of(connection, one, now, limits.overall).facts()
                for one in editions.in_states(connection, GOING)
            ],
            "slow_start": _slow_starts(connection, now, limits.slow_start),
            "help": [str(one) for one in troubles(connection, found, now)],
        }


def _slow_starts(
    connection: Connection, now: datetime, first: RateLimit | None
) -> list[dict[str, Any]]:
    if first is None:
        return []
    today = now.astimezone(UTC).date()
    stands = [
        (one.domain, day_of_use(one.days, one.last_day, today))
        for one in slow_starts(connection)
    ]
    return [
        {"domain": domain, "day": day, "a_day": limit.copies}
        for domain, day in stands
        if (limit := slow_limit(first, day))
    ]


def troubles(
    connection: Connection, found: list[StoredCampaign], now: datetime
) -> list[Trouble]:
    """Return everything that a person should look at, in all of these campaigns."""
    things = []
    if since := long_sleep.asleep_since(connection):
        things.append(
            Trouble(
                f"Asleep since {since:%d %B %H:%M} UTC: nothing is sent.",
                "Look at what is next, then say: digest resume",
            )
        )
    for stored in found:
        things += _of_campaign(connection, stored, now)
        for edition in editions.of_campaign(connection, stored.id)[:_SHOWN]:
            if now - edition.slot < _RECENT:
                things += _of_edition(connection, edition)
    return things


def _of_campaign(
    connection: Connection, stored: StoredCampaign, now: datetime
) -> list[Trouble]:
    name = stored.campaign.name
    things = [
        trouble
        for row in sources.of_campaign(connection, stored.id).values()
        for trouble in troubles_of(name, row, now)
    ]
    things += [
        Trouble(f"{name}: {one}.", one.help)
        for one in item_pictures.troubles(
            connection, item_pictures.open_items(connection, stored.id)
        )
    ]
    if waiting := overview.posts_waiting(connection, stored.id):
        things.append(
            Trouble(
                f"{name}: {waiting} posts wait to be released.",
                f"See: digest post list {name}, or the posts of the desk",
            )
        )
    if changed := corrections.count(connection, stored.id):
        things.append(
            Trouble(
                f"{name}: {changed} posts were changed at their source after they "
                "went out.",
                f"See: digest post corrections {name}, or the posts of the desk",
            )
        )
    return things


def _of_edition(connection: Connection, edition: Edition) -> list[Trouble]:
    name = f"{edition.campaign}, {edition.schedule}, edition {edition.id}"
    things = []
    if edition.state is EditionState.FROZEN:
        things.append(
            Trouble(
                f"{name} waits for approval.",
                f"Say: digest edition approve {edition.id}",
            )
        )
    if edition.state is EditionState.MISSED:
        things.append(Trouble(f"{name} was missed.", "Its posts go into the next one."))
    if weight := renditions.too_heavy(connection, edition.id):
        things.append(
            Trouble(
                f"{name}: its pictures would have made each email "
                f"{weight / 1_000_000:.1f} MB larger, so emails link to them instead.",
                'Show fewer, or set pictures = "hosted" in the campaign file.',
            )
        )
    return things + _not_reached(connection, name, edition.id)


def _not_reached(connection: Connection, name: str, edition_id: int) -> list[Trouble]:
    named = overview.not_served(connection, edition_id, _NAMED)
    things = [_about(name, one) for one in named]
    if len(named) == _NAMED:
        more = overview.count_not_served(connection, edition_id) - len(named)
        if more:
            things.append(
                Trouble(
                    f"{name} did not reach {more:,} more.",
                    f"See: digest deliveries {edition_id}",
                )
            )
    return things


def _about(name: str, one: UnservedReader) -> Trouble:
    if one.state == DeliveryState.UNCERTAIN:
        key = DeliveryKey(one.edition_id, one.reader_id)
        return Trouble(
            f"{name} may or may not have reached {one.name}: {one.reason}.",
            f"Say: digest deliveries settle {key} resend (or: accepted)",
        )
    return Trouble(f"{name} did not reach {one.name}:", f"{one.reason}.")
