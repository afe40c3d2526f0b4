"""What is measured of sending, as the tables of docs/reference/speed.md have it."""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

Row = Mapping[str, float]
_PLACE = ("kb", "connections", "delay_ms")
_HEADS = (
    *("size, connections, delay each way", "`smtp-source` a second"),
    *("records in SQLite", "its processor time", "records in PostgreSQL"),
    *("its processor time", "PostgreSQL's own"),
    *("two senders by one, SQLite", "two by one, PostgreSQL", "other load"),
)


def page(rows: Sequence[Row], start: Mapping[str, float]) -> str:
    """Return the rows by place, each the middle of its turns and the worst ratio."""
    places = sorted(rows, key=_place)
    lines = [_line(_HEADS), _line(["---"] * len(_HEADS))]
    lines += [_line(_cells([*turns])) for _, turns in groupby(places, key=_place)]
    if start:
        lines += [
            "",
            "`digest work --until-done` with nothing to do: "
            f"{start['start_cpu_s']:.2f} s of processor time, "
            f"{start['start_mb']:.0f} MB",
        ]
    return "\n".join(["", *lines])


def _place(row: Row) -> tuple[float, ...]:
    return tuple(row[name] for name in _PLACE)


def _cells(turns: Sequence[Row]) -> list[str]:
    kb, connections, delay = _place(turns[0])
    return [
        f"{kb:.0f} KB, {connections:.0f}" + (f", {delay:.0f} ms" if delay else ""),
        f"{_middle(turns, 'smtp_source_per_second'):,.0f}",
        _ratio(turns, "sqlite_vs_smtp_source"),
        _time(turns, "sqlite_cpu_us"),
        _ratio(turns, "postgresql_vs_smtp_source"),
        _time(turns, "postgresql_cpu_us"),
        _time(turns, "postgresql_server_cpu_us"),
        _ratio(turns, "sqlite_2_workers_vs_one"),
        _ratio(turns, "postgresql_2_workers_vs_one"),
        f"{_middle(turns, 'other_load'):.2f}",
    ]


def _ratio(turns: Sequence[Row], name: str) -> str:
    if name not in turns[0]:
        return ""
    worst = min(turn[name] for turn in turns)
    return f"{_middle(turns, name):.2f}, at worst {worst:.2f}"


def _time(turns: Sequence[Row], name: str) -> str:
    return f"{_middle(turns, name):.0f} µs" if name in turns[0] else ""


def _middle(turns: Iterable[Row], name: str) -> float:
    return statistics.median(turn[name] for turn in turns)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
