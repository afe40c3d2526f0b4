"""Passwords of staff: hashed by Argon2id, checked in the same time for everybody."""

import threading
from functools import cache
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from digest.staff import limits

# RFC 9106's choice for where memory is short: 64 MiB, three passes, four lanes.
_hasher = PasswordHasher()
_room = threading.BoundedSemaphore(limits.PASSWORDS_AT_ONCE)


def fault_of(password: str, name: str, email: str) -> str:
    """Return what is wrong with a password for who has that name, "" where nothing is.

    Any letters will do, and no mixture of them is asked for (NIST SP 800-63B-4,
    section 3.1.1.2): length is, and that nobody would guess it.
    """
    if len(password) < limits.PASSWORD_LENGTH:
        return (
            f"Choose at least {limits.PASSWORD_LENGTH} letters, figures or signs: four "
            "words that have nothing to do with one another are easy to keep in mind"
        )
    if len(password) > limits.PASSWORD_MOST:
        return f"Choose at most {limits.PASSWORD_MOST} letters"
    plain = password.casefold()
    own = (*name.casefold().split(), email.casefold().partition("@")[0], "digest")
    rest = plain
    for word in sorted(own, key=len, reverse=True):
        if len(word) > 2:
            rest = rest.replace(word, "")
    if len(rest) < limits.PASSWORD_LENGTH // 2:
        return "This is hardly more than a name. Choose something nobody would guess"
    if plain in _common() or len(set(plain)) < limits.PASSWORD_LENGTH // 2:
        return "Many people choose this, so it is tried first. Choose another one"
    return ""


def hashed(password: str) -> str:
    """Return what is kept of a password: an Argon2id hash with its own salt."""
    with _room:
        return _hasher.hash(password)


def is_right(password_hash: str | None, password: str) -> bool:
    """Whether this is the password; takes as long where there is none to compare."""
    with _room:
        try:
            _hasher.verify(password_hash or _nobodys(_hasher), password)
        except (VerificationError, InvalidHashError):
            return False
        return password_hash is not None


def is_of_old_costs(password_hash: str) -> bool:
    """Whether a hash was made at other costs than one is made at today."""
    return _hasher.check_needs_rehash(password_hash)


@cache
def _nobodys(hasher: PasswordHasher) -> str:
    return hasher.hash("of nobody")


@cache
def _common() -> frozenset[str]:
    """Return passwords that are long enough and chosen by many.

    They are those of Django's list, made from what was found in the open.
    """
    text = files("digest.staff").joinpath("common_passwords.txt").read_text("utf-8")
    return frozenset(text.split())
