"""Text from outside, made safe to keep: no controls, no piles of marks."""

import hashlib
import re
import unicodedata
from itertools import takewhile

from digest.gather import limits
from digest.model.posts.shortening import shortened

# Controls that part words: they count as a space.
_PARTING = re.compile("[\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")
# Every other C0 and C1 control but tab and newline, lone surrogates, and code
# points that are no characters.
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
# Marks that turn the direction of text around. In a line of several people's
# words, such as a row of a table, they would turn around what follows.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
# Five signs in a row that are no letters: where there may be a pile of marks.
_MAYBE_A_PILE = re.compile(r"[^\w\s\x00-\x7f]{5,}")
# All but these leave ASCII as it is; most text from outside is that.
_NOT_AS_IT_IS = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_SPACES = re.compile(r"[ \t\n]+")
# Spaces without width, and byte order marks, that editors leave at the edges.
_UNSEEN = "\u200b\u2060\ufeff"


def cleaned(text: str) -> str:
    """Return `text` in NFC without control characters; newlines and tabs stay.

    A letter keeps at most four marks (UTS #39 section 5.4): a pile of them is drawn
    over the lines above and below, which are another's.
    """
    if text.isascii() and not _NOT_AS_IT_IS.search(text):
        return text
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    wanted = _UNWANTED.sub("", _PARTING.sub(" ", lines))
    return _MAYBE_A_PILE.sub(_without_pile, unicodedata.normalize("NFC", wanted))


def _without_pile(signs: re.Match[str]) -> str:
    signs_in_line, marks = [], 0
    for sign in signs[0]:
        marks = (marks + _is_mark(sign)) * _is_of_a_letter(sign)
        if marks <= limits.MARKS_ON_A_LETTER or not _is_mark(sign):
            signs_in_line.append(sign)
    return "".join(signs_in_line)


def opening_marks(text: str) -> str:
    """Return the marks that `text` begins with: they belong to the letter before."""
    return "".join(takewhile(_is_of_a_letter, text))


def _is_mark(sign: str) -> bool:
    return unicodedata.category(sign) in {"Mn", "Me"}


def _is_of_a_letter(sign: str) -> bool:
    # What shows nothing by itself does not part a mark from its letter.
    kind = unicodedata.category(sign)
    return not sign.isascii() and (kind[0] == "C" or kind in {"Mn", "Me", "Sk"})


def one_line(text: str) -> str:
    """Return `text` as one line of plain words, fit for a name or a title.

    Marks that turn the direction of text around are left out; letters that are
    written from right to left need none. What looks like an encoded word (RFC 2047
    section 2) stays as written: headers are made safe where they are made.
    """
    straight = cleaned(_TURNING.sub("", text))
    return without_edges(_SPACES.sub(" ", straight))


def without_edges(text: str) -> str:
    """Return the text without spaces at its edges, those without width too."""
    while (bare := text.strip().strip(_UNSEEN)) != text:
        text = bare
    return text


def short_title(title: str) -> str:
    """Return a title, cut where it is too wide for one."""
    return shortened(title, limits.TITLE_LENGTH)


def short_key(source_id: str) -> str:
    """Return an id as it is kept: a long one short, and still like no other."""
    key = cleaned(source_id).strip()
    if len(key) <= limits.KEY_LENGTH:
        return key
    return f"{key[:200]} {hashlib.sha256(key.encode()).hexdigest()}"
