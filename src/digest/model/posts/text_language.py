"""The language and the direction of words: those of their source, else told from them.

Nothing here is certain but the script. What cannot be told stays what is around it,
or is "und" (BCP 47), with the script where that is not Latin: "und-Deva".
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from operator import itemgetter
from unicodedata import bidirectional, name, normalize

from digest.model.posts.blocks import Block, BlockLanguage, texts
from digest.model.posts.items import Item
from digest.model.posts.language_signs import (
    ALPHABETS,
    LETTERS,
    SCRIPT_OF_LANGUAGE,
    SCRIPTS,
    WRITTEN_BY,
)

UNKNOWN = "und"
_LATIN = "Latn"
_RIGHT_TO_LEFT = frozenset({"Arab", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm"})
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}")
_SCRIPT_OF_TAG = re.compile(r"-([A-Za-z]{4})(?=-|$)")
# Latin letters in any language, and no part of its words.
_ADDRESS = re.compile(r"\S*(?:://|@|www\.)\S*")
# Whatever its letters: the marks of many scripts are none to Python.
_WORD = re.compile(r"[^\s.,;:!?()\[\]\"\u201c\u201d\u060c\u0964]+")
# Letters that are looked at: the rest of a long post says the same.
_LETTERS_READ = 4_000
# So much of a text's letters in one direction decides, whatever it begins with.
_CLEAR_MAJORITY = 0.7
# Fewer different function words than this, or a smaller share of all words, happen
# in any language.
_WORDS_NEEDED = 3
_SHARE_NEEDED = 0.2
# Of the words that only one of two languages has, so many more must be the one's.
_MARGIN = 2
# What a small word is worth beside letters that are a language's own.
_WORD_IN_LETTERS = 2
# A text with a larger share of letters that are none of ours is in another language.
_OTHER_LETTERS = 0.01


class Direction(StrEnum):
    """Where lines begin: on the left or on the right."""

    LTR = "ltr"
    RTL = "rtl"


@dataclass(frozen=True, slots=True)
class TextLanguage:
    """What words are written in: a language tag (BCP 47), and where lines begin."""

    tag: str
    direction: Direction

    @classmethod
    def of(cls, tag: str) -> "TextLanguage":
        """Return the language of that tag as it is usually written."""
        is_rtl = _script_of_tag(tag) in _RIGHT_TO_LEFT
        return cls(tag, Direction.RTL if is_rtl else Direction.LTR)

    @property
    def is_rtl(self) -> bool:
        """Whether lines begin on the right."""
        return self.direction is Direction.RTL


def usable_tag(language: str) -> str:
    """Return what a source calls its language as a tag; "" where it is none."""
    tag = language.strip().replace("_", "-")
    is_told = _TAG.fullmatch(tag) and _primary(tag) not in {UNKNOWN, "mul", "zxx"}
    return tag if is_told else ""


def item_language(item: Item, around: TextLanguage) -> TextLanguage:
    """Return the language of an item: its source's word, unless its script denies it.

    That may be said of each of its blocks. Else it is told from the words; `around`,
    the campaign's own, where they tell
    nothing.
    """
    words = " ".join((item.title, *texts(item.body), item.summary))
    stated = item.language or _stated_for_all(item.body)
    if stated and _fits(stated, words):
        return _directed(words, TextLanguage.of(stated))
    return text_language(words, around)


def _stated_for_all(body: Iterable[Block]) -> str:
    """Return what all blocks of words say of their language, unless it is English."""
    stated = {each.language for each in body if isinstance(each, BlockLanguage)}
    language = stated.pop() if len(stated) == 1 else ""
    return "" if _primary(language) == "en" else language


def block_language(block: Block, around: TextLanguage) -> TextLanguage:
    """Return the language of a block, which is that `around` it unless it differs.

    Its source's word counts first: but for a language that is not written in its
    letters, English, which programs say unasked, of words that show another, and a
    direction that none of its letters has.
    """
    text = " ".join(texts((block,)))
    written = text_language(text, around)
    if not isinstance(block, BlockLanguage):
        return written
    stated = block.language
    if stated and _fits(stated, text) and not _is_unasked(stated, text):
        is_around = _primary(stated) == _primary(around.tag)
        written = _directed(text, around if is_around else TextLanguage.of(stated))
    if block.direction and _may_begin(Direction(block.direction), text):
        written = TextLanguage(written.tag, Direction(block.direction))
    return written


def _is_unasked(stated: str, text: str) -> bool:
    return _primary(stated) == "en" and _primary(told_from(text)) not in {"", "en"}


def _may_begin(direction: Direction, text: str) -> bool:
    """Whether the words have a letter of that direction, or none of any."""
    return direction_of(text, direction) is direction or any(
        (bidirectional(letter) != "L") == (direction is Direction.RTL)
        for letter in text
        if bidirectional(letter) in {"L", "R", "AL"}
    )


# An edition that has to be shortened is rendered again and again, with the same words.
@lru_cache(maxsize=1024)
def text_language(text: str, around: TextLanguage) -> TextLanguage:
    """Return the language of some words, which is that `around` unless they differ."""
    tag = told_from(text) or ("" if _fits(around.tag, text) else UNKNOWN)
    is_around = _primary(tag) in {"", _primary(around.tag)}
    if is_around or (_primary(tag) == UNKNOWN and _fits(around.tag, text)):
        tag = around.tag
    return _directed(text, TextLanguage(tag, around.direction))


def direction_of(text: str, otherwise: Direction = Direction.LTR) -> Direction:
    """Return the direction of some words.

    That of their first letter which has one, where at least most of the others
    agree; that of a clear majority in any case; else `otherwise`. Addresses of the
    web and of email do not count.
    """
    if text.isascii():
        return Direction.LTR if any(map(str.isalpha, text)) else otherwise
    strong = [
        sort != "L"
        for sort in map(bidirectional, _ADDRESS.sub(" ", text)[:_LETTERS_READ])
        if sort in {"L", "R", "AL"}
    ]
    if not strong:
        return otherwise
    share = sum(strong) / len(strong)
    if share >= _CLEAR_MAJORITY or (strong[0] and share > 1 / 2):
        return Direction.RTL
    if share <= 1 - _CLEAR_MAJORITY or (not strong[0] and share < 1 / 2):
        return Direction.LTR
    return otherwise


def told_from(text: str) -> str:
    """Return the language that the words show, "" where they show nothing.

    "und" with its script where that is written by many and is not Latin.
    """
    text = _ADDRESS.sub(" ", text)[:_LETTERS_READ]
    script = _script(text)
    if not script:
        return ""
    of_script = SCRIPTS.get(script, ())
    if len(of_script) == 1:
        return of_script[0]
    tag = _by_letters(text, script) or _by_words(text, script)
    return tag or ("" if script == _LATIN else f"{UNKNOWN}-{script}")


def _directed(text: str, language: TextLanguage) -> TextLanguage:
    has_letters = any(map(str.isalpha, text))
    usual = TextLanguage.of(language.tag).direction
    otherwise = usual if has_letters else language.direction
    return TextLanguage(language.tag, direction_of(text, otherwise))


def _fits(tag: str, text: str) -> bool:
    """Whether the text is in letters in which the language is written."""
    script = _script(_ADDRESS.sub(" ", text)[:_LETTERS_READ])
    return script in {"", _script_of_tag(tag)}


def _script(text: str) -> str:
    """Return the script of most letters, by its code in ISO 15924; "" without any."""
    if text.isascii():
        return _LATIN if any(map(str.isalpha, text)) else ""
    scripts = Counter(_script_of(letter) for letter in text if letter.isalpha())
    del scripts[""]
    if not scripts:
        return ""
    if scripts["Jpan"] and scripts["Jpan"] + scripts["Hani"] > scripts.total() / 2:
        return "Jpan"
    return scripts.most_common(1)[0][0]


@lru_cache(maxsize=4096)
def _script_of(letter: str) -> str:
    return _CODES.get(name(letter, "").partition(" ")[0], "")


_CODES: Mapping[str, str] = {
    "LATIN": _LATIN,
    "ARABIC": "Arab",
    "HEBREW": "Hebr",
    "SYRIAC": "Syrc",
    "THAANA": "Thaa",
    "NKO": "Nkoo",
    "ADLAM": "Adlm",
    "CYRILLIC": "Cyrl",
    "GREEK": "Grek",
    "ARMENIAN": "Armn",
    "GEORGIAN": "Geor",
    "ETHIOPIC": "Ethi",
    "DEVANAGARI": "Deva",
    "BENGALI": "Beng",
    "GURMUKHI": "Guru",
    "GUJARATI": "Gujr",
    "ORIYA": "Orya",
    "TAMIL": "Taml",
    "TELUGU": "Telu",
    "KANNADA": "Knda",
    "MALAYALAM": "Mlym",
    "SINHALA": "Sinh",
    "THAI": "Thai",
    "LAO": "Laoo",
    "MYANMAR": "Mymr",
    "KHMER": "Khmr",
    "TIBETAN": "Tibt",
    "HANGUL": "Kore",
    "CJK": "Hani",
    "HIRAGANA": "Jpan",
    "KATAKANA": "Jpan",
}


def _script_of_tag(tag: str) -> str:
    if stated := _SCRIPT_OF_TAG.search(tag):
        code = stated[1].title()
        return "Hani" if code in {"Hans", "Hant"} else code
    return SCRIPT_OF_LANGUAGE.get(_primary(tag), _LATIN)


def _primary(tag: str) -> str:
    return tag.partition("-")[0].casefold()


def _by_letters(text: str, script: str) -> str:
    """Return the language of the script whose own letters the text has most of.

    Of Cyrillic its small words count too, as some of its languages differ in them.
    """
    counts = Counter[str]()
    for language, letters in LETTERS.get(script, {}).items():
        counts[language] = sum(map(text.count, letters))
    if script == "Cyrl":
        if _is_in_other_letters(text, script):
            return ""
        by_language, _ = _small_words(text, script)
        for language, words in by_language.items():
            counts[language] += _WORD_IN_LETTERS * words.total()
    if script == "Arab":
        counts["ar"] += sum(word.startswith("ال") for word in _WORD.findall(text))
        own, number = max(
            ((language, counts.pop(language)) for language in ("ckb", "ps", "ur")),
            key=itemgetter(1),
        )
        # These write Arabic's letters too, and Arabic theirs in a name at most.
        if number * 3 > counts["ar"]:
            return own
    ranking = [*counts.most_common(2), ("", 0), ("", 0)]
    return ranking[0][0] if ranking[0][1] > ranking[1][1] else ""


def _is_in_other_letters(text: str, script: str) -> bool:
    """Whether the text has letters of the script that none of our languages writes."""
    letters = [letter for letter in text.casefold() if _script_of(letter) == script]
    others = sum(letter not in ALPHABETS[script] for letter in letters)
    return others > _OTHER_LETTERS * len(letters)


def _small_words(text: str, script: str) -> tuple[dict[str, Counter[str]], int]:
    """Return how often each small word stands in a text, by language, and all words."""
    own = frozenset(SCRIPTS.get(script, ()))
    text = normalize("NFC", text).replace("\u2019", "'").casefold()
    words = Counter(_WORD.findall(text))
    by_language: dict[str, Counter[str]] = {}
    for word, count in words.items():
        for language in WRITTEN_BY.get(word, frozenset()) & own:
            by_language.setdefault(language, Counter())[word] = count
    return by_language, words.total()


def _by_words(text: str, script: str) -> str:
    by_language, total = _small_words(text, script)
    in_order = sorted(by_language, key=lambda tag: (by_language[tag].total(), tag))
    if not in_order:
        return ""
    language = in_order.pop()
    own = by_language[language]
    # A letter is a word in too many languages.
    distinct = sum(len(word) > 1 for word in own)
    is_enough = distinct >= _WORDS_NEEDED and own.total() >= _SHARE_NEEDED * total
    is_clear = all(_is_rather(own, by_language[rival]) for rival in in_order)
    return language if is_enough and is_clear else ""


def _is_rather(own: Counter[str], rival: Counter[str]) -> bool:
    """Whether the words that only one of two languages has are mostly the first's."""
    mine = sum(count for word, count in own.items() if word not in rival)
    others = sum(count for word, count in rival.items() if word not in own)
    return mine >= _MARGIN * others and mine > 0
