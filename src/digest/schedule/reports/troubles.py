"""What needs a person: of the installation, its campaigns, sources and editions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from sqlalchemy import Connection

from digest.compose import lifecycle
from digest.model.campaigns.campaign import Campaign
from digest.model.campaigns.campaign_slots import is_over, next_slot
from digest.model.campaigns.source_health import SourceState
from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.edition import EditionState
from digest.model.moves import EDITION_MOVES
from digest.model.staff_words import counted, moment_in_words
from digest.schedule.editions import due
from digest.schedule.guard import guarded
from digest.schedule.limits import (
    CAUSES_NAMED,
    EDITION_TROUBLES_FOR,
    EDITIONS_LISTED,
    READERS_NAMED,
    SKIPPED_ITEMS_NAMED,
    SKIPPED_NAMED_FOR,
)
from digest.schedule.reports.source_health import next_try
from digest.store.base.modes import mode_of
from digest.store.base.read_once import look_ahead, read_once
from digest.store.campaigns import campaigns, schedule_rows, sources
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.campaigns.sources import SourceRow
from digest.store.delivery.deliveries import DeliveryKey
from digest.store.editions import editions, renditions
from digest.store.editions.editions import Edition
from digest.store.holds import holds
from digest.store.holds.holds import Hold
from digest.store.limits import NEWS_AGE
from digest.store.posts import corrections, item_pictures
from digest.store.reports import overview
from digest.store.reports.leftovers import leftovers_of
from digest.store.reports.overview import UnservedCause


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something a person should look at, and what would help."""

    what: str
    help: str
    # Then it is not for mails: it names them.
    names_readers: bool = False

    def __str__(self) -> str:
        """Return it as one line."""
        return f"{self.what} {self.help}"


def troubles_in(
    connection: Connection, stored_campaigns: Sequence[StoredCampaign], now: datetime
) -> list[Trouble]:
    """Return everything that a person should look at, in all of these campaigns."""
    troubles = []
    if hold := holds.standing(connection, now):
        zone = stored_campaigns[0].campaign.timezone if stored_campaigns else "UTC"
        troubles.append(held_back(hold, zone))
    troubles += unreadable_rows(connection)
    newest = (last_editions(connection, stored.id) for stored in stored_campaigns)
    look_ahead(connection, (edition.id for edition in chain.from_iterable(newest)))
    for stored in stored_campaigns:
        for part in (_of_campaign, _of_schedules, _of_log, _of_editions):
            whom = f"campaign={stored.campaign.name} part={part.__name__}"
            with guarded("asking what needs help", whom) as fault:
                troubles += part(connection, stored, now)
            if fault:
                what = f"{stored.campaign.name}: what needs help cannot all be told."
                troubles.append(Trouble(what, f"{fault.words.rstrip('.')}."))
    return troubles


def held_back(hold: Hold, zone: str) -> Trouble:
    """Return that nothing leaves, and why; times in that zone."""
    since = moment_in_words(hold.since, zone)
    what = f"Nothing is sent since {since}: {hold.because}."
    return Trouble(what, holds.CURE)


def unreadable_rows(connection: Connection) -> list[Trouble]:
    """Return which campaigns, schedules and editions cannot be read."""
    every = (*campaigns.unreadable(connection), *editions.unreadable(connection))
    return [Trouble(each.what, each.cure) for each in every]


def last_editions(connection: Connection, campaign_id: int) -> list[Edition]:
    """Return the newest editions of a campaign, as many as are looked at."""
    return editions.latest(connection, campaign_id, EDITIONS_LISTED)


def _of_campaign(
    connection: Connection, stored: StoredCampaign, now: datetime
) -> list[Trouble]:
    name = stored.campaign.name
    troubles = [] if due.is_open(connection, stored) else [_not_live(name)]
    troubles += [
        trouble
        for row in sources.of_campaign(connection, stored.id).values()
        for trouble in _of_source(stored.campaign, row, now)
    ]
    if is_over(stored.campaign, now):
        troubles += _undelivered(connection, stored)
    return troubles + [
        Trouble(f"{name}: {unreadable.what}", unreadable.cure)
        for unreadable in sources.unreadable(connection, stored.id)
    ]


