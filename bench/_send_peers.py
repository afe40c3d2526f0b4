"""Who sends in the benchmark of sending, and what they send to.

Everybody sends messages of the same size to the same smtp-sink. Ours is the
product's own sender, which records each copy before and after; the peers keep no
records.
"""

import asyncio
import os
import smtplib
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from socket import create_connection, create_server
from time import monotonic, perf_counter, sleep
from typing import NamedTuple

from _send_messages import message_of, size_kb
from _send_rows import plan_for
from _send_worker import sender_for
from harness import cpu_seconds, cpu_seconds_of
from merge import Parts, a_reader

from digest.store.base.engine import open_engine
from digest.store.migrate import migrate

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
DELAY_MS = 20
CONNECTIONS = 16
FROM = "bounces@example.org"
SERVER = "postgres"


class Spent(NamedTuple):
    """What one run of many messages took."""

    seconds: float
    cpu: float
    messages: int
    server_cpu: float = 0.0

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.messages / self.seconds

    @property
    def cpu_us(self) -> float:
        """CPU of the sender for one message, in microseconds."""
        return self.cpu / self.messages * 1e6

    @property
    def server_us(self) -> float:
        """CPU of the database server for one message, in microseconds."""
        return self.server_cpu / self.messages * 1e6


def _timed(run: Callable[[], object], messages: int) -> Spent:
    served, began, used = cpu_seconds_of(SERVER), perf_counter(), cpu_seconds()
    run()
    seconds, cpu = perf_counter() - began, cpu_seconds() - used
    return Spent(seconds, cpu, messages, cpu_seconds_of(SERVER) - served)


class Load(NamedTuple):
    """What is sent: so many messages of a size, over so many connections, where."""

    port: int
    messages: int
    connections: int = CONNECTIONS
    kb: int = 48


Hold = Callable[[Sequence[int]], AbstractContextManager[object]]


def _nowise(_processes: Sequence[int]) -> AbstractContextManager[object]:
    return nullcontext()


def ours(load: Load, database: str) -> Spent:
    """Send to so many readers with full records, from this process."""
    message = message_of(load.kb)
    with planned(load.messages, database) as url:
        engine = open_engine(url)
        sender = sender_for(engine, load.port, load.connections, message)
        spent = _timed(lambda: sender.send_due(threading.Event()), load.messages)
        engine.dispose()
    return spent


