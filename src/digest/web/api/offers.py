"""Another channel for whom one does not reach: listed, taken up, let be, taken back."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict

from digest.audience.offers import channel_offers
from digest.bootstrap import App
from digest.model.formats import Channel
from digest.model.people.channel_offers import ChannelOffer, OfferKey, OfferMeans
from digest.model.roles import Scope
from digest.web.api.parts.calls import ApiRequestRoute, actor_of
from digest.web.api.parts.doors import asks
from digest.web.api.parts.links import Most
from digest.web.api.wishes import PersonChange
from digest.web.parts.inputs import RowId
from digest.web.parts.routing import PageRouter


class ListedOffer(BaseModel):
    """Whom a channel does not reach, why, and what there is instead.

    `agreement` are the words of a permission of theirs that is for the other channel;
    without them they are to be asked.
    """

    person: int
    name: str
    lost: Channel
    instead: Channel
    cause: str
    since: datetime
    can_change: bool
    agreement: str


class OfferAnswer(BaseModel):
    """How somebody agreed to another channel."""

    model_config = ConfigDict(extra="forbid")

    means: OfferMeans


def routes(digest: App) -> APIRouter:
    """Return the routes."""
    router = PageRouter(prefix="/v1", route_class=ApiRequestRoute, tags=["People"])

    @router.get("/offers")
    @asks(Scope.PEOPLE)
    def offers(limit: Annotated[Most, Query()] = 50) -> list[ListedOffer]:
        """List whom a channel does not reach any more, the oldest first."""
        with digest.reading() as connection:
            rows = channel_offers.offers(connection, digest.hasher, limit)
        return [_view(row) for row in rows]

    @router.post("/people/{person_id}/offers/{lost}/accept")
    @asks(Scope.CHANGE_PEOPLE)
    def accept(
        request: Request, person_id: RowId, lost: Channel, answer: OfferAnswer
    ) -> PersonChange:
        """Have somebody be served by the other channel, as they agreed to."""
        key = OfferKey(person_id, lost)
        with actor_of(request, digest).writing() as connection:
            channel_offers.take_up(
                connection, digest.hasher, key, answer.means, digest.now()
            )
        return PersonChange(person=person_id, changed=True)

    @router.post("/people/{person_id}/offers/{lost}/dismiss")
    @asks(Scope.CHANGE_PEOPLE)
    def dismiss(request: Request, person_id: RowId, lost: Channel) -> PersonChange:
        """Offer them nothing, until that channel is lost anew."""
        key = OfferKey(person_id, lost)
        with actor_of(request, digest).writing() as connection:
            channel_offers.dismiss(connection, digest.hasher, key, digest.now())
        return PersonChange(person=person_id, changed=True)

    @router.post("/people/{person_id}/offers/{lost}/undo")
    @asks(Scope.CHANGE_PEOPLE)
    def undo(request: Request, person_id: RowId, lost: Channel) -> PersonChange:
        """Have the offer wait again, and what it changed be as it was."""
        key = OfferKey(person_id, lost)
        with actor_of(request, digest).writing() as connection:
            channel_offers.undo(connection, digest.hasher, key, digest.now())
        return PersonChange(person=person_id, changed=True)

    return router


def _view(offer: ChannelOffer) -> ListedOffer:
    return ListedOffer(
        person=offer.key.person_id,
        name=offer.name,
        lost=offer.key.lost,
        instead=offer.key.way.channel,
        cause=offer.cause,
        since=offer.since,
        can_change=offer.can_change,
        agreement=offer.agreement,
    )
