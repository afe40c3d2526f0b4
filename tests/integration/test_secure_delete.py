"""A database on a server that is written anew, while others are at work on it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, Engine, delete, insert, select, text

from digest.errors import StoreError
from digest.store.base import secure_delete
from digest.store.base.engine import writing
from digest.store.base.tables import mailing_list, watch
from tests.builders import EIGHT
from tests.postgres import Databases

VALUE = "Quillfeather"


@contextmanager
def going_on(engine: Engine, words: str) -> Iterator[Connection]:
    """Have a transaction go on that has done that."""
    with engine.connect() as connection:
        connection.execute(text(words))
        yield connection


def written_and_removed(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(insert(mailing_list).values(name=VALUE, created_at=EIGHT))
    with writing(engine) as connection:
        connection.execute(delete(mailing_list))


def is_on_disk(engine: Engine) -> bool:
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text("CHECKPOINT"))
        words = text(
            "SELECT position(cast(:value AS bytea) IN pg_read_binary_file("
            "pg_relation_filepath('mailing_list'))) > 0"
        )
        return bool(connection.scalar(words, {"value": VALUE.encode()}))


@pytest.mark.parametrize("where", ["this database", "another one"])
def test_what_a_transaction_from_before_may_see_is_waited_for(
    databases: Databases, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secure_delete, "_PATIENCE_SECONDS", 0.2)
    with databases.database() as engine, databases.database() as another:
        place = engine if where == "this database" else another
        # One that has written counts anywhere, one that reads in its own database.
        act = (
            select(watch) if place is engine else insert(watch).values(looked_at=EIGHT)
        )
        with going_on(place, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ") as old:
            old.execute(act)
            written_and_removed(engine)
            assert is_on_disk(engine)
            with pytest.raises(StoreError, match="going on since before"):
                secure_delete.rewrite(engine)

        secure_delete.rewrite(engine)

        assert not is_on_disk(engine)
