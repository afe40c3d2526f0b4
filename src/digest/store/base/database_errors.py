"""What is wrong with a database, in words that say what to do."""

import re
import shutil
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from digest.errors import StoreError, UnreadableError

POSTGRESQL_FORM = "postgresql+psycopg://user:password@host/name"
# Less room than SQLite asks for to open a database: it calls that a faulty disk.
_ROOM_BYTES = 256 * 1024
_IN_URL = f"in DIGEST_DATABASE_URL ({POSTGRESQL_FORM})"
_LOCKED = "the database is locked by another program: wait, or find and end it"
_GONE = "no database server answers: start it, or look at its own log"
_NO_TABLES = "the database has no tables yet: run digest migrate"
_OTHER_TABLES = (
    "the database's tables are not those of this version: stop Digest, run digest "
    "migrate, start it again"
)
_FULL = "the disk is full: make room, then run the command again"
# Of both databases; the first whose words are found is meant.
_WORDS = {
    "locked": _LOCKED,
    "lock timeout": _LOCKED,
    "readonly": "the database cannot be written: look at the file's owner and mode",
    "unable to open": "the database file cannot be opened: look at its folder's mode",
    "disk is full": _FULL,
    "no such table": _NO_TABLES,
    'relation "': _NO_TABLES,
    "no such column": _OTHER_TABLES,
    r"column \S+ does not exist": _OTHER_TABLES,
    "No space left": "the database's disk is full: make room, then try again",
    "password authentication failed|no password supplied": (
        "the database server does not take that user and password: mend them "
        f"{_IN_URL}; write % in a password as %25, @ as %40, / as %2F"
    ),
    r'role "[^"]*" does not exist': (
        "the database server has no such user: make it there, or mend the user "
        f"{_IN_URL}"
    ),
    r'database "[^"]*" does not exist': (
        "the database server has no database of that name: make it there (createdb), "
        f"or mend the name {_IN_URL}"
    ),
    "resolve host|could not translate host name": (
        f"the database server's host is not found: mend the host {_IN_URL}"
    ),
    "no pg_hba.conf entry": (
        "the database server lets nobody in from this machine as that user to that "
        "database: allow it in its pg_hba.conf"
    ),
    "Is the server running": f"{_GONE}, or mend host and port {_IN_URL}",
    "server closed the connection": _GONE,
    "terminating connection": _GONE,
    "read-only transaction": "the database only lets itself be read: ask its operator",
    "permission denied": (
        "the database does not let its role read or write: make that role the owner of "
        "the database and of its tables, or name the owner in DIGEST_DATABASE_URL"
    ),
    "not a database": "the database file is not a database: restore it from a backup",
    "malformed": "the database file is damaged: restore it from a backup",
}

# Of one value that SQLite holds, where anything may stand; all others can be read.
_NOT_TEXT = "Could not decode to UTF-8 column '"


def in_words(engine: Engine, problem: Exception) -> Exception:
    """Return what to raise of an error of the driver's: in words, where we have any.

    A StoreError where the database cannot be used, an UnreadableError where a value in
    it cannot; else the error itself.
    """
    cause = problem.orig if isinstance(problem, DBAPIError) else problem
    message = str(cause)
    for signs, words in _WORDS.items():
        if re.search(signs, message):
            return StoreError(words)
    if message.startswith(_NOT_TEXT):
        column, _, _ = message.removeprefix(_NOT_TEXT).partition("'")
        return UnreadableError(
            f"A row of the database cannot be read: its {column} is damaged.",
            "Restore a backup of before that.",
        )
    if "disk I/O error" in message and _is_full(engine):
        return StoreError(_FULL)
    if isinstance(cause, engine.dialect.loaded_dbapi.OperationalError):
        return StoreError(f"the database cannot be used: {message.splitlines()[0]}")
    return problem


def _is_full(engine: Engine) -> bool:
    """Whether the disk has no room for what SQLite lays beside a database."""
    with suppress(OSError):
        folder = Path(engine.url.database or "").absolute().parent
        return shutil.disk_usage(folder).free < _ROOM_BYTES
    return False
