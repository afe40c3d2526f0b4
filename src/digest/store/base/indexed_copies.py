"""What staff look for among very many copies, in the words of an index.

An index has the `listed_state` of a copy, which an email on its way to being accepted
has none of. Of letters, calls and what is in trouble it is the state.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, String, and_, literal_column

from digest.model.delivery.delivery import DeliveryState
from digest.store.base.tables import delivery

TROUBLED_STATES = (
    DeliveryState.REFUSED,
    DeliveryState.UNCERTAIN,
    DeliveryState.CANCELLED,
    DeliveryState.EXPIRED,
)
# By its words the index is recognised: see store.base.tables.
IS_TROUBLED = delivery.c.listed_state.in_(
    [literal_column(f"'{state}'", String) for state in TROUBLED_STATES]
)

# No literal of its own: SQLite would be asked whether it is 1, which no index says.
IS_POSTED: ColumnElement[bool] = delivery.c.channel == literal_column("'post'", String)
IS_RUNG: ColumnElement[bool] = delivery.c.channel == literal_column("'phone'", String)
# In the words of its index, as those.
IS_DOUBTFUL: ColumnElement[bool] = delivery.c.doubts > literal_column("0", Integer)


def stands_in(states: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that a copy stands in one of these; by an index, if any."""
    if {*states} <= {*TROUBLED_STATES}:
        return and_(IS_TROUBLED, delivery.c.listed_state.in_(states))
    return delivery.c.state.in_(states)


def by_trouble(copies: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Return the query, answered by the index of copies in trouble.

    One that asks for IS_TROUBLED among copies of editions: SQLite, which does not know
    how many an edition has, would rather go through all of them.
    """
    return copies.with_hint(delivery, "INDEXED BY ix_delivery_troubled", "sqlite")


def by_letters(copies: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Return the query, answered by the index of letters; as `by_trouble`."""
    return copies.with_hint(delivery, "INDEXED BY ix_delivery_letters", "sqlite")


def by_calls(copies: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Return the query, answered by the index of calls; as `by_trouble`."""
    return copies.with_hint(delivery, "INDEXED BY ix_delivery_calls", "sqlite")


def by_delay(copies: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Return the query, answered by the index of what was put off; as `by_trouble`.

    One that compares `next_attempt_at`, which is then none that is null.
    """
    return copies.with_hint(delivery, "INDEXED BY ix_delivery_put_off", "sqlite")


def by_doubt(copies: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Return the query, answered by the index of IS_DOUBTFUL; as `by_trouble`."""
    return copies.with_hint(delivery, "INDEXED BY ix_delivery_doubtful", "sqlite")
