"""Feeds of the shapes that people publish, made up, with any number of posts."""

from collections.abc import Iterable

_PART = (
    "<p>The <a href='https://example.org/kettle'>kettle</a> is <b>always</b> on, and "
    "nobody is asked for a reason to come in out of the rain.</p>"
    "<ul><li>Tea</li><li>Toast</li></ul>"
    "<p><img src='/kettle.png' alt='A kettle on a stove' /></p>"
)
_WORDS = "<p>By Ann Example, Volunteer, The Hall</p>" + _PART * 10
_HEAD = (
    '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Blog</title>'
    "<link>https://example.org/</link><description>A blog.</description>"
)
_TAIL = "</channel></rss>"
_WHEN = "<pubDate>Mon, 06 Jul 2026 08:00:00 GMT</pubDate>"


def wordpress(numbers: Iterable[int], blog: str = "blog") -> bytes:
    """Return what WordPress serves: whole posts of some 3 KB, and a teaser."""
    items = (
        f"<item><title>A kettle of {blog}, the {n}th</title>"
        f"<link>https://example.org/{blog}/{n}</link>"
        f"<guid>https://example.org/{blog}/?p={n}</guid>{_WHEN}"
        "<dc:creator>Ann</dc:creator><category>tea</category>"
        "<description><![CDATA[<p>Come in out of [&#8230;]</p>]]></description>"
        f"<content:encoded><![CDATA[{_WORDS}]]></content:encoded></item>"
        for n in numbers
    )
    return f"{_HEAD}{''.join(items)}{_TAIL}".encode()


def headlines(numbers: Iterable[int]) -> bytes:
    """Return what a news site serves: a title and a sentence or two."""
    items = (
        f"<item><title>A kettle, the {n}th</title><link>https://example.org/{n}</link>"
        f"<guid>https://example.org/{n}</guid>{_WHEN}<description>Come in out of the "
        "rain. Nobody is asked for a reason. The urn is on from ten.</description>"
        "</item>"
        for n in numbers
    )
    return f"{_HEAD}{''.join(items)}{_TAIL}".encode()


def atom(numbers: Iterable[int]) -> bytes:
    """Return an Atom feed whose posts are XHTML."""
    entries = (
        f"<entry><id>urn:kettle:{n}</id><title>A kettle, the {n}th</title>"
        f'<link href="https://example.org/{n}"/>'
        "<updated>2026-07-06T08:00:00Z</updated><author><name>Ann</name></author>"
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">'
        f"{_WORDS}</div></content></entry>"
        for n in numbers
    )
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:kettle</id>'
        f"<title>Blog</title>{''.join(entries)}</feed>"
    ).encode()


SHAPES = {"wordpress": wordpress, "headlines": headlines, "atom": atom}