def _of_schedules(
    connection: Connection, stored: StoredCampaign, now: datetime
) -> list[Trouble]:
    """Return the schedules that are over before their campaign and have readers."""
    campaign = stored.campaign
    if is_over(campaign, now):
        return []
    over = [
        row.schedule.name
        for row in campaigns.schedules_of(connection, stored)
        if next_slot(campaign, row.schedule, now, row.extra_slot) is None
    ]
    if not over:
        return []
    readers = schedule_rows.readers_of_each(connection, campaign.name)
    return [
        Trouble(
            f"{campaign.name}: {name} has no slot to come, and "
            f"{counted(readers[name], 'reader is', 'readers are')} on it: "
            "they get nothing more.",
            "Give it other days in the campaign's file, or take it out there: then "
            "they move to the default schedule and keep their place. Or say with ends "
            "that the campaign is over.",
        )
        for name in over
        if readers.get(name)
    ]


def _of_log(
    connection: Connection,
    stored: StoredCampaign,
    now: datetime,
) -> list[Trouble]:
    name = stored.campaign.name
    troubles = [
        Trouble(f"{name}: {unreadable.what}", unreadable.cure)
        for unreadable in item_pictures.unreadable(connection, stored.id)
    ]
    troubles += [
        Trouble(f"{name}: {fault}.", fault.help)
        for fault in item_pictures.troubles(
            connection, item_pictures.open_items(connection, stored.id)
        )
    ]
    waiting = overview.posts_waiting(connection, stored.id)
    waiting -= overview.posts_held_as_old(connection, stored.id)
    if waiting and not is_over(stored.campaign, now):
        troubles.append(
            Trouble(
                f"{name}: {counted(waiting, 'post waits', 'posts wait')} "
                "to be released.",
                f"See: digest post list {name}, or the posts of the desk",
            )
        )
    if old := overview.posts_held_as_old(connection, stored.id):
        posts = counted(old, "post that came in is", "posts that came in are")
        troubles.append(
            Trouble(
                f"{name}: {posts} dated over {NEWS_AGE.days} days ago, and held.",
                f"See: digest post list {name}. Let one out with digest post release "
                "ID, or take it away with digest post withdraw ID",
            )
        )
    if changed := corrections.count(connection, stored.id):
        troubles.append(
            Trouble(
                f"{name}: {counted(changed, 'post was', 'posts were')} changed at "
                "the source after going out.",
                f"See: digest post corrections {name}, or the posts of the desk",
            )
        )
    return troubles


def _of_editions(
    connection: Connection, stored: StoredCampaign, now: datetime
) -> list[Trouble]:
    newest = _newest(connection, stored)
    troubles = [
        stopped_short(edition, fault)
        for edition in newest
        if edition.state in EDITION_MOVES.unfinished
        and (fault := renditions.publishing_fault(connection, edition.id))
    ]
    for edition in newest:
        if now - edition.slot < EDITION_TROUBLES_FOR:
            troubles += _of_edition(connection, edition)
    every = read_once(
        connection, ("unserved", now), lambda: _unserved_in_each(connection, now)
    )
    causes = [each for each in every if each.campaign_id == stored.id]
    return troubles + _unserved(stored.campaign.name, causes)


def _newest(connection: Connection, stored: StoredCampaign) -> list[Edition]:
    return [
        edition
        for edition in last_editions(connection, stored.id)
        if edition.mode in mode_of(connection).counted
    ]


def _unserved_in_each(connection: Connection, now: datetime) -> list[UnservedCause]:
    """Return why readers of every campaign were not reached lately."""
    recent = [
        edition.id
        for stored in campaigns.listed(connection)
        for edition in _newest(connection, stored)
        if now - edition.slot < EDITION_TROUBLES_FOR
    ]
    return overview.unserved_causes(connection, recent, READERS_NAMED)


