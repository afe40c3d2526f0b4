"""Posts and events: added, listed, and held, released or withdrawn."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from digest.bootstrap import App
from digest.gather.typed_fields import InputFault, TypedFields
from digest.model.posts.items import Item
from digest.model.roles import Scope
from digest.store.campaigns import campaigns
from digest.store.posts import by_hand, listing
from digest.store.posts.acts import POST_ACTS
from digest.store.posts.listing import ItemFilter, ItemState
from digest.web.api.parts.calls import ApiRequestRoute, actor_of
from digest.web.api.parts.doors import asks
from digest.web.api.parts.links import NEXT, Most, page_of
from digest.web.api.parts.problems import RefusedFields
from digest.web.api.parts.repeats import HEADER
from digest.web.api.post_schemas import (
    AddedItem,
    NewEvent,
    NewPost,
    ShownItem,
    shown_item,
)
from digest.web.parts.inputs import RowId
from digest.web.parts.routing import PageRouter

_OTHER = "This Idempotency-Key was used before, for something else"
_ADDED: dict[int | str, dict[str, Any]] = {
    200: {"model": AddedItem, "description": "It was there already."},
    201: {"model": AddedItem, "description": "It is in the log now."},
}


class PageQuery(BaseModel):
    """Which part of a long list."""

    limit: Most = 50
    before: Annotated[RowId | None, Query(description="Those before this id.")] = None
    state: Annotated[
        ItemState | None, Query(description="Those in this state; all unless said.")
    ] = None


class PostChange(BaseModel):
    """Whether an act changed anything; `post` is a correction's own once it is sent."""

    post: int
    changed: bool


# Those of POST_ACTS, as the API's description names them.
PostAct = Literal[
    "release",
    "hold",
    "withdraw",
    "restore",
    "undo-edit",
    "revert",
    "correct",
    "decline",
    "offer-again",
]


def routes(digest: App) -> APIRouter:
    """Return the routes."""
    router = PageRouter(
        prefix="/v1", route_class=ApiRequestRoute, tags=["Posts and events"]
    )
    place = "/campaigns/{name}"

    @router.post(
        place + "/posts", response_model=AddedItem, status_code=201, responses=_ADDED
    )
    @asks(Scope.WRITE)
    def add_post(
        name: str, post: NewPost, request: Request, response: Response
    ) -> AddedItem:
        """Add a post."""
        return _add(digest, name, post, request, response)

    @router.post(
        place + "/events", response_model=AddedItem, status_code=201, responses=_ADDED
    )
    @asks(Scope.WRITE)
    def add_event(
        name: str, event: NewEvent, request: Request, response: Response
    ) -> AddedItem:
        """Add an event."""
        return _add(digest, name, event, request, response)

    @router.get(place + "/posts", responses=NEXT)
    @asks(Scope.READ)
    def posts(
        name: str,
        page: Annotated[PageQuery, Query()],
        request: Request,
        response: Response,
    ) -> list[ShownItem]:
        """List the posts, newest first."""
        views = _list(digest, name, page, kind="post")
        return page_of(views, page.limit, request, response, before="id")

    @router.get(place + "/events", responses=NEXT)
    @asks(Scope.READ)
    def events(
        name: str,
        page: Annotated[PageQuery, Query()],
        request: Request,
        response: Response,
    ) -> list[ShownItem]:
        """List the events, newest first."""
        views = _list(digest, name, page, kind="event")
        return page_of(views, page.limit, request, response, before="id")

    @router.post("/posts/{post_id}/{act}")
    @asks(Scope.ARRANGE)
    def change_post(request: Request, post_id: RowId, act: PostAct) -> PostChange:
        """Hold, release, withdraw or restore a post or event; or see to a change."""
        program = actor_of(request, digest)
        with program.writing() as connection:
            after = POST_ACTS[act](connection, post_id, digest.now())
        return PostChange(post=after or post_id, changed=bool(after))

    return router


def _add(
    digest: App,
    name: str,
    new: NewPost | NewEvent,
    request: Request,
    response: Response,
) -> AddedItem:
    # It stands in the log too, where it is never forgotten.
    repeat = request.headers.get(HEADER, "")
    with actor_of(request, digest).writing() as connection:
        stored = campaigns.by_name(connection, name)
        item = _item(new, stored.campaign.timezone)
        key = new.key or (f"request {repeat}" if repeat else "")
        added = by_hand.add(connection, stored, by_hand.keyed(item, key), digest.now())
        if added.outcome == "changed" and not new.key:
            # Leaving by an exception, so that the change is not kept.
            raise RefusedFields(InputFault(HEADER, _OTHER))
        entry = listing.get(connection, stored.id, added.id)
    if added.outcome in {"changed", "unchanged"}:
        response.status_code = 200
    return AddedItem.model_validate(
        {"outcome": added.outcome, "item": shown_item(entry)}
    )


def _item(new: NewPost | NewEvent, zone: str) -> Item:
    written = TypedFields(new.model_dump(exclude={"key"}), zone)
    result = written.event() if isinstance(new, NewEvent) else written.post()
    if isinstance(result, tuple):
        raise RefusedFields(*result)
    return result


def _list(digest: App, name: str, page: PageQuery, *, kind: str) -> list[ShownItem]:
    which = ItemFilter(page.state, kind, page.before)
    with digest.reading() as connection:
        stored = campaigns.by_name(connection, name)
        listed = listing.listed(connection, stored.id, which, page.limit + 1)
    return [shown_item(entry) for entry in listed]
