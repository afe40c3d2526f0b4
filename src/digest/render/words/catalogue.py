"""The one place for words that readers read: each language's, from its catalogue.

A catalogue is locale/LANGUAGE/LC_MESSAGES/readers.po beside this file, read as it
is when it is first needed. `make words` brings the catalogues up to the words that
code and templates ask for. Where a language lacks a word, the campaign's language
says it, and then English.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import IO, Self

from babel import Locale
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from digest.model.editions.edition import Variant
from digest.render.words.languages import (
    ENGLISH,
    direction,
    known_language,
    locale_of,
    primary,
)
from digest.render.words.pseudo import PSEUDO_LANGUAGES

FOLDER = Path(__file__).parent / "locale"
DOMAIN = "readers"
_LEFT_TO_RIGHT = "\N{LEFT-TO-RIGHT MARK}"


class Phrase(str):
    """Words, and the language that they are in: "" is that of the page."""

    __slots__ = ("lang",)
    lang: str

    def __new__(cls, words: str, lang: str = "") -> Self:
        """Return the words as a string that knows its language."""
        phrase = super().__new__(cls, words)
        phrase.lang = lang
        return phrase


class _Missing(NullTranslations):
    """Stands behind a catalogue, so that a word it lacks is told from one it has."""

    def gettext(self, message: str) -> str:
        raise LookupError(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:  # noqa: ARG002 - gettext's signature
        raise LookupError(msgid1)

    def pgettext(self, context: str, message: str) -> str:  # noqa: ARG002 - the same
        raise LookupError(message)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The words of one language. `change` makes another of each, see `pseudo`."""

    language: str
    translations: GNUTranslations
    change: Callable[[str], str] = str


@dataclass(frozen=True, slots=True)
class Words:
    """What readers of one language read, whatever the format.

    `catalogues` are asked in their order. Values are put where a word has
    %(name)s; a word without values is taken as it stands.
    """

    language: str
    catalogues: tuple[Catalogue, ...]

    def gettext(self, message: str, **values: object) -> Phrase:
        """Return the word, with values in it."""
        return self._find(lambda catalogue: catalogue.gettext(message), message, values)

    def pgettext(self, context: str, message: str, **values: object) -> Phrase:
        """Return the word as it is said in that context."""
        return self._find(
            lambda catalogue: catalogue.pgettext(context, message), message, values
        )

    def ngettext(
        self, singular: str, plural: str, number: int, **values: object
    ) -> Phrase:
        """Return the word for that number of things, which %(number)d stands for."""
        otherwise = singular if number == 1 else plural
        return self._find(
            lambda catalogue: catalogue.ngettext(singular, plural, number),
            otherwise,
            {"number": number, **values},
        )

    def label(self, name: str) -> Phrase:
        """Return a name as it stands before what it is the name of: "Where:"."""
        lang = name.lang if isinstance(name, Phrase) else ""
        # Translators: a name before what it names, as in "Where: The Hall".
        return Phrase(self.pgettext("before a value", "%(name)s:", name=name), lang)

    def number(self, number: str) -> str:
        """Return a number with spaces in it so that its parts stay in their order."""
        is_turned = self.is_rtl and bool(number.strip())
        return f"{_LEFT_TO_RIGHT}{number}{_LEFT_TO_RIGHT}" if is_turned else number

    def listed(self, parts: Sequence[str]) -> Phrase:
        """Return the parts as their language lists them: "one, two and three"."""
        langs = (part.lang for part in parts if isinstance(part, Phrase))
        lang = next(filter(None, langs), "")
        locale = locale_of(lang or self.language)
        marks = [f"%(part{number})s" for number in range(len(parts))]
        pattern = self.from_babel(format_list(marks, locale=locale))
        values = {f"part{number}": part for number, part in enumerate(parts)}
        return Phrase(pattern % values, lang)

    def from_babel(self, words: str) -> str:
        """Return words that Babel made, as the language's own catalogue would."""
        return self.catalogues[0].change(words) if self.is_spoken else words

    @property
    def is_spoken(self) -> bool:
        """Whether there is a catalogue of the language itself."""
        return self._lang_of(self.catalogues[0].language) == ""

    @property
    def locale(self) -> Locale:
        """The locale of dates and lists."""
        return locale_of(self.language)

    @property
    def is_rtl(self) -> bool:
        """Whether the language is written from right to left."""
        return direction(self.language) == "rtl"

    def _find(
        self,
        ask: Callable[[GNUTranslations], str],
        message: str,
        values: Mapping[str, object],
    ) -> Phrase:
        words, lang = message, self._lang_of(ENGLISH)
        for catalogue in self.catalogues:
            try:
                words = catalogue.change(ask(catalogue.translations))
            except LookupError:
                continue
            lang = self._lang_of(catalogue.language)
            break
        return Phrase(words % values if values else words, lang)

    def _lang_of(self, language: str) -> str:
        """Return the language, or "" where it is that of the page."""
        return "" if primary(language) == primary(self.language) else language


def words_of(variant: Variant) -> Words:
    """Return the words for the variant's readers."""
    return words_for(variant.language, variant.campaign.language)


def languages() -> tuple[str, ...]:
    """Return the languages that somebody has put our words in."""
    return tuple(sorted(_paths()))


@lru_cache(maxsize=256)
def words_for(language: str, otherwise: str = ENGLISH) -> Words:
    """Return the words of a language, then of the other one, then English ones."""
    own = tuple(_matching(language))
    if not own:
        language = known_language(language)
    others = chain.from_iterable(map(_matching, (language, otherwise, ENGLISH)))
    return Words(language, tuple(dict.fromkeys((*own, *others))))


def _matching(language: str) -> Iterator[Catalogue]:
    """Yield the catalogue of a language, then those of its kin: en-GB for en-US."""
    change = PSEUDO_LANGUAGES.get(language)
    if change:
        yield Catalogue(language, _translations(ENGLISH), change)
        return
    kin = [tag for tag in _paths() if primary(tag) == primary(language)]
    wanted = language.casefold()
    for tag in sorted(kin, key=lambda tag: (tag.casefold() != wanted, len(tag), tag)):
        yield Catalogue(tag, _translations(tag))


@cache
def _paths() -> Mapping[str, Path]:
    return {
        path.parents[1].name.replace("_", "-"): path
        for path in sorted(FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))
    }


@cache
def _translations(language: str) -> GNUTranslations:
    with _paths()[language].open("rb") as file:
        return translations_in(file, language)


def translations_in(file: IO[bytes], language: str) -> GNUTranslations:
    """Return what a .po file says; asked for a word it lacks it raises LookupError."""
    compiled = BytesIO()
    write_mo(compiled, read_po(file, locale=language.replace("-", "_")))
    compiled.seek(0)
    translations = GNUTranslations(compiled)
    translations.add_fallback(_Missing())
    return translations
