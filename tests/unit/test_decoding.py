"""Bytes of markup as text, whatever they say they are."""

import codecs
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.gather.markup.decoding import decoded

CAFE = "<a>Caf\u00e9 \u20ac5</a>"


@pytest.mark.parametrize(
    ("encoding", "says", "media_type"),
    [
        ("utf-8", "utf-8", ""),
        ("utf-8", "", "application/rss+xml"),
        ("utf-8-sig", "iso-8859-1", "text/xml; charset=iso-8859-1"),
        ("utf-8", "windows-1252", "text/xml; charset=UTF-8"),
        ("utf-8", "bogus", "text/xml; charset=none"),
        ("utf-8", "utf-16", "text/xml; charset=utf-16"),
        ("utf-8", "unicode_escape", "text/xml; charset=utf-7"),
        ("cp1252", "iso-8859-1", ""),
        ("cp1252", "us-ascii", ""),
        ("cp1252", "", "text/xml; charset='ISO-8859-1'"),
        ("cp1252", "", ""),
        ("iso-8859-15", "iso-8859-15", ""),
        ("cp037", "", ""),
        *((name, name, "") for name in ("utf-16", "utf-32", "gb18030")),
        *((name, "", "text/plain") for name in ("utf-16-le", "utf-16-be")),
        *((name, "", "text/plain") for name in ("utf-32-le", "utf-32-be")),
    ],
)
def test_text_is_read_in_the_encoding_that_it_is_in(
    encoding: str, says: str, media_type: str
) -> None:
    text = CAFE if encoding != "cp037" else CAFE.replace("\u20ac", "")
    named = f' encoding="{says}"' if says else ""
    content = f'<?xml version="1.0"{named}?>{text}'.encode(encoding)

    assert decoded(content, media_type) == text


@pytest.mark.parametrize(
    ("encoding", "name", "text"),
    [
        ("cp932", "shift_jis", "\u65e5\u672c \u2460"),
        ("gb18030", "gb2312", "\u4e2d\u6587 \u3447"),
        ("cp949", "euc-kr", "\ud55c\uad6d \ub620"),
        ("cp1254", "iso-8859-9", "\u011f \u20ac"),
        ("koi8-r", "koi8-r", "\u0430\u0431"),
        ("euc_jp", "euc-jp", "\u65e5\u672c"),
    ],
)
def test_a_name_means_what_people_mean_by_it(
    encoding: str, name: str, text: str
) -> None:
    declared = f'<?xml version="1.0" encoding="{name}"?>'.encode()

    assert decoded(declared + text.encode(encoding), "") == text


def test_a_letter_cut_in_half_costs_itself_alone() -> None:
    content = "Caf\u00e9s and caf\u00e9s, ".encode() * 20 + b"\xc3"

    assert decoded(content, "") == "Caf\u00e9s and caf\u00e9s, " * 20 + "\ufffd"


@pytest.mark.parametrize("name", ["punycode", "idna", "utf-7", "hex", "zip", "x" * 90])
def test_no_name_costs_time_or_hides_markup(name: str) -> None:
    content = f'<?xml version="1.0" encoding="{name}"?>'.encode()
    began = time.process_time()

    assert decoded(content + b"+ADw-a" * 100_000, "") == "+ADw-a" * 100_000
    assert time.process_time() - began < 2


@given(st.binary(), st.sampled_from(["", "text/xml; charset=utf-16", "a;charset=\0"]))
def test_no_bytes_at_all_break_the_decoder(content: bytes, media_type: str) -> None:
    for beginning in (b"", codecs.BOM_UTF16_LE, b'<?xml encoding="'):
        decoded(beginning + content, media_type).encode()
