"""Blocks as a letter's template reads them: JSON values, nothing left to decide."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from digest.model.logo import Logo
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
from digest.model.posts.pictures import Gallery, PictureUse, file_for, without_repeat
from digest.model.posts.text_language import TextLanguage, block_language
from digest.render.letter.links import PrintedAddresses
from digest.render.limits import HEADING_LEVELS, PRINTED_ADDRESS_LENGTH, TABLE_POINTS
from digest.render.paper.languages import typst_language
from digest.render.paper.printable_text import breakable, printable
from digest.render.paper.typst_compiler import TypstCompiler
from digest.render.words.catalogue import Phrase, Words
from digest.render.words.in_order import kept_in_order, unbroken

Json = dict[str, Any]
# Of a dot, at 300 an inch.
_MM = 25.4 / 300
# Points to a millimetre, and the width of an average and of the widest letter.
_POINTS = 2.8346
_AVERAGE, _WIDEST = 0.56, 0.95
_ADDRESS_TEXT = "({})"


class LetterPictures:
    """Brings pictures into a compiler's job folder; nothing else is read or fetched."""

    def __init__(self, compiler: TypstCompiler, gallery: Gallery) -> None:
        self._compiler = compiler
        self._gallery = gallery
        self._names: set[str] = set()

    def name_for(self, picture: Picture, use: PictureUse) -> str | None:
        """Return the name under which Typst shows the picture, or None."""
        file = file_for(picture, use, self._gallery)
        if file is None:
            return None
        name = f"{picture.copy_name}-{use}.{file.extension}"
        if name not in self._names:
            (self._compiler.root / name).write_bytes(file.content)
            self._names.add(name)
        return name

    def logo(self, logo: Logo | None) -> Json | None:
        """Return a campaign's logo with its size in millimetres; None without one."""
        if logo is None or logo.copy is None:
            return None
        picture = Picture(logo.file, logo.alt, copy_name=logo.copy.name)
        name = self.name_for(picture, PictureUse.LOGO_PRINT)
        file = self._gallery.get((logo.copy.name, PictureUse.LOGO_PRINT))
        if name is None or file is None:
            return None
        size = {"width": file.width * _MM, "height": file.height * _MM}
        return {"src": name, "alt": logo.alt} | size


