"""Whatever a source calls a post, no header of an email says more than its words.

Python's own serialiser makes a line of its own of an encoded word that holds a line
end (CVE-2024-6923), so the bytes are looked at, and not what was put in.
"""

import html
import json
import re
from collections.abc import Callable
from dataclasses import replace
from email import policy
from email.header import decode_header, make_header
from email.parser import BytesParser
from pathlib import Path

import pytest

from digest.gather.calendars.calendar import read_from
from digest.gather.calendars.ics.expand import answered
from digest.gather.feeds.feed import posts_in
from digest.gather.folders.folder import read_folder
from digest.gather.pages.page import read_page
from digest.model.campaigns.campaign import PageSelectors, Source, SourceKind
from digest.model.editions.mime import cleaned
from digest.model.posts.items import Item
from digest.render.email.compile import SAMPLE_READER, compile_email
from digest.render.email.subject import subject
from digest.render.options import RenderOptions
from tests.builders import EIGHT, a_campaign, a_post, a_variant, a_visit
from tests.gmime import read_by_gmime
from tests.site import a_fetcher, serving

LOOK = RenderOptions(EIGHT)
HERE = "https://example.org/feed"
WORDS = "Tea and cake"
# What GMime holds of its parts, and not of the message.
OF_ITS_OBJECT = frozenset({"Content-Type", "Content-Language"})
TITLES = [
    pytest.param("=?utf-8?q?=0D=0ABcc:x=40example.org?= " + WORDS, id="encoded word"),
    pytest.param("=?utf-8?b?DQpCY2M6eA==?= " + WORDS, id="encoded in base64"),
    pytest.param("=?utf-8*en?q?=0ABcc:_x?= " + WORDS, id="with a language"),
    pytest.param("=?=?utf-8?q?=0ABcc:x?=?= " + WORDS, id="nested"),
    pytest.param("=\u200b?utf-8?q?=0ABcc:x?= " + WORDS, id="hidden by no width"),
    pytest.param("=\x85?utf-8?q?=0ABcc:x?= " + WORDS, id="hidden by a control"),
    pytest.param(WORDS + "\r\nBcc: x@example.org", id="a line of its own"),
    pytest.param(WORDS + "\nBcc: x@example.org\n\nbody", id="a body"),
    pytest.param(WORDS + "\u2028Bcc: x@example.org", id="a line separator"),
    pytest.param(WORDS + "\u2029Bcc: x@example.org", id="a paragraph separator"),
    pytest.param(WORDS + "\x85Bcc: x@example.org", id="a next line"),
    pytest.param(WORDS + "\x0b\x0c\x1cBcc: x@example.org", id="other line ends"),
    pytest.param("\ufeff" + WORDS + "\ufeff", id="byte order marks"),
    pytest.param("\u202e" + WORDS + "\u2066\u2067", id="turned around"),
    pytest.param("\u200f" + WORDS + "\u061c", id="marks of direction"),
    pytest.param("\x00\x1b[2J\x7f\x9b" + WORDS, id="controls"),
    pytest.param("\ud800" + WORDS + "\udfff", id="lone surrogates"),
    pytest.param("\ufffe\uffff\U0001fffe" + WORDS, id="no characters"),
    pytest.param(WORDS + " \U000e0041\U000e0042", id="tags"),
    pytest.param(WORDS + " " + "\u0301" * 300, id="accents upon accents"),
    pytest.param(WORDS + " " + "x" * 3000, id="3,000 letters"),
    pytest.param(WORDS + " " + "\u4e2d" * 3000, id="3,000 letters of three bytes"),
    pytest.param("\U0001f469\U0001f3fd\u200d\U0001f9bd " + WORDS, id="an emoji"),
    pytest.param("Is 1=? of 2=?x? a sum, asks " + WORDS, id="signs of a sum"),
    pytest.param("%0d%0aBcc: x %0D%0A " + WORDS, id="escaped as in addresses"),
    pytest.param(
        "&#13;&#10;Bcc: x&#x2028;y &NewLine; " + WORDS, id="escaped as in HTML"
    ),
    pytest.param('"<x@example.org>, y" ' + WORDS, id="an address"),
    pytest.param("{{ 7*7 }} %s {0} " + WORDS, id="marks of templates"),
]


def in_xml(title: str) -> str:
    """Return the title as XML can carry it: a reference for each sign it may not."""
    characters = title.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    return html.escape(
        re.sub("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", characters)
    )


def rss(title: str) -> tuple[Item, ...]:
    item = f"<item><title>{in_xml(title)}</title></item>"
    return feed(f'<rss version="2.0"><channel>{item}</channel></rss>')


def rss_in_cdata(title: str) -> tuple[Item, ...]:
    words = html.unescape(in_xml(title))
    item = f"<item><title><![CDATA[<b></b>{words}]]></title></item>"
    return feed(f'<rss version="2.0"><channel>{item}</channel></rss>')


def atom(title: str) -> tuple[Item, ...]:
    entry = f'<entry><title type="html">{html.escape(in_xml(title))}</title></entry>'
    return feed(f'<feed xmlns="http://www.w3.org/2005/Atom">{entry}</feed>')


def no_title(title: str) -> tuple[Item, ...]:
    item = f"<item><description>{in_xml(title)}</description></item>"
    return feed(f'<rss version="2.0"><channel>{item}</channel></rss>')


