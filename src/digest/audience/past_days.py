"""Days on which something was asked or began: never ones that are to come."""

from datetime import date

from digest.errors import DigestError
from digest.model.staff_words import day_in_words
from digest.model.written_days import written_day


def past_day(written: str, today: date) -> date:
    """Return the day that somebody writes. Raises DigestError for none, or to come."""
    try:
        day = written_day(written, today, is_past=True)
    except ValueError as problem:
        raise DigestError(str(problem)) from problem
    if day > today:
        raise DigestError(
            f"{day_in_words(day)} is to come: give a day that has been, or today"
        )
    return day
