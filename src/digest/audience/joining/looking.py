"""Looking at requests to join: for paper and calls staff say whether they are taken."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from digest.audience.adding import newcomer
from digest.audience.hashing import KeyedHasher
from digest.audience.joining.confirming import join, person_of
from digest.errors import NotFound
from digest.model.campaigns.campaign import Campaign
from digest.model.people.joining import JoiningWay
from digest.model.people.person import CONSENT, Consent
from digest.store.campaigns import campaigns
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.people import subscribers, subscriptions
from digest.store.people.joining import joining_requests
from digest.store.people.joining.joining_requests import JoiningOutcome, JoiningRequest
from digest.store.staff.audit import Act, record

_OVER = "Somebody has looked at this already, or there is no such request."


@dataclass(frozen=True, slots=True)
class WaitingRequest:
    """Somebody who asked on the web, and whose request waits for staff."""

    id: int
    campaign: Campaign
    way: JoiningWay
    content: Mapping[str, str]
    wording: str
    requested_at: datetime


def waiting(connection: Connection, limit: int) -> list[WaitingRequest]:
    """Return who waits, the longest first."""
    every = {stored.id: stored.campaign for stored in campaigns.listed(connection)}
    return [
        WaitingRequest(
            request.id,
            every[request.campaign_id],
            request.way,
            request.content,
            request.wording,
            request.requested_at,
        )
        for request in joining_requests.for_staff(connection, limit)
        if request.campaign_id in every
    ]


def accept(  # noqa: PLR0913 - who is taken in, and as whom
    connection: Connection,
    hasher: KeyedHasher,
    request_id: int,
    now: datetime,
    *,
    is_new: bool = False,
    same_as: int | None = None,
) -> int:
    """Take in who asked, and return their number.

    As somebody new, or as `same_as`, who keeps what is held of them. Raises NotFound
    for a request that is over, and RowRefused for somebody who may be held already,
    unless one of the two is said, or who asked never to be written to.
    """
    request, stored = _open(connection, request_id)
    person = person_of(connection, stored, request.content, now)
    day = f"{request.requested_at:%Y-%m-%d %H:%M} UTC"
    method = "by the form on the web, looked at by staff"
    evidence = Consent(CONSENT, method, day, request.wording)
    if same_as is not None:
        if subscribers.get(connection, same_as) is None:
            raise NotFound(f"There is no person of the number {same_as}.")
        number = same_as
    else:
        joining = stored.campaign.joining
        name = joining.list_name if joining else stored.campaign.lists[0]
        list_id = subscriptions.make_list(connection, name, now)
        match = newcomer(connection, hasher, list_id, person, is_new=is_new)
        [number] = subscribers.add(connection, [match.hashed_person], now)
    join(connection, stored, number, evidence, now)
    joining_requests.settle(
        connection, request.id, JoiningOutcome.ACCEPTED, now, number
    )
    return number


def decline(connection: Connection, request_id: int, now: datetime) -> None:
    """Turn a request down: nobody is added, and what was typed is taken out.

    Raises NotFound for a request that is over.
    """
    request, stored = _open(connection, request_id)
    joining_requests.settle(connection, request.id, JoiningOutcome.DECLINED, now)
    act = Act("turned down who asked to join", campaign_id=stored.id)
    record(connection, act, now)


def _open(
    connection: Connection, request_id: int
) -> tuple[JoiningRequest, StoredCampaign]:
    request = joining_requests.get(connection, request_id)
    if request is None or request.outcome is not None or request.targets is not None:
        raise NotFound(_OVER)
    stored = campaigns.with_id(connection, request.campaign_id)
    if stored is None:
        raise NotFound(_OVER)
    return request, stored
