"""Leaving by POST (RFC 8058) while a run sends, against a page of the bare framework.

One process has the pages and the sender, as `digest serve` has, on SQLite, with every
act on record; another asks, one after the other in turns: to leave, with a token of its
own each time, and a page of the same framework that does nothing at all.
"""

import json
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import quantiles

import uvicorn
from _send_messages import message_of
from _send_peers import HERE, sink, tools
from _send_rows import AT, plan_for
from _send_worker import sender_for
from fastapi import FastAPI, Response
from harness import OtherLoad, Result, main

from digest.bootstrap import App
from digest.model.people.reader_marks import ReaderRef
from digest.settings import Settings
from digest.store.base.engine import open_engine
from digest.store.migrate import migrate
from digest.store.people import readers
from digest.web.app import make_app

CONNECTIONS, KB = 8, 15


def measure(quick: bool) -> Result:  # noqa: FBT001 - the harness's signature
    """Return how long whoever leaves waits for the answer, in the middle of a run."""
    copies, leavers = (20_000, 200) if quick else (60_000, 500)
    with ExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory()))
        engine = open_engine(f"sqlite:///{folder / 'digest.db'}")
        migrate(engine)
        plan_for(engine, copies)
        app = App(Settings(data_dir=folder), engine, lambda: AT, "s" * 40)
        ours = ending.enter_context(_served(make_app(app)))
        bare = ending.enter_context(_served(_bare()))
        port = ending.enter_context(sink(tools(folder)))
        sender = sender_for(engine, port, CONNECTIONS, message_of(KB))
        stop = threading.Event()
        # Who leaves is at the end of the run: their copies are still to be cancelled.
        with engine.connect() as connection:
            marks = [
                ReaderRef(row.id, row.mark)
                for number in range(copies - leavers + 1, copies + 1)
                if (row := readers.get(connection, number))
            ]
        paths = [f"/u/{app.links.unsubscribe_token(each)}" for each in marks]
        calm = _answers(ours, bare, paths[: leavers // 4])
        sending = threading.Thread(target=lambda: sender.send_due(stop))
        load = OtherLoad()
        sending.start()
        busy = _answers(ours, bare, paths[leavers // 4 :])
        was_sending = sending.is_alive()
        stop.set()
        sending.join()
        figures = {
            "leaving_p50_ms": _percentile(busy["ours"], 50),
            "leaving_p95_ms": _percentile(busy["ours"], 95),
            "bare_p50_ms": _percentile(busy["bare"], 50),
            "bare_p95_ms": _percentile(busy["bare"], 95),
            "leaving_p95_ms_without_a_run": _percentile(calm["ours"], 95),
            "sent_to_the_end": float(was_sending),
            "other_load": load.so_far(),
        }
        engine.dispose()
    cost = figures["leaving_p50_ms"] / figures["bare_p50_ms"]
    return Result("public", figures, {"leaving_cost_vs_bare_page": cost})


def _bare() -> FastAPI:
    app = FastAPI()

    @app.post("/u/{token}")
    def nothing(token: str) -> Response:
        return Response(token)

    return app


@contextmanager
def _served(app: FastAPI) -> Iterator[int]:
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False))
    with socket.create_server(("127.0.0.1", 0)) as door:
        serving = threading.Thread(target=server.run, args=([door],))
        serving.start()
        yield door.getsockname()[1]
        server.should_exit = True
        serving.join()


def _answers(ours: int, bare: int, paths: list[str]) -> dict[str, list[float]]:
    """Return the milliseconds of each answer, asked by a process of its own."""
    words = [sys.executable, str(HERE / "_public_client.py"), str(ours), str(bare)]
    done = subprocess.run(  # noqa: S603 - our own
        words, input=json.dumps(paths), check=True, capture_output=True, text=True
    )
    milliseconds: dict[str, list[float]] = json.loads(done.stdout)
    return milliseconds


def _percentile(values: list[float], percent: int) -> float:
    return quantiles(values, n=100)[percent - 1]


if __name__ == "__main__":
    main(measure)
