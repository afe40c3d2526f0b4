"""A PostgreSQL of the tests' own: started once a run, thrown away at the end.

It is found where Debian and others put it, runs as an ordinary user even for
root, and listens on a socket in a folder of its own and nowhere else.
"""

import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from time import monotonic, sleep

import psycopg
from sqlalchemy import Engine, null, update

from digest.store.base.engine import open_engine, writing
from digest.store.base.tables import handover
from digest.store.migrate import migrate
from tests import warm
from tests.cleaned import Contents, Shape, cleaned, forget_statistics, shape_of
from tests.in_memory import a_folder_in_memory

START_SECONDS = 30
PATTERN = "pattern"
# What a machine that loses power would need costs time and proves nothing here.
_QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(slots=True)
class Address:
    """Where a server is spoken to: the folder in which its socket is."""

    folder: Path

    def url(self, database: str) -> str:
        """Return a database's address, as DIGEST_DATABASE_URL takes it."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def version(self) -> int:
        """Return the server's version as its own number: 150004 is 15.4."""
        with psycopg.connect(self.words()) as connection:
            return connection.info.server_version

    def words(self, database: str = "postgres") -> str:
        """Return a database's address, as PostgreSQL's own programs take it."""
        return f"host={self.folder} user=postgres dbname={database}"

    def command(self, words: str) -> None:
        """Carry out one command outside any transaction."""
        with psycopg.connect(self.words(), autocommit=True) as connection:
            connection.execute(words.encode())


@dataclass(slots=True)
class Server(Address):
    """A server of our own, and the folder of its data."""

    data: Path
    _words: Sequence[Path | str]
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers. Raises LookupError if it does not."""
        self._process = _run(self._words, self.folder, _system_user())
        _await(self, self._process)

    def stop(self) -> None:
        """Stop it at once, as if its machine had lost its power."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()
            self._process = None


