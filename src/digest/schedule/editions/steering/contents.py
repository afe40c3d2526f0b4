"""What an open edition holds, in the order in which it would be shown."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from digest.compose.variants import ArrangedItems
from digest.compose.whats_on import ListableEvent
from digest.model.editions.steering import SteeredEdition
from digest.model.posts.items import Event
from digest.model.posts.markdown import to_markdown
from digest.model.posts.shortening import width_of
from digest.render.email.contents import preheader
from digest.render.email.subject import subject
from digest.schedule.editions.steering.open_edition import (
    OpenEdition,
    open_edition,
    variant_of,
)
from digest.store.base.engine import reading
from digest.store.editions import steering
from digest.store.posts.log import LogEntry


@dataclass(frozen=True, slots=True)
class EditionContents:
    """What an open edition holds, as it would be shown, and the words around it.

    `sections` are those of the posts. `left_over` is what the next one gets: taken out,
    or beyond the campaign's most.
    `coming` are the events that its list of what is on may have, whether or not staff
    have them in it.
    """

    edition: OpenEdition
    steered: SteeredEdition
    posts: Sequence[LogEntry]
    sections: Sequence[str]
    events: Sequence[LogEntry]
    left_over: Sequence[LogEntry]
    coming: Sequence[ListableEvent]
    subject: str
    preheader: str

    def facts(self) -> dict[str, Any]:
        """Return it for a program."""
        steered = self.steered.steering
        return {
            "campaign": self.edition.campaign.name,
            "schedule": self.edition.schedule,
            "edition": self.edition.place.edition_id or None,
            "slot": self.edition.slot,
            "version": self.steered.version,
            "subject": {
                "words": self.subject,
                "is_own": bool(steered.subject),
                "width": width_of(self.subject),
            },
            "preheader": {
                "words": self.preheader,
                "is_own": bool(steered.preheader),
                "width": width_of(self.preheader),
            },
            "note": to_markdown(steered.note),
            "posts": [
                {
                    "id": entry.id,
                    "title": entry.item.title,
                    "pinned": entry.id in steered.pinned,
                }
                for entry in self.posts
            ],
            "events": [
                {"id": entry.id, "title": entry.item.title} for entry in self.events
            ],
            "left_over": [
                {
                    "id": entry.id,
                    "title": entry.item.title,
                    "taken_out": entry.id in steered.out,
                }
                for entry in self.left_over
            ],
            "whats_on": [
                {
                    "id": each.entry.id,
                    "title": each.event.event.title,
                    "starts": each.event.event.starts,
                    "mark": each.event.mark,
                    "listed": self.lists(each),
                }
                for each in self.coming
            ],
        }

    def lists(self, coming: ListableEvent) -> bool:
        """Whether its list of what is on has that event."""
        return coming.is_listed(self.steered.steering)


def contents(
    engine: Engine, what: str, schedule: str | None, now: datetime
) -> EditionContents:
    """Return what an open edition holds. `what` is as of `change`."""
    with reading(engine) as connection:
        return contents_in(connection, what, schedule, now)


def contents_in(
    connection: Connection, what: str, schedule: str | None, now: datetime
) -> EditionContents:
    """Return what `contents` does, of the same moment as what else is read there."""
    edition = open_edition(connection, what, schedule, now)
    steered = steering.get(connection, edition.place)
    coming = edition.coming(connection)
    left_over = edition.left_over(steered.steering)
    entries = [entry for entry in edition.entries if entry not in left_over]
    parted = edition.posts(steered.steering)
    posts = [entry for entry, _ in parted]
    events = [entry for entry in entries if isinstance(entry.item, Event)]
    items = tuple(entry.item for entry in (*posts, *events))
    listed = tuple(each.event for each in coming if each.is_listed(steered.steering))
    has_words = items or (edition.campaign.events_alone and listed)
    variant = replace(
        variant_of(edition, steered.steering, ArrangedItems(items, (), ())),
        coming=listed,
    )
    return EditionContents(
        edition,
        steered,
        posts,
        [section for _, section in parted],
        events,
        left_over,
        coming,
        subject=subject(variant) if has_words else steered.steering.subject,
        preheader=(
            " ".join(preheader(variant)) if has_words else steered.steering.preheader
        ),
    )
