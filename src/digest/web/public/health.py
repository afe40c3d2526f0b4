"""What watches over machines asks: is this process alive, and is it able."""

import os

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from digest.bootstrap import App
from digest.errors import StoreError
from digest.schedule.pulses import Pulses
from digest.store.holds import holds
from digest.store.migrate import is_current

_READ = ["GET", "HEAD"]


def routes(digest: App, pulses: Pulses) -> APIRouter:
    """Return the routes; nobody is named in what they answer, and nothing secret."""
    router = APIRouter()

    # On the loop itself, and not asking the database, which might not answer.
    @router.api_route("/healthz", methods=_READ)
    async def healthz() -> Response:
        return _answer(pulses.trouble())

    @router.api_route("/readyz", methods=_READ)
    def readyz() -> Response:
        return _answer(pulses.trouble() or why_unable(digest))

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
        return "the database cannot be reached"
    return f"nothing is sent: {hold.because}" if hold else ""


def _answer(trouble: str) -> Response:
    return JSONResponse({"status": trouble or "ok"}, 503 if trouble else 200)
