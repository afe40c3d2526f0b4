"""A database in a given state, of which any number of copies are made."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from sqlalchemy import null, update

from digest.store.base.engine import open_engine, writing
from digest.store.base.tables import handover
from digest.store.migrate import migrate
from tests.in_memory import a_folder_in_memory
from tests.postgres import Databases, migrated, running

Prepare = Callable[[str], object]


class CopiedGround(Protocol):
    """What makes copies of the database that was prepared last."""

    def pattern(self, prepare: Prepare) -> AbstractContextManager[None]:
        """Have a migrated database prepared, which is given by its address."""
        ...

    def copy(self) -> AbstractContextManager[str]:
        """Make a copy, and yield its address; it is gone after the block."""
        ...


class _SqliteGround:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._migrated = folder / "migrated.db"
        engine = open_engine(f"sqlite:///{self._migrated}")
        migrate(engine)
        engine.dispose()

    @contextmanager
    def pattern(self, prepare: Prepare) -> Iterator[None]:
        shutil.copy(self._migrated, self._folder / "pattern.db")
        prepare(f"sqlite:///{self._folder / 'pattern.db'}")
        yield

    @contextmanager
    def copy(self) -> Iterator[str]:
        path = self._folder / "copy.db"
        shutil.copy(self._folder / "pattern.db", path)
        yield f"sqlite:///{path}"
        for each in self._folder.glob("copy.db*"):
            each.unlink()


class _PostgresqlGround:
    def __init__(self, databases: Databases) -> None:
        self._databases = databases

    @contextmanager
    def pattern(self, prepare: Prepare) -> Iterator[None]:
        with self._databases.database() as engine:
            name = str(engine.url.database)
            engine.dispose()
            prepare(self._databases.url(name))
            with writing(engine) as connection:
                # Its copies would be taken for copies.
                connection.execute(update(handover).values(server=null()))
            engine.dispose()
            self._name = name
            yield

    @contextmanager
    def copy(self) -> Iterator[str]:
        with self._databases.database(self._name) as engine:
            engine.dispose()
            yield self._databases.url(str(engine.url.database))


@contextmanager
def _sqlite() -> Iterator[CopiedGround]:
    with TemporaryDirectory(prefix="digest-steps-") as folder:
        yield _SqliteGround(Path(folder))


@contextmanager
def _postgresql() -> Iterator[CopiedGround]:
    with running(on=a_folder_in_memory) as server:
        migrated(server)
        yield _PostgresqlGround(Databases(server))


COPIED_GROUNDS = {"sqlite": _sqlite, "postgresql": _postgresql}
