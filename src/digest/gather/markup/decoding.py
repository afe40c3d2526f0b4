"""Markup's bytes as text: told from their beginning, their server, their own words."""

import codecs
import re

# How "<?xm" or a byte order mark begins (XML 1.0 appendix F; RFC 7303 section 3.3).
_BEGINNINGS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00<\x00?", "utf-16-be"),
    (b"<\x00?\x00", "utf-16-le"),
    (b"Lo\xa7\x94", "cp037"),
)
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_DECLARATION = re.compile(r"\s*<\?xml\b[^>]{0,200}?>")
_SAYS = re.compile(r"encoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
_META = re.compile(
    r"<meta\b[^<>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE
)
# Browsers change their mind at one that stands later (WHATWG HTML 13.2.3.5).
_PRESCANNED = 10_000  # bytes
# What a name means to those who write it (WHATWG Encoding section 4.2).
_MEANT = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
}
# Two of these cost time by the square of the length, the others turn words into
# other words, and none of them is any feed's; UTF-16 is told by its bytes alone.
_NEVER = frozenset(
    {
        *("charmap", "idna", "punycode", "unicode-escape", "raw-unicode-escape"),
        *("utf-7", "undefined", "mbcs", "oem", "utf-16", "utf-16-le", "utf-16-be"),
        *("utf-32", "utf-32-le", "utf-32-be"),
    }
)


def decoded(content: bytes, media_type: str) -> str:
    """Return XML or HTML as text without its declaration, whatever it says it is.

    Its first bytes say most, then what its server said, then its declaration
    (RFC 7303 section 3) or its meta element (WHATWG HTML section 13.2.3.2). What
    fits no encoding is read in the likeliest one.
    """
    text = _text(content, media_type)
    declaration = _DECLARATION.match(text)
    return text[declaration.end() :] if declaration else text


def _text(content: bytes, media_type: str) -> str:
    for beginning, encoding in _BEGINNINGS:
        if content.startswith(beginning):
            return content.decode(encoding, "replace")
    head = content[:_PRESCANNED].decode("latin-1")
    declaration = _DECLARATION.match(head[:300])
    declared = _SAYS.findall(declaration[0]) if declaration else []
    for label in (*_CHARSET.findall(media_type), *declared, *_META.findall(head)):
        try:
            encoding = codecs.lookup(label).name
            if encoding not in _NEVER:
                return content.decode(_MEANT.get(encoding, encoding))
        except (LookupError, UnicodeError):
            continue
    return _likeliest(content)


def _likeliest(content: bytes) -> str:
    text = content.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if not broken:
        return text
    # A letter or two cut in half do not make Latin of a text.
    foreign = len(text) - len(text.encode("ascii", "ignore"))
    return content.decode("cp1252", "replace") if 2 * broken > foreign else text
