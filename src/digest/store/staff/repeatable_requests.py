"""What programs ask under a key of their own: asked again, it is not done again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, select, update

from digest.store.base.tables import repeatable_request
from digest.store.base.upsert import insert_new
from digest.store.limits import REPEATS_KEPT


@dataclass(frozen=True, slots=True)
class RepeatableRequest:
    """What was asked: by whose key, under which of theirs, and its fingerprint.

    What was asked before may have the fingerprint of an earlier secret key.
    """

    access_key_id: int
    repeat_key: str
    fingerprint: str
    of_earlier_keys: tuple[str, ...] = ()

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """Each by which the same is known again."""
        return (self.fingerprint, *self.of_earlier_keys)


@dataclass(frozen=True, slots=True)
class EarlierRequest:
    """What was asked under the same key before; `status` is None until its answer.

    `answer` is None of a file, which is not kept. `headers` are those that say where
    what was made is, and of which version.
    """

    fingerprint: str
    begun_at: datetime
    status: int | None
    answer: str | None
    headers: Mapping[str, str]


def begin(
    connection: Connection, request: RepeatableRequest, now: datetime
) -> EarlierRequest | None:
    """Write down that it is asked, before it is done; or return what was asked before.

    What is older than REPEATS_KEPT is forgotten.
    """
    connection.execute(
        delete(repeatable_request).where(
            repeatable_request.c.begun_at <= now - REPEATS_KEPT
        )
    )
    row = {
        "access_key_id": request.access_key_id,
        "repeat_key": request.repeat_key,
        "fingerprint": request.fingerprint,
        "begun_at": now,
    }
    key = ("access_key_id", "repeat_key")
    if insert_new(connection, repeatable_request, [row], key=key):
        return None
    earlier = connection.execute(
        select(repeatable_request).where(*_matching(request))
    ).one()
    return EarlierRequest(
        earlier.fingerprint,
        earlier.begun_at,
        earlier.status,
        earlier.answer,
        earlier.headers or {},
    )


def answer(
    connection: Connection,
    request: RepeatableRequest,
    status: int,
    content: str | None,
    headers: Mapping[str, str],
) -> None:
    """Write down what it was answered with; of a file, only that it was."""
    connection.execute(
        update(repeatable_request)
        .where(*_matching(request))
        .values(status=status, answer=content, headers=dict(headers))
    )


def forget(connection: Connection, request: RepeatableRequest) -> None:
    """Forget that it was asked: nothing was done, and it may be asked otherwise."""
    connection.execute(delete(repeatable_request).where(*_matching(request)))


def _matching(request: RepeatableRequest) -> tuple[ColumnElement[bool], ...]:
    return (
        repeatable_request.c.access_key_id == request.access_key_id,
        repeatable_request.c.repeat_key == request.repeat_key,
    )
