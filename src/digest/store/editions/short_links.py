"""Short addresses for long ones, to be typed from paper; each long one has one."""

import hashlib

from sqlalchemy import Connection, select

from digest.errors import NotFound
from digest.store import limits
from digest.store.base.codes import ALPHABET
from digest.store.base.tables import short_link
from digest.store.base.upsert import insert_new


def code_for(connection: Connection, url: str) -> str:
    """Return the code of `url`, made from it alone where it has none yet."""
    code = connection.scalar(select(short_link.c.code).where(short_link.c.url == url))
    salt = 0
    while code is None:
        row = {"code": _code(url, salt), "url": url}
        insert_new(connection, short_link, [row], key=("code",))
        code = connection.scalar(
            select(short_link.c.code).where(short_link.c.url == url)
        )
        salt += 1
    return str(code)


def target(connection: Connection, code: str) -> str:
    """Return the address behind a code, in whatever way it was typed from paper.

    In capitals, in groups, with the full stop of its sentence. Raises NotFound in words
    for a reader.
    """
    typed = "".join(letter for letter in code.lower() if letter in ALPHABET)
    url = connection.scalar(select(short_link.c.url).where(short_link.c.code == typed))
    if url is None:
        raise NotFound(
            "Perhaps one letter was mistyped: check it against what is printed. What "
            f"stands behind /s/ has {limits.SHORT_LINK_LETTERS} letters and figures, "
            "and never an i, l or o, nor a 0 or 1."
        )
    return str(url)


def _code(url: str, salt: int) -> str:
    number = int.from_bytes(hashlib.sha256(f"{salt} {url}".encode()).digest()[:8])
    letters = []
    for _ in range(limits.SHORT_LINK_LETTERS):
        number, place = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[place])
    return "".join(letters)
