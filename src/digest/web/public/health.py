"""What watches over machines asks: is this process alive, and is it able."""

import os
import time
from dataclasses import dataclass, field

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from digest.bootstrap import App
from digest.errors import StoreError
from digest.schedule.pulses import Pulses
from digest.schedule.reports.alarms import reckon
from digest.store.holds import holds
from digest.store.migrate import is_current
from digest.web.parts.routing import PageRouter

_READ = ["GET", "HEAD"]
# Anybody may ask, as often as they like: what is broken is reckoned no oftener.
_RECKONED_SECONDS = 15
_AWAY = "the database cannot be reached"


def routes(digest: App, pulses: Pulses) -> APIRouter:
    """Return the routes; nobody is named in what they answer, and nothing secret."""
    router = PageRouter()
    broken = _Broken(digest)

    # On the loop itself, and not asking the database, which might not answer.
    @router.api_route("/healthz", methods=_READ)
    async def healthz() -> Response:
        return _answer(pulses.trouble())

    @router.api_route("/readyz", methods=_READ)
    def readyz() -> Response:
        if trouble := pulses.trouble() or why_unable(digest):
            return _answer(trouble)
        try:
            return _answer("", broken.kinds())
        except StoreError:  # it has gone since
            return _answer(_AWAY)

    return router


def why_unable(digest: App) -> str:
    """Return why the program cannot do its work now, or "" while it can."""
    folder = digest.settings.data_dir
    if not os.access(folder, os.W_OK | os.X_OK):
        return "the data folder cannot be written to"
    try:
        with digest.reading() as connection:
            if not is_current(connection):
                return "the database waits for digest migrate"
            hold = holds.standing(connection, digest.now())
    except StoreError:
        return _AWAY
    return f"nothing is sent: {hold.because}" if hold else ""


@dataclass(slots=True)
class _Broken:
    """The kinds of what is broken, by whichever process, as the metrics name them."""

    digest: App
    _at: float | None = None
    _kinds: list[str] = field(default_factory=list)

    def kinds(self) -> list[str]:
        """Return them, each once, as they were within the last seconds."""
        seconds = time.monotonic()
        if self._at is None or seconds - self._at >= _RECKONED_SECONDS:
            limits = self.digest.settings.limits
            with self.digest.reading() as connection:
                alarms = reckon(connection, self.digest.now(), limits).alarms
            self._kinds = sorted({alarm.kind.value for alarm in alarms})
            self._at = seconds
        return self._kinds


def _answer(trouble: str, broken: list[str] | None = None) -> Response:
    """Return the answer: what is broken elsewhere makes this process no less able."""
    answer: dict[str, str | list[str]] = {"status": trouble or "ok"}
    if broken:
        answer["broken"] = broken
    return JSONResponse(answer, 503 if trouble else 200)
