"""People of whom staff have said that they are two: never offered as doubles again."""

from datetime import datetime

from sqlalchemy import Connection, delete

from digest.store.base.tables import known_apart
from digest.store.base.upsert import insert_new
from digest.store.staff.audit import Act, record


def tell_apart(
    connection: Connection, one_id: int, other_id: int, now: datetime
) -> bool:
    """Keep that these are two people; False where that was known."""
    first, second = sorted((one_id, other_id))
    row = {"first_id": first, "second_id": second}
    is_new = insert_new(connection, known_apart, [row], key=("first_id", "second_id"))
    if is_new:
        _record(connection, "said not to be the same person:", first, second, now)
    return bool(is_new)


def take_back(
    connection: Connection, one_id: int, other_id: int, now: datetime
) -> bool:
    """Have two people be asked about again; False where they were anyway."""
    first, second = sorted((one_id, other_id))
    deleted = connection.execute(
        delete(known_apart).where(
            known_apart.c.first_id == first, known_apart.c.second_id == second
        )
    )
    if deleted.rowcount:
        _record(
            connection, "said that they may be the same person:", first, second, now
        )
    return deleted.rowcount > 0


def _record(
    connection: Connection, verb: str, first: int, second: int, now: datetime
) -> None:
    # On the page of each of them.
    for who, other in ((first, second), (second, first)):
        act = Act(verb, subject=f"person {who}", after={"the other": f"person {other}"})
        record(connection, act, now)
