"""Sending with full records, against a C load generator and the usual clients.

Everybody sends messages of the same size, about 48 KB, to the same smtp-sink
over as many connections. Ours is the product's own sender, which records each
copy before and after; the peers keep no records. CPU is that of the sender,
not of the sink.
"""

import asyncio
import os
import smtplib
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from socket import create_connection, create_server
from time import monotonic, perf_counter, sleep
from typing import NamedTuple

from _send_rows import AT, plan_for
from harness import Result, cpu_seconds, main
from merge import Parts, a_reader, an_edition

from digest.audience.links import Links
from digest.deliver.sender import Sender
from digest.deliver.smtp import Smtp
from digest.deliver.smtp_server import SmtpServer
from digest.render.email import compile_email
from digest.render.look import Look
from digest.schedule.mail_links import MailLinks
from digest.store.engine import open_engine
from digest.store.migrate import migrate

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
MESSAGE = compile_email(an_edition(), Look(AT))
CONNECTIONS = 16
DELAY_MS = 20
FROM = "bounces@example.org"


class Spent(NamedTuple):
    """What one run of many messages took."""

    seconds: float
    cpu: float
    messages: int

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.messages / self.seconds

    @property
    def cpu_us(self) -> float:
        """CPU of the sender for one message, in microseconds."""
        return self.cpu / self.messages * 1e6


