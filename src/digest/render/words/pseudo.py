"""Made-up languages that show whether every word can be translated.

`en-XA` is English with accents and about 40 % longer, `ar-XB` English in Arabic
letters, from right to left. Both are made from the English catalogue: a word
that comes out as it was is in no catalogue, and one that is cut off or on the
wrong side would be so in a real language too.
"""

import re
from collections.abc import Callable, Mapping

ACCENTED = "en-XA"
RIGHT_TO_LEFT = "ar-XB"
# What stands for a value stays as it is, and so do the marks of a template.
_PLACEHOLDER = re.compile(r"(%\(\w+\)[ds]|\{\w+\})")
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_ACCENTS = "àƀçđéƒĝĥîĵķļḿñöþɋŕšţûṽŵẋýž"
_ACCENTED_CAPITALS = "ÀƁÇĐÉƑĜĤÎĴĶĻḾÑÖÞɊŔŠŢÛṼŴẊÝŽ"
_ARABIC = "ابجدهفغحيجكلمنوبقرستثوةخيز"
_TO_ACCENTS = str.maketrans(_LATIN + _LATIN.upper(), _ACCENTS + _ACCENTED_CAPITALS)
_TO_ARABIC = str.maketrans(_LATIN + _LATIN.upper(), _ARABIC * 2)
# About two letters of five.
_DOUBLED = re.compile("[àéîöûýñ]")


def accented(words: str) -> str:
    """Return English words in brackets, with accents and every vowel and n twice."""
    if not any(map(str.isalpha, _PLACEHOLDER.sub("", words))):
        return words
    longer = (
        part
        if _PLACEHOLDER.fullmatch(part)
        else _DOUBLED.sub(r"\g<0>\g<0>", part.translate(_TO_ACCENTS))
        for part in _PLACEHOLDER.split(words)
    )
    return f"[{''.join(longer)}]"


def right_to_left(words: str) -> str:
    """Return English words in Arabic letters, an Arabic one for each Latin one."""
    return "".join(
        part if _PLACEHOLDER.fullmatch(part) else part.translate(_TO_ARABIC)
        for part in _PLACEHOLDER.split(words)
    )


PSEUDO_LANGUAGES: Mapping[str, Callable[[str], str]] = {
    ACCENTED: accented,
    RIGHT_TO_LEFT: right_to_left,
}
