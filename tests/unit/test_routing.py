"""Routes that are analysed late, and doors before them."""

from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, FastAPI, HTTPException
from fastapi.exceptions import FastAPIError
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from digest.web.parts.routing import PageRouter, add_routes


class Weather:
    """What FastAPI can read of no request."""


def _app(*routers: APIRouter) -> FastAPI:
    app = FastAPI()
    add_routes(app, routers)
    return app


def test_a_route_is_analysed_when_something_of_it_is_asked_for() -> None:
    router = PageRouter("/here")

    @router.get("/{place}")
    def no_page(place: str, weather: Weather) -> None:
        """Ask for what no request brings."""

    [route] = _app(router).router.routes[-1:]

    assert isinstance(route, APIRoute)
    assert (route.path, route.methods) == ("/here/{place}", {"GET"})
    with pytest.raises(FastAPIError, match="Weather"):
        _ = route.dependant


def test_an_address_and_its_method_lead_to_one_route() -> None:
    router, other = PageRouter("/here"), PageRouter("/here")

    @router.get("/{number}")
    def number(number: int) -> str:
        return f"number {number + 1}"

    @other.post("/{number}")
    def act(number: int) -> str:
        return f"act on {number}"

    client = TestClient(_app(router, other))

    assert client.get("/here/1").json() == "number 2"
    assert client.post("/here/1").json() == "act on 1"
    assert client.get("/here/one").status_code == 422
    assert client.put("/here/1").status_code == 405
    assert client.get("/there/1").status_code == 404


def test_threads_that_ask_together_find_it_analysed() -> None:
    router = PageRouter()
    for number in range(40):

        @router.get(f"/{number}")
        def page(first: int, second: str = "") -> str:
            return f"{first}{second}"

    routes = [route for route in router.routes if isinstance(route, APIRoute)]
    with ThreadPoolExecutor(8) as pool:
        dependants = list(pool.map(lambda route: route.dependant, routes * 8))

    assert len(dependants) == 320
    assert {len(each.query_params) for each in dependants} == {2}


def test_a_door_is_asked_before_whatever_else_a_route_depends_on() -> None:
    calls = list[str]()
    router = PageRouter()

    def needed() -> str:
        calls.append("needed")
        return "what a page needs"

    def door() -> None:
        calls.append("door")
        raise HTTPException(403)

    @router.get("/", dependencies=[Depends(needed)])
    def page(words: Annotated[str, Depends(needed)]) -> str:
        return words

    app = FastAPI()
    add_routes(app, [router], door)

    assert TestClient(app).get("/").status_code == 403
    assert calls == ["door"]


def test_a_route_that_no_door_can_be_put_before_is_not_added() -> None:
    router = APIRouter()

    @router.get("/open")
    def page() -> str:
        return "anybody"

    with pytest.raises(TypeError, match="/open"):
        _app(router)
