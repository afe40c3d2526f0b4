"""A new email address of a reader's, confirmed at both ends before it counts.

Whoever holds the link to a reader's page may be somebody it was passed on to. So a mail
goes to the old address and one to the new, and the address changes once the button
behind each was pressed. Nothing is looked up before the answer, as with who joins.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from sqlalchemy import Connection, Engine

from digest.audience.choosing import email_hint
from digest.audience.editing import edit
from digest.audience.emails import email_key
from digest.audience.hashing import KeyedHasher
from digest.audience.joining.requests import targets_of
from digest.audience.lists.list_file import RowRefused
from digest.audience.signed_links import SignedLinks
from digest.errors import DigestError, NotFound
from digest.model.campaigns.campaign import Campaign
from digest.model.people.joining import JoiningWay
from digest.model.people.person import PersonKeys
from digest.store.base.engine import reading, writing
from digest.store.campaigns import campaigns
from digest.store.people import subscribers
from digest.store.people.joining import joining_requests
from digest.store.people.joining.joining_requests import (
    JoiningOutcome,
    JoiningRequest,
    NewJoiningRequest,
)
from digest.store.people.readers import Reader
from digest.store.staff.audit import Act, record

_OVER = (
    "This link is not whole, or its time is over: it works for 7 days. You can ask for "
    "the change again, and get another one."
)
_CONFIRMED = "confirmed"
_OTHER_END = {
    JoiningWay.NEW_EMAIL: JoiningWay.OLD_EMAIL,
    JoiningWay.OLD_EMAIL: JoiningWay.NEW_EMAIL,
}


class ChangeState(Enum):
    """How far the change of an address has come."""

    ASKED = "its button was not pressed"
    WAITING = "the button at the other end was not pressed"
    DONE = "both were pressed"
    IMPOSSIBLE = "it cannot be theirs"


@dataclass(frozen=True, slots=True)
class EmailChange:
    """One end of a change, the old address or the new one; with a hint of the new."""

    campaign: Campaign
    is_new_end: bool
    new_hint: str
    state: ChangeState


def ask_for(
    connection: Connection,
    hasher: KeyedHasher,
    reader: Reader,
    typed: str,
    now: datetime,
) -> bool:
    """Have a mail go to a reader's new address, and one to the old where they have one.

    False where what was typed is no address. The answer tells nothing else: whether it
    is somebody's already, or suppressed, is for the mail to ask.
    """
    new = typed.strip()
    try:
        key = email_key(new)
    except ValueError:
        return False
    subscriber = subscribers.get(connection, reader.subscriber_id)
    old = subscriber.person.email if subscriber else ""
    ends = [(JoiningWay.NEW_EMAIL, new, key)]
    if old:
        ends.append((JoiningWay.OLD_EMAIL, old, email_key(old)))
    for way, address, address_key in ends:
        request = NewJoiningRequest(
            reader.campaign_id,
            way,
            "",
            {"email": address, "new_email": new},
            targets_of(hasher, PersonKeys(email=address_key)),
            reader.subscriber_id,
        )
        joining_requests.add(connection, request, now)
    return True


@dataclass(frozen=True, slots=True)
class NewEmailLinks:
    """What the links in both mails do; each raises NotFound for one that is over."""

    engine: Engine
    links: SignedLinks
    hasher: KeyedHasher
    clock: Callable[[], datetime]

    def look(self, token: str) -> EmailChange:
        """Return how things stand; changes nothing."""
        with reading(self.engine) as connection:
            request = self._request(connection, token)
            return _change(connection, request, _state(request))

    def confirm(self, token: str) -> EmailChange:
        """Confirm this end; where the other is confirmed too, change the address.

        Twice is the same as once.
        """
        with writing(self.engine) as connection:
            request = self._request(connection, token)
            if request.outcome is not None:
                return _change(connection, request, _state(request))
            joining_requests.note(
                connection, request.id, {**request.content, _CONFIRMED: "yes"}
            )
            state = _settled(connection, self.hasher, request, self.clock())
            return _change(connection, request, state)

    def _request(self, connection: Connection, token: str) -> JoiningRequest:
        request_id = self.links.read_new_email_token(token)
        request = (
            None if request_id is None else joining_requests.get(connection, request_id)
        )
        is_open = request is not None and request.outcome in (
            None,
            JoiningOutcome.CONFIRMED,
        )
        if request is None or request.way not in _OTHER_END or not is_open:
            raise NotFound(_OVER)
        if request.is_over(self.clock()):
            raise NotFound(_OVER)
        return request


def _settled(
    connection: Connection, hasher: KeyedHasher, request: JoiningRequest, now: datetime
) -> ChangeState:
    """Change the address where no end is left to confirm; return how far it is."""
    number = request.subscriber_id
    subscriber = None if number is None else subscribers.get(connection, number)
    if number is None or subscriber is None or not subscriber.person.name:
        raise NotFound(_OVER)
    other = joining_requests.waiting_of(connection, number, _OTHER_END[request.way])
    new = request.content["new_email"]
    pair = other if other and other.content.get("new_email") == new else None
    # Without an email so far there is no other end; but one that is over is no yes.
    is_alone = not subscriber.person.email and request.way is JoiningWay.NEW_EMAIL
    if not is_alone and (pair is None or not pair.content.get(_CONFIRMED)):
        return ChangeState.WAITING
    try:
        edit(connection, hasher, str(number), {"email": new}, now)
    except (DigestError, RowRefused):
        # It is somebody else's by now, which is for nobody here to learn.
        return ChangeState.IMPOSSIBLE
    for each in filter(None, (request, pair)):
        joining_requests.settle(
            connection, each.id, JoiningOutcome.CONFIRMED, now, number
        )
    act = Act("confirmed a new email address", subject=f"person {number}")
    record(connection, act, now)
    return ChangeState.DONE


def _state(request: JoiningRequest) -> ChangeState:
    if request.outcome is not None:
        return ChangeState.DONE
    is_confirmed = request.content.get(_CONFIRMED)
    return ChangeState.WAITING if is_confirmed else ChangeState.ASKED


def _change(
    connection: Connection, request: JoiningRequest, state: ChangeState
) -> EmailChange:
    return EmailChange(
        campaigns.load(connection, request.campaign_id),
        request.way is JoiningWay.NEW_EMAIL,
        email_hint(request.content.get("new_email", "")),
        state,
    )
