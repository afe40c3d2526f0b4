"""A call of the API: its key is asked for before anything else of it is read."""

import re
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from digest.bootstrap import App
from digest.gather.typed_fields import InputFault
from digest.web import limits
from digest.web.api.parts import repeats
from digest.web.api.parts.doors import KeyDoor, scope_of
from digest.web.api.parts.problems import RefusedFields, documented
from digest.web.parts.routing import LazyRoute

# No database keeps the character 0 in words. In JSON it is written with an odd number
# of backslashes before it.
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_JSON = "application/json"
_REPEAT_KEY = {
    "name": repeats.HEADER,
    "in": "header",
    "required": False,
    "description": "A new one for each act, such as a UUID. The same again within a "
    "day is answered with what was answered before, and nothing is done twice.",
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": limits.API_REPEAT_KEY_CHARACTERS,
    },
}


class ApiRequestRoute(LazyRoute):
    """A route of the API, described with whatever holds for every one of them.

    The application's state has the door, and what does a request once.
    """

    def with_what_all_have(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return its options with its scope, and with what may come of any call."""
        methods, scope = self.methods or set(), scope_of(self.endpoint)
        extra: dict[str, Any] = {"security": [{"HTTPBearer": [scope] if scope else []}]}
        statuses = set[int]()
        if methods == {"POST"}:
            extra["parameters"] = [_REPEAT_KEY]
            statuses.add(409)
        if not methods <= {"GET", "HEAD"}:
            statuses |= {409, 413, 415}
        return options | {
            "openapi_extra": extra | options.get("openapi_extra", {}),
            "responses": documented(*statuses) | options.get("responses", {}),
        }

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers: the door, what no call takes, then the call itself."""
        follow = super().get_route_handler()
        body = self.body_field
        has_to_be_sent = body is not None and body.field_info.is_required()

        async def handle(request: Request) -> Response:
            door: KeyDoor = request.app.state.door
            key = await run_in_threadpool(door.let_in, request, self.endpoint)
            request.state.key = key
            _refuse_unreadable_address(request)
            if has_to_be_sent or (body is not None and await request.body()):
                await _refuse_unreadable_body(request)
            if request.method == "POST" and repeats.HEADER in request.headers:
                return await request.app.state.repeats.once(request, key, follow)  # type: ignore[no-any-return]  # the state has no types
            return await follow(request)

        return handle


def actor_of(request: Request, digest: App) -> App:
    """Return the program for what the holder of the request's key does."""
    return digest.acting_as(request.state.key.actor)


def _refuse_unreadable_address(request: Request) -> None:
    if any("\0" in text for text in request.path_params.values()):
        raise HTTPException(404)
    if any("\0" in text for _, text in request.query_params.multi_items()):
        raise RefusedFields(InputFault("query", "holds the character 0"))


async def _refuse_unreadable_body(request: Request) -> None:
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != _JSON:
        words = f"Send JSON, with Content-Type: {_JSON}"
        raise HTTPException(415, words, {"Accept": _JSON})
    if _NUL.search(await request.body()):
        raise RefusedFields(InputFault("body", "holds the character 0"))
