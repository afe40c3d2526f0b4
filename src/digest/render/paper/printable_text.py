"""Text as it can be printed: never an empty box, never off the edge of the sheet.

What no font of ours can print is found before anything is set: an emoji is
said in words, letters of a script we lack are named in brackets.
"""

import itertools
import re
import unicodedata
from datetime import UTC, datetime
from functools import cache
from typing import Any

from babel import Locale
from babel.dates import format_date, format_time

from digest.render.paper.fonts import coverage
from digest.render.words.catalogue import Phrase, Words
from digest.render.words.languages import locale_of

# From here on stand pictures; printed small and grey they say less than a word.
_PICTURES = 0x1F000
# Looks and skin tones of a picture, soft hyphens, turnings of the line's
# direction: nothing by themselves, or worse.
_SILENT = frozenset(
    map(
        chr,
        (
            *(0xAD, 0x2060, 0x20E3, 0xFE0E, 0xFE0F, 0xFEFF),
            *range(0x202A, 0x202F),
            *range(0x1F3FB, 0x1F400),
        ),
    )
)
# Flags that are a black flag and a name in tags, which show nothing by themselves.
_NATION = re.compile("\U0001f3f4([\U000e0061-\U000e007a]+)\U000e007f")
_FLAGS = range(0x1F1E6, 0x1F200)
_CONTROLS = frozenset({"Cc", "Cs", "Co", "Cn"})
_BREAK = "\u200b"
# Letters of East Asia that stand together, with the signs of theirs between them:
# such letters are shared, and only those beside them tell whose they are.
_EAST_ASIAN = re.compile(
    "([\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff"
    "\uff66-\uffdc\U00020000-\U000323af]+)"
)
_KANA = re.compile("[\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9f]")
_HANGUL = re.compile(
    "[\u1100-\u11ff\u3131-\u318e\ua960-\ua97f\uac00-\ud7ff\uffa0-\uffdc]"
)
# The same words for letters that cannot be printed, with no word between them.
_SAID_AGAIN = re.compile(r"(\[[^\[\]]+\])(?:[\W\d_]*?\1)+")
# A name that loses one letter in so many, or more, is another name.
_MOST_LOST = 4
# Of scripts without spaces Typst knows where words end: Thai to Khmer, East Asian.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\uffdc]")
_WORD = re.compile(r"\S+")


def can_print(letter: str) -> bool:
    """Whether our fonts have a glyph for the letter, and it is no picture."""
    point = ord(letter)
    return letter in "\n\t" or (point < _PICTURES and point in coverage())


def without_unprintable(text: str) -> str:
    """Return a person's own words without what cannot be printed: an emoji, a sign.

    Some letters of a word are left out only where most of its letters stay.
    """
    missing = unprintable(text)
    letters = [letter for letter in text if letter.isalpha()] if missing else []
    lost = [letter for letter in letters if letter in missing]
    if lost and len(lost) * _MOST_LOST >= len(letters):
        return text
    dropped = _SILENT.union(missing)
    bare = text
    if not dropped.isdisjoint(text):
        bare = "".join(letter for letter in text if letter not in dropped)
    if not any(map(str.isalnum, bare)):
        return text
    return "\n".join(" ".join(line.split()) for line in bare.split("\n"))


def unprintable(text: str) -> str:
    """Return the characters of `text` that cannot be printed, each once, in order."""
    if text.isascii() and text.isprintable():  # as nearly all is
        return ""
    letters = (letter for letter in dict.fromkeys(text) if letter not in _SILENT)
    return "".join(letter for letter in letters if not can_print(letter))


@cache
def can_print_language(language: str) -> bool:
    """Whether the days, months and times of a language can be printed as it has them.

    Its other words are in the letters of the same script.
    """
    locale = locale_of(language)
    # A day of each month: every day of the week is among them.
    days = [datetime(2026, month, month, 9, tzinfo=UTC) for month in range(1, 13)]
    parts = [format_date(day, "full", locale) for day in days]
    parts.append(format_time(days[0], "short", locale=locale))
    return not unprintable("".join(parts))


def all_printable(value: Any, words: Words) -> Any:
    """Return JSON values with `printable` done to every string in them."""
    match value:
        case str():
            return printable(value, words)
        case dict():
            return {key: all_printable(part, words) for key, part in value.items()}
        case list() | tuple():
            return [all_printable(part, words) for part in value]
        case _:
            return value


