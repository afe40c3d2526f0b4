"""Leave a campaign, by the link in an edition or as somebody told us, and come back.

Either may be repeated. Leaving ends exactly that campaign, for good, by every channel;
lists are another thing. What a link's token says is checked in `signed_links`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, or_, select

from digest.audience.enrolment import enrol
from digest.audience.past_days import past_day
from digest.audience.signed_links import SignedLinks
from digest.audience.subject_access import find
from digest.errors import DigestError, NotFound
from digest.model.campaigns.campaign import Campaign
from digest.model.formats import Channel
from digest.model.people.departure import (
    LeavingMeans,
    LeavingReason,
    LeavingRequest,
)
from digest.model.people.reader_marks import ReaderRef
from digest.store.base.engine import reading, writing
from digest.store.base.tables import subscriber
from digest.store.campaigns import campaigns
from digest.store.delivery import cancelling
from digest.store.people import departures, readers, subscriptions
from digest.store.people.readers import Reader, is_suppressed
from digest.store.staff.audit import Act, record


class LeavingState(Enum):
    """How somebody stands to a campaign whose link they have opened."""

    SUBSCRIBED = "may leave"
    LEFT = "has left, and may come back by the same link"
    GONE = "gets nothing, and is not to be brought back by a link"


@dataclass(frozen=True, slots=True)
class LinkState:
    """Which campaign a link is about, and how its reader stands to it.

    `has_changed` says that what was asked has just been done.
    """

    campaign: Campaign
    state: LeavingState
    reader: ReaderRef
    has_changed: bool = False


@dataclass(frozen=True, slots=True)
class UnsubscribeLinks:
    """What the links do; each raises NotFound for one that we did not make."""

    engine: Engine
    links: SignedLinks
    clock: Callable[[], datetime]

    def look(self, token: str) -> LinkState:
        """Return how things stand; changes nothing."""
        with reading(self.engine) as connection:
            return _state_of(connection, self._reader_of(connection, token))

    def unsubscribe(self, token: str) -> LinkState:
        """Leave the campaign of a link, at once; twice is the same as once.

        Also one that cannot be read, which alone raises UnreadableError then.
        """
        now = self.clock()
        with writing(self.engine) as connection:
            reader = self._reader_of(connection, token)
            has_changed = unsubscribe(connection, reader.id, now)
        with reading(self.engine) as connection:
            return _state_of(connection, reader, has_changed=has_changed)

    def resubscribe(self, token: str) -> LinkState:
        """Come back by the same link, where that is offered."""
        now = self.clock()
        with writing(self.engine) as connection:
            reader = self._reader_of(connection, token)
            has_changed = resubscribe(connection, reader.id, now)
            return _state_of(connection, reader, has_changed=has_changed)

    def tell_why(self, token: str, reason: LeavingReason) -> bool:
        """Keep why somebody has left; False where they have not."""
        with writing(self.engine) as connection:
            reader = self._reader_of(connection, token)
            return departures.note_reason(
                connection, reader.campaign_id, reader.subscriber_id, reason
            )

    def _reader_of(self, connection: Connection, token: str) -> Reader:
        ref = self.links.read_unsubscribe_token(token)
        if ref is None:
            raise NotFound(
                "This link is not whole. Open it from the email again, "
                "or write to or phone whoever sends you the email."
            )
        # Whoever was erased is told that they get nothing.
        reader = readers.of_link(connection, ref)
        if reader is None:
            raise NotFound(
                "This link is not known here any more. Open the one in your newest "
                "email, or write to or phone whoever sends you the email."
            )
        return reader


def unsubscribe(
    connection: Connection,
    reader_id: int,
    now: datetime,
    means: LeavingMeans = LeavingMeans.LINK,
) -> bool:
    """Have a reader leave their campaign, and no other; see `leave`.

    False where they had left before, or there is no such reader.
    """
    reader = readers.get(connection, reader_id)
    if reader is None:
        return False
    return leave(connection, reader.campaign_id, reader.subscriber_id, means, now)


def leave(
    connection: Connection,
    campaign_id: int,
    subscriber_id: int,
    means: LeavingMeans,
    now: datetime,
) -> bool:
    """Have somebody leave a campaign, at once: the one door by which people leave.

    They get nothing more of it, whatever lists it goes to, now or later, and
    whatever is imported. Copies of it not yet handed over are cancelled in the
    same transaction. False where they had left before.
    """
    has_changed = departures.leave(connection, campaign_id, subscriber_id, means, now)
    cancelling.cancel_in_campaign(
        connection, campaign_id, subscriber_id, now, means.words
    )
    return has_changed


def leave_as_told(
    connection: Connection,
    who: str,
    name: str,
    request: LeavingRequest,
    now: datetime,
) -> bool:
    """Have WHO leave the campaign of that name, as they told somebody.

    Who asked and on which day is on record. False where they had left before. Raises
    NotFound for a person or a campaign that is not there, and DigestError for a day
    that is to come.
    """
    stored = campaigns.by_name(connection, name)
    today = now.astimezone(ZoneInfo(stored.campaign.timezone)).date()
    day = past_day(request.on, today) if request.on else today
    person_id = find(connection, who).id
    has_left = leave(connection, stored.id, person_id, request.means, now)
    if has_left:
        act = Act(
            "wrote down who asked to leave",
            campaign_id=stored.id,
            subject=f"person {person_id}",
            after={"by": request.means, "asked": request.asker, "on": day.isoformat()},
        )
        record(connection, act, now)
    return has_left


def undo_leaving(connection: Connection, who: str, name: str, now: datetime) -> bool:
    """Undo what was told by mistake: WHO stays, from their place in the log on.

    False where they have not left. Raises NotFound, and DigestError where it was they
    who left, by a link, or where it is too long ago: then they alone come back.
    """
    stored = campaigns.by_name(connection, name)
    person = find(connection, who)
    departure = departures.of_person(connection, stored.id, person.id)
    if departure is None:
        return False
    if not departure.may_be_undone(now):
        raise DigestError(
            "this can be undone for 28 days, and only where staff wrote it down: else "
            "they come back themselves, by the link of an old edition"
        )
    return any(
        resubscribe(connection, reader.id, now)
        for reader in readers.of_subscriber(connection, person.id)
        if reader.campaign_id == stored.id
    )


def resubscribe(connection: Connection, reader_id: int, now: datetime) -> bool:
    """Undo a reader's leaving; they go on from their place in the log.

    False where they have not left, or are not to be brought back by a link:
    then nothing changes.
    """
    reader = readers.get(connection, reader_id)
    if reader is None or _state(connection, reader) is not LeavingState.LEFT:
        return False
    departures.come_back(connection, reader.campaign_id, reader.subscriber_id, now)
    lists = _lists_of(connection, reader)
    is_on, _ = subscriptions.can_serve(connection, reader.subscriber_id, lists)
    if not is_on:
        subscriptions.reopen(connection, reader.subscriber_id, lists, now)
    # What they have chosen meanwhile holds from now on.
    campaign = campaigns.load(connection, reader.campaign_id)
    enrol(connection, reader.campaign_id, campaign, now, [reader.subscriber_id])
    return True


def _state_of(
    connection: Connection, reader: Reader, *, has_changed: bool = False
) -> LinkState:
    campaign = campaigns.load(connection, reader.campaign_id)
    state, whom = _state(connection, reader), ReaderRef(reader.id, reader.mark)
    return LinkState(campaign, state, whom, has_changed)


def _state(connection: Connection, reader: Reader) -> LeavingState:
    who, lists = reader.subscriber_id, _lists_of(connection, reader)
    is_on, could_be = subscriptions.can_serve(connection, who, lists)
    suppressed = or_(*map(is_suppressed, Channel))
    is_suppressed_somewhere = connection.scalar(
        select(suppressed).where(subscriber.c.id == who)
    )
    has_left = departures.is_gone(connection, reader.campaign_id, who)
    if reader.is_erased or is_suppressed_somewhere or not (is_on or could_be):
        stays = not (reader.is_erased or has_left) and is_on
        return LeavingState.SUBSCRIBED if stays else LeavingState.GONE
    if has_left or not is_on:
        return LeavingState.LEFT
    return LeavingState.SUBSCRIBED


def _lists_of(connection: Connection, reader: Reader) -> list[int]:
    names = campaigns.load(connection, reader.campaign_id).lists
    return readers.list_ids(connection, names)
