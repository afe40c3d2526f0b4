"""Blocks as a letter's template reads them: JSON values, nothing left to decide."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

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
from digest.model.posts.pictures import PictureUse
from digest.render.letter.links import LONGEST, PrintedAddresses
from digest.render.letter.pictures import LetterPictures
from digest.render.letter.printable_text import breakable, printable
from digest.render.words.catalogue import Phrase, Words
from digest.render.words.languages import locale_of

Json = dict[str, Any]
# Points to a millimetre, and the width of an average and of the widest letter.
_POINTS = 2.8346
_AVERAGE, _WIDEST = 0.56, 0.95
_MOST_COLUMN_POINTS = 60
_DEEPEST = 6
_ADDRESS_TEXT = "({})"


@dataclass(slots=True)
class BlockTypesetter:
    """Turns one post's blocks into JSON values for a size of type and a width.

    `deepest` is the level of the last heading: levels are never skipped, which
    PDF/UA does not allow.
    """

    size: float
    width: float
    pictures: LetterPictures
    addresses: PrintedAddresses
    words: Words
    deepest: int = 2

    def blocks(self, blocks: Iterable[Block]) -> Iterator[Json]:
        """Yield what the template is to set, in reading order."""
        for block in blocks:
            yield from self._block(block)

    def say(self, text: str, share: float = 1.0, scale: float = 1.0) -> str:
        """Return the text as it can be printed in a share of the width."""
        widest = self.width * share * _POINTS / (_WIDEST * self.size * scale)
        return breakable(printable(text, self.words), max(4, int(widest)))

    def heading(self, level: int, text: str, mark: str = "") -> Json:
        """Return a heading; `mark` is the name that other parts refer to it by."""
        level = min(level, self.deepest + 1, _DEEPEST)
        self.deepest = level
        title = {"t": self.say(text, scale=1.4)} | lang_of(text)
        return {"k": "h", "level": level, "runs": [title], "id": mark}

    def paragraph(self, *runs: TextSpan) -> Json:
        """Return a paragraph of those runs."""
        return {"k": "p", "runs": self._runs(runs)}

    def label(self, *runs: TextSpan) -> Json:
        """Return a paragraph that stays with what follows it."""
        return self.paragraph(*runs) | {"k": "label"}

    def _block(self, block: Block) -> Iterator[Json]:  # noqa: C901 - a case a kind
        match block:
            case Heading(level, runs):
                # PDF/UA has no empty headings.
                if printable(plain(runs), self.words).strip():
                    yield self.heading(level + 2, plain(runs))
            case Paragraph(runs):
                yield self.paragraph(*runs)
            case ListBlock(ordered, items):
                made = [list(self.blocks(item)) for item in items]
                yield {"k": "list", "ordered": ordered, "items": made}
            case Quote(body, by):
                said = list(self.blocks(body))
                yield {"k": "quote", "body": said, "by": self.say(by)}
            case Picture():
                yield from self._picture(block)
            case Table():
                yield self._table(block)
            case CallToAction(label, href):
                yield self.action(label, href)
            case EasyRead(sentence, picture):
                yield from self._easy(sentence, picture)

    def action(self, label: str, href: str) -> Json:
        """Return the box of something a reader is asked to do."""
        lines = [self.say(self.addresses.printed(href), 0.9)]
        words = {"t": self.say(label, 0.9)} | lang_of(label)
        return {"k": "action", "label": words, "lines": lines}

    def picture(self, picture: Picture, use: PictureUse) -> Json | None:
        """Return a picture that can be shown, or None."""
        name = self.pictures.take(picture, use)
        if name is None:
            return None
        return {
            "k": "picture",
            "src": name,
            "alt": printable(picture.alt, self.words),
            "caption": self.say(picture.caption),
        }

    def _picture(self, picture: Picture) -> Iterator[Json]:
        shown = self.picture(picture, PictureUse.PRINT)
        if shown:
            yield shown
        else:
            yield from self._in_words(picture)

    def _in_words(self, picture: Picture) -> Iterator[Json]:
        parts = [part for part in (picture.alt, picture.caption) if part.strip()]
        if parts:
            # Translators: before what a picture shows, where it is not there.
            label = self.words.label(self.words.gettext("Picture"))
            yield self.paragraph(
                TextSpan(label, strong=True),
                TextSpan(" ", strong=True),
                TextSpan(". ".join(dict.fromkeys(parts))),
            )

    def _easy(self, sentence: TextSpans, picture: Picture | None) -> Iterator[Json]:
        shown = self.picture(picture, PictureUse.PRINT_SMALL) if picture else None
        yield {"k": "easy", "runs": self._runs(sentence), "picture": shown}
        if picture and not shown:
            yield from self._in_words(picture)

    def _table(self, table: Table) -> Json:
        columns = len(table.header)
        fits = columns * self.size <= _MOST_COLUMN_POINTS and self._words_fit(table)
        share = 1 / columns if fits else 1.0
        return {
            "k": "table" if fits else "records",
            "head": [self._runs(cell, share) for cell in table.header],
            "rows": [[self._runs(cell, share) for cell in row] for row in table.rows],
            "caption": self.say(table.caption),
            "label": self.words.label("\0").split("\0"),
        }

    def _words_fit(self, table: Table) -> bool:
        """Whether each column's longest word can stand whole beside the others'."""
        columns = zip(table.header, *table.rows, strict=False)
        longest = sum(max(map(_longest_word, column)) + 2 for column in columns)
        return longest * _AVERAGE * self.size <= self.width * _POINTS

    def _runs(self, runs: Iterable[TextSpan], share: float = 1.0) -> list[Json]:
        made: list[Json] = []
        for run in runs:
            look = {"b": run.strong, "i": run.emphasis} | lang_of(run.text)
            made.append({"t": self.say(run.text, share), **look})
            address = self.addresses.after(run.text, run.href) if run.href else ""
            if address:
                # Held together, unless it stands in a narrow column or is too long.
                keep = share == 1.0 and len(address) <= LONGEST
                said = (
                    printable(address, self.words) if keep else self.say(address, share)
                )
                made.append({"t": " "})
                made.append({"t": _ADDRESS_TEXT.format(said), "keep": keep})
        return made


def typst_language(language: str) -> Json:
    """Return the language as Typst takes it."""
    locale = locale_of(language)
    return {
        "lang": locale.language,
        "region": locale.territory,
        "dir": locale.text_direction,
    }


def lang_of(text: str) -> Json:
    """Return the language of a phrase, nothing where it is that of the letter."""
    lang = text.lang if isinstance(text, Phrase) else ""
    return typst_language(lang) if lang else {}


def _longest_word(cell: TextSpans) -> int:
    words = plain(cell).split()
    # A link's address stands in the cell too, and may break after its signs.
    links = 12 if any(run.href for run in cell) else 0
    return max([links, *map(len, words)])
