"""What a soak holds to be true, once a backup has been put back."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import MagicMock

import pytest

from tests.fakes.sending import HandWoundClock
from tests.soak.troubles import Troubles
from tests.soak.truth import CampaignFact, PostFact, Truth

NOON = datetime(2027, 12, 25, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def clock() -> HandWoundClock:
    return HandWoundClock(NOON)


@pytest.fixture
def truth() -> Truth:
    truth = Truth()
    truth.campaigns["harbour"] = CampaignFact("harbour")
    return truth


@pytest.fixture
def troubles(clock: HandWoundClock, truth: Truth) -> Troubles:
    machine: Any = MagicMock(clock=clock)
    outside: Any = MagicMock()
    chance = random.Random(1)  # noqa: S311 - luck that can be had again
    return Troubles(
        machine, outside, outside, outside, truth, chance, Counter[str](), []
    )


def a_post_on_show(truth: Truth, dated: datetime | None) -> PostFact:
    """Have a post on a site that the product has not read."""
    post = PostFact(len(truth.posts), "harbour", "news", dated, NOON)
    truth.posts.append(post)
    return post


def test_what_staff_had_taken_out_is_out_again(
    troubles: Troubles, truth: Truth, clock: HandWoundClock
) -> None:
    harbour = truth.campaigns["harbour"]
    harbour.taken_out["month"] = 0b1
    troubles.back_up()
    harbour.taken_out |= {"month": 0b11, "everyday": 0b100}
    clock.move(2 * HOUR)

    assert troubles.restore()
    assert harbour.taken_out == {"month": 0b1}


@pytest.mark.parametrize(
    ("dated", "read_after", "is_messy"),
    [
        pytest.param(NOON + 9 * HOUR, True, True, id="to come"),
        pytest.param(NOON - 9 * HOUR, True, True, id="long past"),
        pytest.param(None, True, True, id="none"),
        pytest.param(NOON, True, False, id="its own"),
        pytest.param(None, False, False, id="none, in the backup"),
    ],
)
def test_no_record_tells_of_a_false_date_that_the_backup_had_not_read(
    troubles: Troubles,
    truth: Truth,
    dated: datetime | None,
    read_after: bool,  # noqa: FBT001 - a case of the table
    is_messy: bool,  # noqa: FBT001
) -> None:
    post = a_post_on_show(truth, dated)
    if not read_after:
        truth.note_shown(post, for_sure=True)
    troubles.back_up()
    if read_after:
        truth.note_shown(post, for_sure=True)

    assert troubles.was_messy_since(troubles.backups[-1]) is is_messy
