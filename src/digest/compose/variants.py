"""What a kind of reader gets: a stretch of the log, as one value for a renderer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from digest.compose.selection import EditionSelection, posts_in_order, sectioned
from digest.compose.whats_on import ListScope, whats_on
from digest.model.campaigns.campaign import Campaign
from digest.model.campaigns.campaign_slots import last_slot, next_slot
from digest.model.editions.due_stretch import DueStretch, due_to
from digest.model.editions.edition import Variant, VariantKey, rendition_key
from digest.model.editions.steering import Steering
from digest.model.formats import Format, named
from digest.model.posts.event_changes import is_worth_telling, merge_dates
from digest.model.posts.items import Event, Item
from digest.store.base.asked_together import rows_of
from digest.store.base.modes import mode_of
from digest.store.base.tables import variant as variants
from digest.store.campaigns import campaigns
from digest.store.campaigns.campaigns import ScheduleRow, StoredCampaign
from digest.store.editions import editions, standing
from digest.store.editions.steering import SteeringPlace, place_of
from digest.store.editions.steering import get as get_steering
from digest.store.people import owed
from digest.store.posts import log


@dataclass(frozen=True, slots=True)
class ComposedVariant:
    """A variant ready to render; `key` is what variants with the same items share."""

    edition_id: int
    key: str
    variant: Variant


@dataclass(frozen=True, slots=True)
class ArrangedItems:
    """Items as an edition shows them, which entries each is made of, and sections.

    The latter are those of each post.
    """

    items: tuple[Item, ...]
    entry_ids: tuple[tuple[int, ...], ...]
    sections: tuple[str, ...]


def news(
    connection: Connection, campaign_id: int, stretch: tuple[int, int], at: datetime
) -> list[log.LogEntry]:
    """Return the log in (since, upto] as an edition of that instant carries it.

    Withdrawn items are left out, and events that are over or that never were.
    """
    since, upto = stretch
    return [
        entry
        for entry in log.released(connection, campaign_id, since, upto)
        if is_worth_telling(entry.item, at)
    ]


def composed(connection: Connection, variant_id: int) -> ComposedVariant | None:
    """Return the planned variant as it now stands, withdrawn items left out.

    None where nothing of it is left, and where there is no such variant.
    """
    rows = rows_of(connection, numbered, variant_id)
    if not rows:
        return None
    [row] = rows
    edition = editions.get(connection, row.edition_id)
    fmt, topics = named(row.format), tuple(row.topics)
    key = VariantKey(owed.stretch_of(row), topics, fmt, row.language)
    return composed_for(connection, edition, key)


def variants_of(connection: Connection, edition_id: int) -> list[int]:
    """Return the ids of the variants that an edition was planned in."""
    ids = select(variants.c.id).where(variants.c.edition_id == edition_id)
    return [*connection.scalars(ids.order_by(variants.c.id))]


def numbered(_connection: Connection, variant_id: int) -> Select[Any]:
    """Return the question for a variant's row, to be asked with others."""
    return select(variants).where(variants.c.id == variant_id)


def of_edition(
    connection: Connection, edition_id: int, fmt: Format
) -> ComposedVariant | None:
    """Return a frozen edition as a reader gets it who had the one before.

    None where it carries nothing.
    """
    edition = editions.get(connection, edition_id)
    since = standing.upto_before(
        connection, edition.schedule_id, edition.slot, edition.mode
    )
    due = due_to(since, edition.upto or since, edition.carried_in)
    entries = due_entries(connection, edition.campaign_id, due, edition.slot)
    campaign = campaigns.load(connection, edition.campaign_id)
    steering = get_steering(connection, place_of(edition)).steering
    selection = EditionSelection.of(campaign, steering, is_last=edition.is_last)
    over = selection.left_over(entries)
    due = due.without(entry.position for entry in over)
    key = VariantKey(due, (), fmt, campaign.language)
    return composed_for(connection, edition, key)


def due_entries(
    connection: Connection, campaign_id: int, due: DueStretch, at: datetime
) -> list[log.LogEntry]:
    """Return the news in a stretch of the log, but for what its reader has had."""
    entries = news(connection, campaign_id, (due.since, due.upto), at)
    return [entry for entry in entries if due.takes(entry.position)]


