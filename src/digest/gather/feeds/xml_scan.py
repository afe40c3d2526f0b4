"""A feed's XML looked through before it is parsed: what is too much, where items are.

So no feed costs more than it may, and one item that breaks the parser costs itself.
"""

import re
from collections.abc import Sequence
from xml.parsers import expat

from digest.gather import limits
from digest.gather.items.written_moments import written_moment

# What an item's date of publishing is called in RSS, Atom and Dublin Core.
_DATE = re.compile(
    rb"<(?:pubDate|published|issued|updated|dc:date)\b[^>]*>([^<]{1,100})<"
)
ITEMS = frozenset({"item", "entry"})


def within_limits(content: bytes) -> bytes:
    """Return the feed, in UTF-8, with its newest items, and one more than are taken.

    Raises ValueError, in words, for what is broken beyond mending, and for what
    no feed has a use for: entities of its own, hundreds of attributes.
    """
    try:
        starts, end = _places(content)
    except expat.ExpatError as problem:
        if len(content) > limits.BROKEN_FEED_BYTES:
            raise ValueError(f"is not well-formed XML: {problem}") from problem
        return content
    most = limits.ITEMS + 1
    if len(starts) <= most:
        return content
    if _is_oldest_first(content[starts[0] : starts[1]], content[starts[-1] : end]):
        return content[: starts[0]] + content[starts[-most] :]
    return content[: starts[most]] + content[end:]


def _is_oldest_first(first: bytes, last: bytes) -> bool:
    """Whether the last item is younger than the first, as their dates are written."""
    dates = (_DATE.search(item) for item in (first, last))
    texts = (date[1].decode("utf-8", "replace") for date in dates if date)
    moments = [at.instant for text in texts if (at := written_moment(text, "UTC"))]
    return len(moments) == len((first, last)) and moments[0] < moments[1]


def _places(content: bytes) -> tuple[list[int], int]:
    """Return where each item begins, and where what holds them ends."""
    parser = expat.ParserCreate("utf-8")
    parser.ordered_attributes = True
    depth = items_depth = ends = 0
    starts: list[int] = []

    def start(name: str, attributes: Sequence[str]) -> None:
        nonlocal depth, items_depth
        depth += 1
        if len(attributes) > 2 * limits.FEED_ATTRIBUTES:
            raise ValueError(
                "is not a feed: one of its elements has too many attributes"
            )
        if name.rpartition(":")[2] in ITEMS:
            items_depth = items_depth or depth
            if depth == items_depth:
                starts.append(parser.CurrentByteIndex)

    def end(_name: str) -> None:
        nonlocal depth, ends
        depth -= 1
        if depth == items_depth - 2 and starts and not ends:
            ends = parser.CurrentByteIndex

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.EntityDeclHandler = refuse_entity
    parser.Parse(content, True)  # noqa: FBT003 - expat's own word for "the end"
    return starts, ends


def refuse_entity(_name: str, is_parameter: bool, *_definition: object) -> None:  # noqa: FBT001 - expat's call
    """Raise ValueError, in words, for an entity of the feed's own."""
    if not is_parameter:
        raise ValueError("declares entities of its own, which no feed needs")


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
        if path[-1] in ITEMS:
            items_depth = items_depth or len(path)
            if len(path) == items_depth:
                starts.append(parser.CurrentByteIndex)

    def end(_name: str) -> None:
        if len(path) == items_depth and path[-1] in ITEMS:
            ends.append(parser.CurrentByteIndex)
        path.pop()

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.Parse(content, True)  # noqa: FBT003 - expat's own word for "the end"
    return [
        (start, content.index(b">", end) + 1)
        for start, end in zip(starts, ends, strict=True)
    ]
