"""Where a soak's database is, and how a backup of it is made and put back."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.postgres import Address


class Ground(Protocol):
    """A database with backups; nobody is connected while one is made or put back."""

    @property
    def url(self) -> str:
        """The database's address."""
        ...

    def back_up(self, name: str) -> None:
        """Make a backup of that name: letters and digits."""
        ...

    def restore(self, name: str) -> None:
        """Put it in the database's place, as the page on restoring tells."""
        ...

    def drop(self, name: str) -> None:
        """Throw a backup away."""
        ...


@dataclass(frozen=True)
class SqliteGround:
    """A database file in the data folder; backups lie elsewhere, without the mark."""

    folder: Path

    @property
    def url(self) -> str:
        """The database's address."""
        return f"sqlite:///{self.folder}/digest.db"

    def back_up(self, name: str) -> None:
        """Copy it as SQLite does."""
        path = self._path(name)
        path.parent.mkdir(exist_ok=True)
        with (
            closing(sqlite3.connect(self.folder / "digest.db")) as source,
            closing(sqlite3.connect(path)) as target,
        ):
            source.backup(target)

    def restore(self, name: str) -> None:
        """Put it in its place, and nothing of what was there."""
        for ending in ("-wal", "-shm"):
            (self.folder / f"digest.db{ending}").unlink(missing_ok=True)
        shutil.copy(self._path(name), self.folder / "digest.db")

    def drop(self, name: str) -> None:
        """Remove the copy."""
        self._path(name).unlink()

    def _path(self, name: str) -> Path:
        return self.folder.parent / "backups" / f"{name}.db"


@dataclass(frozen=True)
class PostgresGround:
    """A database of a server, and copies of it there."""

    address: Address
    name: str

    @property
    def url(self) -> str:
        """The database's address."""
        return self.address.url(self.name)

    def create(self, pattern: str = "template1") -> None:
        """Make the database, a copy of that one."""
        self.address.command(f"CREATE DATABASE {self.name} TEMPLATE {pattern}")

    def back_up(self, name: str) -> None:
        """Copy it on the server."""
        self.address.command(f"CREATE DATABASE {name} TEMPLATE {self.name}")

    def restore(self, name: str) -> None:
        """Make it anew, of the copy."""
        self.drop(self.name)
        self.address.command(f"CREATE DATABASE {self.name} TEMPLATE {name}")

    def drop(self, name: str) -> None:
        """Drop the copy."""
        self.address.command(f"DROP DATABASE {name} WITH (FORCE)")
