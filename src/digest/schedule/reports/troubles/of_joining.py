"""What is wrong where people sign up: a flood of it, and people whom nobody sees."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection

from digest.model.staff_words import counted, moment_in_words
from digest.schedule import limits
from digest.schedule.reports.troubles.trouble import Trouble
from digest.store.people.joining import joining_requests, joining_tallies


def joining_troubles(
    connection: Connection, now: datetime, zone: str
) -> Iterator[Trouble]:
    """Yield what is wrong; the help is the same for as long as it is."""
    lately = joining_tallies.count_lately(connection, now)
    if lately > limits.JOINING_FLOOD:
        yield Trouble(
            f"{lately:,} requests to sign up came within 20 minutes.",
            "Each address gets one mail a day at most, and who signs up now waits a "
            "minute. If it is a program and goes on, take [joining] out of the "
            "campaign file for a while.",
        )
    before = now - limits.JOINING_UNSEEN
    count, since = joining_requests.waiting_since(connection, before)
    if since:
        people = counted(count, "person has", "people have")
        at = moment_in_words(since, zone)
        yield Trouble(
            f"{people} signed up on the web for paper or a call, since {at}.",
            "Nobody has looked at it. See on the desk: People, new by web.",
        )