def ours_apart(
    load: Load, database: str, workers: int = 2, hold: Hold = _nowise
) -> Spent:
    """Send the same from several processes, which share the connections.

    They are given to `hold` once they are ready, until they have sent all.
    """
    words = [sys.executable, str(HERE / "_send_worker.py")]
    share = [str(load.port), str(load.connections // workers), str(load.kb)]
    with planned(load.messages, database) as url, ExitStack() as ending:
        processes = [
            ending.enter_context(
                subprocess.Popen(  # noqa: S603 - our own
                    [*words, url, *share],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                )
            )
            for _ in range(workers)
        ]
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"

        ending.enter_context(hold([process.pid for process in processes]))
        began = perf_counter()
        for process in processes:
            assert process.stdin is not None
            process.stdin.write(b"go\n")
            process.stdin.flush()
        cpu = sum(
            float(process.stdout.readline()) for process in processes if process.stdout
        )
        return Spent(perf_counter() - began, cpu, load.messages)


def start_of_a_worker() -> dict[str, float]:
    """Return what `digest work --until-done` takes where there is nothing to do."""
    with tempfile.TemporaryDirectory() as folder:
        begin = [sys.executable, "-m", "digest", "init"]
        subprocess.run(begin, cwd=folder, check=True, capture_output=True)  # noqa: S603 - our own
        words = [sys.executable, str(HERE / "_send_start.py"), folder]
        done = subprocess.run(words, check=True, capture_output=True, text=True)  # noqa: S603
    cpu, most_mb = map(float, done.stdout.split())
    return {"start_cpu_s": cpu, "start_mb": most_mb}


@contextmanager
def planned(messages: int, database: str) -> Iterator[str]:
    """Yield the address of a new database with an edition for so many readers."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/digest.db"
        if database.startswith("postgresql"):
            url = fresh(database)
        engine = open_engine(url)
        migrate(engine)
        plan_for(engine, messages)
        engine.dispose()
        yield url


def smtp_source(tools: Path, load: Load) -> Spent:
    """Have the C load generator send, over connections that it keeps."""
    size = round(size_kb(message_of(load.kb)) * 1024)
    words = (
        f"-d -s {load.connections} -m {load.messages} -l {size} -f {FROM} "
        f"-t a@example.org 127.0.0.1:{load.port}"
    )
    command = [str(tools / "smtp-source"), *words.split()]
    return _timed(
        partial(subprocess.run, command, check=True, env=_with_libraries(tools)),
        load.messages,
    )


def _threaded(load: Load, payload: Callable[[int], bytes]) -> Spent:
    def each(start: int) -> None:
        with smtplib.SMTP("127.0.0.1", load.port) as session:
            for number in range(start, load.messages, load.connections):
                to = f"reader-{number}@example.org"
                session.sendmail(FROM, to, payload(number))

    def run() -> None:
        with ThreadPoolExecutor(load.connections) as pool:
            list(pool.map(each, range(load.connections)))

    return _timed(run, load.messages)


def compiled(load: Load) -> Spent:
    """Merge for each reader, and send with smtplib."""
    message = message_of(load.kb)
    return _threaded(load, lambda number: message.merge(a_reader(number)))


def built(load: Load) -> Spent:
    """Build each message anew, and send with smtplib."""
    parts = Parts(message_of(load.kb).merge(a_reader(0)))
    return _threaded(load, lambda number: parts.message(a_reader(number)))


def with_aiosmtplib(load: Load) -> Spent:
    """Merge for each reader, and send with aiosmtplib."""
    import aiosmtplib  # noqa: PLC0415 - of the bench extra

    message = message_of(load.kb)

    async def each(start: int) -> None:
        client = aiosmtplib.SMTP(hostname="127.0.0.1", port=load.port, start_tls=False)
        async with client:
            for number in range(start, load.messages, load.connections):
                to = f"reader-{number}@example.org"
                await client.sendmail(FROM, to, message.merge(a_reader(number)))

    async def run() -> None:
        await asyncio.gather(*map(each, range(load.connections)))

    return _timed(lambda: asyncio.run(run()), load.messages)


def tools(folder: Path) -> Path:
    """Return the folder of Postfix's tools."""
    find = HERE.parent / "tests" / "find_postfix.sh"
    done = subprocess.run(  # noqa: S603 - our own
        ["sh", str(find), str(folder / "postfix")],  # noqa: S607 - any shell will do
        check=True,
        capture_output=True,
        text=True,
    )
    return Path(done.stdout.strip())


def _with_libraries(tools: Path) -> dict[str, str]:
    return os.environ | {"LD_LIBRARY_PATH": str(tools.parent / "lib" / "postfix")}


@contextmanager
def sink(tools: Path) -> Iterator[int]:
    """Yield the port of a server that takes everything."""
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
def delayed(port: int, milliseconds: int = DELAY_MS) -> Iterator[int]:
    """Yield the port of a relay that hands everything on late."""
    words = [sys.executable, str(HERE / "_relay.py"), str(port), str(milliseconds)]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as process:  # noqa: S603
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.kill()


@contextmanager
def postgresql_server(
    keep: Path | None = None, settings: tuple[str, ...] = ()
) -> Iterator[str]:
    """Yield the address of a server that keeps what it is given, or "".

    What it has been given before stands in the folder `keep`, where there is one.
    """
    # Needs its driver.
    from tests.postgres import a_folder, programs, running  # noqa: PLC0415

    if programs() is None:
        yield ""
        return
    on = partial(_lasting_folder, keep) if keep else a_folder
    with running(settings=settings, on=on) as server:
        yield server.url("postgres")


@contextmanager
def _lasting_folder(folder: Path, _place: Path) -> Iterator[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    yield folder


def there(database: str) -> str:
    """Return the address of a database of ours on the server, empty where new."""
    engine = open_engine(database)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        names = connection.exec_driver_sql("SELECT datname FROM pg_database").scalars()
        if "bench" not in names.all():
            connection.exec_driver_sql("CREATE DATABASE bench")
    engine.dispose()
    return database.replace("/postgres?", "/bench?")


def fresh(database: str) -> str:
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
