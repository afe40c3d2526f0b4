"""Who has lost the link to their own page: it is sent again, if there is one."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from digest.audience.joining.requests import lost_link
from digest.bootstrap import App
from digest.errors import NotFound
from digest.schedule.limits import JOINING_FLOOD
from digest.store.campaigns import campaigns
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.people.joining import joining_requests, joining_tallies
from digest.web.parts.inputs import FormFields, form_fields
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter
from digest.web.public.brakes import BrakeState, JoiningBrakes
from digest.web.public.joining_words import JoiningWords

Form = Annotated[FormFields, Depends(form_fields)]


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the routes; they go before those of a reader's page."""
    router, brakes = PageRouter(prefix="/p/lost"), JoiningBrakes()

    def page(name: str, *, is_sent: bool = False, fault: str = "") -> Response:
        return pages.page(
            "public/choices/lost.html",
            status=422 if fault else 200,
            campaign=_stored(digest, name).campaign,
            is_sent=is_sent,
            faults={"email": fault} if fault else {},
        )

    @router.api_route("/{campaign}", methods=["GET", "HEAD"])
    def ask(campaign: str) -> Response:
        return page(campaign)

    @router.post("/{campaign}")
    def send(request: Request, campaign: str, form: Form) -> Response:
        stored, now = _stored(digest, campaign), digest.now()
        words = JoiningWords(stored.campaign)
        wanted = lost_link(digest.hasher, stored.id, form.get("email", ""))
        if wanted is None:
            return page(campaign, fault=words.no_email())
        with digest.reading() as connection:
            is_flood = joining_tallies.count_lately(connection, now) > JOINING_FLOOD
        if brakes.state(request, is_flood=is_flood) is not BrakeState.FREE:
            return pages.notice(429, *words.stopped())
        with digest.acting_as("a visitor").writing() as connection:
            joining_tallies.count_up(connection, now)
            joining_requests.add(connection, wanted, now)
        return page(campaign, is_sent=True)

    return router


def _stored(digest: App, name: str) -> StoredCampaign:
    with digest.reading() as connection:
        for stored in campaigns.listed(connection):
            if stored.campaign.name == name:
                return stored
    raise NotFound("Nothing of that name is sent from here.")
