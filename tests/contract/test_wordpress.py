"""The file that a WordPress site exports: its published posts, and no more."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest.errors import SourceError
from digest.gather import limits
from digest.gather.items.reading import Reading
from digest.gather.wordpress.export import read_wordpress
from digest.model.campaigns.campaign import Source, SourceKind
from digest.model.posts.blocks import Heading, Paragraph, Picture, plain, texts
from digest.model.posts.items import Post
from tests.builders import a_visit

HEAD = """<?xml version="1.0" encoding="UTF-8" ?>
<!-- This is a WordPress eXtended RSS file -->
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>Lantern House</title><link>https://example.org</link>
<wp:wxr_version>1.2</wp:wxr_version>
<wp:author><wp:author_login><![CDATA[ann]]></wp:author_login>
<wp:author_email>ann@example.org</wp:author_email>
<wp:author_display_name><![CDATA[Ann Example]]></wp:author_display_name></wp:author>
"""
FOOT = "</channel></rss>"
ITEM = """<item><title><![CDATA[{title}]]></title>
<link>https://example.org/{id}/</link><pubDate>{date}</pubDate>
<dc:creator><![CDATA[{author}]]></dc:creator>
<guid isPermaLink="false">https://example.org/?p={id}</guid><description></description>
<content:encoded><![CDATA[{words}]]></content:encoded>
<excerpt:encoded><![CDATA[{excerpt}]]></excerpt:encoded>
<wp:post_id>{id}</wp:post_id><wp:post_date_gmt>{gmt}</wp:post_date_gmt>
<wp:status><![CDATA[{status}]]></wp:status><wp:post_type>{type}</wp:post_type>
<wp:post_password>{password}</wp:post_password>
<category domain="category" nicename="news"><![CDATA[News]]></category>
<category domain="category" nicename="un"><![CDATA[Uncategorised]]></category>
<category domain="post_format" nicename="aside"><![CDATA[Aside]]></category>
{more}</item>"""
FIELDS = {
    "title": "Why we light the lanterns",
    "id": "7",
    "date": "Mon, 06 Jul 2020 08:00:00 +0000",
    "author": "ann",
    "words": "<!-- wp:paragraph --><p>Because it is dark.</p><!-- /wp:paragraph -->",
    "excerpt": "",
    "gmt": "2020-07-06 08:00:00",
    "status": "publish",
    "type": "post",
    "password": "",
    "more": "",
}
Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def put(content: str) -> Path:
        path = tmp_path / "export.xml"
        path.write_text(content, encoding="utf-8")
        return path

    return put


def item(**changes: str) -> str:
    return ITEM.format(**(FIELDS | changes))


def export(*items: str) -> str:
    return HEAD + "".join(items) + FOOT


def read(path: Path) -> Reading:
    return read_wordpress(Source("past", SourceKind.WORDPRESS, str(path)), a_visit())


def posts(path: Path) -> list[Post]:
    return [item for item in read(path).items if isinstance(item, Post)]


def test_a_published_post_comes_in_whole(write: Write) -> None:
    thumb = (
        "<wp:postmeta><wp:meta_key>_thumbnail_id</wp:meta_key>"
        "<wp:meta_value><![CDATA[9]]></wp:meta_value></wp:postmeta>"
    )
    picture = item(
        id="9",
        type="attachment",
        status="inherit",
        more="<wp:attachment_url>https://example.org/l.jpg</wp:attachment_url>",
    )
    comment = (
        "<wp:comment><wp:comment_content><![CDATA[Nice!]]></wp:comment_content>"
        "<wp:status>spam</wp:status><title>No</title></wp:comment>"
    )
    [post] = posts(
        write(export(item(title="Tea &amp; light", more=thumb + comment), picture))
    )

    assert post.key == "https://example.org/?p=7"
    assert (post.title, post.url) == ("Tea & light", "https://example.org/7/")
    assert str(post.byline) == "Ann Example"
    assert post.published == datetime(2020, 7, 6, 8, tzinfo=UTC)
    assert post.topics == ("News",)
    assert post.picture == Picture("https://example.org/l.jpg")
    assert list(texts(post.body)) == ["Because it is dark."]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"status": "draft"}, id="a draft"),
        pytest.param({"status": "private"}, id="private"),
        pytest.param({"status": "future"}, id="one that is not out yet"),
        pytest.param({"password": "soup"}, id="behind a password"),
        pytest.param({"type": "page"}, id="a page"),
        pytest.param({"type": "nav_menu_item"}, id="a menu"),
        pytest.param({"type": "product"}, id="a kind of a plugin's own"),
    ],
)
def test_what_is_not_a_public_post_stays_out(
    write: Write, changes: dict[str, str]
) -> None:
    assert posts(write(export(item(id="1", **changes), item()))) == posts(
        write(export(item()))
    )


def test_an_export_without_a_public_post_says_so(write: Write) -> None:
    reading = read(write(export(item(status="draft"))))

    assert reading.notes == (
        "holds no post that anyone may read: drafts and pages are none",
    )


def test_the_words_of_the_classic_editor_are_paragraphs(write: Write) -> None:
    words = (
        "By Bo Sample, Trustee, Example Hall\n\nOne line\nand another [sic].\n\n"
        "<h3>Soup</h3>\nIt was [highlight color='red']hot[/highlight].\n\n"
        "[gallery ids='1']\n\n[caption id='a' width='3']<img src='/p.jpg' alt='Soup'> "
        "In bowls[/caption]\n\n[embed]https://example.org/film[/embed]"
    )
    [post] = posts(write(export(item(words=words))))

    assert str(post.byline) == "Bo Sample, Trustee, Example Hall"
    assert [type(block) for block in post.body] == [
        *(Paragraph, Heading, Paragraph, Picture, Paragraph)
    ]
    assert plain(post.body[0].spans) == "One line\nand another [sic]."  # type: ignore[union-attr]
    assert list(texts(post.body))[1:] == [
        *("Soup", "It was hot.", "Soup", "In bowls", "https://example.org/film")
    ]


def test_posts_come_oldest_first_and_of_a_long_past_the_newest(write: Write) -> None:
    many = [
        item(
            id=str(n),
            gmt=f"20{10 + n // 500:02}-01-01 00:{n % 60:02}:00",
            title=f"P{n}",
        )
        for n in range(limits.ITEMS + 5)
    ]
    reading = read(write(export(*reversed(many))))
    dates = [item.published for item in reading.items if isinstance(item, Post)]

    assert len(reading.items) == limits.ITEMS
    assert dates == sorted(date for date in dates if date)
    assert [(item.name, item.why) for item in reading.skipped] == [
        ("5 older posts", f"only the newest {limits.ITEMS} are read")
    ]


def test_a_date_is_taken_from_where_there_is_one(write: Write) -> None:
    never = "0000-00-00 00:00:00"
    local = "<wp:post_date>2020-07-06 09:00:00</wp:post_date>"
    [by_rss] = posts(write(export(item(gmt=never))))
    [by_wall] = posts(write(export(item(gmt=never, date="", more=local))))
    [undated] = posts(write(export(item(gmt=never, date="some day"))))

    assert by_rss.published == by_wall.published == datetime(2020, 7, 6, 8, tzinfo=UTC)
    assert undated.published is None


def test_one_bad_post_is_named_and_costs_itself_alone(write: Write) -> None:
    bad = (
        item(id="1", title="Deep", words="<div>" * 500),
        item(id="2", title="Long", words="x" * 2_000_001),
        item(id="3", title="", words=""),
        item(title="Again"),
    )
    reading = read(write(export(item(), *bad)))

    assert [item.title for item in reading.items] == ["Why we light the lanterns"]
    assert {item.name for item in reading.skipped} == {
        *("Deep", "Long", "https://example.org/3/", "Again")
    }


def test_an_export_that_was_cut_short_gives_what_it_holds(write: Write) -> None:
    reading = read(write(export(item(), item(id="8"))[:-200]))

    assert len(reading.items) == 1
    assert "export it again" in reading.skipped[0].why


def test_characters_that_xml_forbids_are_passed_over(write: Write) -> None:
    [post] = posts(write(export(item(title="Lan\x0bterns\x00\ufffe"))))

    assert post.title == "Lanterns"


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        pytest.param(b"don\x92t", "don\u2019t", id="letters of Windows"),
        pytest.param("caf\u00e9".encode("latin-1"), "caf\u00e9", id="old letters"),
        pytest.param(b"tea\xe2\x80", "tea\u00e2\u20ac", id="half a letter"),
    ],
)
def test_bytes_that_are_no_letters_are_read_as_they_are_meant(
    write: Write, wrong: bytes, meant: str
) -> None:
    path = write(export(item(title="HERE")))
    path.write_bytes(path.read_bytes().replace(b"HERE", wrong))

    assert [post.title for post in posts(path)] == [meant]


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param("<b>never ended", id="an element without its end"),
        pytest.param("</title></wp:wrong>", id="an end without its element"),
        pytest.param("Fish & chips < peas", id="marks that are none"),
        pytest.param("&nbsp;", id="an entity that nobody declared"),
    ],
)
def test_a_post_that_is_not_well_formed_is_named_and_costs_itself_alone(
    write: Write, broken: str
) -> None:
    bad = item(id="2", title="Bad").replace(
        "<description>", f"<x>{broken}<description>"
    )
    reading = read(write(export(item(id="1"), bad, item(id="3"), item(id="4"))))

    assert [item.key[-1] for item in reading.items] == ["1", "3", "4"]
    assert [(item.name, "not well-formed" in item.why) for item in reading.skipped] == [
        ("Bad", True)
    ]


def test_a_file_that_has_not_changed_is_not_read_again(write: Write) -> None:
    path = write(export(item()))
    first = read(path)
    source = Source("past", SourceKind.WORDPRESS, str(path))

    assert read_wordpress(source, a_visit(memory=first.memory)).unchanged


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param("", "not well-formed", id="empty"),
        pytest.param("<rss><channel/></rss>", "no WordPress export", id="a feed"),
        pytest.param("PK\x03\x04", "unpack it", id="packed"),
        pytest.param("<a>" * 1000, "nested too deep", id="deep"),
        pytest.param(
            '<!DOCTYPE r [<!ENTITY a "b">]><rss>&a;</rss>', "no export", id="entities"
        ),
        pytest.param(
            '<!DOCTYPE r SYSTEM "file:///etc/hostname"><rss/>', "no export", id="dtd"
        ),
    ],
)
def test_what_is_no_export_is_refused_in_one_line(
    write: Write, content: str, why: str
) -> None:
    with pytest.raises(SourceError, match=why) as refusal:
        read(write(content))

    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("inner", ["<b>soup</b>", "<wp:x>soup</wp:x>"])
def test_an_element_inside_a_text_is_part_of_it(write: Write, inner: str) -> None:
    head = HEAD.replace("<![CDATA[ann]]>", f"ann{inner}")
    path = write(head + item(title="HERE").replace("<![CDATA[HERE]]>", inner) + FOOT)
    [post] = posts(path)

    assert (post.title, post.topics) == ("soup", ("News",))


def test_an_address_is_told_from_a_file() -> None:
    source = Source("past", SourceKind.WORDPRESS, "https://example.org")

    with pytest.raises(SourceError, match=r"source try page https://example\.org"):
        read_wordpress(source, a_visit())


def test_a_file_that_is_not_there_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        read(tmp_path / "none.xml")
