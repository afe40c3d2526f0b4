"""Bars as they are drawn: to scale, inside their frame, and said in a sentence."""

from itertools import pairwise

import pytest

from digest.web.parts.charts import bar_chart

NAMES = ("Email", "Post")


def test_bars_are_as_high_as_their_figures() -> None:
    chart = bar_chart(NAMES, [("Mon", (40, 10)), ("Tue", (0, 20))])
    heights = [bar.height for bar in chart.bars]

    assert heights[0] == pytest.approx(4 * heights[1], abs=1)
    assert heights[0] == pytest.approx(2 * heights[3], abs=1)
    assert heights[2] == 0
    assert [bar.series for bar in chart.bars] == [1, 2, 1, 2]


@pytest.mark.parametrize("periods", [1, 2, 31, 60])
@pytest.mark.parametrize("most", [0, 1, 7, 99_999, 12_345_678])
def test_bars_stand_inside_their_frame_and_beside_one_another(
    periods: int, most: int
) -> None:
    chart = bar_chart(NAMES, [(f"{n}", (most, most // 2)) for n in range(periods)])
    ends = [(bar.x, bar.x + bar.width) for bar in chart.bars]

    assert ends[0][0] >= 66
    assert ends[-1][1] <= 750
    for bar in chart.bars:
        assert bar.y >= 25
        assert bar.y + bar.height == pytest.approx(220, abs=0.2)
    for (_, end), (start, _) in pairwise(ends):
        assert start >= end
    assert len(chart.periods) <= 5
    assert chart.heights[0].words == "0"


def test_the_sentence_says_what_is_to_be_seen() -> None:
    chart = bar_chart(NAMES, [("Mon", (40, 10)), ("Tue", (1000, 20))])

    assert chart.sentence == (
        "1,040 email, 30 post in all; most in Tue. The figures are in the table."
    )
    assert bar_chart(NAMES, []).sentence == "There is nothing to see yet."
