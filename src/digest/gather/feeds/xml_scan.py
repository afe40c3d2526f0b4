"""A feed's XML looked through before it is parsed: what is too much, where items are.

So no feed costs more than it may, and one item that breaks the parser costs itself.
"""

from collections.abc import Sequence
from xml.parsers import expat

from digest.gather import limits

_ITEMS = frozenset({"item", "entry"})


def within_limits(content: bytes) -> bytes:
    """Return the feed, in UTF-8, without the items past the first not taken.

    Raises ValueError, in words, for what is broken beyond mending, and for what
    no feed has a use for: entities of its own, hundreds of attributes.
    """
    scan = _XmlScan()
    try:
        scan.parser.Parse(content, True)  # noqa: FBT003 - expat's own word for "the end"
    except expat.ExpatError as problem:
        if len(content) > limits.BROKEN_FEED_BYTES:
            raise ValueError(f"is not well-formed XML: {problem}") from problem
        return content
    if scan.cut_from is None or scan.cut_to is None:
        return content
    return content[: scan.cut_from] + content[scan.cut_to :]


class _XmlScan:
    """Goes through XML and notes where the items begin that are too many."""

    def __init__(self) -> None:
        self.cut_from: int | None = None
        self.cut_to: int | None = None
        self._depth = 0
        self._items = 0
        self._items_depth = 0
        self.parser = expat.ParserCreate("utf-8")
        self.parser.ordered_attributes = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.EntityDeclHandler = self._entity

    def _start(self, name: str, attributes: Sequence[str]) -> None:
        self._depth += 1
        if len(attributes) > 2 * limits.FEED_ATTRIBUTES:
            raise ValueError(
                "is not a feed: one of its elements has too many attributes"
            )
        if name.rpartition(":")[2] in _ITEMS:
            self._items_depth = self._items_depth or self._depth
            self._items += self._depth == self._items_depth
            if self._items == limits.ITEMS + 2 and self.cut_from is None:
                self.cut_from = self.parser.CurrentByteIndex

    def _entity(self, _name: str, is_parameter: bool, *_definition: object) -> None:  # noqa: FBT001 - expat's call
        if not is_parameter:
            raise ValueError("declares entities of its own, which no feed needs")

    def _end(self, _name: str) -> None:
        self._depth -= 1
        is_parent = self._depth == self._items_depth - 2
        if is_parent and self.cut_from is not None and self.cut_to is None:
            self.cut_to = self.parser.CurrentByteIndex


def feeds_of_one_item(content: bytes) -> Sequence[bytes]:
    """Return a feed for each item, in order; none where the feed cannot be cut.

    `content` is UTF-8. What stands before the first item and after the last is
    in each of them.
    """
    try:
        spans = _item_spans(content)
    except (expat.ExpatError, ValueError):
        return ()
    if not spans:
        return ()
    head, tail = content[: spans[0][0]], content[spans[-1][1] :]
    if (len(head) + len(tail)) * len(spans) > limits.CUT_FEED_BYTES:
        return ()
    return [head + content[start:end] + tail for start, end in spans]


def _item_spans(content: bytes) -> list[tuple[int, int]]:
    """Return the first byte of each item, and the first one after it."""
    parser = expat.ParserCreate("utf-8")
    path: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    items_depth = 0

    def start(name: str, _attributes: object) -> None:
        nonlocal items_depth
        path.append(name.rpartition(":")[2])
        if path[-1] in _ITEMS:
            items_depth = items_depth or len(path)
            if len(path) == items_depth:
                starts.append(parser.CurrentByteIndex)

    def end(_name: str) -> None:
        if len(path) == items_depth and path[-1] in _ITEMS:
            ends.append(parser.CurrentByteIndex)
        path.pop()

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.Parse(content, True)  # noqa: FBT003 - expat's own word for "the end"
    return [
        (start, content.index(b">", end) + 1)
        for start, end in zip(starts, ends, strict=True)
    ]
