"""Routes that are analysed when they are first asked for.

FastAPI reads every endpoint's signature, and compiles what checks its parameters, when
a route is made, and once more when its router is included: with hundreds of routes that
is most of the time that the pages take to start, and a process may serve but a few.
Most of what is left is its router, which hands each route some thirty options on.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache, partialmethod
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeVar

from fastapi import APIRouter, Depends, FastAPI, params
from fastapi.routing import APIRoute
from starlette.routing import compile_path, get_name

_Endpoint = TypeVar("_Endpoint", bound=Callable[..., Any])

_analysing = RLock()
# A page and its form have one address.
_compiled_path = cache(compile_path)


@cache
def _in_capitals(methods: tuple[str, ...]) -> set[str]:
    return {each.upper() for each in methods}


class LazyRoute(APIRoute):
    """A route that knows its address and methods, and all else once it is asked."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self.path, self.endpoint = path, endpoint
        self.path_regex, self.path_format, self.param_convertors = _compiled_path(path)
        self.name = options.get("name") or get_name(endpoint)
        self.methods = _in_capitals(tuple(options.get("methods") or ("GET",)))
        self._options = options

    def __getattr__(self, name: str) -> Any:
        """Return what only the analysis of its endpoint tells."""
        with _analysing:
            options = self.__dict__.pop("_options", None)
            if options is not None:
                options = self.with_what_all_have(options)
                super().__init__(self.path, self.endpoint, **options)
        return self.__getattribute__(name)

    def with_what_all_have(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return its options with those that every route of its kind has."""
        return options

    def put_behind(self, door: params.Depends) -> None:
        """Have `door` be asked before whatever else the route depends on."""
        others = self._options.get("dependencies") or ()
        self._options["dependencies"] = [door, *others]


class PageRouter(APIRouter):
    """A router of lazy routes; each has the options that it is given, and no others."""

    def __init__(
        self,
        prefix: str = "",
        *,
        route_class: type[LazyRoute] = LazyRoute,
        tags: Sequence[str] = (),
    ) -> None:
        # FastAPI's own beginning takes longer than a router's routes, and `add_routes`
        # takes the routes alone.
        self.prefix, self.routes = prefix, []
        self._kind, self._of_all = route_class, {"tags": [*tags]} if tags else {}

    if not TYPE_CHECKING:  # for whom they take what FastAPI's take

        def api_route(
            self, path: str, **options: Any
        ) -> Callable[[_Endpoint], _Endpoint]:
            """Return what adds an endpoint at that address."""

            def add(endpoint: _Endpoint) -> _Endpoint:
                address, of_route = self.prefix + path, self._of_all | options
                self.routes.append(self._kind(address, endpoint, **of_route))
                return endpoint

            return add

        get = partialmethod(api_route, methods=("GET",))
        put = partialmethod(api_route, methods=("PUT",))
        post = partialmethod(api_route, methods=("POST",))
        patch = partialmethod(api_route, methods=("PATCH",))
        delete = partialmethod(api_route, methods=("DELETE",))


def add_routes(
    app: FastAPI, routers: Iterable[APIRouter], door: Callable[..., None] | None = None
) -> None:
    """Add the routes of routers to an application's own, behind a door if given.

    They are looked through in that order. Included routers would each be asked before
    their routes are, and have those analysed. Raises TypeError for a route of another
    kind, which no door can be put before.
    """
    asked_first = None if door is None else Depends(door)
    for router in routers:
        for route in router.routes:
            if not isinstance(route, LazyRoute):
                raise TypeError(f"{route} is of no PageRouter")
            if asked_first is not None:
                route.put_behind(asked_first)
            app.router.routes.append(route)
