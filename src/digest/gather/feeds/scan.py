"""A first, quick look through a feed's XML, so that no feed costs more than it may."""

from collections.abc import Sequence
from xml.parsers import expat

from digest.gather import limits

ITEMS = frozenset({"item", "entry"})


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
        if name.rpartition(":")[2] in ITEMS:
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
