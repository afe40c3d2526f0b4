"""A PostgreSQL of the tests' own: started once, thrown away at the end.

It is found where Debian and others put it, runs as an ordinary user even for
root, and listens on a socket in a folder of its own and nowhere else.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from time import monotonic, sleep

import psycopg
from sqlalchemy import Engine

from digest.store.base.engine import open_engine
from digest.store.migrate import migrate

START_SECONDS = 30
# What a machine that loses power would need costs time and proves nothing here.
_QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(slots=True)
class Server:
    """A server, the folder in which its socket is, and that of its data."""

    folder: Path
    data: Path
    _words: Sequence[Path | str]
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers. Raises LookupError if it does not."""
        self._process = _run(self._words, self.folder, _who())
        _await(self, self._process)

    def stop(self) -> None:
        """Stop it at once, as if its machine had lost its power."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()
            self._process = None

    def url(self, database: str) -> str:
        """Return a database's address, as DIGEST_DATABASE_URL takes it."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def command(self, words: str) -> None:
        """Carry out one command outside any transaction."""
        where = f"host={self.folder} user=postgres dbname=postgres"
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(words.encode())


def programs() -> Path | None:
    """Return the folder of PostgreSQL's own programs, or None where there is none."""
    places = [
        Path(found).resolve().parent for found in [shutil.which("initdb")] if found
    ]
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda place: int(place.parent.name) if place.parent.name.isdigit() else 0,
    )
    for place in [*reversed(versions), *places]:
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    return None


OnDisk = Callable[[Path], AbstractContextManager[Path]]


@contextmanager
def a_folder(place: Path) -> Iterator[Path]:
    """Make a folder where the others are."""
    place.mkdir()
    yield place


@contextmanager
def running(
    settings: tuple[str, ...] = _QUICK,
    on: OnDisk = a_folder,
) -> Iterator[Server]:
    """Run a server while the block runs, its data in the folder that `on` makes.

    Raises LookupError where there is none.
    """
    place = programs()
    if place is None:
        raise LookupError("no PostgreSQL on this machine: apt-get install postgresql")
    # A short path: a socket's may be no longer than 107 letters.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    try:
        with on(folder / "data") as data:
            server = _made(place, folder, data, settings)
            try:
                server.start()
                yield server
            finally:
                server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _made(place: Path, folder: Path, data: Path, settings: tuple[str, ...]) -> Server:
    who = _who()
    if who is not None:
        for one in (folder, data):
            os.chown(one, who.pw_uid, who.pw_gid)
    _run([str(place / "initdb"), "-D", str(data), *_INITDB], folder, who).wait()
    options = [f"-c{one}" for one in (*settings, "listen_addresses=", _LOG)]
    words: tuple[Path | str, ...] = (
        place / "postgres",
        "-D",
        data,
        "-k",
        folder,
        *options,
    )
    return Server(folder, data, words)


class Databases:
    """Databases on one server, each a copy of a migrated one."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._numbers = count()
        server.command("CREATE DATABASE pattern")
        engine = open_engine(server.url("pattern"))
        migrate(engine)
        engine.dispose()

    def url(self, database: str) -> str:
        """Return the address of a database of that name on the server."""
        return self._server.url(database)

    @contextmanager
    def one(self) -> Iterator[Engine]:
        """Yield a migrated database that is thrown away after the block."""
        name = f"test_{next(self._numbers)}"
        self._server.command(f"CREATE DATABASE {name} TEMPLATE pattern")
        engine = open_engine(self._server.url(name))
        try:
            yield engine
        finally:
            engine.dispose()
            self._server.command(f"DROP DATABASE {name} WITH (FORCE)")


_INITDB = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
_LOG = "log_min_messages=fatal"


def _who() -> pwd.struct_passwd | None:
    """Return whom the server runs as where we are root, as whom it refuses to."""
    if os.geteuid() != 0:
        return None
    known = {one.pw_name: one for one in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


def _run(
    words: Sequence[Path | str], folder: Path, who: pwd.struct_passwd | None
) -> subprocess.Popen[bytes]:
    said = (folder / "log").open("ab")
    with said:
        return subprocess.Popen(  # noqa: S603 - a program that we looked up
            words,
            stdout=said,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=os.environ | {"LC_ALL": "C", "HOME": str(folder)},
            user=who.pw_uid if who else None,
            group=who.pw_gid if who else None,
            extra_groups=[] if who else None,
        )


def _await(server: Server, process: subprocess.Popen[bytes]) -> None:
    until = monotonic() + START_SECONDS
    while True:
        try:
            server.command("SELECT 1")
        except psycopg.OperationalError as problem:
            if process.poll() is not None or monotonic() > until:
                raise LookupError(f"PostgreSQL did not start: {problem}") from problem
            sleep(0.02)
        else:
            return
