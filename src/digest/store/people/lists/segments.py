"""Segments as conditions on subscribers: each narrows what the others leave."""

from sqlalchemy import ColumnElement, Connection, and_, func

from digest.model.people.segment import Segment
from digest.store.base.tables import subscriber
from digest.store.people.readers import has_address

# Behind every text that begins as this one does.
_LAST = "\U0010ffff"


def in_segment(connection: Connection, segment: Segment) -> list[ColumnElement[bool]]:
    """Return the conditions that a subscriber is in the segment."""
    conditions: list[ColumnElement[bool]] = []
    if segment.need:
        conditions.append(subscriber.c.format == segment.need)
    if segment.organiser:
        conditions.append(
            func.lower(subscriber.c.organiser) == segment.organiser.lower()
        )
    if segment.language:
        conditions.append(subscriber.c.language == segment.language)
    if segment.postcode:
        code, column = segment.postcode, subscriber.c.postcode
        conditions.append(
            and_(column >= code, column < code + _LAST)
            if connection.dialect.name == "sqlite"
            else column.startswith(code, autoescape=True)
        )
    match segment.reached:
        case "email":
            conditions.append(subscriber.c.email.is_not(None))
        case "phone":
            conditions.append(subscriber.c.phone.is_not(None))
        case "post":
            conditions.append(has_address())
        case _:
            pass
    return conditions
