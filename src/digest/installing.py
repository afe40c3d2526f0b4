"""What `digest init` makes: a folder for what Digest keeps, a database, a key."""

import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from digest.errors import SettingsError
from digest.model.secret_keys import SecretKeys
from digest.settings import Settings
from digest.store.base.engine import open_engine
from digest.store.holds.mark_file import beside
from digest.store.migrate import migrate

# In a folder that a demo may clear.
DEMO_MARK = ".digest-demo"


def migrated(settings: Settings) -> bool:
    """Bring the database up to date; return whether it changed."""
    engine = beside(open_engine(settings.database), settings.data_dir)
    try:
        return migrate(engine)
    finally:
        engine.dispose()


def prepare(settings: Settings, env_file: Path) -> Iterator[str]:
    """Make the data directory, the database and a key; say what was done.

    What is there already is left as it is. Raises SettingsError on top of a
    demo, which a later demo would clear away.
    """
    if (settings.data_dir / DEMO_MARK).exists():
        raise SettingsError(
            f"{settings.data_dir} holds the demo: remove that folder first, "
            "or set DIGEST_DATA_DIR to another"
        )
    changed = migrated(settings)
    yield f"database: {'made' if changed else 'was there already'}"
    if env_file.exists():
        yield f"{env_file}: was there already, left as it is"
    else:
        key = secret_of(settings)
        words = f"DIGEST_DATA_DIR={settings.data_dir}\nDIGEST_SECRET_KEY={key}\n"
        _write_private(env_file, words + "DIGEST_LIVE=no\n")
        yield f"{env_file}: made; keep a copy of its key where you keep passwords"
    yield f"{settings.mode} mode: mail stays in the built-in inbox" + (
        "" if not settings.live else " no longer"
    )


def secret_of(settings: Settings) -> str:
    """Return the key that links are signed with, made now if there is none.

    Raises SettingsError where it cannot be kept.
    """
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value()
    path = _practice_key(settings)
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_private(path, new_key())
        return path.read_text().strip()
    except OSError as problem:
        raise SettingsError(
            f"the key in {path} cannot be kept: {problem.strerror}; "
            "make the folder writable or set DIGEST_SECRET_KEY"
        ) from problem


def keys_of(settings: Settings) -> SecretKeys:
    """Return the key that signs, and those from before that are still read by.

    The one that was made in practice is one of those once another is set, as long as
    its file is there. Raises SettingsError.
    """
    newest, earlier = secret_of(settings), settings.earlier_keys
    path = _practice_key(settings)
    # What cannot be read is of practice alone, and missed by nobody.
    with suppress(OSError, UnicodeDecodeError):
        if of_practice := path.read_text().strip():
            earlier = (*earlier, of_practice)
    every = dict.fromkeys((newest, *earlier))
    return SecretKeys(newest, tuple(every)[1:])


def new_key() -> str:
    """Return a key that nobody guesses: 256 bits."""
    return secrets.token_urlsafe(32)


def _practice_key(settings: Settings) -> Path:
    return settings.data_dir / "secret-key"


def _write_private(path: Path, words: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(words)
