"""Who was erased: asked afterwards of what is kept outside of their rows."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from digest.store.base.bulk import one_of
from digest.store.base.tables import audit, repeatable_request, subscriber, suppression
from digest.store.staff.audit import Act, record

ERASED = "erased"
# Of who left, and was forgotten by and by: their own word brings them back.
FORGOTTEN = "left, and erased since"
_REWRITTEN = "wrote the database anew"
_ERASURES = "erasures"
# In place of an answer that may name them: what was asked is not done once more.
_ANSWER = (
    '{"title": "Gone", "status": 410, "detail": "This was done. Its answer is not kept '
    'any more, since somebody was erased after it."}'
)
_GONE = 410


def hashes(connection: Connection) -> set[str]:
    """Return the hashes that are left of people who were erased."""
    rows = select(suppression.c.target_hash).where(
        suppression.c.reason.in_((ERASED, FORGOTTEN))
    )
    return {*connection.scalars(rows)}


def count(connection: Connection) -> int:
    """Return how many erasures are on record: of some, twice."""
    acts = select(func.count()).where(audit.c.act == ERASED)
    return connection.scalar(acts) or 0


def is_rewrite_due(connection: Connection) -> bool:
    """Whether somebody was erased since the database's files were written anew.

    By counts and not by instants: an erasure that waited while the files were being
    written began before that, and its remnants came after it.
    """
    acts = select(audit.c.after).where(audit.c.act == _REWRITTEN)
    after = connection.scalar(acts.order_by(audit.c.id.desc()).limit(1)) or {}
    return count(connection) > int(after.get(_ERASURES, 0))


def note_rewritten(connection: Connection, erased: int, now: datetime) -> None:
    """Write down that the database's files are without what those erasures removed."""
    record(connection, Act(_REWRITTEN, after={_ERASURES: erased}), now)


def forget_answers(connection: Connection) -> None:
    """Let go of what programs were answered, which may name whom it was about."""
    connection.execute(
        update(repeatable_request)
        .where(repeatable_request.c.answer.is_not(None))
        .values(answer=_ANSWER, status=_GONE)
    )


def still_here(
    connection: Connection,
    erased: Mapping[int, Collection[str]],
    of_identity: Callable[[str], str],
) -> list[int]:
    """Return who of these is held as if they had never been erased.

    By their number and one of their hashes, as in a database that was restored: whoever
    came back since has another number, and who has their number now another hash.
    """
    rows = connection.execute(
        select(
            subscriber.c.id,
            subscriber.c.identity,
            subscriber.c.email_hash,
            subscriber.c.post_hash,
            subscriber.c.phone_hash,
        ).where(
            one_of(connection, subscriber.c.id, erased),
            subscriber.c.erased_at.is_(None),
        )
    )
    return [
        row.id
        for row in rows
        if {of_identity(row.identity), *row[2:]} & {*erased[row.id]}
    ]
