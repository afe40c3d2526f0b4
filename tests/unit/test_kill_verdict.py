"""What the verdict on a kill makes of a mail server's journal and our records."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from digest.model.delivery.delivery import DeliveryState
from tests.builders import EIGHT
from tests.kills.sink import Arrival
from tests.kills.verdict import Record, Row, Verdict, judge

ANN, EDITION = 1, "k7hw3m9p"
SOON = EIGHT + timedelta(seconds=1)
ACCEPTED = Row(DeliveryState.ACCEPTED, 0, EIGHT, "ann@example.org")
CAME = Arrival(SOON, "ann@example.org", ANN, EDITION)


def verdict(
    row: Row | None, *arrivals: Arrival, left_at: datetime | None = None
) -> Verdict:
    """Return the verdict on an edition for Ann alone."""
    copies = {ANN: row} if row else {}
    left_at_by_reader = {ANN: left_at} if left_at else {}
    return judge(Record(EDITION, copies, {ANN}), arrivals, left_at_by_reader)


@pytest.mark.parametrize(
    ("row", "arrivals", "broken"),
    [
        pytest.param(ACCEPTED, [CAME], {}, id="as it should be"),
        pytest.param(ACCEPTED, [], {"lost": 1, "falsely_sent": 1}, id="said, not sent"),
        pytest.param(
            replace(ACCEPTED, state=DeliveryState.REFUSED),
            [],
            {"lost": 1},
            id="a refusal nobody spoke",
        ),
        pytest.param(
            replace(ACCEPTED, state=DeliveryState.CANCELLED),
            [],
            {"lost": 1},
            id="cancelled, though they never left",
        ),
        pytest.param(None, [], {"unplanned": 1}, id="left out, though they never left"),
        pytest.param(None, [CAME], {"unplanned": 1, "under_two_names": 1}, id="unheld"),
        pytest.param(
            ACCEPTED,
            [CAME, CAME],
            {"unmarked": 1, "duplicates never in doubt": 1},
            id="twice, without a mark",
        ),
        pytest.param(
            replace(ACCEPTED, state=DeliveryState.PLANNED),
            [CAME],
            {"unmarked": 1},
            id="sent, without a record",
        ),
        pytest.param(
            ACCEPTED,
            [replace(CAME, recipient="bob@example.org")],
            {"under_two_names": 1},
            id="to somebody else",
        ),
        pytest.param(
            ACCEPTED,
            [replace(CAME, edition_code="another1")],
            {"lost": 1, "falsely_sent": 1},
            id="of another edition",
        ),
    ],
)
def test_what_a_journal_gives_away(
    row: Row | None, arrivals: list[Arrival], broken: dict[str, int]
) -> None:
    assert verdict(row, *arrivals).broken == broken


def test_a_repeat_that_was_in_doubt_is_none_too_many() -> None:
    doubted = verdict(replace(ACCEPTED, doubts=1), CAME, CAME)

    doubted.uncertain = 1
    assert (doubted.broken, doubted.duplicates) == ({}, 1)


@pytest.mark.parametrize(
    ("left_at", "late"),
    [
        pytest.param(EIGHT - timedelta(seconds=1), 1, id="taken after they had left"),
        pytest.param(EIGHT, 0, id="on the wire as they left"),
        pytest.param(SOON, 0, id="there before they left"),
    ],
)
def test_what_is_taken_after_somebody_left_comes_too_late(
    left_at: datetime, late: int
) -> None:
    assert verdict(ACCEPTED, CAME, left_at=left_at).after_leaving == late


def test_who_left_needs_no_copy() -> None:
    cancelled = replace(ACCEPTED, state=DeliveryState.CANCELLED, handed_over_at=None)

    assert verdict(cancelled, left_at=EIGHT).broken == {}
    assert verdict(None, left_at=EIGHT).broken == {}