def draft(
    connection: Connection,
    stored: StoredCampaign,
    schedule: ScheduleRow,
    fmt: Format,
    now: datetime,
) -> Variant | None:
    """Return the schedule's open edition: what it would carry if it ran now.

    None where nothing is new. The edition gets its row when its slot comes;
    until then it is what the log holds.
    """
    campaign = stored.campaign
    in_file, extra = schedule.schedule, schedule.extra_slot
    # One that has closed is frozen: the draft is the edition after it.
    slot = next_slot(campaign, in_file, schedule.closed_until(now), extra) or now
    is_last = slot == last_slot(campaign, in_file, extra)
    mode = mode_of(connection)
    since = standing.upto_before(connection, schedule.id, slot, mode)
    due = due_to(since, log.MAX, owed.carried_to(connection, schedule.id, mode))
    entries = due_entries(connection, stored.id, due, slot)
    place = SteeringPlace(schedule.id, mode)
    steering = get_steering(connection, place).steering
    selection = EditionSelection.of(campaign, steering, is_last=is_last)
    over = selection.left_over(entries)
    entries = [entry for entry in entries if entry not in over]
    arrangement = arranged(entries, steering, campaign)
    key = VariantKey(due, (), fmt, campaign.language)
    scope = ListScope(stored.id, slot, in_file.whats_on)
    listed = whats_on(connection, scope, key, steering)
    if not entries and not (campaign.events_alone and listed.events):
        return None
    return Variant(
        code="draft",
        campaign=campaign,
        slot=slot,
        items=arrangement.items,
        entry_ids=arrangement.entry_ids,
        sections=arrangement.sections,
        coming=listed.events,
        format=fmt,
        language=campaign.language,
        note=steering.note,
        subject=steering.subject,
        preheader=steering.preheader,
        goodbye=campaign.last_edition.goodbye if is_last else (),
        draft=True,
    )


def composed_for(
    connection: Connection, edition: editions.Edition, key: VariantKey
) -> ComposedVariant | None:
    """Return an edition for readers of that key; None where it carries them nothing."""
    entries = [
        entry
        for entry in news(
            connection,
            edition.campaign_id,
            (key.due.since, key.due.upto),
            edition.slot,
        )
        if key.takes(entry.position, entry.topics)
    ]
    marks = tuple(entry.fingerprint for entry in entries)
    steering = get_steering(connection, place_of(edition)).steering
    campaign = campaigns.load(connection, edition.campaign_id)
    arrangement = arranged(entries, steering, campaign)
    scope = ListScope.of(campaign, edition)
    listed = whats_on(connection, scope, key, steering)
    if not entries and not (campaign.events_alone and listed.events):
        return None
    mark = "\n".join((steering.mark, *arrangement.sections, *listed.marks))
    return ComposedVariant(
        edition.id,
        rendition_key(marks, key.format, key.language, mark),
        Variant(
            code=edition.code,
            campaign=campaign,
            slot=edition.slot,
            items=arrangement.items,
            entry_ids=arrangement.entry_ids,
            sections=arrangement.sections,
            coming=listed.events,
            format=key.format,
            language=key.language,
            note=steering.note,
            subject=steering.subject,
            preheader=steering.preheader,
            goodbye=campaign.last_edition.goodbye if edition.is_last else (),
            rehearsal=edition.is_rehearsal,
        ),
    )


def arranged(
    entries: Sequence[log.LogEntry], steering: Steering, campaign: Campaign
) -> ArrangedItems:
    """Return posts as staff and sections arrange them, then events by their start."""
    posts = sectioned(posts_in_order(entries, steering), steering, campaign)
    names = tuple(name for _, name in posts)
    events = merge_dates(
        (entry.id, entry.item) for entry in entries if isinstance(entry.item, Event)
    )
    return ArrangedItems(
        (*(entry.item for entry, _ in posts), *(event for _, event in events)),
        (*((entry.id,) for entry, _ in posts), *(ids for ids, _ in events)),
        names if any(names) else (),
    )
