"""Needs as the Accessible Information Standard (DAPB1605) has them handled.

Asked for, recorded in the person's words, shown wherever they are, told to others only
where the person agrees, met by the format they have, and asked about again in time.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from digest.audience import limits
from digest.audience.subject_access import find
from digest.errors import DigestError
from digest.model.written_days import written_day
from digest.store.people import needs
from digest.store.people.needs import PersonNeed


def record_need(  # noqa: PLR0913 - what there is to say of a need, each by name
    connection: Connection,
    who: str,
    words: str,
    review: str,
    now: datetime,
    *,
    may_share: bool,
    zone: str = "UTC",
) -> int:
    """Keep what helps WHO; return its number. `review` is the day to ask them again.

    "" leaves that to a year from now. Raises NotFound for who is not there, and
    DigestError for a day that is past or too far ahead, or for no words.
    """
    person = find(connection, who)
    text = " ".join(words.split())
    if not text:
        raise DigestError("write what helps them, in their own words")
    if len(text) > limits.NEED_CHARACTERS:
        raise DigestError(f"write it in at most {limits.NEED_CHARACTERS} characters")
    if not text.isprintable():
        raise DigestError("it holds a control character: type it again")
    if not person.person.name:
        raise DigestError("they were erased: nothing is kept of them")
    day = review_day(review, now, zone)
    return needs.add(connection, person.id, text, day, now, may_share=may_share)


def review_need(
    connection: Connection, need_id: int, review: str, now: datetime, zone: str = "UTC"
) -> PersonNeed:
    """Keep that a need is as it was, and when to ask again; return it as it was.

    Raises NotFound, and DigestError for a day that is past or too far ahead.
    """
    return needs.review(connection, need_id, review_day(review, now, zone), now)


def due_by(now: datetime, zone: str) -> date:
    """Return up to which day needs are due to be asked about again: a little ahead."""
    return now.astimezone(ZoneInfo(zone)).date() + limits.REVIEW_AHEAD


def review_day(written: str, now: datetime, zone: str) -> date:
    """Return the day to ask again: as written, else a year from now."""
    today = now.astimezone(ZoneInfo(zone)).date()
    if not written.strip():
        return today + limits.USUAL_REVIEW
    try:
        day = written_day(written, today)
    except ValueError as problem:
        raise DigestError(str(problem)) from problem
    if not today < day <= today + limits.LONGEST_REVIEW:
        years = limits.LONGEST_REVIEW // timedelta(days=365)
        raise DigestError(f"choose a day to come, within {years} years")
    return day
