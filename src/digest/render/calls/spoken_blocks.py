"""Blocks as they are said: one paragraph after another, addresses short and spelt."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from digest.model.editions.mime import cleaned
from digest.model.posts.blocks import (
    Block,
    CallToAction,
    EasyRead,
    Heading,
    ListBlock,
    Paragraph,
    Picture,
    Quote,
    Table,
    TextSpan,
    TextSpans,
    plain,
)
from digest.model.posts.pictures import without_repeat
from digest.render.addresses import link_address, spoken
from digest.render.words.catalogue import Words


@dataclass(frozen=True, slots=True)
class SpokenBlocks:
    """Says blocks in paragraphs; fixed words are those of `words`.

    `shorten` makes a long web address short enough to be said.
    """

    words: Words
    shorten: Callable[[str], str]

    def say(self, blocks: Iterable[Block]) -> Iterator[str]:
        """Yield what is said of the blocks, in reading order; nothing of none."""
        for block in blocks:
            yield from filter(None, map(cleaned, self._block(block)))

    def address(self, href: str) -> str:
        """Return a link's address as it is said; "" where it leads nowhere."""
        address = link_address(href)
        if not address:
            return ""
        if not address.startswith(("http:", "https:")):
            return spoken(address)
        return self.shorten(address).removeprefix("https://").removeprefix("http://")

    def link(self, label: str, href: str) -> str:
        """Return a link as it is said: what it is, and its address."""
        address, label = self.address(href), cleaned(label)
        if not (address and label) or label == address:
            return label or address
        return f"{self.words.label(label)} {address}"

    def _block(self, block: Block) -> Iterator[str]:
        match block:
            case Heading(spans=spans) | Paragraph(spans=spans):
                yield from self._sentence(spans)
            case ListBlock():
                yield from self._list(block)
            case Quote(body, attribution):
                # Translators: before somebody's own words, as they are read aloud.
                says = self.words.gettext("%(name)s says:", name=cleaned(attribution))
                unnamed = self.words.gettext("In their own words:")
                yield says if cleaned(attribution) else unnamed
                yield from self.say(body)
            case Picture():
                yield from self._picture(block)
            case Table():
                yield from self._table(block)
            case CallToAction(label, href):
                yield self.link(label, href)
            case EasyRead(sentence=sentence):
                yield from self._sentence(sentence)

    def _sentence(self, spans: TextSpans) -> Iterator[str]:
        yield plain(spans)
        for label, href in _links(spans):
            if self.address(href) not in {"", label} and spoken(href) != label:
                yield self.link(label, href)

    def _list(self, block: ListBlock) -> Iterator[str]:
        for number, item in enumerate(block.items, 1):
            lines = [*self.say(item)]
            if lines and block.ordered:
                lines[0] = f"{number}. {lines[0]}"
            yield from lines

    def _picture(self, picture: Picture) -> Iterator[str]:
        picture = without_repeat(picture, is_image=False)
        if alt := cleaned(picture.alt):
            # Translators: before what a picture shows, as it is read aloud.
            yield self.words.gettext("A picture shows: %(alt)s", alt=alt)
        yield picture.caption

    def _table(self, table: Table) -> Iterator[str]:
        yield table.caption
        header = [cleaned(plain(cell)) for cell in table.header]
        for row in table.rows:
            cells = [
                f"{self.words.label(name)} {text}" if name else text
                for name, cell in zip(header, row, strict=False)
                if (text := cleaned(plain(cell)))
            ]
            yield "; ".join(cells)


def _links(spans: Iterable[TextSpan]) -> Iterator[tuple[str, str]]:
    """Yield each link's words and address; spans side by side of one are one link."""
    words, href = "", ""
    for span in (*spans, TextSpan("")):
        if (span.href or "") != href:
            if href:
                yield cleaned(words), href
            words, href = "", span.href or ""
        words += span.text
