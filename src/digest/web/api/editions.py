"""Editions that were made: listed, approved, called back, stopped."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from digest.bootstrap import App
from digest.compose import stopping
from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.edition import EditionState
from digest.model.editions.mode import Mode
from digest.model.roles import Scope
from digest.schedule.editions import publishing
from digest.store.campaigns import campaigns
from digest.store.editions import editions, listed_editions, steering
from digest.store.editions.editions import Edition
from digest.store.editions.listed_editions import EditionFilter
from digest.web.api.parts.calls import ApiRequestRoute, actor_of
from digest.web.api.parts.doors import asks
from digest.web.api.parts.links import NEXT, Most, page_of
from digest.web.api.parts.problems import documented
from digest.web.api.parts.versions import VERSIONED, IfMatch, etag, optional_version
from digest.web.parts.inputs import RowId
from digest.web.parts.routing import PageRouter


class ShownEdition(BaseModel):
    """An edition as it stands."""

    id: int
    campaign: str
    schedule: str
    slot: datetime
    mode: Mode
    state: EditionState
    reason: str
    is_last: bool
    approved_by: list[str]
    leaves_at: datetime | None
    recalled_at: datetime | None
    stopped_at: datetime | None
    frozen_at: datetime | None
    planned_at: datetime | None
    deliver_by: datetime | None
    ended_at: datetime | None


class EditionListQuery(BaseModel):
    """Which editions."""

    campaign: Annotated[str, Query(max_length=80)] = ""
    state: EditionState | None = None
    before: Annotated[RowId | None, Query(description="Those before this id.")] = None
    limit: Most = 50


class ApprovalQuery(BaseModel):
    """How it is approved."""

    again: Annotated[
        bool, Query(description="Although readers have just had the same words.")
    ] = False


class StoppedEdition(BaseModel):
    """What stopping came to: copies by state, and batches that are sealed already."""

    kept_back: int
    copies: dict[DeliveryState, int]
    sealed: list[int]


def routes(digest: App) -> APIRouter:
    """Return the routes."""
    router = PageRouter(
        prefix="/v1/editions", route_class=ApiRequestRoute, tags=["Editions"]
    )

    @router.get("", responses=NEXT)
    @asks(Scope.READ)
    def every(
        which: Annotated[EditionListQuery, Query()],
        request: Request,
        response: Response,
    ) -> list[ShownEdition]:
        """List editions, the latest first."""
        with digest.reading() as connection:
            campaign_id = None
            if which.campaign:
                campaign_id = campaigns.by_name(connection, which.campaign).id
            wanted = EditionFilter(campaign_id, which.state, which.before)
            listed = listed_editions.page(connection, wanted, which.limit + 1)
        views = [_view(each) for each in listed]
        return page_of(views, which.limit, request, response, before="id")

    @router.get("/{edition_id}", responses=VERSIONED)
    @asks(Scope.READ)
    def show(edition_id: RowId, response: Response) -> ShownEdition:
        """Show an edition; its ETag is the version that an approval is of."""
        with digest.reading() as connection:
            edition = editions.get(connection, edition_id)
            place = steering.place_of(edition)
            response.headers["ETag"] = etag(steering.get(connection, place).version)
        return _view(edition)

    _add_decisions(router, digest)
    return router


def _add_decisions(router: APIRouter, digest: App) -> None:
    @router.post("/{edition_id}/approve", responses=documented(412))
    @asks(Scope.APPROVE)
    def approve(
        request: Request,
        edition_id: RowId,
        how: Annotated[ApprovalQuery, Query()],
        if_match: IfMatch = None,
    ) -> ShownEdition:
        """Say that it may go; some campaigns need two, of which a key may be one."""
        program = actor_of(request, digest)
        edition = publishing.approve(
            program.engine,
            edition_id,
            request.state.key.actor,
            digest.now(),
            program.dispatcher.submit,
            again=how.again,
            version=_version(if_match),
        )
        return _view(edition)

    @router.post("/{edition_id}/recall")
    @asks(Scope.APPROVE)
    def recall(request: Request, edition_id: RowId) -> ShownEdition:
        """Call back an edition of which nothing has left, so that it can be changed."""
        program = actor_of(request, digest)
        stopping.recall(program.engine, edition_id, digest.now())
        return _now(digest, edition_id)

    @router.post("/{edition_id}/stop")
    @asks(Scope.APPROVE)
    def stop(request: Request, edition_id: RowId) -> StoppedEdition:
        """Keep back what has not left of an edition that is going out."""
        program = actor_of(request, digest)
        report = stopping.stop(program.engine, edition_id, digest.now())
        return StoppedEdition(
            kept_back=report.kept_back,
            copies=dict(report.copies),
            sealed=list(report.sealed),
        )

    @router.post("/{edition_id}/cancel")
    @asks(Scope.APPROVE)
    def cancel(request: Request, edition_id: RowId) -> ShownEdition:
        """Stop an edition before anyone is planned; its posts flow into the next."""
        publishing.cancel(actor_of(request, digest).engine, edition_id, digest.now())
        return _now(digest, edition_id)


def _now(digest: App, edition_id: int) -> ShownEdition:
    with digest.reading() as connection:
        return _view(editions.get(connection, edition_id))


def _view(edition: Edition) -> ShownEdition:
    return ShownEdition(
        **{
            name: getattr(edition, name)
            for name in ShownEdition.model_fields
            if name not in {"reason", "approved_by"}
        },
        reason=edition.reason or "",
        approved_by=list(edition.approved_by),
    )


def _version(if_match: str | None) -> int | None:
    """Return the version of an edition that was seen; None where nobody says."""
    version = optional_version(if_match)
    if version is None:
        return None
    return int(version) if version.isdigit() and len(version) < 10 else -1