def printable(text: str, words: Words) -> str:
    """Return `text` with everything in it that cannot be printed put in `words`.

    Control characters go; line breaks stay. What can be printed is unchanged.
    """
    if text.isascii() and text.isprintable():
        return text
    whole = _NATION.sub(
        lambda tags: _flag(tags, words), unicodedata.normalize("NFC", text)
    )
    whole = _EAST_ASIAN.sub(lambda run: _east_asian_run(run[0], words), whole)
    letters = (letter for letter in whole if letter not in _SILENT)
    groups = itertools.groupby(letters, lambda letter: _stand_in(letter, words))
    return _SAID_AGAIN.sub(
        r"\1",
        "".join(
            "".join(group) if stand_in is None else stand_in
            for stand_in, group in groups
        ),
    )


def unprintable_scripts(text: str, words: Words) -> list[str]:
    """Return the scripts of the letters that cannot be printed, as readers say them."""
    missing = set(filter(str.isalpha, unprintable(text)))
    names: dict[str, None] = {}
    for part in _EAST_ASIAN.split(text):
        is_run = _EAST_ASIAN.fullmatch(part)
        for letter in filter(missing.__contains__, part):
            names[_east_asian(part, words) if is_run else _script(letter, words)] = None
    # Whose letters those are that stand alone is not to be seen.
    if words.gettext("Japanese") in names:
        names.pop(words.gettext("Chinese"), None)
    return list(names)


def is_mostly_unprintable(text: str) -> bool:
    """Whether little of the text is left where letters that no font has are missing."""
    letters = [letter for letter in text if letter.isalpha()]
    lost = sum(not can_print(letter) for letter in letters)
    return lost * 2 > len(letters)


def _flag(tags: re.Match[str], words: Words) -> str:
    nations = {
        "gbeng": words.gettext("England"),
        "gbsct": words.gettext("Scotland"),
        "gbwls": words.gettext("Wales"),
    }
    nation = nations.get("".join(chr(ord(tag) - 0xE0000) for tag in tags[1]))
    if nation is None:
        return words.gettext("(flag)")
    return words.gettext("(flag of %(nation)s)", nation=nation)


def _stand_in(letter: str, words: Words) -> str | None:
    """Return the words for a letter that cannot be printed, None for any other."""
    if can_print(letter):
        # Cf that a font knows are the joiners and direction marks that spelling needs.
        is_control = letter not in "\n\t" and unicodedata.category(letter) in _CONTROLS
        return "" if is_control else None
    # Points and brackets say nothing without the words between them.
    if unicodedata.category(letter)[0] in "CP":
        return ""
    if ord(letter) in _FLAGS:
        return words.gettext("(flag)")
    name = unicodedata.name(letter, "")
    if unicodedata.category(letter)[0] in "LM" and name:
        return _in_letters(_script(letter, words), words)
    # Translators: instead of a sign that cannot be printed and has no name.
    nameless = words.gettext("(a sign)")
    return f"({name.lower()})" if name else nameless


def _in_letters(script: str, words: Words) -> str:
    # Translators: instead of letters that cannot be printed.
    return words.gettext("[words in %(script)s letters]", script=script)


def _script(letter: str, words: Words) -> str:
    """Return what readers call the letters of the letter's script: "Thai"."""
    if _EAST_ASIAN.fullmatch(letter):
        return _east_asian(letter, words)
    english = unicodedata.name(letter, "").split(" ")[0].capitalize()
    codes = {script: code for code, script in Locale("en").scripts.items()}
    locale = words.locale if words.is_spoken else Locale("en")
    return words.from_babel(locale.scripts.get(codes.get(english, ""), english))


def _east_asian(letters: str, words: Words) -> Phrase:
    """Return what readers call letters of East Asia that stand together."""
    if _KANA.search(letters):
        return words.gettext("Japanese")
    if _HANGUL.search(letters):
        return words.gettext("Korean")
    return words.gettext("Chinese")


def _east_asian_run(run: str, words: Words) -> str:
    """Return words for the run where none of its letters can be printed."""
    letters = [letter for letter in run if letter.isalpha()]
    if not letters or any(map(can_print, letters)):
        return run
    return _in_letters(_east_asian(run, words), words)


def breakable(text: str, most: int) -> str:
    """Return `text` with places to break in every word longer than `most` letters.

    An address may break after a slash, a dot or a sign; other words anywhere
    but before a mark that belongs to the letter in front of it.
    """
    return _WORD.sub(lambda word: _broken(word[0], most), text)


def _broken(word: str, most: int) -> str:
    if len(word) <= most or _UNSPACED.search(word):
        return word
    parts = re.sub(r"(?<=\w)([/.?&=_-]+)(?=\w)", rf"\1{_BREAK}", word).split(_BREAK)
    for place, part in enumerate(parts):
        if len(part) > most:
            letters = (
                letter if unicodedata.category(letter)[0] in "MC" else _BREAK + letter
                for letter in part
            )
            parts[place] = "".join(letters).removeprefix(_BREAK)
    return _BREAK.join(parts)
