"""A feed's XML looked through before it is parsed: what is too much, where items are.

So no feed costs more than it may, and one item that breaks the parser costs itself.
"""

from collections.abc import Sequence
from xml.parsers import expat

from digest.gather import limits

ITEMS = frozenset({"item", "entry"})


def within_limits(content: bytes) -> bytes:
    """Return the feed, in UTF-8, without the items past the first not taken.

    Raises ValueError, in words, for what is broken beyond mending, and for what
    no feed has a use for: entities of its own, hundreds of attributes.
    """
    try:
        start, end = _surplus(content)
    except expat.ExpatError as problem:
        if len(content) > limits.BROKEN_FEED_BYTES:
            raise ValueError(f"is not well-formed XML: {problem}") from problem
        return content
    return content if start is None or end is None else content[:start] + content[end:]


def _surplus(content: bytes) -> tuple[int | None, int | None]:
    """Return where the items begin and end that are too many, if any are."""
    parser = expat.ParserCreate("utf-8")
    parser.ordered_attributes = True
    depth = items = items_depth = 0
    starts: int | None = None
    ends: int | None = None

    def start(name: str, attributes: Sequence[str]) -> None:
        nonlocal depth, items, items_depth, starts
        depth += 1
        if len(attributes) > 2 * limits.FEED_ATTRIBUTES:
            raise ValueError(
                "is not a feed: one of its elements has too many attributes"
            )
        if name.rpartition(":")[2] in ITEMS:
            items_depth = items_depth or depth
            items += depth == items_depth
            if items == limits.ITEMS + 2 and starts is None:
                starts = parser.CurrentByteIndex

    def end(_name: str) -> None:
        nonlocal depth, ends
        depth -= 1
        if depth == items_depth - 2 and starts is not None and ends is None:
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
