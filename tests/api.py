"""The API in tests: its calls, drawn from its own table, and keys that open them."""

from collections.abc import Callable, Iterable

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import Mount

from digest.bootstrap import App
from digest.model.roles import Scope
from digest.store.staff import access_keys
from digest.store.staff.access_keys import NewKey

# What stands for each part of an address, in the sample campaign.
PARTS = {
    "lost": "email",
    "name": "lantern-week",
    "schedule": "daily",
    "source": "news",
    "post_id": "1",
    "edition_id": "1",
    "reader_id": "1",
    "person_id": "1",
    "need_id": "1",
    "complaint_id": "1",
    "number": "1",
    "batch_id": "1",
    "reference": "1.1",
    "list_name": "readers",
    "preview": "text",
    "act": "hold",
    "step": "printed",
}


def a_key(
    program: App, scopes: Iterable[Scope] = tuple(Scope), name: str = "Robot"
) -> dict[str, str]:
    """Return the header of a key that is for those scopes, made for it."""
    with program.writing() as connection:
        new = NewKey(name, tuple(scopes))
        secret = access_keys.create(connection, new, program.now())
    return {"Authorization": f"Bearer {secret}"}


def api_of(app: FastAPI) -> FastAPI:
    """Return the API that an application has."""
    [mount] = [route for route in app.routes if isinstance(route, Mount)]
    assert isinstance(mount.app, FastAPI)
    return mount.app


def api_calls(app: FastAPI) -> list[tuple[str, str, Callable[..., object]]]:
    """Return the address below /api, the method and the endpoint of every call."""
    return [
        (route.path, min(route.methods or ()), route.endpoint)
        for route in api_of(app).routes
        if isinstance(route, APIRoute)
    ]


def address_of(path: str) -> str:
    """Return an address of that call."""
    for name, value in PARTS.items():
        path = path.replace(f"{{{name}}}", value)
    assert "{" not in path, f"say in tests.api what stands in {path}"
    return f"/api{path}"