def programs() -> Path | None:
    """Return the folder of PostgreSQL's own programs, or None where there is none."""
    places = [
        Path(initdb).resolve().parent for initdb in [shutil.which("initdb")] if initdb
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
            server = _initialised(place, folder, data, settings)
            try:
                server.start()
                yield server
            finally:
                server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def shared(folder: Path) -> Iterator["Databases"]:
    """Yield the databases of a server that all who name the same folder share.

    Who comes first starts it, and waits at the end until nobody else uses it.
    Raises LookupError where there is none.
    """
    place = folder / "postgresql"
    with ExitStack() as stack:
        users = stack.enter_context((folder / "postgresql.users").open("ab"))
        fcntl.flock(users, fcntl.LOCK_SH)
        with (folder / "postgresql.starting").open("ab") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            if not place.exists():
                # It would count the rows of databases while tests use them.
                settings = (*_QUICK, "autovacuum=off")
                running_server = running(settings, on=a_folder_in_memory)
                server = stack.enter_context(running_server)
                migrated(server)
                place.write_text(str(server.folder))
                stack.callback(place.unlink)
                stack.callback(fcntl.flock, users, fcntl.LOCK_EX)
        databases = Databases(Address(Path(place.read_text())))
        stack.callback(databases.close)
        yield databases


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of the migrated database, and a connection by which we look after it."""

    name: str
    connection: psycopg.Connection
    shape: Shape


class Databases:
    """Databases on one server, each a copy of a migrated one."""

    _numbers = count()

    def __init__(self, address: Address) -> None:
        self._address = address
        # By files it costs half of what it does by its log, and is all there was
        # before 15.
        has_others = address.version() >= 150_000
        self._strategy = " STRATEGY FILE_COPY" if has_others else ""
        self._unused: list[Copy] = []
        self._used: dict[str, Copy] = {}
        self._contents: Contents | None = None

    def close(self) -> None:
        """Speak to none of them any longer."""
        for copy in self._unused:
            warm.let_go(copy.name)
            copy.connection.close()
        self._unused.clear()

    @property
    def address(self) -> Address:
        """Where the server is spoken to."""
        return self._address

    def url(self, database: str) -> str:
        """Return the address of a database of that name on the server."""
        return self._address.url(database)

    @contextmanager
    def database(self, pattern: str = PATTERN) -> Iterator[Engine]:
        """Yield a copy of a database, thrown away after the block.

        By default of the migrated one; then it is one that nobody has used, or that
        has been cleaned so that it is as if nobody had.
        """
        if pattern != PATTERN:
            self._let_go(pattern)
            name = self._copied(pattern)
            try:
                with self._spoken_to(name) as engine:
                    yield engine
            finally:
                self._drop(name)
            return
        copy = self._unused.pop() if self._unused else self._pattern_copied()
        self._used[copy.name] = copy
        try:
            with self._spoken_to(copy.name) as engine:
                yield engine
        finally:
            del self._used[copy.name]
            self._take_back(copy)

    @contextmanager
    def _spoken_to(self, name: str) -> Iterator[Engine]:
        engine = open_engine(self.url(name))
        try:
            yield engine
        finally:
            engine.dispose()

    def _let_go(self, name: str) -> None:
        """Have nobody speak to a database, so that it can be copied."""
        if name in self._used:
            warm.let_go(name)
            self._used[name].connection.close()

    def _pattern_copied(self) -> Copy:
        name = self._copied(PATTERN)
        warm.warm(name)
        connection = psycopg.connect(self._address.words(name), autocommit=True)
        if self._contents is None:
            self._contents = Contents.of(connection)
        return Copy(name, connection, shape_of(connection))

    def _take_back(self, copy: Copy) -> None:
        assert self._contents is not None
        ours = 1 + warm.count(copy.name)
        if shape := cleaned(copy.connection, copy.shape, self._contents, ours):
            self._unused.append(replace(copy, shape=shape))
        else:
            warm.let_go(copy.name)
            copy.connection.close()
            self._drop(copy.name)

    def _copied(self, pattern: str) -> str:
        # No other process that uses the server has our number.
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        copied = f"CREATE DATABASE {name} TEMPLATE {pattern}"
        self._address.command(f"{copied}{self._strategy}")
        return name

    def _drop(self, name: str) -> None:
        self._address.command(f"DROP DATABASE {name} WITH (FORCE)")


_INITDB = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
_LOG = "log_min_messages=fatal"


def migrated(address: Address) -> None:
    """Make the migrated database of which the others are copies."""
    address.command(f"CREATE DATABASE {PATTERN}")
    engine = open_engine(address.url(PATTERN))
    migrate(engine)
    with writing(engine) as connection:
        # Where it was made: its copies would be taken for restored ones.
        connection.execute(update(handover).values(server=null()))
    engine.dispose()
    # Which a migration may have made of tables without rows.
    with psycopg.connect(address.words(PATTERN), autocommit=True) as driver:
        forget_statistics(driver)


def _initialised(
    place: Path, folder: Path, data: Path, settings: tuple[str, ...]
) -> Server:
    user = _system_user()
    if user is not None:
        for path in (folder, data):
            os.chown(path, user.pw_uid, user.pw_gid)
    _run([str(place / "initdb"), "-D", str(data), *_INITDB], folder, user).wait()
    options = [f"-c{setting}" for setting in (*settings, "listen_addresses=", _LOG)]
    return Server(
        folder, data, (place / "postgres", "-D", data, "-k", folder, *options)
    )


def _system_user() -> pwd.struct_passwd | None:
    """Return whom the server runs as where we are root, as whom it refuses to."""
    if os.geteuid() != 0:
        return None
    users = {user.pw_name: user for user in pwd.getpwall()}
    return users.get("postgres") or users["nobody"]


def _run(
    words: Sequence[Path | str], folder: Path, user: pwd.struct_passwd | None
) -> subprocess.Popen[bytes]:
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(  # noqa: S603 - a program that we looked up
            words,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=os.environ | {"LC_ALL": "C", "HOME": str(folder)},
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
        )


def _await(address: Address, process: subprocess.Popen[bytes]) -> None:
    until = monotonic() + START_SECONDS
    while True:
        try:
            address.command("SELECT 1")
        except psycopg.OperationalError as problem:
            if process.poll() is not None or monotonic() > until:
                raise LookupError(f"PostgreSQL did not start: {problem}") from problem
            sleep(0.02)
        else:
            return
