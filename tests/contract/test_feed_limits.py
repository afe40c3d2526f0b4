"""What feeds promise beyond the ordinary, told from their bytes alone."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from digest.gather import limits
from digest.gather.feeds import json_feed, xml_feed
from digest.gather.items.raw_item import RawItem
from digest.model.posts.items import Byline
from tests.builders import EIGHT
from tests.raw_items import post_from

HERE = "https://example.org/feed"
NAMES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:media="http://search.yahoo.com/mrss/"'
)


def rss(items: str, head: str = '<?xml version="1.0"?>') -> bytes:
    return f'{head}<rss version="2.0" {NAMES}><channel>{items}</channel></rss>'.encode()


def atom(entry: str) -> bytes:
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://example.net/b/">'
        f"<entry>{entry}</entry></feed>"
    ).encode()


def xml_entries(content: bytes, media_type: str = "") -> list[RawItem]:
    return list(xml_feed.entries(content, media_type, HERE))


def only(content: bytes) -> RawItem:
    [entry] = xml_entries(content)
    return entry


def title_of(content: bytes) -> str:
    return post_from(only(content)).title


@pytest.mark.parametrize(
    ("content", "title"),
    [
        pytest.param(
            rss("<item><title>Fish &amp; chips: 3 &lt; 4</title></item>"),
            "Fish & chips: 3 < 4",
            id="rss words",
        ),
        pytest.param(
            rss("<item><title>&lt;b&gt;Big&lt;/b&gt; &amp;amp; bold</title></item>"),
            "Big & bold",
            id="rss markup",
        ),
        pytest.param(
            rss(
                "<item><title><![CDATA[A <i>b</i><script>x()</script>]]></title></item>"
            ),
            "A b",
            id="rss script",
        ),
        pytest.param(
            atom("<title>The &lt;b> tag</title>"), "The <b> tag", id="atom text"
        ),
        pytest.param(
            atom('<title type="html">The &lt;b>tag&lt;/b></title>'),
            "The tag",
            id="atom html",
        ),
        pytest.param(atom("<title>a\u2028b\u2029c</title>"), "a b c", id="separators"),
        pytest.param(
            rss("<item><description>It rained all day. So?</description></item>"),
            "It rained all day. So?",
            id="no title, a few words",
        ),
        pytest.param(
            rss(f"<item><title>{'word ' * 200}</title></item>"),
            "word " * 59 + "word\u2026",
            id="endless",
        ),
    ],
)
def test_a_title_is_plain_words(content: bytes, title: str) -> None:
    assert title_of(content).lstrip() == title.lstrip()


@pytest.mark.parametrize(
    ("author", "byline"),
    [
        ("<author>ann@example.org (Ann Test)</author>", Byline("Ann Test")),
        ("<author>ann@example.org</author>", None),
        (
            "<dc:creator>Ann Test, Chair, Example Group</dc:creator>",
            Byline("Ann Test", "Chair", "Example Group"),
        ),
    ],
)
def test_an_author_is_named_and_never_by_address(
    author: str, byline: Byline | None
) -> None:
    assert (
        post_from(only(rss(f"<item><title>x</title>{author}</item>"))).byline == byline
    )


@pytest.mark.parametrize(
    ("date", "published"),
    [
        ("<pubDate>Mon, 06 Jul 2026 08:00:00 GMT</pubDate>", EIGHT),
        ("<pubDate>Mon, 06 Jul 2026 09:00:00 +0100</pubDate>", EIGHT),
        ("<pubDate>the other day</pubDate>", None),
        ("<pubDate>Mon, 99 Jul 99999 08:00:00 GMT</pubDate>", None),
        ("", None),
    ],
)
def test_a_bad_date_is_no_date_and_no_fault(
    date: str, published: datetime | None
) -> None:
    assert only(rss(f"<item><title>x</title>{date}</item>")).published == published


@pytest.mark.parametrize(
    ("description", "summary"),
    [
        ("In short, it rained.", "In short, it rained."),
        ("It rained all the [&amp;hellip;]", "It rained all day."),
        ("It rained all...", "It rained all day."),
        ("&lt;p&gt;It rained all day. Then&lt;/p&gt; Read more", "It rained all day."),
        ("", "It rained all day."),
    ],
)
def test_a_summary_that_was_cut_short_is_made_anew(
    description: str, summary: str
) -> None:
    content = "<content:encoded>It rained all day.</content:encoded>"
    item = f"<item><description>{description}</description>{content}</item>"

    assert post_from(only(rss(item))).summary == summary


def test_relative_addresses_are_taken_from_where_the_feed_says() -> None:
    content = '<content type="html">&lt;a href="s">survey&lt;/a></content>'
    entry = only(atom(f"<title>x</title>{content}"))

    assert [link.url for link in post_from(entry).links] == ["https://example.net/b/s"]


def test_a_picture_and_topics_come_with_the_post() -> None:
    post = post_from(
        only(
            rss(
                '<item><title>x</title><enclosure url="/a.jpg" type="image/jpeg"/>'
                "<category>Care</category><category> Care </category></item>"
            )
        )
    )

    assert post.picture is not None
    assert post.picture.src == "https://example.org/a.jpg"
    assert post.topics == ("Care",)


def test_more_items_than_are_taken_are_cut_before_they_cost_time() -> None:
    inside = "<![CDATA[<item><title>not one</title></item>]]>"
    items = f"<item><title>x</title><description>{inside}</description></item>" * 5000

    assert len(xml_entries(rss(items))) == limits.ITEMS + 1


def test_a_feed_that_is_a_path_is_not_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_bytes(rss("<item><title>secret</title></item>"))

    with pytest.raises(ValueError, match="is not a feed"):
        xml_entries(str(secret).encode())


ATTRIBUTES = " ".join(f"a{n}='x'" for n in range(300))
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(
            f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>', id="a billion laughs"
        ),
        pytest.param(
            '<!DOCTYPE x [<!ENTITY l11 SYSTEM "file:///etc/passwd">]>', id="a file"
        ),
    ],
)
def test_a_feed_that_declares_entities_is_refused(head: str) -> None:
    with pytest.raises(ValueError, match="declares entities"):
        xml_entries(rss("<item><title>&l11;</title></item>", head))


def test_a_document_type_without_entities_is_no_fault() -> None:
    head = (
        '<!DOCTYPE rss PUBLIC "-//Example//DTD RSS//EN" "http://127.0.0.1:9/rss.dtd">'
    )

    assert title_of(rss("<item><title>Caf&eacute;</title></item>", head)) == "Caf\u00e9"


def test_a_small_feed_that_is_broken_is_mended() -> None:
    broken = rss("<item><title>One & two</title></item><item><title>Three</title>")

    assert [post_from(entry).title for entry in xml_entries(broken)] == [
        "One & two",
        "Three",
    ]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(
            b"<rss version='2.0'>" + b"<a " * 400_000, "well-formed", id="broken"
        ),
        pytest.param(
            rss(f"<item {ATTRIBUTES}/>"),
            "attributes",
            id="attributes",
        ),
    ],
)
def test_what_would_cost_minutes_is_refused_at_once(content: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        xml_entries(content)


BREAKS = '<gml:posList xmlns:gml="http://www.opengis.net/gml">1 2</gml:posList>'


def test_an_item_that_breaks_the_parser_costs_itself_alone() -> None:
    first, three = (
        "<item><title>One</title></item>",
        "<item><title>Three</title></item>",
    )
    entries = xml_entries(rss(f"{first}<item><title>Two</title>{BREAKS}</item>{three}"))

    assert [entry.title for entry in entries] == ["One", "", "Three"]
    with pytest.raises(ValueError, match="cannot make sense"):
        post_from(entries[1])


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(rss(f"{BREAKS}<item><title>x</title></item>"), id="its head"),
        pytest.param(rss(f"<item>{BREAKS}"), id="an item, not ended"),
        pytest.param(rss(BREAKS), id="no items"),
    ],
)
def test_a_feed_that_breaks_the_parser_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(ValueError, match="ask its publisher"):
        xml_entries(content)


@pytest.mark.parametrize(
    ("encoding", "media_type"),
    [
        ("utf-8", ""),
        ("utf-16", "application/xml"),
        ("iso-8859-1", "text/xml; charset=iso-8859-1"),
        ("windows-1252", "application/rss+xml"),
    ],
)
def test_a_feed_is_read_in_its_own_encoding(encoding: str, media_type: str) -> None:
    feed = rss(
        "<item><title>Caf\u00e9</title></item>",
        f'<?xml version="1.0" encoding="{encoding}"?>',
    )
    [entry] = xml_entries(feed.decode().encode(encoding), media_type)

    assert entry.title == "Caf\u00e9"


def from_json(**item: Any) -> RawItem:
    content = json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "items": [item]}
    )
    [entry] = json_feed.entries(content.encode(), HERE)
    return entry


def test_a_json_item_is_read_whole() -> None:
    post = post_from(
        from_json(
            id=7,
            url="/seven",
            title="Seven",
            content_text="First.\n\nSecond\nline.",
            authors=[{"name": "Ann Test"}, {"name": "Bo Test"}],
            date_published="2026-07-06T09:00:00+01:00",
            tags=["care"],
            image="/p.png",
        )
    )

    assert (post.key, post.url) == ("7", "https://example.org/seven")
    assert [block.spans[0].text for block in post.body] == ["First.", "Second\nline."]  # type: ignore[union-attr]  # two paragraphs
    assert post.byline == Byline("Ann Test and Bo Test")
    assert (post.published, post.topics) == (EIGHT, ("care",))


@pytest.mark.parametrize(
    "wrong",
    [[], {}, 7, True, None, "", ["x"], {"name": []}],
    ids=repr,
)
def test_a_value_of_another_kind_is_no_value(wrong: object) -> None:
    names = ("id", "url", "content_html", "content_text", "summary", "authors")
    more = ("author", "date_published", "tags", "image", "external_url")

    post = post_from(from_json(title="x", **dict.fromkeys((*names, *more), wrong)))

    assert post.title == "x"
    assert (post.byline, post.published, post.picture) == (None, None, None)


def test_an_entry_without_words_is_refused_by_name() -> None:
    entry = RawItem(key="seven", base=HERE)

    with pytest.raises(ValueError, match="neither a title nor words"):
        post_from(entry)
    assert entry.name == "seven"


def test_an_endless_id_is_kept_short_and_apart() -> None:
    def key(end: str) -> str:
        source_id = "x" * 5000 + end
        return post_from(RawItem(key=source_id, title="t", base=HERE)).key

    assert len(key("a")) < 300
    assert key("a") != key("b")
    assert key("a") == key("a")


def test_a_date_in_json_without_an_offset_is_utc() -> None:
    entry = from_json(id="x", date_published="2026-07-06T08:00:00")

    assert entry.published == datetime(2026, 7, 6, 8, tzinfo=UTC)
