"""Which copies go by which channel: the one place of the store that asks."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, and_

from digest.model.delivery.delivery import DeliveryState
from digest.model.formats import Channel
from digest.store.base.indexed_copies import IS_POSTED, IS_RUNG
from digest.store.base.tables import delivery

BY_EMAIL, BY_LETTER, BY_PHONE = Channel.EMAIL, Channel.POST, Channel.PHONE
# The others: a person prints and posts those, or rings.
BY_HAND = tuple(channel for channel in Channel if channel is not BY_EMAIL)
# Conditions on a delivery: a worker sends it, a batch holds it, or somebody rings.
IS_EMAIL = delivery.c.channel == Channel.EMAIL
IS_LETTER = IS_POSTED
IS_CALL = IS_RUNG
# A letter could not be laid out, and is planned on.
WAITS_FOR_A_PERSON: ColumnElement[bool] = and_(
    delivery.c.listed_state == DeliveryState.PLANNED,
    IS_LETTER,
    delivery.c.reply.is_not(None),
)


def goes_by_email(channel: Channel) -> bool:
    """Whether a worker sends the copies of that channel, a send batch at a time."""
    return channel is Channel.EMAIL


def count_emails(copies: Mapping[tuple[str, str], int], *states: DeliveryState) -> int:
    """Return how many emails stand so, of copies counted by (channel, state)."""
    return sum(copies.get((Channel.EMAIL, state), 0) for state in states)