def stopped_short(edition: Edition, fault: str) -> Trouble:
    """Return that an edition cannot be carried forward, and why."""
    name = f"{edition.campaign}, {edition.schedule}, {edition.title}"
    return Trouble(f"{name} cannot go on:", f"{fault.rstrip('.')}.")


def not_rendered(edition: Edition, fault: str) -> Trouble:
    """Return that an edition cannot be made as some readers need it, and why."""
    name = f"{edition.campaign}, {edition.schedule}, {edition.title}"
    return Trouble(f"{name} cannot be made for some:", f"{fault.rstrip('.')}.")


def _undelivered(connection: Connection, stored: StoredCampaign) -> list[Trouble]:
    """Return what the campaign's readers are left without now that it has ended."""
    name = stored.campaign.name
    leftovers = leftovers_of(connection, stored.id)
    troubles = []
    if leftovers.posts:
        posts = counted(leftovers.posts, "post has", "posts have")
        troubles.append(
            Trouble(
                f"{name} has ended, and {posts} come since: no edition carries them.",
                f"See: digest post list {name}. To have them go out, set a later end "
                f"in its file, or say: digest edition run {name}",
            )
        )
    if leftovers.waiting:
        posts = counted(leftovers.waiting, "post waits", "posts wait")
        troubles.append(
            Trouble(
                f"{name} has ended, and {posts} to be released still.",
                f"See: digest post list {name}, or the posts of the desk",
            )
        )
    if leftovers.copies:
        copies = counted(leftovers.copies, "copy has", "copies have")
        see = f"digest edition list {name}, then digest deliveries EDITION-ID"
        troubles.append(
            Trouble(
                f"{name} has ended, and {copies} not left: no edition carries their "
                "posts.",
                f"See which: {see}",
            )
        )
    return troubles


def _not_live(name: str) -> Trouble:
    return Trouble(
        f"{name} has been rehearsed and is not live yet: nothing of it is sent.",
        f"See what its first edition will hold: digest golive --dry-run {name}",
    )


def unread(campaign: Campaign, row: SourceRow) -> Trouble | None:
    """Return that a source cannot be read, from its first failure on, or None."""
    health, which = row.health, f"{campaign.name}: the source {row.name}"
    zone = campaign.timezone
    why = f"{health.failure.rstrip('.')}."
    stays = " What it gave before stays." if row.last_read_at else ""
    again = "It is tried again."
    if at := next_try(health):
        again = f"It is tried again on {moment_in_words(at, zone)}."
    since = ""
    if health.failing_since:
        since = f" since {moment_in_words(health.failing_since, zone)}"
    if health.state is SourceState.FAILING:
        return Trouble(f"{which} cannot be read{since}.", f"{why}{stays} {again}")
    if health.state is SourceState.PAUSED:
        return Trouble(
            f"{which} is paused: nothing new comes in from it.",
            f"{why} Mend its address in the campaign file, or have it tried "
            f"again: digest source resume {campaign.name} {row.name}",
        )
    return None


def _of_source(campaign: Campaign, row: SourceRow, now: datetime) -> list[Trouble]:
    """Return what a person should know of a source.

    An item of it that cannot be taken is named for a week: after that, whoever
    leaves it so means to.
    """
    which, trouble = f"{campaign.name}: the source {row.name}", unread(campaign, row)
    troubles = [trouble] if trouble else []
    if row.skipped and row.skipped_at and now - row.skipped_at < SKIPPED_NAMED_FOR:
        first = ". ".join(
            str(item).rstrip(".") for item in row.skipped[:SKIPPED_ITEMS_NAMED]
        )
        troubles.append(
            Trouble(
                f"{which} has something that cannot be taken.",
                f"{first}. All of it: digest source list {campaign.name}",
            )
        )
    if row.moved_to:
        troubles.append(
            Trouble(
                f"{which} has moved for good to {row.moved_to} and is read there.",
                "Write that address in the campaign file.",
            )
        )
    return troubles