def json_feed(title: str) -> tuple[Item, ...]:
    return feed(json.dumps({"items": [{"id": "1", "title": title}]}))


def feed(text: str) -> tuple[Item, ...]:
    return posts_in(text.encode(), "", HERE).items


def markdown(title: str, folder: Path) -> tuple[Item, ...]:
    return notes(folder, "a.md", f"# {title}\n\nw")


def head(title: str, folder: Path) -> tuple[Item, ...]:
    return notes(folder, "a.md", f"---\ntitle: {json.dumps(title)}\n---\nw")


def event(title: str, folder: Path) -> tuple[Item, ...]:
    text = (
        f"---\nkind: event\ntitle: {json.dumps(title)}\nstarts: 2026-07-07 10:00\n---\n"
    )
    return notes(folder, "a.md", text)


def plain_text(title: str, folder: Path) -> tuple[Item, ...]:
    return notes(folder, "a.txt", f"{title}\n\nw")


def notes(folder: Path, name: str, text: str) -> tuple[Item, ...]:
    (folder / name).write_bytes(text.encode("utf-8", "replace"))
    return read_folder(Source("notes", SourceKind.FOLDER, str(folder)), a_visit()).items


def calendar(title: str) -> tuple[Item, ...]:
    escaped = title.replace("\\", "\\\\").replace("\n", "\\n").replace(",", "\\,")
    lines = (
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//x//EN", "BEGIN:VEVENT"),
        *("UID:1", "DTSTAMP:20260701T000000Z", "DTSTART:20260707T090000Z"),
        *(f"SUMMARY:{escaped}", "END:VEVENT", "END:VCALENDAR", ""),
    )
    content = "\r\n".join(lines).encode("utf-8", "replace")
    source = Source("dates", SourceKind.CALENDAR, "https://example.org/dates.ics")
    return read_from(content, source, a_visit(since=EIGHT), answered).items


def page(title: str) -> tuple[Item, ...]:
    heading = html.escape(title)
    week = f"<h1>Week</h1><article><h2>{heading}</h2><p>{'Words. ' * 40}</p></article>"
    both = f"<html><body>{week}{week.replace('Words', 'More')}</body></html>"
    with serving() as site:
        site.files["week"] = both.encode("utf-8", "replace")
        select = PageSelectors(posts="article")
        source = Source("page", SourceKind.PAGE, f"{site.url}/week", select=select)
        return read_page(source, a_visit(fetcher=a_fetcher())).items


@pytest.mark.parametrize("title", TITLES)
def test_gmime_reads_every_header_as_it_was_meant(title: str) -> None:
    words = cleaned(title)
    campaign = a_campaign(title=title, sender_name=title)
    item = a_post(title=title, summary=title, url="", body=())
    variant = a_variant(item, campaign=campaign)
    message = compile_email(variant, LOOK).merge(replace(SAMPLE_READER, name=title))

    reading = read_by_gmime(message)
    standard = BytesParser(policy=policy.compat32).parsebytes(message)

    assert reading.subject == subject(variant)
    assert reading.sender == (words, campaign.sender_address)
    assert reading.to == (words, SAMPLE_READER.address)
    assert [name.lower() for name in reading.header_names] == [
        name.lower() for name in standard if name not in OF_ITS_OBJECT
    ]
    assert len(reading.texts) == 2
    assert all(text.startswith(WORDS, text.index(WORDS)) for text in reading.texts)


FROM_WORDS = (rss, rss_in_cdata, atom, no_title, json_feed, calendar, page)
FROM_FILES = (markdown, head, event, plain_text)


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("source", FROM_WORDS, ids=lambda make: make.__name__)
def test_a_title_from_the_web_is_only_ever_words(
    source: Callable[[str], tuple[Item, ...]], title: str
) -> None:
    items = source(title)

    assert items
    check_headers(items[0])


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("source", FROM_FILES, ids=lambda make: make.__name__)
def test_a_title_from_a_file_is_only_ever_words(
    source: Callable[[str, Path], tuple[Item, ...]], title: str, tmp_path: Path
) -> None:
    items = source(title, tmp_path)

    assert items
    check_headers(items[0])


def check_headers(item: Item) -> None:
    """Assert that the email of the item has the usual headers, each of one line."""
    usual = BytesParser(policy=policy.compat32).parsebytes(
        compile_email(a_variant(), LOOK).merge(SAMPLE_READER)
    )
    message = compile_email(a_variant(item), LOOK).merge(SAMPLE_READER)
    first, _, _ = message.partition(b"\r\n\r\n")
    newer = BytesParser(policy=policy.default).parsebytes(message)
    older = BytesParser(policy=policy.compat32).parsebytes(message)
    subject = str(make_header(decode_header(older["Subject"].replace("\r\n", ""))))

    assert newer.keys() == older.keys() == usual.keys()
    assert first.isascii()
    assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?<!\r)\n", first)
    assert max(map(len, first.split(b"\r\n"))) <= 998
    assert len(subject.splitlines()) == 1
    assert not re.search("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", subject)
    assert str(newer["Subject"]).splitlines() == [str(newer["Subject"])]
    assert "bcc" not in {name.lower() for name in newer}
