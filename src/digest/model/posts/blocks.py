"""The closed set of things a post can be made of, in every format alike.

Whatever comes in becomes these or is dropped; whatever goes out is made of
these alone. A new kind does not type-check until every renderer has an answer.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TextSpan:
    """Some words in one style: text, and whether strong, emphasised or a link.

    `href` is an absolute http, https, mailto or tel address, or None.
    """

    text: str
    strong: bool = False
    emphasis: bool = False
    href: str | None = None


TextSpans = tuple[TextSpan, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockLanguage:
    """What its source says of a block: a language tag, and "ltr" or "rtl".

    "" is what it does not say; what the words are in is for `block_language`.
    """

    language: str = ""
    direction: str = ""


@dataclass(frozen=True, slots=True)
class Heading(BlockLanguage):
    """A heading inside a post; level 1 is the highest a post may use."""

    level: int
    spans: TextSpans


@dataclass(frozen=True, slots=True)
class Paragraph(BlockLanguage):
    """A paragraph of spans; a line break inside it is a newline in a span's text."""

    spans: TextSpans


@dataclass(frozen=True, slots=True)
class ListBlock(BlockLanguage):
    """A list, numbered where `ordered`; each item is made of blocks."""

    ordered: bool
    items: tuple[tuple["Block", ...], ...]


@dataclass(frozen=True, slots=True)
class Quote(BlockLanguage):
    """Somebody's words, and whose they are where that is known."""

    body: tuple["Block", ...]
    attribution: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture by address, with its alternative text and caption.

    `alt` is empty where the source gave none. `src` is an absolute http(s)
    address, or for a folder source the path of a file beside the post. `copy_name`
    is that of our own copy, the only one that is ever shown: empty until
    there is one. `decorative` is said of a picture that tells nobody anything.
    """

    src: str
    alt: str = ""
    caption: str = ""
    copy_name: str = ""
    decorative: bool = False


@dataclass(frozen=True, slots=True)
class Table(BlockLanguage):
    """A data table: one row of headings, then rows of the same number of cells."""

    header: tuple[TextSpans, ...]
    rows: tuple[tuple[TextSpans, ...], ...]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class CallToAction(BlockLanguage):
    """The one thing a reader is asked to do: a short label and where it leads."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class EasyRead(BlockLanguage):
    """An easy read pair: a picture on the left, one short sentence on the right."""

    sentence: TextSpans
    picture: Picture | None = None


Block = (
    Heading | Paragraph | ListBlock | Quote | Picture | Table | CallToAction | EasyRead
)


def plain(spans: Iterable[TextSpan]) -> str:
    """Return the words of the spans, without their style."""
    return "".join(span.text for span in spans)


def texts(blocks: Iterable[Block]) -> Iterator[str]:  # noqa: C901 - a case a kind
    """Yield every piece of text in reading order, alternative texts included."""
    for block in blocks:
        match block:
            case Heading(spans=spans) | Paragraph(spans=spans):
                yield plain(spans)
            case ListBlock(items=items):
                for item in items:
                    yield from texts(item)
            case Quote(body, attribution):
                yield from texts(body)
                yield attribution
            case Picture(alt=alt, caption=caption):
                yield alt
                yield caption
            case Table(header, rows, caption):
                yield caption
                for row in (header, *rows):
                    yield from map(plain, row)
            case CallToAction(label=label):
                yield label
            case EasyRead(sentence, picture):
                yield plain(sentence)
                yield from texts((picture,) if picture else ())


def links_in(  # noqa: C901 - a case for each kind
    blocks: Iterable[Block],
) -> Iterator[tuple[str, str]]:
    """Yield (words, address) for every link, in reading order."""
    for block in blocks:
        match block:
            case (
                Heading(spans=spans) | Paragraph(spans=spans) | EasyRead(sentence=spans)
            ):
                yield from _links(spans)
            case ListBlock(items=items):
                for item in items:
                    yield from links_in(item)
            case Quote(body=body):
                yield from links_in(body)
            case Table(header, rows):
                for row in (header, *rows):
                    for cell in row:
                        yield from _links(cell)
            case CallToAction(label, href):
                yield label, href
            case Picture():
                pass


def _links(spans: TextSpans) -> Iterator[tuple[str, str]]:
    return ((span.text, span.href) for span in spans if span.href)
