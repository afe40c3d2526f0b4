"""Which secret keys this database was used with, and what still needs each of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Table, func, select, update

from digest.model.editions.mode import Mode
from digest.model.secret_keys import SecretKeys
from digest.store.base.tables import (
    account,
    delivery,
    edition,
    recovery_code,
    secret_key,
    webhook_endpoint,
)
from digest.store.base.upsert import insert_new
from digest.store.staff.audit import Act, record
from digest.store.staff.sealing import HASH_KEY, SECOND_STEP, WEBHOOK, SealedBox

# Each column that has something sealed: its table, its name, what it is sealed for.
_SEALED: tuple[tuple[Table, str, bytes], ...] = (
    (account, "totp_secret", SECOND_STEP),
    (webhook_endpoint, "secret", WEBHOOK),
    (webhook_endpoint, "secret_before", WEBHOOK),
    (secret_key, "hash_key", HASH_KEY),
)


@dataclass(frozen=True, slots=True)
class KeyUse:
    """What a secret key is needed for; `emails` are those whose links it signed.

    `first_used_at` is None where it was used before that was kept.
    """

    key_id: str
    is_held: bool
    is_newest: bool
    first_used_at: datetime | None
    hashes: bool
    second_steps: int
    webhooks: int
    recovery_codes: int
    emails: int
    last_email_at: datetime | None

    @property
    def sealed(self) -> int:
        """How many things only this key can open."""
        return self.second_steps + self.webhooks + self.hashes


def note_used(connection: Connection, ids: Sequence[str], now: datetime) -> None:
    """Keep that the database is used with these keys, the newest first."""
    rows = {row.key_id for row in connection.execute(select(secret_key.c.key_id))}
    # The first ever seen was in use before: since when is not known.
    since = [now if rows or len(ids) > 1 else None, *[None] * (len(ids) - 1)]
    new = [
        {"key_id": key_id, "first_used_at": at}
        for key_id, at in zip(ids, since, strict=True)
        if key_id not in rows
    ]
    insert_new(connection, secret_key, new, key=("key_id",))


def are_in_order(connection: Connection, ids: Sequence[str]) -> bool:
    """Whether the newest is on record, and one of these has sealed what hashes."""
    rows = connection.execute(select(secret_key.c.key_id, secret_key.c.hash_key)).all()
    sealed_by = {row.key_id for row in rows if row.hash_key is not None}
    return ids[0] in {row.key_id for row in rows} and bool(sealed_by & {*ids})


def sealed_hash_key(connection: Connection) -> tuple[str, str] | None:
    """Return what hashes are made with, sealed, behind the id of the key that did."""
    row = connection.execute(
        select(secret_key.c.key_id, secret_key.c.hash_key).where(
            secret_key.c.hash_key.is_not(None)
        )
    ).first()
    return (row.key_id, row.hash_key) if row else None


def keep_hash_key(connection: Connection, key_id: str, sealed: str) -> None:
    """Keep what hashes are made with, sealed with that key, and no other seal of it."""
    connection.execute(
        update(secret_key)
        .where(secret_key.c.key_id != key_id, secret_key.c.hash_key.is_not(None))
        .values(hash_key=None)
    )
    connection.execute(
        update(secret_key).where(secret_key.c.key_id == key_id).values(hash_key=sealed)
    )


def uses(connection: Connection, keys: SecretKeys) -> list[KeyUse]:
    """Return what each key is needed for, the newest first; those lost come last."""
    ids = keys.ids
    note = {
        row.key_id: row.first_used_at for row in connection.execute(select(secret_key))
    }
    lost = [key_id for key_id in note if key_id not in ids]
    sealed, hash_key = _sealed(connection, keys), sealed_hash_key(connection)
    spans = _spans(note)
    codes = _recovery_codes(connection)
    # Those of before that was kept are of the first key there was.
    first = next(iter(spans), ids[-1])
    codes[first] = codes.get(first, 0) + codes.pop(None, 0)
    return [
        KeyUse(
            key_id,
            key_id in ids,
            key_id == ids[0],
            note.get(key_id),
            bool(hash_key and hash_key[0] == key_id),
            sealed.get((key_id, SECOND_STEP), 0),
            sealed.get((key_id, WEBHOOK), 0),
            codes.get(key_id, 0),
            *_emails(connection, *spans[key_id]) if key_id in spans else (0, None),
        )
        for key_id in (*ids, *lost)
    ]


def unopened(connection: Connection, keys: SecretKeys) -> tuple[int, int]:
    """Return how many second steps, and secrets of webhooks, no key held can open."""
    sealed = _sealed(connection, keys)
    return sealed.get((None, SECOND_STEP), 0), sealed.get((None, WEBHOOK), 0)


def seal_anew(connection: Connection, keys: SecretKeys, now: datetime) -> int:
    """Seal with the newest key whatever an earlier one has; return how much that was.

    What no key held can open stays as it is.
    """
    count = 0
    newest = keys.ids[0]
    note_used(connection, keys.ids, now)
    for table, column, purpose in _SEALED:
        box = SealedBox(keys, purpose)
        for sealed in _contents(connection, table, column):
            words = box.open(sealed)
            if words is None or box.sealed_by(sealed) == newest:
                continue
            count += 1
            if table is secret_key:
                keep_hash_key(connection, newest, box.seal(words))
                continue
            connection.execute(
                update(table)
                .where(table.c[column] == sealed)
                .values({column: box.seal(words)})
            )
    if count:
        act = Act("sealed secrets with the newest secret key", after={"sealed": count})
        record(connection, act, now)
    return count


def _sealed(
    connection: Connection, keys: SecretKeys
) -> dict[tuple[str | None, bytes], int]:
    counts: dict[tuple[str | None, bytes], int] = {}
    for table, column, purpose in _SEALED:
        for sealed in _contents(connection, table, column):
            by = SealedBox(keys, purpose).sealed_by(sealed)
            counts[by, purpose] = counts.get((by, purpose), 0) + 1
    return counts


def _contents(connection: Connection, table: Table, column: str) -> list[str]:
    content = select(table.c[column]).where(table.c[column].is_not(None))
    if "ended_at" in table.c:
        content = content.where(table.c.ended_at.is_(None))
    return [*connection.scalars(content)]


def _recovery_codes(connection: Connection) -> dict[str | None, int]:
    rows = connection.execute(
        select(recovery_code.c.key_id, func.count())
        .where(recovery_code.c.used_at.is_(None))
        .group_by(recovery_code.c.key_id)
    )
    return {row[0]: row[1] for row in rows}


def _spans(
    note: dict[str, datetime | None],
) -> dict[str, tuple[datetime | None, datetime | None]]:
    """Return from when to when each key was the newest, the first of them first."""
    dated = sorted((at, key_id) for key_id, at in note.items() if at is not None)
    ends = [at for at, _ in dated]
    starts = [*((None, key_id) for key_id, at in note.items() if at is None), *dated]
    return {
        key_id: (
            since,
            next((end for end in ends if since is None or end > since), None),
        )
        for since, key_id in starts
    }


def _emails(
    connection: Connection, since: datetime | None, until: datetime | None
) -> tuple[int, datetime | None]:
    """Return how many copies left by email between these, and when the last did."""
    at = delivery.c.handed_over_at
    conditions = [delivery.c.channel == "email", at.is_not(None)]
    conditions += [at >= since] if since else []
    conditions += [at < until] if until else []
    row = connection.execute(
        select(func.count(), func.max(at))
        .select_from(delivery.join(edition, edition.c.id == delivery.c.edition_id))
        .where(edition.c.mode == Mode.LIVE, *conditions)
    ).one()
    return row[0], row[1]
