"""By when a complaint about somebody's data has to be dealt with."""

from dataclasses import replace
from datetime import date

import pytest

from digest.model.people.data_complaints import (
    ComplaintChannel,
    ComplaintOutcome,
    acknowledge_by,
)
from digest.store.people.complaints.data_complaints import DataComplaint

RECEIVED = date(2026, 7, 1)


@pytest.mark.parametrize(
    ("received", "last"),
    [
        pytest.param(date(2026, 7, 1), date(2026, 7, 31), id="a Friday stays"),
        pytest.param(date(2026, 7, 2), date(2026, 8, 3), id="a Saturday is Monday"),
        pytest.param(date(2026, 7, 3), date(2026, 8, 3), id="a Sunday is Monday"),
        pytest.param(date(2026, 7, 4), date(2026, 8, 3), id="a Monday stays"),
        pytest.param(date(2028, 1, 30), date(2028, 2, 29), id="in a leap year"),
    ],
)
def test_it_is_acknowledged_within_thirty_days_from_the_day_after(
    received: date, last: date
) -> None:
    assert acknowledge_by(received) == last


NEW = DataComplaint(ComplaintChannel.LETTER, RECEIVED, "They still write to me")


@pytest.mark.parametrize(
    ("complaint", "due"),
    [
        pytest.param(NEW, date(2026, 7, 31), id="to be acknowledged"),
        pytest.param(
            replace(NEW, acknowledged_on=RECEIVED, answer_by=date(2026, 9, 1)),
            date(2026, 9, 1),
            id="to be answered",
        ),
        pytest.param(replace(NEW, answered_on=RECEIVED), None, id="answered"),
        pytest.param(
            replace(NEW, outcome=ComplaintOutcome.WITHDRAWN), None, id="closed"
        ),
    ],
)
def test_what_is_due_is_the_next_thing_to_do(
    complaint: DataComplaint, due: date | None
) -> None:
    assert complaint.due_on == due


def test_only_what_was_taken_back_needs_no_answer() -> None:
    without = {each for each in ComplaintOutcome if not each.needs_an_answer}

    assert without == {ComplaintOutcome.WITHDRAWN, ComplaintOutcome.ERASED}