def _of_edition(connection: Connection, edition: Edition) -> list[Trouble]:
    name = f"{edition.campaign}, {edition.schedule}, {edition.title}"
    troubles = []
    if edition.is_recalled and edition.state is EditionState.OPEN:
        troubles.append(
            Trouble(
                f"{name} was called back, and waits for you.",
                f"Change it, then say by {_approve_by(connection, edition)}: "
                f"digest edition approve {edition.id}",
            )
        )
    if edition.state is EditionState.FROZEN:
        troubles.append(
            Trouble(
                f"{name} waits for approval.",
                f"Say by {_approve_by(connection, edition)}: "
                f"digest edition approve {edition.id}",
            )
        )
    batches = overview.letters_to_post(connection, edition.id)
    if batches and not edition.is_rehearsal:
        letters = counted(sum(batches.values()), "letter waits", "letters wait")
        say = ", then ".join(f"digest print posted {batch_id}" for batch_id in batches)
        troubles.append(
            Trouble(
                f"{name}: {letters} to be printed and posted.",
                f"The files: digest print list. Once they are in the post, say: {say}",
            )
        )
    if edition.state is EditionState.MISSED:
        troubles.append(
            Trouble(f"{name} was missed.", "Its posts go into the next one.")
        )
    troubles += [
        not_rendered(edition, fault)
        for fault in renditions.faults(connection, edition.id)
    ]
    troubles += [
        Trouble(f"{name}, letters:", f"{words.rstrip('.')}.")
        for words in renditions.unprinted(connection, edition.id)
    ]
    if weight := renditions.too_heavy(connection, edition.id):
        troubles.append(
            Trouble(
                f"{name}: its pictures would have made each email "
                f"{weight / 1_000_000:.1f} MB larger, so emails link to them instead.",
                'Show fewer, or set pictures = "hosted" in the campaign file.',
            )
        )
    return troubles


def _unserved(campaign: str, causes: Sequence[UnservedCause]) -> list[Trouble]:
    """Return why readers were not reached, each cause once with how many share it."""
    troubles = [_about(campaign, cause) for cause in causes[:CAUSES_NAMED]]
    if rest := causes[CAUSES_NAMED:]:
        count = sum(cause.readers for cause in rest)
        newest = max(cause.edition_id for cause in rest)
        troubles.append(
            Trouble(
                f"{campaign}: {counted(count, 'reader was', 'readers were')} not "
                "reached for other reasons.",
                f"See: digest deliveries {newest}",
            )
        )
    return troubles


def _about(campaign: str, cause: UnservedCause) -> Trouble:
    more = cause.readers - len(cause.names)
    who = ", ".join(cause.names) + (f" and {more:,} more" if more > 0 else "")
    reason = cause.reason.rstrip(".")
    see = f"See: digest deliveries {cause.edition_id} --state {cause.state}"
    match cause.state:
        case DeliveryState.UNCERTAIN:
            copies = counted(cause.readers, "copy", "copies")
            key = DeliveryKey(cause.edition_id, cause.reader_id)
            settle = f"Say: digest deliveries settle {key} resend (or: accepted)"
            return Trouble(
                f"{campaign}: {copies} may or may not have arrived: {reason}. {who}.",
                settle if cause.readers == 1 else f"{see}, and settle each.",
                names_readers=True,
            )
        case DeliveryState.PLANNED:
            letters = counted(cause.readers, "letter waits", "letters wait")
            return Trouble(
                f"{campaign}: {letters}: {reason}. {who}.", see, names_readers=True
            )
        case _:
            readers = counted(cause.readers, "reader was", "readers were")
            return Trouble(
                f"{campaign}: {readers} not reached: {reason}. {who}.",
                see,
                names_readers=True,
            )


def _approve_by(connection: Connection, edition: Edition) -> str:
    campaign = campaigns.load(connection, edition.campaign_id)
    until = lifecycle.approve_by(edition, campaign)
    return moment_in_words(until, campaign.timezone)
