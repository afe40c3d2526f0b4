"""Routes that are analysed when they are first asked for.

FastAPI reads every endpoint's signature, and compiles what checks its parameters, when
a route is made, and once more when its router is included: with hundreds of routes that
is most of the time that the pages take to start, and a process may serve but a few.
"""

from collections.abc import Callable, Iterable
from functools import cache
from threading import RLock
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.routing import compile_path, get_name

_analysing = RLock()
# A page and its form have one address.
_compiled_path = cache(compile_path)


class LazyRoute(APIRoute):
    """A route that knows its address and methods, and all else once it is asked."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self.path, self.endpoint = path, endpoint
        self.path_regex, self.path_format, self.param_convertors = _compiled_path(path)
        self.name = options.get("name") or get_name(endpoint)
        self.methods = {each.upper() for each in options.get("methods") or ("GET",)}
        self._options = options

    def __getattr__(self, name: str) -> Any:
        """Return what only the analysis of its endpoint tells."""
        with _analysing:
            options = self.__dict__.pop("_options", None)
            if options is not None:
                super().__init__(self.path, self.endpoint, **options)
        return self.__getattribute__(name)

    def put_behind(self, door: Callable[..., None]) -> None:
        """Have `door` be asked before whatever else the route depends on."""
        others = self._options.get("dependencies") or ()
        self._options["dependencies"] = [Depends(door), *others]


class PageRouter(APIRouter):
    """A router of lazy routes."""

    def __init__(self, prefix: str = "", **options: Any) -> None:
        super().__init__(prefix=prefix, route_class=LazyRoute, **options)


def add_routes(
    app: FastAPI, routers: Iterable[APIRouter], door: Callable[..., None] | None = None
) -> None:
    """Add the routes of routers to an application's own, behind a door if given.

    They are looked through in that order. Included routers would each be asked before
    their routes are, and have those analysed. Raises TypeError for a route of another
    kind, which no door can be put before.
    """
    for router in routers:
        for route in router.routes:
            if not isinstance(route, LazyRoute):
                raise TypeError(f"{route} is of no PageRouter")
            if door is not None:
                route.put_behind(door)
            app.router.routes.append(route)
