"""What PostgreSQL knows of an edition by the time that its copies are taken."""

from typing import Any

from sqlalchemy import Connection, Engine, event, text

from digest.compose import lifecycle, plan
from digest.model.formats import Channel
from digest.store.base.engine import reading, writing
from digest.store.base.table_statistics import count_anew
from digest.store.delivery.sending.claims import ClaimResult, claim_all, guard_for
from tests.builders import EIGHT, a_post
from tests.integration.test_planning import an_open_edition
from tests.rows import a_planned_edition
from tests.stored import a_reader, a_stored_campaign, posts_accepted


def test_planning_has_the_copies_it_made_counted(postgresql_engine: Engine) -> None:
    engine = postgresql_engine
    a_stored_campaign(engine)
    for number in range(30):
        a_reader(engine, f"reader-{number}")
    posts_accepted(engine, [a_post("one")])
    edition_id = an_open_edition(engine, "daily", EIGHT)
    lifecycle.freeze(engine, edition_id, EIGHT)
    lifecycle.approve(engine, edition_id, EIGHT)
    plan.plan(engine, edition_id, EIGHT)

    with reading(engine) as connection:
        counted = connection.scalar(
            text("SELECT reltuples FROM pg_class WHERE relname = 'delivery'")
        )
    assert counted == 30


def test_copies_are_taken_by_their_keys_however_many_others_are_planned(
    postgresql_engine: Engine,
) -> None:
    engine = postgresql_engine
    edition = a_planned_edition(engine, emails=2000)
    with writing(engine) as connection:
        count_anew(connection)
    with writing(engine) as connection:
        guard = guard_for(connection, edition.id, Channel.EMAIL)
        plans = _plans_of(connection, "UPDATE delivery")
        claims = claim_all(connection, edition.readers[:8], guard, EIGHT)

    assert set(claims.values()) == {ClaimResult.YES}
    [query_plan] = plans
    assert "using pk_delivery" in query_plan
    assert "Seq Scan on subscri" not in query_plan


def _plans_of(connection: Connection, start: str) -> list[str]:
    """Return a list to which the plan of each statement that so begins is added."""
    plans = list[str]()

    @event.listens_for(connection, "before_cursor_execute")
    def explain(
        _connection: object, cursor: Any, statement: str, values: Any, *_: object
    ) -> None:
        if statement.startswith(start):
            cursor.execute(f"EXPLAIN {statement}", values)
            plans.append("\n".join(line for (line,) in cursor.fetchall()))

    return plans


def test_no_statement_is_compiled_first(postgresql_engine: Engine) -> None:
    with reading(postgresql_engine) as connection:
        assert connection.scalar(text("SHOW jit")) == "off"
