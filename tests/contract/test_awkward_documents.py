"""Documents as servers and programs really send them, and what is right in them."""

import gzip
from pathlib import Path

import pytest

from digest.errors import SourceError
from digest.gather import limits
from digest.gather.fetching.document import FEED as FEED_KIND
from digest.gather.fetching.fetch import Fetcher
from digest.gather.fetching.response import TooBigError, document_bytes
from digest.gather.items.reading import SourceVisit
from digest.gather.markup.parsing import OF_A_PAGE, parsed
from digest.gather.wordpress.export import read_wordpress
from digest.model.campaigns.campaign import Source, SourceKind
from digest.model.posts.items import Post
from tests.builders import LOOPBACK
from tests.fakes.web_site import Answer, web_site

FIELD = Path(__file__).parents[1] / "data" / "field" / "feeds"
FEED = b"<rss><channel><item><title>Tea</title></item></channel></rss>"


@pytest.mark.parametrize(
    ("packing", "is_packed"),
    [
        ("", True),
        ("identity", True),
        ("gzip", True),
        ("utf-8", False),
        ("utf-8", True),
        ("iso-8859-1", False),
        ("gzip, utf-8", True),
        ("none", False),
    ],
)
def test_a_document_is_unpacked_whatever_its_server_says(
    packing: str, *, is_packed: bool
) -> None:
    sent = gzip.compress(FEED) if is_packed else FEED

    assert document_bytes([sent], packing, 1000) == FEED
    assert document_bytes([b"", sent[:5], sent[5:]], packing, 1000) == FEED


def test_a_feed_from_the_field_is_packed_without_a_word() -> None:
    content = document_bytes([(FIELD / "gz_nohdr.xml").read_bytes()], "", 100_000)

    assert b"<rss" in content


def test_what_is_packed_in_silence_keeps_to_the_limits() -> None:
    bomb = gzip.compress(b"x" * 20_000_000)

    with pytest.raises(TooBigError):
        document_bytes([bomb], "", 10_000_000)


@pytest.mark.parametrize("packing", ["br", "zstd", "gzip, br"])
def test_a_packing_that_nobody_asked_for_is_named(packing: str) -> None:
    with pytest.raises(ValueError, match="unasked"):
        document_bytes([b"x"], packing, 1000)


@pytest.mark.parametrize(
    ("status", "headers", "advice"),
    [
        (403, {}, 'let through what calls itself "Digest"'),
        (403, {"cf-mitigated": "challenge"}, 'what calls itself "Digest"'),
        (503, {"cf-mitigated": "challenge"}, 'what calls itself "Digest"'),
        (401, {}, "give an address that anybody may read"),
        (404, {}, "open it in a browser and mend the address"),
    ],
)
def test_a_refusal_comes_with_advice_that_can_help(
    status: int, headers: dict[str, str], advice: str
) -> None:
    visit = SourceVisit(LOOPBACK)
    with web_site() as site:
        site.answers["/feed"] = Answer(b"", status=status, heads=headers)
        with pytest.raises(SourceError, match=advice):
            visit.fetch(f"{site.url}/feed", FEED_KIND)


def a_past(folder: Path, content: bytes) -> "tuple[list[str], list[str]]":
    path = folder / "past.xml"
    path.write_bytes(content)
    source = Source("past", SourceKind.WORDPRESS, str(path))
    reading = read_wordpress(source, SourceVisit(Fetcher()))
    remarks = [entry.why for entry in reading.skipped]
    return [item.title for item in reading.items if isinstance(item, Post)], remarks


def test_an_export_is_read_after_a_mark_and_blank_lines(tmp_path: Path) -> None:
    content = (FIELD / "wordpress-bare-ampersand.xml").read_bytes()

    assert a_past(tmp_path, content) == (["Bom"], [])


@pytest.mark.parametrize(
    ("place", "bare"),
    [
        (b"<title>Hall</title>", b"<title>Hall & Garden</title>"),
        (b"<title><![CDATA[Bom]]></title>", b"<title>Bom & Co</title>"),
        (
            b"<link>https://hall.example/1/</link>",
            b"<link>https://x.example/?a=1&b=2</link>",
        ),
    ],
)
def test_a_bare_sign_in_an_export_is_read_and_told(
    tmp_path: Path, place: bytes, bare: bytes
) -> None:
    content = (FIELD / "wordpress-bare-ampersand.xml").read_bytes()
    titles, remarks = a_past(tmp_path, content.replace(place, bare, 1))

    assert titles in (["Bom"], ["Bom & Co"])
    assert len(remarks) == 1
    assert 'has a bare "&"' in remarks[0]


def test_signs_in_what_is_written_as_it_is_stay(tmp_path: Path) -> None:
    content = (FIELD / "wordpress-bare-ampersand.xml").read_bytes()
    content = content.replace(b"[CDATA[Bom]]", b"[CDATA[Tea & cake]]")
    titles, _ = a_past(tmp_path, content.replace(b"<title>Hall<", b"<title>A & B<", 1))

    assert titles == ["Tea & cake"]


@pytest.mark.parametrize("tag", ["div", "font", "b", "section"])
@pytest.mark.parametrize("depth", [limits.PAGE_HTML_DEPTH + 1, 3000])
def test_the_words_of_a_page_that_is_nested_too_deep_are_read(
    tag: str, depth: int
) -> None:
    inner = "<p>Tea at ten.</p><script>evil()</script><p>Cake too.</p>"
    page = f"<html><body>{f'<{tag}>' * depth}{inner}{f'</{tag}>' * depth}</body></html>"
    root = parsed(page, OF_A_PAGE)

    assert root is not None
    assert [part.text for part in root.iter("p")] == ["Tea at ten.", "Cake too."]
