"""Text from outside, made safe to keep: no controls, no disguised header lines."""

import re
import unicodedata

# C0 and C1 controls but tab and newline; line and paragraph separators;
# lone surrogates; and the non-characters that no writer means.
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_SPACES = re.compile(r"[ \t\r\n\f]+")
# An encoded word (RFC 2047) in a title can become a header line of its own.
_ENCODED_WORD = re.compile(r"=\?([^?\s]*\?[^?\s]*\?[^?\s]*)\?=")


def cleaned(text: str) -> str:
    """Return `text` in NFC without control characters; newlines and tabs stay."""
    return unicodedata.normalize("NFC", _UNWANTED.sub("", text.replace("\r\n", "\n")))


def one_line(text: str) -> str:
    """Return `text` as one line of plain words, safe in a header, a name or a title."""
    line = _SPACES.sub(" ", cleaned(text)).strip()
    return _ENCODED_WORD.sub(r"\1", line)