@dataclass(slots=True)
class BlockTypesetter:
    """Turns one post's blocks into JSON values for a size of type and a width.

    Tables and pictures have `table_width`. `language` is that of the post, and of
    whatever block does not differ from it. `deepest` is the level of the last
    heading: levels are never skipped, which PDF/UA does not allow. `above` is that of
    the post's title.
    """

    size: float
    width: float
    pictures: LetterPictures
    addresses: PrintedAddresses
    words: Words
    table_width: float
    language: TextLanguage
    deepest: int = 2
    above: int = 2

    def blocks(self, blocks: Iterable[Block]) -> Iterator[Json]:
        """Yield what the template is to set, in reading order."""
        around = self.language
        for block in blocks:
            self.language = block_language(block, around)
            yield from in_language(self._block(block), self.language, around)
        self.language = around

    def say(self, text: str, share: float = 1.0, scale: float = 1.0) -> str:
        """Return the text as it can be printed in a share of the width."""
        if self.language.is_rtl:
            text = kept_in_order(text)
        widest = self.width * share * _POINTS / (_WIDEST * self.size * scale)
        most = max(4, int(widest))
        return unbroken(breakable(printable(text, self.words), most), most)

    def phrase(self, text: str, share: float = 1.0, scale: float = 1.0) -> Json:
        """Return the text as `say` does, with its language if it has one."""
        return {"t": self.say(text, share, scale)} | lang_of(text)

    def heading(self, level: int, text: str, mark: str = "") -> Json:
        """Return a heading; `mark` is the name that other parts refer to it by."""
        level = min(level, self.deepest + 1, HEADING_LEVELS)
        self.deepest = level
        title = self.phrase(text, scale=1.4)
        return {"k": "h", "level": level, "spans": [title], "id": mark}

    def paragraph(self, *spans: TextSpan) -> Json:
        """Return a paragraph of those spans."""
        return {"k": "p", "spans": self._spans(spans)}

    def label(self, *spans: TextSpan) -> Json:
        """Return a paragraph that stays with what follows it."""
        return self.paragraph(*spans) | {"k": "label"}

    def _block(self, block: Block) -> Iterator[Json]:  # noqa: C901 - a case a kind
        match block:
            case Heading(level, spans):
                # PDF/UA has no empty headings.
                if printable(plain(spans), self.words).strip():
                    yield self.heading(level + self.above, plain(spans))
            case Paragraph(spans):
                yield self.paragraph(*spans)
            case ListBlock(ordered, items):
                bodies = [list(self.blocks(item)) for item in items]
                yield {"k": "list", "ordered": ordered, "items": bodies}
            case Quote(body, by):
                quote = list(self.blocks(body))
                yield {"k": "quote", "body": quote, "by": self.say(by)}
            case Picture():
                image = self.picture(block, PictureUse.PRINT)
                yield from [image] if image else self._in_words(block)
            case Table():
                yield self._table(block)
            case CallToAction(label, href):
                yield self.action(label, href)
            case EasyRead(sentence, picture):
                use = PictureUse.PRINT_SMALL
                image = self.picture(picture, use) if picture else None
                yield {"k": "easy", "spans": self._spans(sentence), "picture": image}
                if picture and not image:
                    yield from self._in_words(picture)

    def action(self, label: str, href: str) -> Json:
        """Return the box of something a reader is asked to do."""
        lines = [self.say(self.addresses.printed(href), 0.9)]
        return {"k": "action", "label": self.phrase(label, 0.9), "lines": lines}

    def picture(self, picture: Picture, use: PictureUse) -> Json | None:
        """Return a picture that can be shown, or None."""
        name = self.pictures.name_for(picture, use)
        if name is None:
            return None
        picture = without_repeat(picture, is_image=True)
        return {
            "k": "picture",
            "src": name,
            "alt": printable(picture.alt, self.words),
            "caption": self.say(picture.caption),
            "strip": self.table_width - self.width,
        }

    def _in_words(self, picture: Picture) -> Iterator[Json]:
        picture = without_repeat(picture, is_image=False)
        parts = [part for part in (picture.alt, picture.caption) if part.strip()]
        if parts:
            # Translators: before what a picture shows, where it is not there.
            label = self.words.label(self.words.gettext("Picture"))
            yield self.paragraph(
                TextSpan(label, strong=True),
                TextSpan(" ", strong=True),
                TextSpan(". ".join(parts)),
            )

    def _table(self, table: Table) -> Json:
        columns = zip(table.header, *table.rows, strict=False)
        # Each column's longest word can stand whole beside the others'.
        letters = sum(max(map(_longest_word, column)) + 2 for column in columns)
        are_whole = letters * _AVERAGE * self.size <= self.table_width * _POINTS
        count = len(table.header)
        fits = count * self.size <= TABLE_POINTS and are_whole
        share = 1 / count if fits else 1.0
        return {
            "k": "table" if fits else "records",
            "head": [self._spans(cell, share) for cell in table.header],
            "rows": [[self._spans(cell, share) for cell in row] for row in table.rows],
            "caption": self.say(table.caption),
            "strip": self.table_width - self.width,
            "label": self.words.label("\0").split("\0"),
        }

    def _spans(self, spans: Iterable[TextSpan], share: float = 1.0) -> list[Json]:
        parts: list[Json] = []
        for span in spans:
            style = {"b": span.strong, "i": span.emphasis}
            parts.append(self.phrase(span.text, share) | style)
            address = self.addresses.after(span.text, span.href) if span.href else ""
            if address:
                # Held together, unless it stands in a narrow column or is too long.
                keep = share == 1.0 and len(address) <= PRINTED_ADDRESS_LENGTH
                if keep:
                    address = printable(address, self.words)
                else:
                    address = self.say(address, share)
                parts.append({"t": " "})
                parts.append({"t": _ADDRESS_TEXT.format(address), "keep": keep})
        return parts


def in_language(
    blocks: Iterable[Json], language: TextLanguage, around: TextLanguage
) -> Iterator[Json]:
    """Yield the blocks, said to be in their language where it is not that around."""
    if is_same_language(language, around):
        yield from blocks
        return
    yield {
        "k": "language",
        **typst_language(language.tag),
        "dir": str(language.direction),
        "body": list(blocks),
    }


def is_same_language(language: TextLanguage, other: TextLanguage) -> bool:
    """Whether words of both are pronounced and set alike."""
    primaries = {tag.partition("-")[0] for tag in (language.tag, other.tag)}
    return len(primaries) == 1 and language.direction is other.direction


def lang_of(text: str) -> Json:
    """Return the language of a phrase, nothing where it is that of the letter."""
    lang = text.lang if isinstance(text, Phrase) else ""
    return typst_language(lang) if lang else {}


def _longest_word(cell: TextSpans) -> int:
    words = plain(cell).split()
    # A link's address stands in the cell too, and may break after its signs.
    links = 12 if any(span.href for span in cell) else 0
    return max([links, *map(len, words)])
