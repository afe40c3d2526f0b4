"""What staff look for among very many copies, in the words of an index."""

from collections.abc import Collection

from sqlalchemy import Boolean, ColumnElement, String, and_, literal_column

from digest.model.delivery.delivery import DeliveryState
from digest.store.base.tables import LETTERS, delivery

_STATES = (
    DeliveryState.REFUSED,
    DeliveryState.UNCERTAIN,
    DeliveryState.CANCELLED,
    DeliveryState.EXPIRED,
)
# By its words the index is recognised: see store.base.tables.
IS_TROUBLED = delivery.c.state.in_(
    [literal_column(f"'{state}'", String) for state in _STATES]
)

IS_POSTED: ColumnElement[bool] = literal_column(f"delivery.{LETTERS}", Boolean)


def stands_in(states: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that a copy stands in one of these; by an index, if any."""
    stands = delivery.c.state.in_(states)
    return and_(IS_TROUBLED, stands) if {*states} <= {*_STATES} else stands
