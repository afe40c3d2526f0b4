"""Words cut to a width as people see it: between words or letters, never inside one.

A width is counted in columns: two for a letter of Chinese, Japanese or Korean and for
an emoji, none for a mark over a letter.
"""

from collections.abc import Iterator
from unicodedata import category, east_asian_width

ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
# Columns in which a space is looked for: further back, more is lost than a whole word
# is worth, and a language without spaces has one where another language's word ends.
_TAIL = 15
_JOINER = "\N{ZERO WIDTH JOINER}"
# What nobody writes before an ellipsis, in Latin, Chinese and Arabic letters.
_NO_END = " ,;:\u3001\uff0c\u060c"
# Vowels of Thai and Lao that are letters to Unicode.
_VOWELS = frozenset("\u0e33\u0eb3")
_MARKS = frozenset({"Mn", "Me", "Mc", "Cf"})


def shortened(text: str, columns: int) -> str:
    """Return the text, cut where it is wider than that, with an ellipsis at its end."""
    if width_of(text) <= columns:
        return text
    start, used = "", 0
    for letter in letters_of(text):
        used += width_of(letter)
        if used > columns - width_of(ELLIPSIS):
            break
        start += letter
    if not text[len(start)].isspace():
        head, space, word = start.rpartition(" ")
        start = head if space and width_of(word) <= _TAIL else start
    return start.rstrip(_NO_END) + ELLIPSIS


def width_of(text: str) -> int:
    """Return how many columns the text takes."""
    if text.isascii():
        return len(text)
    return sum(width_of_sign(sign) for sign in text)


def width_of_sign(sign: str) -> int:
    """Return how many columns one sign takes."""
    # A mark stands over its letter, and so is never parted from it.
    if category(sign) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if east_asian_width(sign) in "WF" else 1


def letters_of(text: str) -> Iterator[str]:
    """Yield the letters as people count them: each with its marks and joined signs.

    That is the grapheme clusters of Unicode Annex 29, but for rare old letters.
    """
    letter = ""
    for sign in text:
        if letter and not _goes_on(letter, sign):
            yield letter
            letter = ""
        letter += sign
    if letter:
        yield letter


def _goes_on(letter: str, sign: str) -> bool:
    """Whether the sign belongs to the letter before it."""
    if sign.isascii():
        return False
    if letter.endswith(_JOINER):
        return not sign.isalnum()
    if _is_flag_half(sign):
        return len(letter) == 1 and _is_flag_half(letter)
    is_mark = category(sign) in _MARKS or sign in _VOWELS
    is_skin = "\U0001f3fb" <= sign <= "\U0001f3ff"
    return is_mark or is_skin or _is_later_jamo(sign)


def _is_flag_half(sign: str) -> bool:
    return "\U0001f1e6" <= sign <= "\U0001f1ff"


def _is_later_jamo(sign: str) -> bool:
    return "\u1160" <= sign <= "\u11ff"
