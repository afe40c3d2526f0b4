"""Inputs that others have met: feedparser's own test data, and whatever is named.

The data is in feedparser's source distribution and not in ours. It is fetched
once, by the ordinary package client, into the user's cache. `DIGEST_CORPUS` may
name folders of further inputs, parted as in PATH.

    python -m tests.corpus FOLDER...

reads every file below the folders within limits of time and memory, and prints
for each what became of it, as a line of JSON.
"""

import json
import os
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from digest.errors import SourceError
from digest.gather.calendars.calendar import read_from
from digest.gather.calendars.ics.expand import answered
from digest.gather.feeds.feed import posts_in
from digest.gather.fetching.fetch import Fetcher
from digest.gather.folders.front_matter import FrontMatter
from digest.gather.items.reading import SourceVisit
from digest.gather.markup.html import to_blocks
from digest.gather.markup.markdown import markdown_to_blocks
from digest.model.campaigns.campaign import Source, SourceKind

MAX_SECONDS = 5.0
MAX_BYTES = 256_000_000
_WAIT = 180


@dataclass(frozen=True, slots=True)
class Read:
    """What became of one file: how many items, or why it was refused."""

    path: str
    seconds: float
    items: int = 0
    skipped: int = 0
    refused: str = ""
    broke: str = ""


def feedparser_data() -> Path:
    """Return the folder of the test data of the feedparser that is installed.

    Raises LookupError, in words, where it cannot be had.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    wanted = f"feedparser-{version('feedparser')}"
    data = cache / "digest-tests" / wanted
    if not data.is_dir():
        data.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=data.parent) as folder:
            _fetch(wanted.replace("-", "=="), Path(folder))
            (Path(folder) / wanted).rename(data)
    return data / "tests"


def _fetch(package: str, folder: Path) -> None:
    pip = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps")
    command = (*pip, "--no-binary", ":all:", "--dest", str(folder), package)
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=_WAIT)  # noqa: S603 - pip, for a package we pin
    except (OSError, subprocess.SubprocessError) as problem:
        raise LookupError(
            f"the 2,242 feeds of {package} are not read: its source distribution"
            " cannot be downloaded with pip"
        ) from problem
    with tarfile.open(next(folder.glob("*.tar.gz"))) as packed:
        packed.extractall(folder, filter="data")


def named_folders() -> list[Path]:
    """Return the folders that DIGEST_CORPUS names."""
    named = os.environ.get("DIGEST_CORPUS", "").split(os.pathsep)
    return [Path(name) for name in named if name]


def read_apart(folder: Path) -> list[Read]:
    """Return what became of each file, read in a process of its own.

    The process may grow by 256 MB, so that a file that asks for more breaks.
    """
    command = (sys.executable, "-m", "tests.corpus", str(folder))
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - ourselves
    return [Read(**json.loads(line)) for line in done.stdout.splitlines()]


def _as_feed(content: bytes) -> tuple[int, int]:
    reading = posts_in(content, "", "https://example.org/feed")
    return len(reading.items), len(reading.skipped)


def _as_html(content: bytes) -> tuple[int, int]:
    return len(to_blocks(content.decode(errors="replace"), "https://example.org/")), 0


def _as_markdown(content: bytes) -> tuple[int, int]:
    head = FrontMatter.of(content, "Europe/London")
    return len(markdown_to_blocks(head.body, "https://example.org/")), 0


def _as_calendar(content: bytes) -> tuple[int, int]:
    since = datetime(2019, 1, 1, tzinfo=UTC)
    source = Source("diary", SourceKind.CALENDAR, "diary.ics", ahead=timedelta(366))
    reading = read_from(
        content, source, SourceVisit(Fetcher(), since=since), by=answered
    )
    return len(reading.items) + len(reading.updates), len(reading.skipped)


_READERS: Mapping[str, Callable[[bytes], tuple[int, int]]] = {
    ".html": _as_html,
    ".htm": _as_html,
    ".md": _as_markdown,
    ".ics": _as_calendar,
}


def _read(path: Path) -> Read:
    content, began = path.read_bytes(), time.perf_counter()
    items = skipped = 0
    refused = broke = ""
    try:
        items, skipped = _READERS.get(path.suffix.lower(), _as_feed)(content)
    except (SourceError, ValueError) as problem:
        refused = str(problem)
    except BaseException as problem:  # noqa: BLE001 - whatever it is, it is told
        broke = repr(problem)
    took = time.perf_counter() - began
    return Read(str(path), took, items, skipped, refused, broke)


def _files(folders: list[str]) -> Iterator[Path]:
    for folder in map(Path, folders):
        yield from sorted(path for path in folder.rglob("*") if path.is_file())


def _limit_memory() -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + MAX_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


if __name__ == "__main__":
    if Path("/proc/self/statm").exists():
        _limit_memory()
    for file in _files(sys.argv[1:]):
        read = _read(file)
        values = {name: getattr(read, name) for name in Read.__slots__}
        sys.stdout.write(f"{json.dumps(values)}\n")
