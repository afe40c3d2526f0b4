"""Clients of the pages whose requests share one event loop.

One that is not entered begins a thread and a loop for each request, and ends them: that
takes longer than most pages do.
"""

from concurrent.futures import Future
from functools import cache
from threading import Thread

import anyio
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from starlette.testclient import TestClient

from tests.builders import SITE


def client_of(app: FastAPI) -> TestClient:
    """Return a client of these pages, of which nothing has to be ended."""
    client = TestClient(app, base_url=SITE)
    client.portal = _portal()
    return client


@cache
def _portal() -> BlockingPortal:
    """Return the way to a loop that runs until the process ends."""
    ready = Future[BlockingPortal]()

    async def run() -> None:
        async with BlockingPortal() as portal:
            ready.set_result(portal)
            await portal.sleep_until_stopped()

    Thread(target=anyio.run, args=(run,), daemon=True).start()
    return ready.result()
