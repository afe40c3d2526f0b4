"""What needs a person: of the installation, its campaigns and their editions."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from digest.model.campaigns.campaign import Campaign
from digest.model.campaigns.campaign_slots import is_over, last_slot, next_slot
from digest.model.editions.edition import EditionState
from digest.model.staff_words import counted, moment_in_words
from digest.schedule.editions import due
from digest.schedule.guard import guarded
from digest.schedule.reports.troubles import of_editions
from digest.schedule.reports.troubles.of_bases import of_bases
from digest.schedule.reports.troubles.of_complaints import of_complaints
from digest.schedule.reports.troubles.of_nights import of_nights
from digest.schedule.reports.troubles.of_returns import of_returns
from digest.schedule.reports.troubles.of_sources import of_source
from digest.schedule.reports.troubles.of_webhooks import of_webhooks
from digest.schedule.reports.troubles.trouble import (
    Trouble,
    TroubleCure,
    TroublePlace,
)
from digest.store.base.asked_together import Asked, ask_together
from digest.store.base.read_once import look_ahead
from digest.store.campaigns import campaigns, schedule_rows, sources
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.editions import editions, nudges
from digest.store.holds import holds
from digest.store.holds.holds import Hold
from digest.store.limits import NEWS_AGE
from digest.store.people import channel_offers
from digest.store.people.complaints import data_complaints
from digest.store.people.kinds import unmailed
from digest.store.posts import corrections, item_pictures, positions
from digest.store.reports import overview
from digest.store.reports.people.leftovers import leftovers_of
from digest.store.upkeep import night_tasks
from digest.store.webhooks import endpoints

# Where the posts of an edition are nobody's yet.
_UNPLANNED = (EditionState.OPEN, EditionState.FROZEN, EditionState.APPROVED)
# What is asked of all campaigns, to be asked with others.
QUESTIONS: tuple[Asked, ...] = (
    *campaigns.QUESTIONS,
    *sources.QUESTIONS,
    *editions.QUESTIONS,
    *nudges.QUESTIONS,
    *holds.QUESTIONS,
    *endpoints.QUESTIONS,
    *overview.QUESTIONS,
    *corrections.QUESTIONS,
    *positions.QUESTIONS,
    *channel_offers.questions(),
    *night_tasks.QUESTIONS,
    *unmailed.QUESTIONS,
    *data_complaints.QUESTIONS,
)


def troubles_in(
    connection: Connection, stored_campaigns: Sequence[StoredCampaign], now: datetime
) -> list[Trouble]:
    """Return everything that a person should look at, in all of these campaigns."""
    zone = _zone_of(stored_campaigns)
    ask_together(connection, QUESTIONS)
    troubles = []
    if hold := holds.standing(connection, now):
        troubles.append(held_back(hold, zone))
    troubles += unreadable_rows(connection)
    troubles += of_webhooks(connection)
    troubles += of_returns(connection)
    troubles += of_complaints(connection, now, zone)
    troubles += of_nights(connection, zone).values()
    troubles += of_bases(connection, stored_campaigns)
    for stored in stored_campaigns:
        newest = of_editions.last_editions(connection, stored.id)
        look_ahead(connection, (edition.id for edition in newest))
    ask_together(connection, of_editions.questions(connection, now))
    for stored in stored_campaigns:
        for part in (_of_campaign, _of_schedules, _of_log, of_editions.of_editions):
            whom = f"campaign={stored.campaign.name} part={part.__name__}"
            with guarded("asking what needs help", whom) as fault:
                troubles += part(connection, stored, now)
            if fault:
                what = f"{stored.campaign.title}: what needs help cannot all be told."
                troubles.append(Trouble(what, f"{fault.words.rstrip('.')}."))
    return troubles


def _zone_of(stored_campaigns: Sequence[StoredCampaign]) -> str:
    """Return the zone of what is told of the whole installation."""
    return stored_campaigns[0].campaign.timezone if stored_campaigns else "UTC"


def held_back(hold: Hold, zone: str) -> Trouble:
    """Return that nothing leaves, and why; times in that zone."""
    since = moment_in_words(hold.since, zone)
    what = f"Nothing is sent since {since}: {hold.because}."
    return Trouble(what, holds.CURE)


def unreadable_rows(connection: Connection) -> list[Trouble]:
    """Return which campaigns, schedules and editions cannot be read."""
    every = (*campaigns.unreadable(connection), *editions.unreadable(connection))
    return [Trouble(each.what, each.cure) for each in every]


def _of_campaign(
    connection: Connection, stored: StoredCampaign, now: datetime
) -> list[Trouble]:
    title = stored.campaign.title
    is_open = due.is_open(connection, stored)
    troubles = [] if is_open else [_not_live(stored.campaign)]
    troubles += [
        trouble
        for row in sources.of_campaign(connection, stored.id).values()
        for trouble in of_source(stored.campaign, row, now)
    ]
    if is_over(stored.campaign, now):
        troubles += _undelivered(connection, stored, now)
    return troubles + [
        Trouble(f"{title}: {unreadable.what}", unreadable.cure)
        for unreadable in sources.unreadable(connection, stored.id)
    ]


def _of_schedules(
    connection: Connection, stored: StoredCampaign, now: datetime
) -> list[Trouble]:
    """Return the schedules that are over before their campaign and have readers.

    One that has had the last edition of its campaign is over as it was to be.
    """
    campaign = stored.campaign
    if is_over(campaign, now):
        return []
    over = [
        row.schedule.name
        for row in campaigns.schedules_of(connection, stored)
        if next_slot(campaign, row.schedule, now, row.extra_slot) is None
        and last_slot(campaign, row.schedule, row.extra_slot) is None
    ]
    if not over:
        return []
    readers = schedule_rows.readers_of_each(connection, campaign.name)
    return [
        Trouble(
            f"{campaign.title}: {name} has no slot to come, and "
            f"{counted(readers[name], 'reader is', 'readers are')} on it: "
            "they get nothing more.",
            "Give it other days in the campaign's file, or take it out there: then "
            "they move to the default schedule and keep their place. Or say with ends "
            "that the campaign is over.",
            cure=TroubleCure(
                TroublePlace.CAMPAIGN_FILE,
                "Change its file",
                campaign.name,
                about="Give it other days, or take it out: then they move to the "
                "default schedule and keep their place.",
            ),
        )
        for name in over
        if readers.get(name)
    ]


_LACKS_WORDS = (
    "Until then it is left out. Open the post, and write what it shows, or say that it "
    "is there for the look alone."
)


def _of_log(
    connection: Connection,
    stored: StoredCampaign,
    now: datetime,
) -> list[Trouble]:
    name, title = stored.campaign.name, stored.campaign.title
    troubles = [
        Trouble(f"{title}: {unreadable.what}", unreadable.cure)
        for unreadable in item_pictures.unreadable(connection, stored.id)
    ]
    troubles += [
        Trouble(
            f"{title}: {fault}.",
            fault.help,
            cure=_of_posts(
                name,
                "",
                "Look at the posts",
                _LACKS_WORDS if fault.lacks_words else fault.help,
            ),
        )
        for fault in item_pictures.troubles(
            connection, item_pictures.open_items(connection, stored.id)
        )
    ]
    waiting = overview.posts_waiting(connection, stored.id)
    waiting -= overview.posts_held_as_old(connection, stored.id)
    if waiting and not is_over(stored.campaign, now):
        troubles.append(
            Trouble(
                f"{title}: {counted(waiting, 'post waits', 'posts wait')} "
                "to be released.",
                f"See: digest post list {name}, or the posts of the desk",
                cure=_of_posts(name, "waiting", "Release them, or not"),
            )
        )
    if old := overview.posts_held_as_old(connection, stored.id):
        posts = counted(old, "post that came in is", "posts that came in are")
        troubles.append(
            Trouble(
                f"{title}: {posts} dated over {NEWS_AGE.days} days ago, and held.",
                f"See: digest post list {name}. Let one out with digest post release "
                "ID, or take it away with digest post withdraw ID",
                cure=_of_posts(name, "held", "Look at them"),
            )
        )
    if changed := corrections.count(connection, stored.id):
        troubles.append(
            Trouble(
                f"{title}: {counted(changed, 'post was', 'posts were')} changed at "
                "the source after going out.",
                f"See: digest post corrections {name}, or the posts of the desk",
                cure=_of_posts(name, "changed", "See what changed"),
            )
        )
    return troubles


def _has_more_to_come(
    connection: Connection, stored: StoredCampaign, now: datetime
) -> bool:
    """Whether an edition waits, or a last one is still to be made.

    The end of a campaign may have been moved to before: it has its last edition then.
    """
    waiting = (
        each
        for each in editions.in_states(connection, _UNPLANNED)
        if each.campaign_id == stored.id
    )
    if any(waiting):
        return True
    rows = campaigns.schedules_of(connection, stored)
    return any(
        next_slot(stored.campaign, row.schedule, now, row.extra_slot) for row in rows
    )


def _undelivered(
    connection: Connection, stored: StoredCampaign, now: datetime
) -> list[Trouble]:
    """Return what the campaign's readers are left without now that it has ended."""
    name, title = stored.campaign.name, stored.campaign.title
    leftovers = leftovers_of(connection, stored.id)
    troubles = []
    if leftovers.posts and not _has_more_to_come(connection, stored, now):
        posts = counted(leftovers.posts, "post has", "posts have")
        troubles.append(
            Trouble(
                f"{title} has ended, and {posts} come since: no edition carries them.",
                f"See: digest post list {name}. To have them go out, set a later end "
                f"in its file, or say: digest edition run {name}",
                cure=TroubleCure(
                    TroublePlace.CAMPAIGN_FILE,
                    "Change its file",
                    name,
                    about="To have them go out, set a later end.",
                ),
            )
        )
    if leftovers.waiting:
        posts = counted(leftovers.waiting, "post waits", "posts wait")
        troubles.append(
            Trouble(
                f"{title} has ended, and {posts} to be released still.",
                f"See: digest post list {name}, or the posts of the desk",
                cure=_of_posts(name, "waiting", "Look at them"),
            )
        )
    if leftovers.copies:
        copies = counted(leftovers.copies, "copy has", "copies have")
        see = f"digest edition list {name}, then digest deliveries EDITION-ID"
        troubles.append(
            Trouble(
                f"{title} has ended, and {copies} not left: no edition carries their "
                "posts.",
                f"See which: {see}",
            )
        )
    return troubles


def _not_live(campaign: Campaign) -> Trouble:
    say = f"digest golive --dry-run {campaign.name}"
    return Trouble(
        f"{campaign.title} has been rehearsed and is not live yet: nothing of it is "
        "sent.",
        f"See what its first edition will hold: {say}",
        cure=TroubleCure(TroublePlace.GO_LIVE, "See what its first edition will hold"),
    )


def _of_posts(campaign: str, state: str, words: str, about: str = "") -> TroubleCure:
    return TroubleCure(TroublePlace.POSTS, words, campaign, state=state, about=about)
