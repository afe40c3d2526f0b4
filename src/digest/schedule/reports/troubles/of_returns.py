"""Whom a channel does not reach any more, and to whom another is to be offered."""

from sqlalchemy import Connection

from digest.model.staff_words import counted
from digest.schedule.reports.troubles.trouble import (
    Trouble,
    TroubleCure,
    TroublePlace,
)
from digest.store.people import channel_offers


def of_returns(connection: Connection) -> list[Trouble]:
    """Return how many wait to be offered another channel."""
    count = channel_offers.count_waiting(connection)
    if not count:
        return []
    people = counted(count, "reader is", "readers are")
    return [
        Trouble(
            f"{people} not reached any more by what they asked for.",
            "Offer them another channel: digest offers list",
            cure=TroubleCure(
                TroublePlace.RETURNS,
                "Look at what came back",
                about="Many would like a letter, or have another address.",
            ),
        )
    ]
