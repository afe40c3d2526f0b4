"""The API: posts and events added and listed by programs that hold a key."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from digest.bootstrap import App
from digest.errors import DigestError, NotFound
from digest.gather.typed_fields import InputFault, TypedFields
from digest.model.posts.items import Item
from digest.model.roles import Scope
from digest.store.campaigns import campaigns
from digest.store.posts import by_hand, listing
from digest.store.posts.listing import ItemFilter, ItemState
from digest.store.staff import access_keys
from digest.store.staff.access_keys import AccessKey
from digest.web import limits
from digest.web.api.schemas import (
    AddedItem,
    FieldFault,
    NewEvent,
    NewPost,
    ProblemDetails,
    ShownItem,
    shown_item,
)
from digest.web.doors.origins import host_of
from digest.web.doors.throttle import Throttle
from digest.web.parts.faults import log_fault
from digest.web.parts.inputs import RowId

_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemDetails, "description": words}
    for status, words in {
        401: "There is no such key.",
        403: "The key is not for this.",
        404: "There is no such campaign.",
        422: "Something in it is wrong; `faults` says what, by field.",
        429: "Too many wrong keys.",
    }.items()
}
_ADDED: dict[int | str, dict[str, Any]] = {
    200: {"model": AddedItem, "description": "It was there already."},
    201: {"model": AddedItem, "description": "It is in the log now."},
}
_RepeatKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        max_length=limits.API_REPEAT_KEY_CHARACTERS,
        description="The same value again adds nothing, whatever became of the "
        "answer. Where the body has a `key`, that is what counts.",
    ),
]


class PageQuery(BaseModel):
    """Which part of a long list."""

    limit: Annotated[int, Query(ge=1, le=limits.API_ITEMS)] = 50
    before: Annotated[RowId | None, Query(description="Those before this id.")] = None
    state: Annotated[
        ItemState | None, Query(description="Those in this state; all unless said.")
    ] = None


class RefusedFields(Exception):  # noqa: N818 - what happened to what was sent
    """What was sent is wrong in these fields."""

    def __init__(self, faults: tuple[InputFault, ...]) -> None:
        super().__init__("something in it is wrong")
        self.faults = faults


def make_api(digest: App, wrong: Throttle) -> FastAPI:
    """Return the API, to be mounted at /api; it describes itself at openapi.json.

    Wrong keys are counted by `wrong`.
    """
    api = FastAPI(
        title="Digest",
        version="1",
        summary="Add posts and events to a campaign, and list them.",
        docs_url=None,
        redoc_url=None,
    )
    bearer = HTTPBearer(auto_error=False, description="Made by: digest key create NAME")

    def holder(
        request: Request,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
    ) -> AccessKey:
        key = _in_use(digest, credentials.credentials) if credentials else None
        if key is not None:
            request.state.actor = key.actor
            return key
        if wrong.too_often(host_of(request)):
            raise HTTPException(429, "Too many wrong keys: wait ten minutes")
        raise HTTPException(
            401, "Send a key: Authorization: Bearer …", {"WWW-Authenticate": "Bearer"}
        )

    def asked_for(scope: Scope) -> Any:
        def allowed(key: Annotated[AccessKey, Depends(holder)]) -> None:
            if scope not in key.scopes:
                may = " and ".join(key.scopes)
                raise HTTPException(
                    403, f"This key is for {may}, and this needs one for {scope}"
                )

        return Depends(allowed)

    _add_routes(api, digest, asked_for)
    _add_handlers(api)
    return api


def _in_use(digest: App, secret: str) -> AccessKey | None:
    """Return the key with that secret, and note that it was used."""
    now = digest.now()
    with digest.reading() as connection:
        key = access_keys.holder(connection, secret, now)
    if key and (key.used_at is None or now - key.used_at >= limits.KEY_USED_EVERY):
        with digest.writing() as connection:
            access_keys.note_used(connection, key.id, now)
    return key


def _add_routes(api: FastAPI, digest: App, asked_for: Callable[[Scope], Any]) -> None:
    place = "/v1/campaigns/{name}"
    reading: dict[str, Any] = {
        "dependencies": [asked_for(Scope.READ)],
        "responses": _PROBLEMS,
    }
    adding: dict[str, Any] = {
        "dependencies": [asked_for(Scope.WRITE)],
        "responses": _PROBLEMS | _ADDED,
        "status_code": 201,
    }

    @api.post(place + "/posts", response_model=AddedItem, **adding)
    def add_post(
        name: str,
        post: NewPost,
        request: Request,
        response: Response,
        repeat: _RepeatKey = "",
    ) -> AddedItem:
        """Add a post."""
        program = digest.acting_as(request.state.actor)
        return _add(program, (name, repeat), post, response)

    @api.post(place + "/events", response_model=AddedItem, **adding)
    def add_event(
        name: str,
        event: NewEvent,
        request: Request,
        response: Response,
        repeat: _RepeatKey = "",
    ) -> AddedItem:
        """Add an event."""
        program = digest.acting_as(request.state.actor)
        return _add(program, (name, repeat), event, response)

    @api.get(place + "/posts", **reading)
    def posts(name: str, page: Annotated[PageQuery, Query()]) -> list[ShownItem]:
        """List the posts, newest first."""
        return _list(digest, name, page, kind="post")

    @api.get(place + "/events", **reading)
    def events(name: str, page: Annotated[PageQuery, Query()]) -> list[ShownItem]:
        """List the events, newest first."""
        return _list(digest, name, page, kind="event")


def _add(
    digest: App, place: tuple[str, str], new: NewPost | NewEvent, response: Response
) -> AddedItem:
    name, repeat = place
    with digest.writing() as connection:
        stored = campaigns.by_name(connection, name)
        item = _item(new, stored.campaign.timezone)
        key = new.key or (f"request {repeat}" if repeat else "")
        added = by_hand.add(connection, stored, by_hand.keyed(item, key), digest.now())
        if added.outcome == "changed" and not new.key:
            # Leaving by an exception, so that the change is not kept.
            words = "This Idempotency-Key was used before, for something else"
            raise RefusedFields((InputFault("Idempotency-Key", words),))
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
        raise RefusedFields(result)
    return result


def _list(digest: App, name: str, page: PageQuery, *, kind: str) -> list[ShownItem]:
    which = ItemFilter(page.state, kind, page.before)
    with digest.reading() as connection:
        stored = campaigns.by_name(connection, name)
        listed = listing.listed(connection, stored.id, which, page.limit)
    return [shown_item(entry) for entry in listed]


def _add_handlers(api: FastAPI) -> None:
    @api.middleware("http")
    async def guard(
        request: Request, follow: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        try:
            return await follow(request)
        except Exception:  # noqa: BLE001 - a fault of ours: logged, and told by its id
            return _problem(
                500, f"This is a fault of ours; the log calls it {log_fault(request)}"
            )

    @api.exception_handler(RefusedFields)
    async def refused(_request: Request, problem: RefusedFields) -> Response:
        faults = [FieldFault(field=x.field, words=x.words) for x in problem.faults]
        return _problem(422, "Something in it is wrong", faults)

    @api.exception_handler(RequestValidationError)
    async def misread(_request: Request, problem: RequestValidationError) -> Response:
        faults = [
            FieldFault(field=str(error["loc"][-1]), words=str(error["msg"]))
            for error in problem.errors()
        ]
        return _problem(422, "Something in it is wrong", faults)

    @api.exception_handler(HTTPException)
    async def stopped(_request: Request, problem: HTTPException) -> Response:
        return _problem(problem.status_code, problem.detail, headers=problem.headers)

    @api.exception_handler(DigestError)
    async def in_words(_request: Request, problem: DigestError) -> Response:
        return _problem(404 if isinstance(problem, NotFound) else 503, str(problem))


def _problem(
    status: int,
    title: str,
    faults: list[FieldFault] | None = None,
    headers: Any = None,
) -> Response:
    details = ProblemDetails(title=title, status=status, faults=faults or [])
    kind = "application/problem+json"
    return JSONResponse(details.model_dump(), status, headers, media_type=kind)
