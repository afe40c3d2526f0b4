"""What a look for what is broken asks of everything there is, asked together."""

from collections.abc import Iterator
from datetime import datetime

from digest.schedule import limits
from digest.store.base import machine_clocks
from digest.store.base.asked_together import Asked
from digest.store.campaigns import campaigns, sources
from digest.store.delivery.incoming import incoming_mail, mailboxes
from digest.store.delivery.sending import carriers, rate_limits
from digest.store.editions import editions, holding_back
from digest.store.holds import holds
from digest.store.people.joining import joining_requests, joining_tallies
from digest.store.reports import stalls
from digest.store.staff import operators
from digest.store.upkeep import night_tasks

LONGEST_GRACE = max(limits.STEP_GRACE, limits.LETTERS_GRACE, limits.SOURCE_UNREAD)


def alarm_questions(now: datetime) -> Iterator[Asked]:
    """Yield what a look asks that is the same for all campaigns."""
    for each in (campaigns, sources, editions, holds, holding_back, carriers):
        yield from each.QUESTIONS
    yield from (*rate_limits.QUESTIONS, *operators.QUESTIONS, *mailboxes.QUESTIONS)
    yield from incoming_mail.questions(now - limits.REPLY_STUCK)
    yield from night_tasks.QUESTIONS
    yield from machine_clocks.questions(now - limits.CLOCKS_COMPARED)
    yield from joining_tallies.questions(now)
    yield from joining_requests.questions(now - limits.JOINING_UNSEEN)
    yield from stalls.questions(
        now,
        limits.WORKER_SILENT,
        unposted_before=now - limits.LETTERS_UNPOSTED,
        let_go_since=now - LONGEST_GRACE,
    )
