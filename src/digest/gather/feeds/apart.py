"""A feed cut into feeds of one item each, for the day that one breaks the parser."""

from collections.abc import Iterator, Sequence
from xml.parsers import expat

from digest.gather import limits
from digest.gather.feeds.scan import ITEMS


def apart(content: bytes) -> Sequence[bytes]:
    """Return a feed for each item, in order; none where the feed cannot be cut.

    `content` is UTF-8. What stands before the first item and after the last is
    in each of them.
    """
    try:
        spans = list(_Spans().of(content))
    except (expat.ExpatError, ValueError):
        return ()
    if not spans:
        return ()
    head, tail = content[: spans[0][0]], content[spans[-1][1] :]
    if (len(head) + len(tail)) * len(spans) > limits.CUT_FEED_BYTES:
        return ()
    return [head + content[start:end] + tail for start, end in spans]


class _Spans:
    """Goes through XML and notes where each item begins and ends."""

    def __init__(self) -> None:
        self._depth = 0
        self._at = 0  # the depth at which items stand
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._parser = expat.ParserCreate("utf-8")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def of(self, content: bytes) -> Iterator[tuple[int, int]]:
        """Yield the first byte of each item, and the first one after it."""
        self._parser.Parse(content, True)  # noqa: FBT003 - expat's own word for "the end"
        for start, end in zip(self._starts, self._ends, strict=True):
            yield start, content.index(b">", end) + 1

    def _start(self, name: str, _attributes: object) -> None:
        self._depth += 1
        if name.rpartition(":")[2] in ITEMS:
            self._at = self._at or self._depth
            if self._depth == self._at:
                self._starts.append(self._parser.CurrentByteIndex)

    def _end(self, name: str) -> None:
        if self._depth == self._at and name.rpartition(":")[2] in ITEMS:
            self._ends.append(self._parser.CurrentByteIndex)
        self._depth -= 1
