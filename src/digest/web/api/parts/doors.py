"""The door of the API: each call says which scope it needs, and one place asks.

A call that says nothing is closed to everybody.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import Request
from starlette.exceptions import HTTPException

from digest.bootstrap import App
from digest.model.roles import SCOPE_WORDS, Scope
from digest.store.staff import access_keys
from digest.store.staff.access_keys import AccessKey
from digest.web import limits
from digest.web.doors.origins import host_of
from digest.web.doors.throttle import Throttle

_Endpoint = TypeVar("_Endpoint", bound=Callable[..., Any])
_ASKS = "asks_for_scope"
_BEARER = "bearer "


def asks(scope: Scope) -> Callable[[_Endpoint], _Endpoint]:
    """Have a call be for keys of that scope."""

    def mark(endpoint: _Endpoint) -> _Endpoint:
        setattr(endpoint, _ASKS, scope)
        return endpoint

    return mark


def scope_of(endpoint: object) -> Scope | None:
    """Return the scope that an endpoint says it needs."""
    return getattr(endpoint, _ASKS, None)


class KeyDoor:
    """Lets in programs by their keys; counts what is wrong, and what is too much."""

    def __init__(self, digest: App) -> None:
        self._digest = digest
        self._wrong = Throttle(limits.WRONG_KEYS, limits.WRONG_WITHIN)
        self._calls = Throttle(limits.API_CALLS, limits.API_CALLS_WITHIN)

    def let_in(self, request: Request, endpoint: object) -> AccessKey:
        """Return whose key came with the request, for what that endpoint is for.

        Raises HTTPException, in words, for who may not come in.
        """
        scope, key = scope_of(endpoint), self._in_use(request)
        if key is None:
            if self._wrong.too_often(host_of(request)):
                raise _wait("Too many wrong keys", limits.WRONG_WITHIN.total_seconds())
            words = "Send a key that is in use: Authorization: Bearer digest_…"
            raise HTTPException(401, words, {"WWW-Authenticate": "Bearer"})
        if scope is None:
            raise HTTPException(403, "This call does not say who it is for.")
        if scope not in key.scopes:
            may = " and ".join(key.scopes)
            words = f"This key is for {may}, and this needs one for {scope}"
            raise HTTPException(403, f"{words}, which {SCOPE_WORDS[scope]}")
        if self._calls.too_often(key.name):
            seconds = limits.API_CALLS_WITHIN.total_seconds()
            raise _wait(f"Over {limits.API_CALLS:,} calls in a minute", seconds)
        return key

    def _in_use(self, request: Request) -> AccessKey | None:
        """Return the key that was sent, and note that it was used."""
        sent = request.headers.get("Authorization", "")
        if not sent.casefold().startswith(_BEARER):
            return None
        now = self._digest.now()
        with self._digest.reading() as connection:
            key = access_keys.holder(connection, sent[len(_BEARER) :].strip(), now)
        if key and (key.used_at is None or now - key.used_at >= limits.KEY_USED_EVERY):
            with self._digest.writing() as connection:
                access_keys.note_used(connection, key.id, now)
        return key


def _wait(words: str, seconds: float) -> HTTPException:
    after = {"Retry-After": f"{seconds:.0f}"}
    return HTTPException(429, f"{words}: wait {seconds:.0f} seconds", after)
