"""Text as it can be printed: never an empty box, never off the edge of the sheet.

What no font of ours can print is found before anything is set: an emoji is
said in words, letters of a script we lack are named in brackets.
"""

import itertools
import re
import unicodedata

from digest.render.letter.fonts import coverage

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
_NATIONS = {"gbeng": "England", "gbsct": "Scotland", "gbwls": "Wales"}
_FLAGS = range(0x1F1E6, 0x1F200)
_SCRIPTS = {"CJK": "Chinese", "HIRAGANA": "Japanese", "KATAKANA": "Japanese"}
_SCRIPTS["HANGUL"] = "Korean"
_BREAK = "\u200b"
_WORD = re.compile(r"\S+")


def can_print(letter: str) -> bool:
    """Whether our fonts have a glyph for the letter, and it is no picture."""
    point = ord(letter)
    return letter in "\n\t" or (point < _PICTURES and point in coverage())


def unprintable(text: str) -> str:
    """Return the characters of `text` that cannot be printed, each once, in order."""
    kept = (letter for letter in text if letter not in _SILENT)
    return "".join(dict.fromkeys(letter for letter in kept if not can_print(letter)))


def printable(text: str) -> str:
    """Return `text` with everything in it that cannot be printed put in words.

    Control characters go; line breaks stay. What can be printed is unchanged.
    """
    if text.isascii() and text.isprintable():
        return text
    whole = _NATION.sub(_flag, unicodedata.normalize("NFC", text))
    kept = (letter for letter in whole if letter not in _SILENT)
    groups = itertools.groupby(kept, _kind)
    return "".join(_in_words(kind, "".join(letters)) for kind, letters in groups)


def _flag(tags: re.Match[str]) -> str:
    name = _NATIONS.get("".join(chr(ord(tag) - 0xE0000) for tag in tags[1]))
    return f"(flag of {name})" if name else "(flag)"


def _kind(letter: str) -> str:
    if letter in "\n\t" or not unicodedata.category(letter).startswith("C"):
        return "" if can_print(letter) else _class_of(letter)
    # Cf that a font knows are the joiners and direction marks that spelling needs.
    known = unicodedata.category(letter) == "Cf" and can_print(letter)
    return "" if known else "control"


def _class_of(letter: str) -> str:
    if ord(letter) in _FLAGS:
        return "(flag)"
    name = unicodedata.name(letter, "")
    if unicodedata.category(letter)[0] in "LM" and name:
        first = name.split()[0]
        return f"[words in {_SCRIPTS.get(first, first.capitalize())} letters]"
    return f"({name.lower() or 'a sign'})"


def _in_words(kind: str, letters: str) -> str:
    if kind == "control":
        return ""
    return kind or letters


def breakable(text: str, most: int) -> str:
    """Return `text` with places to break in every word longer than `most` letters.

    An address may break after a slash, a dot or a sign; other words anywhere
    but before a mark that belongs to the letter in front of it.
    """
    return _WORD.sub(lambda word: _broken(word[0], most), text)


def _broken(word: str, most: int) -> str:
    if len(word) <= most:
        return word
    soft = re.sub(r"(?<=\w)([/.?&=_-]+)(?=\w)", rf"\1{_BREAK}", word)
    parts = (_apart(part) if len(part) > most else part for part in soft.split(_BREAK))
    return _BREAK.join(parts)


def _apart(word: str) -> str:
    pieces = (
        letter if unicodedata.category(letter)[0] in "MC" else _BREAK + letter
        for letter in word
    )
    return "".join(pieces).removeprefix(_BREAK)
