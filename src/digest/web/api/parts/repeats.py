"""A request that is sent again under the same key is answered, and not done again."""

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from digest.bootstrap import App
from digest.gather.typed_fields import InputFault
from digest.store.staff import repeatable_requests
from digest.store.staff.access_keys import AccessKey
from digest.store.staff.repeatable_requests import EarlierRequest, RepeatableRequest
from digest.web import limits
from digest.web.api.parts.problems import RefusedFields

HEADER = "Idempotency-Key"
_JSON = "application/json"
# What says where something that was made is, and of which version: an answer's too.
_KEPT = ("Location", "ETag")
_OTHER = "This Idempotency-Key was used before, for something else: take a new one"
_UNDER_WAY = "The same request is under way: ask for it again in a moment"
_UNKNOWN = (
    "It came to grief half-way, so it may have been done or not: look at what it was "
    "about, and ask under a new Idempotency-Key if it was not"
)


@dataclass(frozen=True, slots=True)
class RequestGuard:
    """Does what is asked under a key once, and gives the same answer ever after.

    It is written down before anything is done. What was refused is not kept: nothing
    was done. A file is not kept either, as it may hold somebody's address: its call is
    followed again, and told by `is_repeat` that what it does has been done. What was
    begun and never answered, since the process ended or the caller went away, may have
    been done or not: it is never done again under that key.
    """

    digest: App

    async def once(
        self,
        request: Request,
        key: AccessKey,
        follow: Callable[[Request], Awaitable[Response]],
    ) -> Response:
        """Return the answer to a request, done if it has not been."""
        repeatable = self._repeatable(request, key, await request.body())
        earlier = await run_in_threadpool(self._begin, repeatable)
        if earlier is not None:
            return await _answer_again(request, earlier, follow)
        try:
            response = await follow(request)
        except Exception:
            # Not where the caller went away: what was asked may be done all the same.
            await run_in_threadpool(self._forget, repeatable)
            raise
        is_file = response.media_type != _JSON
        content = None if is_file else bytes(response.body).decode()
        headers = {
            name: response.headers[name] for name in _KEPT if name in response.headers
        }
        await run_in_threadpool(
            self._keep, repeatable, response.status_code, content, headers
        )
        return response

    def _repeatable(
        self, request: Request, key: AccessKey, body: bytes
    ) -> RepeatableRequest:
        repeat_key = request.headers[HEADER]
        if not 0 < len(repeat_key) <= limits.API_REPEAT_KEY_CHARACTERS:
            most = limits.API_REPEAT_KEY_CHARACTERS
            raise RefusedFields(InputFault(HEADER, f"has at most {most} characters"))
        place = json.dumps([request.method, request.url.path, request.url.query])
        content = place.encode() + b"\n" + body
        # With a key of ours: what was sent may be somebody's name.
        fingerprint, *of_earlier_keys = (
            hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()
            for secret in self.digest.keys.every
        )
        return RepeatableRequest(
            key.id, repeat_key, fingerprint, tuple(of_earlier_keys)
        )

    def _begin(self, repeatable: RepeatableRequest) -> EarlierRequest | None:
        """Return what it was answered before, None where it is to be done now."""
        now = self.digest.now()
        with self.digest.writing() as connection:
            earlier = repeatable_requests.begin(connection, repeatable, now)
            if earlier is None:
                return None
            if earlier.fingerprint not in repeatable.fingerprints:
                raise RefusedFields(InputFault(HEADER, _OTHER))
            if earlier.status is not None:
                return earlier
            if self._is_under_way(earlier, now):
                raise HTTPException(409, _UNDER_WAY, {"Retry-After": "5"})
        raise HTTPException(409, _UNKNOWN)

    def _is_under_way(self, earlier: EarlierRequest, now: datetime) -> bool:
        return now - earlier.begun_at < limits.API_REQUEST_TAKES

    def _keep(
        self,
        repeatable: RepeatableRequest,
        status: int,
        content: str | None,
        headers: Mapping[str, str],
    ) -> None:
        with self.digest.writing() as connection:
            repeatable_requests.answer(connection, repeatable, status, content, headers)

    def _forget(self, repeatable: RepeatableRequest) -> None:
        with self.digest.writing() as connection:
            repeatable_requests.forget(connection, repeatable)


def is_repeat(request: Request) -> bool:
    """Whether what is asked was done before, and only its file is wanted again."""
    return bool(getattr(request.state, "is_repeat", False))


async def _answer_again(
    request: Request,
    earlier: EarlierRequest,
    follow: Callable[[Request], Awaitable[Response]],
) -> Response:
    replayed = {"Idempotency-Replayed": "true"}
    if earlier.answer is not None:
        status = earlier.status or 200
        headers = {**earlier.headers, **replayed}
        return Response(earlier.answer, status, headers, media_type=_JSON)
    request.state.is_repeat = True
    response = await follow(request)
    response.headers.update(replayed)
    return response
