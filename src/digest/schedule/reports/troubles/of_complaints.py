"""Data protection complaints that are to be acknowledged or answered soon, or late."""

from datetime import datetime

from sqlalchemy import Connection

from digest.audience.complaints.handling import AHEAD, today
from digest.model.staff_words import counted, day_in_words
from digest.schedule.reports.troubles.trouble import (
    Trouble,
    TroubleCure,
    TroublePlace,
)
from digest.store.people.complaints import data_complaints
from digest.store.people.complaints.data_complaints import DataComplaint


def of_complaints(connection: Connection, now: datetime, zone: str) -> list[Trouble]:
    """Return which complaints are due within a week, and which are overdue."""
    here = today(now, zone)
    due = data_complaints.due(connection, here + AHEAD)
    troubles = []
    for is_acknowledged in (False, True):
        those = [
            (each.due_on, each)
            for each in due
            if each.due_on and bool(each.acknowledged_on) is is_acknowledged
        ]
        late = [each for day, each in those if day < here]
        soon = [each for day, each in those if day >= here]
        if late:
            troubles.append(_trouble(late, "was", is_acknowledged=is_acknowledged))
        if soon:
            troubles.append(_trouble(soon, "is", is_acknowledged=is_acknowledged))
    return troubles


def _trouble(
    those: list[DataComplaint], tense: str, *, is_acknowledged: bool
) -> Trouble:
    first = min(each.due_on for each in those if each.due_on)
    what = counted(
        len(those), "data protection complaint", "data protection complaints"
    )
    verb = "answered" if is_acknowledged else "acknowledged"
    day = day_in_words(first)
    late = " That is past." if tense == "was" else ""
    if len(those) > 1:
        tense = "were" if tense == "was" else "are"
    since = f", the first by {day}" if len(those) > 1 else f" by {day}"
    numbers = ", ".join(str(each.id) for each in those[:5])
    step = "answer" if is_acknowledged else "acknowledge"
    return Trouble(
        f"{what} {tense} to be {verb}{since}.{late}",
        f"Which: {numbers}. See digest complaints list, and say then: "
        f"digest complaints {step} {those[0].id}",
        cure=TroubleCure(
            TroublePlace.COMPLAINTS,
            "Look at the complaints",
            about=f"The first by {day}.",
        ),
    )
