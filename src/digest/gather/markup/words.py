"""Text from outside, made safe to keep: no controls, no disguised header lines."""

import hashlib
import re
import unicodedata

# Controls that part words: they count as a space.
_PARTING = re.compile("[\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")
# Every other C0 and C1 control but tab and newline, lone surrogates, and code
# points that are no characters.
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
# All but these leave ASCII as it is; most text from outside is that.
_NOT_AS_IT_IS = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_LONGEST_TITLE = 300
_LONGEST_KEY = 300  # an index holds no longer ones
_SPACES = re.compile(r"[ \t\n]+")


def cleaned(text: str) -> str:
    """Return `text` in NFC without control characters; newlines and tabs stay."""
    if text.isascii() and not _NOT_AS_IT_IS.search(text):
        return text
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _UNWANTED.sub("", _PARTING.sub(" ", lines)))


def one_line(text: str) -> str:
    """Return `text` as one line of plain words, safe in a header, a name or a title.

    An encoded word (RFC 2047 section 2) can become a header line of its own in
    the standard library's serialiser, so its opening is broken wherever it stands.
    """
    return _SPACES.sub(" ", cleaned(text)).strip().replace("=?", "= ?")


def short_title(title: str) -> str:
    """Return a title cut between two words where it is too long for one."""
    if len(title) <= _LONGEST_TITLE:
        return title
    return title[:_LONGEST_TITLE].rpartition(" ")[0] + "\u2026"


def short_key(said: str) -> str:
    """Return an id as it is kept: a long one short, and still like no other."""
    key = cleaned(said).strip()
    if len(key) <= _LONGEST_KEY:
        return key
    return f"{key[:200]} {hashlib.sha256(key.encode()).hexdigest()}"