def measure(quick: bool) -> Result:  # noqa: FBT001 - the harness's signature
    """Return how fast each sends and what it costs."""
    messages, slow = (1500, 100) if quick else (8000, 400)
    with ExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory()))
        tools = _tools(folder)
        port = ending.enter_context(_sink(tools))
        far = ending.enter_context(_delayed(port))
        peers: dict[str, Callable[[], Spent]] = {
            "sqlite": partial(_ours, port, messages, f"sqlite:///{folder}/"),
            "smtp_source": partial(_smtp_source, tools, port, messages),
            "compiled_smtplib": partial(_compiled, port, messages // 2),
            "emailmessage": partial(_built, port, slow),
            "delayed_ours": partial(_ours, far, slow * 5, f"sqlite:///{folder}/", 10),
            "delayed_unpipelined": partial(_compiled, far, slow, 10),
        }
        missing = {}
        if postgresql := ending.enter_context(_postgresql()):
            peers["postgresql"] = partial(_ours, port, messages, postgresql)
        else:
            missing["postgresql_vs_smtp_source"] = "no PostgreSQL server here"
        try:
            import aiosmtplib  # noqa: F401, PLC0415 - of the bench extra
        except ModuleNotFoundError:
            missing["vs_aiosmtplib"] = "aiosmtplib is not installed"
        else:
            peers["aiosmtplib"] = partial(_aiosmtplib, port, messages // 4)
        found = _in_turns(peers, repeats=3 if quick else 5)
    return Result("send", _figures(found, quick), _ratios(found), missing)


def _figures(found: dict[str, Spent], quick: bool) -> dict[str, float]:  # noqa: FBT001
    figures = {f"{name}_per_second": spent.rate for name, spent in found.items()}
    figures |= {f"{name}_cpu_us": spent.cpu_us for name, spent in found.items()}
    readers = 20_000 if quick else 1_000_000
    words = [sys.executable, str(HERE / "_send_memory.py"), str(readers)]
    said = subprocess.run(words, check=True, capture_output=True, text=True)  # noqa: S603 - our own
    early, peak = map(float, said.stdout.split())
    return figures | {
        "message_kb": len(MESSAGE.merge(a_reader(1))) / 1024,
        "cpu_us_per_message": found["sqlite"].cpu_us,
        "peak_readers": readers,
        "early_mb": early,
        "peak_mb": peak,
    }


def _ratios(found: dict[str, Spent]) -> dict[str, float]:
    ours = found["sqlite"].rate
    ratios = {
        "sqlite_vs_smtp_source": ours / found["smtp_source"].rate,
        "vs_emailmessage": ours / found["emailmessage"].rate,
        "vs_compiled_smtplib": ours / found["compiled_smtplib"].rate,
        "delay_vs_unpipelined": found["delayed_ours"].rate
        / found["delayed_unpipelined"].rate,
    }
    if "postgresql" in found:
        postgresql = found["postgresql"].rate
        ratios["postgresql_vs_smtp_source"] = postgresql / found["smtp_source"].rate
    if "aiosmtplib" in found:
        ratios["vs_aiosmtplib"] = ours / found["aiosmtplib"].rate
    return ratios


def _in_turns(peers: dict[str, Callable[[], Spent]], repeats: int) -> dict[str, Spent]:
    runs: dict[str, list[Spent]] = {name: [] for name in peers}
    for _ in range(repeats):
        for name, run in peers.items():
            runs[name].append(run())
    return {
        name: Spent(
            statistics.median(one.seconds for one in spent),
            statistics.median(one.cpu for one in spent),
            spent[0].messages,
        )
        for name, spent in runs.items()
    }


def _timed(run: Callable[[], object], messages: int) -> Spent:
    began, used = perf_counter(), cpu_seconds()
    run()
    return Spent(perf_counter() - began, cpu_seconds() - used, messages)


def _ours(
    port: int, messages: int, database: str, connections: int = CONNECTIONS
) -> Spent:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/digest.db"
        if database.startswith("postgresql"):
            url = _fresh(database)
        engine = open_engine(url)
        migrate(engine)
        plan_for(engine, messages)
        sender = Sender(
            engine=engine,
            carrier=Smtp(SmtpServer.parse(f"smtp://127.0.0.1:{port}?tls=none")),
            message_for=lambda _edition, _variant: MESSAGE,
            links=MailLinks(engine, Links("k" * 32, "https://example.org")),
            clock=lambda: AT + timedelta(hours=1),
            connections=connections,
        )
        spent = _timed(lambda: sender.send_due(threading.Event()), messages)
        engine.dispose()
    return spent


def _smtp_source(tools: Path, port: int, messages: int) -> Spent:
    size = len(MESSAGE.merge(a_reader(1)))
    words = f"-d -s {CONNECTIONS} -m {messages} -l {size} -f {FROM} -t a@example.org"
    command = [str(tools / "smtp-source"), *words.split(), f"127.0.0.1:{port}"]
    return _timed(
        partial(subprocess.run, command, check=True, env=_with_libraries(tools)),
        messages,
    )


def _threaded(
    port: int, messages: int, connections: int, payload: Callable[[int], bytes]
) -> Spent:
    def each(start: int) -> None:
        with smtplib.SMTP("127.0.0.1", port) as session:
            for number in range(start, messages, connections):
                to = f"reader-{number}@example.org"
                session.sendmail(FROM, to, payload(number))

    def run() -> None:
        with ThreadPoolExecutor(connections) as pool:
            list(pool.map(each, range(connections)))

    return _timed(run, messages)


def _compiled(port: int, messages: int, connections: int = CONNECTIONS) -> Spent:
    return _threaded(
        port, messages, connections, lambda number: MESSAGE.merge(a_reader(number))
    )


def _built(port: int, messages: int) -> Spent:
    parts = Parts(MESSAGE.merge(a_reader(0)))
    return _threaded(
        port, messages, CONNECTIONS, lambda number: parts.message(a_reader(number))
    )


def _aiosmtplib(port: int, messages: int) -> Spent:
    import aiosmtplib  # noqa: PLC0415 - of the bench extra

    async def each(start: int) -> None:
        client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False)
        async with client:
            for number in range(start, messages, CONNECTIONS):
                to = f"reader-{number}@example.org"
                await client.sendmail(FROM, to, MESSAGE.merge(a_reader(number)))

    async def run() -> None:
        await asyncio.gather(*map(each, range(CONNECTIONS)))

    return _timed(lambda: asyncio.run(run()), messages)


def _tools(folder: Path) -> Path:
    find = HERE.parent / "tests" / "find_postfix.sh"
    said = subprocess.run(  # noqa: S603 - our own
        ["sh", str(find), str(folder / "postfix")],  # noqa: S607 - any shell will do
        check=True,
        capture_output=True,
        text=True,
    )
    return Path(said.stdout.strip())


def _with_libraries(tools: Path) -> dict[str, str]:
    return os.environ | {"LD_LIBRARY_PATH": str(tools.parent / "lib" / "postfix")}


@contextmanager
def _sink(tools: Path) -> Iterator[int]:
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    who = ["-u", "nobody"] if os.geteuid() == 0 else []
    words = [str(tools / "smtp-sink"), *who, f"127.0.0.1:{port}", "1000"]
    with subprocess.Popen(words, env=_with_libraries(tools)) as process:  # noqa: S603
        try:
            _await(port)
            yield port
        finally:
            process.kill()


@contextmanager
def _delayed(port: int) -> Iterator[int]:
    words = [sys.executable, str(HERE / "_relay.py"), str(port), str(DELAY_MS)]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as process:  # noqa: S603
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.kill()


@contextmanager
def _postgresql() -> Iterator[str]:
    """Yield the address of a server that keeps what it is given, or ""."""
    from tests.postgres import programs, running  # noqa: PLC0415 - needs its driver

    if programs() is None:
        yield ""
        return
    with running(settings=()) as server:
        yield server.url("postgres")


def _fresh(database: str) -> str:
    engine = open_engine(database)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("DROP DATABASE IF EXISTS bench WITH (FORCE)")
        connection.exec_driver_sql("CREATE DATABASE bench")
    engine.dispose()
    return database.replace("/postgres?", "/bench?")


def _await(port: int) -> None:
    until = monotonic() + 10
    while monotonic() < until:
        try:
            create_connection(("127.0.0.1", port)).close()
        except OSError:
            sleep(0.02)
        else:
            return
    raise TimeoutError("smtp-sink did not start")


if __name__ == "__main__":
    main(measure)
