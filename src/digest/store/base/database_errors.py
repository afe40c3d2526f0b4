"""What is wrong with a database, in words that say what to do."""

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from digest.errors import StoreError, UnreadableError

_LOCKED = "the database is locked by another program: wait, or find and end it"
_GONE = "no database server answers: start it, or look at its own log"
_WORDS = {
    "locked": _LOCKED,
    "lock timeout": _LOCKED,
    "readonly": "the database cannot be written: look at the file's owner and mode",
    "unable to open": "the database file cannot be opened: look at its folder's mode",
    "disk is full": "the disk is full: make room, then run the command again",
    "no such table": "the database has no tables yet: run digest migrate",
    'relation "': "the database has no tables yet: run digest migrate",
    "No space left": "the database's disk is full: make room, then try again",
    "Is the server running": _GONE,
    "server closed the connection": _GONE,
    "terminating connection": _GONE,
    "read-only transaction": "the database only lets itself be read: ask its operator",
    "permission denied": (
        "the database does not let its role read or write: make that role the owner of "
        "its tables, or name the owner in DIGEST_DATABASE_URL"
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
    for sign, words in _WORDS.items():
        if sign in message:
            return StoreError(words)
    if message.startswith(_NOT_TEXT):
        column, _, _ = message.removeprefix(_NOT_TEXT).partition("'")
        return UnreadableError(
            f"A row of the database cannot be read: its {column} is damaged.",
            "Restore a backup of before that.",
        )
    if isinstance(cause, engine.dialect.loaded_dbapi.OperationalError):
        return StoreError(f"the database cannot be used: {message.splitlines()[0]}")
    return problem
