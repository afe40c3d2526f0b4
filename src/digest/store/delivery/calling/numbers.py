"""Phone numbers that are somebody else's: nobody is rung there in their name again."""

from datetime import datetime

from sqlalchemy import Connection, select

from digest.model.delivery.calls import WRONG_NUMBER
from digest.store.base.tables import delivery, subscriber
from digest.store.delivery import cancelling
from digest.store.delivery.by_channel import IS_CALL
from digest.store.delivery.calling.calls import Call
from digest.store.delivery.deliveries import DeliveryKey
from digest.store.people import suppressions


def silence_another(
    connection: Connection, call: Call, number_hash: str, now: datetime
) -> None:
    """Ring nobody in its reader's name at a number that is not theirs any more."""
    suppressions.add(connection, {"phone": number_hash}, _why(call.key), now)


def silence(connection: Connection, call: Call, now: datetime) -> int:
    """Ring its reader at that number no more; return how many calls were cancelled.

    Those of other editions and campaigns that were planned still.
    """
    target = connection.scalar(
        select(subscriber.c.phone_hash).where(subscriber.c.id == call.subscriber_id)
    )
    why = _why(call.key)
    if target:
        suppressions.add(connection, {"phone": target}, why, now)
    planned = IS_CALL & (delivery.c.subscriber_id == call.subscriber_id)
    return cancelling.cancel(connection, planned, now, why)


def lift(connection: Connection, key: DeliveryKey, now: datetime) -> None:
    """Take back that the number was somebody else's; what was said else of it stays."""
    suppressions.lift_reason(connection, _why(key), now)


def _why(key: DeliveryKey) -> str:
    """Return why nobody is rung there, which names nobody."""
    return f"{WRONG_NUMBER}: call {key}"
