"""The posts so far, for whoever joined late: once, and nothing that they have had.

Their next edition brings them, in one copy, beside what is new; what is more than a
campaign's most items is carried over to the ones after it.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from digest.audience.past_days import past_day
from digest.audience.pausing import reader_of
from digest.model.campaigns.campaign import Campaign
from digest.model.editions.due_stretch import only
from digest.model.editions.mode import Mode
from digest.store.base.modes import mode_of
from digest.store.editions.standing import released_before
from digest.store.people import owed, pauses
from digest.store.people.readers import Reader
from digest.store.reports.people.not_had import not_had
from digest.store.staff.audit import Act, record


@dataclass(frozen=True, slots=True)
class PostsSoFar:
    """What a reader is to get of a campaign that came before their place in its log.

    `titles` are of what their next edition brings, or edition after edition where the
    campaign has a most.
    """

    campaign: Campaign
    titles: tuple[str, ...]


def catch_up(  # noqa: PLR0913 - what somebody asks for, each by name
    connection: Connection,
    who: str,
    campaign: str,
    now: datetime,
    *,
    since: str | None = None,
    last: int | None = None,
) -> PostsSoFar:
    """Have WHO get a campaign's posts so far, but for what they have had or are to get.

    Those released from the day `since` on, in the campaign's zone, or of its whole log;
    the `last` of them on their topics. Asked again before they have left, it takes the
    place of what was asked. Raises NotFound, and DigestError for a day that is no day
    or to come.
    """
    whom, in_file = reader_of(connection, who, campaign)
    pauses.end_over(connection, whom.campaign_id, now)
    begins = 0
    if since is not None:
        day = past_day(since, now.astimezone(ZoneInfo(in_file.timezone)).date())
        begins = released_before(connection, whom.campaign_id, in_file.midnight(day))
    ours = mode_of(connection)
    titles: tuple[str, ...] = ()
    # A reader asks for good: what rehearsals do with it leaves the real one as it is.
    for mode in dict.fromkeys((Mode.LIVE, ours)):
        owed.take_back(connection, whom.id, mode)
        earlier = not_had(connection, whom, mode, begins, now)
        if last is not None:
            earlier = earlier[-last:]
        if earlier:
            stretch = only(entry.position for entry in earlier)
            owed.ask_for(connection, mode, whom.id, stretch)
        if mode is ours:
            titles = tuple(entry.item.title for entry in earlier)
    if titles:
        facts = {"from": since or "the start", "posts": len(titles)}
        record(connection, _act("caught up", whom, facts), now)
    return PostsSoFar(in_file, titles)


def take_back(connection: Connection, who: str, campaign: str, now: datetime) -> bool:
    """Undo `catch_up`; False where there is none, or an edition has carried it."""
    whom, _ = reader_of(connection, who, campaign)
    is_undone = owed.take_back(connection, whom.id, *Mode)
    if is_undone:
        record(connection, _act("took back the catching up of", whom, None), now)
    return is_undone


def _act(verb: str, whom: Reader, facts: dict[str, object] | None) -> Act:
    return Act(
        verb,
        campaign_id=whom.campaign_id,
        subject=f"person {whom.subscriber_id}",
        after=facts,
    )
