"""What staff look for among very many copies, in the words of an index."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, String, and_, literal_column

from digest.model.delivery.delivery import DeliveryState
from digest.store.base.tables import delivery

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

# No literal of its own: SQLite would be asked whether it is 1, which no index says.
IS_POSTED: ColumnElement[bool] = delivery.c.channel == literal_column("'post'", String)
IS_RUNG: ColumnElement[bool] = delivery.c.channel == literal_column("'phone'", String)


def stands_in(states: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that a copy stands in one of these; by an index, if any."""
    stands = delivery.c.state.in_(states)
    return and_(IS_TROUBLED, stands) if {*states} <= {*_STATES} else stands
