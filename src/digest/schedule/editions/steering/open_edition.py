"""The edition that can be changed now: the next of a schedule, or one called back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from digest.compose.selection import EditionSelection, posts_in_order, sectioned
from digest.compose.variants import ArrangedItems, due_entries
from digest.compose.whats_on import ListableEvent, ListScope, coming_entries
from digest.model.campaigns.campaign import Campaign
from digest.model.campaigns.campaign_slots import last_slot, next_slot
from digest.model.editions.due_stretch import DueStretch, due_to
from digest.model.editions.edition import Variant, VariantKey
from digest.model.editions.steering import Steering
from digest.model.formats import HTML, Format
from digest.schedule.editions.named_schedule import schedule_of
from digest.store.base.asked_together import ask_together
from digest.store.base.modes import mode_of
from digest.store.campaigns import campaigns
from digest.store.editions import editions, standing, steering
from digest.store.editions.steering import OPEN, SteeringPlace
from digest.store.people import owed
from digest.store.posts.log import MAX, LogEntry

_NUMBER_LENGTH = 18


@dataclass(frozen=True, slots=True)
class OpenEdition:
    """An edition that can be changed: the next of a schedule, or one called back.

    `entries` are what it would carry if it were frozen now: what is due of the log to
    who has had the edition before.
    """

    place: SteeringPlace
    campaign_id: int
    campaign: Campaign
    schedule: str
    slot: datetime
    due: DueStretch
    entries: Sequence[LogEntry]
    is_last: bool = False
    upto: int = MAX

    @property
    def title(self) -> str:
        """What staff call it."""
        number = self.place.edition_id
        return f"edition {number}" if number != OPEN else f"next {self.schedule}"

    @property
    def scope(self) -> ListScope:
        """Which events it may list."""
        schedule = self.campaign.schedule_named(self.schedule)
        horizon = schedule.whats_on if schedule else None
        return ListScope(self.campaign_id, self.slot, horizon)

    def left_over(self, steered: Steering) -> list[LogEntry]:
        """Return what of it is left for the next one, as it is steered."""
        selection = EditionSelection.of(self.campaign, steered, is_last=self.is_last)
        return selection.left_over(self.entries)

    def posts(self, steered: Steering) -> list[tuple[LogEntry, str]]:
        """Return its posts as they are shown, each with the section it is in."""
        left_over = {entry.id for entry in self.left_over(steered)}
        entries = [entry for entry in self.entries if entry.id not in left_over]
        in_order = posts_in_order(entries, steered)
        return sectioned(in_order, steered, self.campaign)

    def coming(self, connection: Connection) -> list[ListableEvent]:
        """Return the events that it may list, whatever staff say, by their start."""
        key = VariantKey(self.due, (), HTML, self.campaign.language)
        return coming_entries(connection, self.scope, key)


def open_edition(
    connection: Connection, what: str, schedule: str | None, now: datetime
) -> OpenEdition:
    """Return the open edition of a campaign's schedule, or that of a number.

    Raises NotFound in words.
    """
    if what.isascii() and what.isdigit() and len(what) <= _NUMBER_LENGTH:
        return _called_back(connection, int(what))
    stored = campaigns.by_name(connection, what)
    row = schedule_of(connection, stored, schedule)
    # One that has closed is frozen: open is the edition after it.
    in_file, extra = row.schedule, row.extra_slot
    slot = next_slot(stored.campaign, in_file, row.closed_until(now), extra) or now
    mode = mode_of(connection)
    place = SteeringPlace(row.id, mode)
    ask_together(
        connection,
        (
            (standing.furthest_before, row.id, slot, mode),
            (owed.carried, row.id, mode),
            (steering.steered_at, place),
        ),
    )
    since = standing.upto_before(connection, row.id, slot, mode)
    due = due_to(since, MAX, owed.carried_to(connection, row.id, mode))
    return OpenEdition(
        place,
        stored.id,
        stored.campaign,
        row.schedule.name,
        slot,
        due,
        due_entries(connection, stored.id, due, slot),
        is_last=slot == last_slot(stored.campaign, in_file, extra),
    )


def _called_back(connection: Connection, edition_id: int) -> OpenEdition:
    edition = editions.get(connection, edition_id)
    before = edition.schedule_id, edition.slot, edition.mode
    place = SteeringPlace(edition.schedule_id, edition.mode, edition.id)
    ask_together(
        connection,
        (
            (standing.furthest_before, *before),
            (steering.steered_at, place),
            (steering.latest_act, place),
        ),
    )
    since = standing.upto_before(connection, *before)
    if edition.upto is None:
        carried = owed.carried_to(connection, edition.schedule_id, edition.mode)
        due = due_to(since, MAX, carried)
    else:
        due = due_to(since, edition.upto, edition.carried_in)
    return OpenEdition(
        place,
        edition.campaign_id,
        campaigns.load(connection, edition.campaign_id),
        edition.schedule,
        edition.slot,
        due,
        due_entries(connection, edition.campaign_id, due, edition.slot),
        is_last=edition.is_last,
        upto=MAX if edition.upto is None else edition.upto,
    )


def variant_of(
    edition: OpenEdition,
    steered: Steering,
    arrangement: ArrangedItems,
    fmt: Format = HTML,
    language: str = "",
) -> Variant:
    """Return the open edition as it would be with these items, in that format."""
    goodbye = edition.campaign.last_edition.goodbye if edition.is_last else ()
    return Variant(
        code="draft",
        campaign=edition.campaign,
        slot=edition.slot,
        items=arrangement.items,
        entry_ids=arrangement.entry_ids,
        sections=arrangement.sections,
        format=fmt,
        language=language or edition.campaign.language,
        note=steered.note,
        goodbye=goodbye,
        subject=steered.subject,
        preheader=steered.preheader,
    )
