"""Five hundred feeds read side by side, and what a post costs beside feedparser.

The feeds are served by a process of their own, each as a host of its own: 450
have nothing new, 40 have a new post, 5 take ten seconds to answer, 5 are broken.
They are read into a log on SQLite with the product's own door to the web. The
peer of the parse is `feedparser.parse` as it comes; its cost is the worst of
three shapes of feed, per post, from bytes to posts against bytes to entries.
"""

import io
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import feedparser
from _feed_shapes import SHAPES
from _web_feeds import KINDS, POSTS, SLOW_SECONDS
from harness import Result, main, medians, peak_mb
from sqlalchemy import Engine

from digest.gather.feeds.feed import posts_in
from digest.gather.fetching.fetch import Fetcher
from digest.gather.gathering import GatheringRound, SourceReport, gather
from digest.gather.items.reading import Reading
from digest.model.campaigns.web_access import WebAccess
from digest.store.base.engine import open_engine, writing
from digest.store.campaigns import campaigns
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.campaigns.file_versions import CampaignFile
from digest.store.migrate import migrate

AT = datetime(2026, 7, 6, 8, tzinfo=UTC)
PARSED = 100  # posts in a feed that is parsed


def measure(quick: bool) -> Result:  # noqa: FBT001 - the harness's signature
    """Return how long five hundred feeds take, in how much memory."""
    slow = 2.0 if quick else SLOW_SECONDS
    with tempfile.TemporaryDirectory() as folder, _serving(slow) as port:
        engine = open_engine(f"sqlite:///{Path(folder) / 'digest.db'}")
        migrate(engine)
        stored = _campaign(engine, port)
        first = _timed(engine, stored, AT)
        walls = [
            _timed(engine, stored, AT + n * timedelta(hours=1))
            for n in range(1, 2 if quick else 4)
        ]
        # Before the server has ended: its memory is no concern of ours.
        peak = peak_mb()
        engine.dispose()
    costs = _parse_costs(2 if quick else 7)
    return Result(
        name="gather",
        figures={
            "feeds": sum(KINDS.values()),
            "first_s": first,
            "wall_s": statistics.median(walls),
            "wall_vs_slowest_limit": statistics.median(walls) / slow,
            "peak_mb": peak,
            **{f"{name}_us_a_post": us for name, (us, _) in costs.items()},
        },
        ratios={
            "parse_vs_feedparser": max(cost for _, cost in costs.values()),
            **{f"{name}_cost": cost for name, (_, cost) in costs.items()},
        },
    )


@contextmanager
def _serving(slow: float) -> Iterator[int]:
    script = Path(__file__).with_name("_web_feeds.py")
    command = [sys.executable, str(script), str(slow)]
    with subprocess.Popen(  # noqa: S603 - our own interpreter and script
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        yield int(server.stdout.readline())
        server.stdin.close()


def _campaign(engine: Engine, port: int) -> StoredCampaign:
    items_xml = "".join(
        f'[[source]]\nname = "{kind}-{n}"\nkind = "feed"\n'
        f'url = "http://{kind}-{n}.example.org:{port}/feed"\n'
        for kind, count in KINDS.items()
        for n in range(count)
    )
    text = (
        '[campaign]\nname = "week"\ntitle = "Week"\nfrom = "W <w@example.org>"\n'
        f'lists = ["week"]\n{items_xml}[[schedule]]\nname = "daily"\nat = "16:00"\n'
    )
    with writing(engine) as connection:
        return campaigns.apply(connection, CampaignFile(text, "UTC", "/"), AT)


def _timed(engine: Engine, stored: StoredCampaign, now: datetime) -> float:
    fetcher = Fetcher(WebAccess.parse("127.0.0.1"), resolve=_here)
    began = time.monotonic()
    [reports] = gather(engine, fetcher, [GatheringRound(stored)], now).values()
    wall = time.monotonic() - began
    _check(reports, is_first=now == AT)
    return wall


def _here(_host: str, _port: int) -> Sequence[str]:
    return ["127.0.0.1"]


def _check(reports: Sequence[SourceReport], *, is_first: bool) -> None:
    """Stop unless each feed came to what it should have."""
    for report in reports:
        kind = report.source.partition("-")[0]
        new = POSTS if is_first else 1 if kind == "news" else 0
        assert bool(report.failed) == (kind == "broken"), report
        assert report.new == (0 if kind == "broken" else new), report


def _parse_costs(repeats: int) -> dict[str, tuple[float, float]]:
    """Return for each shape our microseconds for a post, and the ratio."""
    seconds_by_size = {}
    for name, shape in SHAPES.items():
        feed = shape(range(PARSED))
        assert len(_ours(feed).items) == len(_theirs(feed).entries) == PARSED
        contenders = {"ours": partial(_ours, feed), "peer": partial(_theirs, feed)}
        cost = medians(contenders, repeats)
        seconds_by_size[name] = cost["ours"] / PARSED * 1e6, cost["ours"] / cost["peer"]
    return seconds_by_size


def _ours(feed: bytes) -> Reading:
    return posts_in(feed, "application/xml", "https://example.org/feed")


def _theirs(feed: bytes) -> Any:
    return feedparser.parse(io.BytesIO(feed))


if __name__ == "__main__":
    main(measure)
