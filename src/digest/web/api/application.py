"""The API for programs that hold a key: its calls, and the words for all of them."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from digest.bootstrap import App
from digest.web.api import (
    campaigns,
    complaints,
    doubles,
    editions,
    history,
    needs,
    offers,
    people,
    posts,
    reports,
    runs,
    steering,
    wishes,
)
from digest.web.api.parts import problems
from digest.web.api.parts.doors import KeyDoor
from digest.web.api.parts.problems import FieldFault, ProblemDetails
from digest.web.api.parts.repeats import RequestGuard
from digest.web.api.post_room import phone_calls, print_batches, reply_slips
from digest.web.parts.routing import add_routes

_ABOUT = """\
Programs do here what staff do on the desk and by command, with the same rules.

Each call needs a key of its scope: an admin makes one under **Settings, Keys of
programs**, or with `digest key create`. Send it as `Authorization: Bearer digest_…`.
"""
_KEY = {
    "type": "http",
    "scheme": "bearer",
    "description": "Made by an admin: digest key create NAME --scope read",
}


def make_api(digest: App) -> FastAPI:
    """Return the API, to be mounted at /api; it describes itself at openapi.json."""
    api = FastAPI(
        title="Digest",
        version="1",
        summary="Campaigns, editions, their readers and their copies, for programs.",
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    api.state.door = KeyDoor(digest)
    api.state.repeats = RequestGuard(digest)
    of_programs = (
        campaigns.routes(digest),
        history.routes(digest),
        reports.routes(digest),
        posts.routes(digest),
        steering.routes(digest),
        editions.routes(digest),
        runs.routes(digest),
        doubles.routes(digest),
        offers.routes(digest),
        needs.routes(digest),
        complaints.routes(digest),
        people.routes(digest),
        wishes.routes(digest),
        wishes.list_routes(digest),
        print_batches.routes(digest),
        phone_calls.routes(digest),
        reply_slips.routes(digest),
    )
    add_routes(api, of_programs)
    problems.add_to(api)
    _describe(api)
    return api


def _describe(api: FastAPI) -> None:
    """Have its description name the key, and the form of what goes wrong."""

    def openapi() -> dict[str, Any]:
        if api.openapi_schema is None:
            schema = get_openapi(
                title=api.title,
                version=api.version,
                summary=api.summary,
                description=api.description,
                routes=api.routes,
            )
            components = schema.setdefault("components", {})
            components["securitySchemes"] = {"HTTPBearer": _KEY}
            template = "#/components/schemas/{model}"
            for model in (FieldFault, ProblemDetails):
                own = model.model_json_schema(ref_template=template)
                own.pop("$defs", None)
                components.setdefault("schemas", {})[model.__name__] = own
            schema["servers"] = [{"url": "/api"}]
            api.openapi_schema = schema
        return api.openapi_schema

    api.openapi = openapi  # type: ignore[method-assign]  # as FastAPI says to do it
