"""Whether how long an answer takes tells who is known here.

Forms that take an email address are asked about readers, people who asked never to be
written to, people who have not confirmed, and people nobody knows, in turns and in an
order drawn anew for each; the last twice, as two kinds, which shows what is noise. Each
request comes from another network and of another time, so that no brake is met.
"""

import random
import statistics
import tempfile
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from _send_rows import AT
from harness import OtherLoad, Result, cpu_seconds, main
from sqlalchemy import Connection, select
from starlette.testclient import TestClient

from digest.audience.joining.confirming import confirm
from digest.audience.joining.requests import request_of
from digest.audience.suppressing import suppress
from digest.bootstrap import App
from digest.model.people.joining import JoiningWay
from digest.settings import Settings
from digest.store.base.engine import open_engine, writing
from digest.store.base.tables import joining_request
from digest.store.campaigns import campaigns
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.campaigns.file_versions import CampaignFile
from digest.store.migrate import migrate
from digest.store.people.joining import joining_requests
from digest.web.app import make_app

KINDS = ("unknown", "unknown again", "reader", "suppressed", "unconfirmed")
FORMS = {"sign up": "/subscribe/news/email", "lost link": "/p/lost/news"}
FILE = """
[campaign]
name = "news"
title = "News"
from = "News <news@example.org>"
lists = ["news"]

[[schedule]]
name = "daily"
at = "16:00"

[joining]
wording = "Yes, please."
"""
Scope = MutableMapping[str, Any]


def measure(quick: bool) -> Result:  # noqa: FBT001 - the harness's signature
    """Return the median answer to each form for each kind of person."""
    rounds = 200 if quick else 1_000
    load = OtherLoad()
    figures: dict[str, float] = {"requests_of_a_kind": rounds}
    ratios: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/digest.db")
        migrate(engine)
        clock = _Clock(AT)
        app = App(Settings(data_dir=Path(folder)), engine, clock.now, "s" * 40)
        with writing(engine) as connection:
            stored = campaigns.apply(connection, CampaignFile(FILE, "UTC", "/"), AT)
            for number in range(rounds):
                _add_people(connection, app, stored, number)
        client = TestClient(_FromAnywhere(make_app(app)), base_url="http://localhost")
        for form, path in FORMS.items():
            spent = _milliseconds(client, clock, path, rounds)
            name = form.replace(" ", "_")
            middle = {kind: statistics.median(spent[kind]) for kind in KINDS}
            figures |= {
                f"{name}_ms_{kind.replace(' ', '_')}": ms for kind, ms in middle.items()
            }
            ratios |= {
                f"{name}_{kind.replace(' ', '_')}_cost_vs_unknown": ms
                / middle["unknown"]
                for kind, ms in middle.items()
                if kind != "unknown"
            }
        engine.dispose()
    figures["other_load"] = load.so_far()
    return Result("answers", figures, ratios)


class _Clock:
    """A time that goes on by ten minutes a request."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at

    def go_on(self) -> None:
        self._at += timedelta(minutes=10)


class _FromAnywhere:
    """The pages, each request to which comes from a network of its own."""

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self._app = app
        self._number = 0

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            self._number += 1
            high, low = divmod(self._number, 256)
            scope["client"] = (f"10.{high}.{low}.1", 40_000)
        await self._app(scope, receive, send)


def _milliseconds(
    client: TestClient, clock: _Clock, path: str, rounds: int
) -> dict[str, list[float]]:
    """Return the milliseconds of CPU of each answer, by kind; all are the same."""
    order = random.Random(1)  # noqa: S311 - drawn alike in each run
    spent: dict[str, list[float]] = {kind: [] for kind in KINDS}
    words = set[bytes]()
    for number in range(rounds):
        for kind in order.sample(KINDS, len(KINDS)):
            clock.go_on()
            form = {"name": "Ann Example", "email": _address(kind, number)}
            before = cpu_seconds()
            answer = client.post(path, data=form)
            spent[kind].append((cpu_seconds() - before) * 1000)
            words.add(answer.content.replace(form["email"].encode(), b""))
            if answer.status_code != 200 or len(words) > 1:
                raise SystemExit(f"{path} answers {kind} otherwise: {answer.text}")
    return spent


def _address(kind: str, number: int) -> str:
    return f"{kind.replace(' ', '-')}-{number:05}@example.org"


def _add_people(
    connection: Connection, app: App, stored: StoredCampaign, number: int
) -> None:
    """Have one of each kind that is known here."""
    for kind in ("reader", "unconfirmed"):
        form = {"name": "Ann Example", "email": _address(kind, number)}
        wanted = request_of(
            app.hasher, stored.id, stored.campaign, JoiningWay.EMAIL, form
        )
        joining_requests.add(connection, wanted, AT)
        if kind == "reader":
            newest = select(joining_request.c.id).order_by(joining_request.c.id.desc())
            request_id = connection.scalars(newest.limit(1)).one()
            request = joining_requests.get(connection, request_id)
            if request is not None:
                confirm(connection, app.hasher, request, AT)
    suppressed = _address("suppressed", number)
    suppress(connection, app.hasher, suppressed, "asked us to stop", AT)


if __name__ == "__main__":
    main(measure)
