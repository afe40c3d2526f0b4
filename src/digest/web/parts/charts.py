"""Bars beside one another, drawn by us as SVG: what stands in a table, to see at once.

Whoever shows a chart shows its table too: a chart alone is told to nobody who cannot
see it, and colours are never the only sign.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from digest.web import limits

# In the units of the drawing, which is as wide as its place on the page.
WIDTH, HEIGHT = 760, 262
_LEFT, _RIGHT, _TOP, _BOTTOM = 66, 750, 25, 220
_GAP = 0.25  # of what a group of bars has to itself
_WIDEST = 48.0


@dataclass(frozen=True, slots=True)
class ChartBar:
    """One bar: its place, and which of the series it is of, from 1."""

    x: float
    y: float
    width: float
    height: float
    series: int


@dataclass(frozen=True, slots=True)
class ChartLabel:
    """Words at a place of an axis."""

    at: float
    words: str


@dataclass(frozen=True, slots=True)
class BarChart:
    """Groups of bars over an axis of time; `sentence` says what is to be seen."""

    sentence: str
    series: tuple[str, ...]
    bars: tuple[ChartBar, ...]
    heights: tuple[ChartLabel, ...]
    periods: tuple[ChartLabel, ...]


def bar_chart(
    series: Sequence[str], rows: Sequence[tuple[str, Sequence[int]]]
) -> BarChart:
    """Return the chart of rows, each with its words and a figure for each series."""
    top = _round_above(max((max(figures) for _, figures in rows), default=0))
    room = (_RIGHT - _LEFT) / max(len(rows), 1)
    width = min(room * (1 - _GAP) / max(len(series), 1), _WIDEST)
    every = -(-len(rows) // limits.CHART_LABELS)
    bars = []
    for place, (_, figures) in enumerate(rows):
        start = _LEFT + (place + 0.5) * room - width * len(series) / 2
        for number, figure in enumerate(figures):
            height = (_BOTTOM - _TOP) * figure / top
            x = start + number * width
            bars.append(
                ChartBar(
                    round(x, 1),
                    round(_BOTTOM - height, 1),
                    round(width * 0.92, 1),
                    round(height, 1),
                    number + 1,
                )
            )
    return BarChart(
        _sentence(series, rows),
        tuple(series),
        tuple(bars),
        tuple(
            ChartLabel(_BOTTOM - (_BOTTOM - _TOP) * part / 4, f"{top * part // 4:,}")
            for part in range(5)
            if top * part % 4 == 0
        ),
        tuple(
            ChartLabel(round(_LEFT + (place + 0.5) * room, 1), words)
            for place, (words, _) in enumerate(rows)
            if place % every == 0
        ),
    )


def _round_above(most: int) -> int:
    """Return a number no less than it that an axis may end at, as 4, 8, 20 or 40."""
    step = 4
    while True:
        for factor in (1, 2, 5):
            if step * factor >= most:
                return step * factor
        step *= 10


def _sentence(series: Sequence[str], rows: Sequence[tuple[str, Sequence[int]]]) -> str:
    totals = [
        f"{sum(figures[number] for _, figures in rows):,} {name.lower()}"
        for number, name in enumerate(series)
    ]
    most = max(rows, key=lambda row: sum(row[1]), default=None)
    if most is None or not sum(most[1]):
        return "There is nothing to see yet."
    return (
        f"{', '.join(totals)} in all; most in {most[0]}. The figures are in the table."
    )
