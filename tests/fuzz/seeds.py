"""Inputs to begin from, and the pieces of which new ones are likely made."""

from collections.abc import Mapping, Sequence

from tests.pictures import a_drawing, saved

_HTML = (
    b"<h2>T</h2><p>Hi <b>you</b> <a class=btn href='/s'>Go</a><br>x</p><ul><li>a<li>b"
    b"</ul><table><tr><th>x<tr><td rowspan=2>1</table>",
    b"<blockquote>q<footer>- A</footer></blockquote>",
    b"<figure><img src=/a.png alt=A><figcaption>C</figure><svg><p>x</svg><pre> a\n b",
    b"<div class=easy-read><img src=a.png><p>One.</p></div><!-- c --><math><mi>x",
)
_RSS = (
    b'<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/" xmlns:content='
    b'"http://purl.org/rss/1.0/modules/content/"><channel><item><title>T</title>'
    b"<link>/x</link><guid>1</guid><pubDate>Mon, 06 Jul 2026 08:00:00 GMT</pubDate>"
    b"<description>&lt;p&gt;a&lt;/p&gt;</description><content:encoded><![CDATA[<p>By A"
    b" B, Chair</p>]]></content:encoded><enclosure url='/a.mp3' type='audio/mpeg'/>"
    b"<media:thumbnail url='/t.jpg'/></item></channel></rss>"
)
_ATOM = (
    b'<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" '
    b'xml:base="/b/"><entry><id>1</id><title type="html">T</title><updated>2026-07-06T'
    b'08:00:00Z</updated><author><name>A</name></author><link href="/x"/><content '
    b'type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>a</p></div></content>'
    b"</entry></feed>"
)
_JSON = (
    b'{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","title":"T",'
    b'"content_html":"<p>a</p>","date_published":"2026-07-06T08:00:00Z","tags":["a"],'
    b'"authors":[{"name":"A"}],"attachments":[{"url":"/a.pdf","mime_type":"x/y"}]}]}'
)
_MARKDOWN = (
    b"# T\n\nHi *you* **there** [x](/y) ![a](b.png)\n\n- a\n  1. b\n\n> q\n\n"
    b"| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode\n```\n<div>x</div>\n\n"
    b"[r]: /z 'title'\n",
)
_HEAD = (
    b"---\ntitle: T\nstarts: 2026-07-07 10:00 +01:00\ntopics: [a, b]\n"
    b"zone: Europe/Rome\na: &x {b: *x}\nc: !!binary aGk=\n---\nwords\n",
)

_CALENDAR = (
    b"BEGIN:VCALENDAR\r\nX-WR-TIMEZONE:Europe/London\r\nBEGIN:VTIMEZONE\r\nTZID:X\r\n"
    b"BEGIN:STANDARD\r\nDTSTART:20071104T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=11;"
    b"BYDAY=1SU\r\nTZOFFSETFROM:-0400\r\nTZOFFSETTO:-0500\r\nEND:STANDARD\r\n"
    b"END:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;TZID=X:20260707T100000\r\n"
    b"DTEND;TZID=X:20260707T110000\r\nRRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=9\r\n"
    b"EXDATE;TZID=X:20260714T100000\r\nRDATE;VALUE=DATE:20260709\r\nSUMMARY:T\r\n"
    b"DESCRIPTION:<b>a</b>\\nb\r\nLOCATION:L\r\nSTATUS:TENTATIVE\r\nEND:VEVENT\r\n"
    b"BEGIN:VEVENT\r\nUID:1\r\nRECURRENCE-ID;TZID=X;RANGE=THISANDFUTURE:"
    b"20260721T100000\r\nDTSTART:20260722T100000Z\r\nSUMMARY:U\r\nSEQUENCE:2\r\n"
    b"END:VEVENT\r\nBEGIN:VEVENT\r\nUID:2\r\nDTSTART;VALUE=DATE:20260707\r\n"
    b"DURATION:P2D\r\nSUMMARY:V\r\nCATEGORIES:a,b\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
)

SEEDS: Mapping[str, Sequence[bytes]] = {
    "feed": (_RSS, _ATOM, _JSON, b"text/xml; charset=shift_jis\n" + _RSS),
    "html": _HTML,
    "markdown": (*_MARKDOWN, *_HTML),
    "front-matter": _HEAD,
    "picture": (
        saved(a_drawing(10, 9)),
        saved(a_drawing(10, 9, "LA")),
        saved(a_drawing(10, 9).quantize(4), "GIF"),
        saved(a_drawing(10, 9), "WEBP"),
        saved(a_drawing(10, 9), "JPEG", quality=30),
        saved(a_drawing(10, 9, "CMYK"), "JPEG", progressive=True, quality=30),
    ),
    "calendar": _CALENDAR,
}
_TAGS = (
    *(
        b"<p>",
        b"</p>",
        b"<table>",
        b"<tr><td>",
        b"<li>",
        b"<svg>",
        b"</svg>",
        b"<math>",
    ),
    *(b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<script>", b"<style>", b"<template>"),
    *(b"<a href='javascript:x'>", b"<h1>", b"<blockquote>", b"<br>", b"&lt;", b"&#0;"),
)
PIECES: Mapping[str, Sequence[bytes]] = {
    "calendar": (
        *(b"BEGIN:VEVENT\r\n", b"END:VEVENT\r\n", b"BEGIN:VTIMEZONE\r\n", b"\r\n "),
        *(
            b"UID:1\r\n",
            b"SUMMARY:T\r\n",
            b"DTSTART:",
            b"DTEND:",
            b"DURATION:-P",
            b"\n",
        ),
        *(
            b"20260707T100000",
            b"99991231",
            b"00010101",
            b"Z\r\n",
            b";TZID=X:",
            b",",
            b";",
        ),
        *(b"RRULE:FREQ=", b"DAILY", b"HOURLY", b";COUNT=", b";UNTIL=", b";INTERVAL="),
        *(b";BYDAY=-1MO", b";BYSETPOS=-366", b";BYWEEKNO=53", b";WKST=", b"RDATE:"),
        *(b"EXDATE:", b"RECURRENCE-ID:", b";RANGE=THISANDFUTURE", b";VALUE=PERIOD:"),
    ),
    "feed": (
        *(b"<item>", b"</item>", b"<entry>", b"<title>", b"<description>", b"&nbsp;"),
        *(b"<content type='html'>", b"<content type='application/xml'>", b"xml:base="),
        *(b"<!DOCTYPE rss [", b"<!ENTITY a 'b'>", b"<?xml encoding='utf-16'?>", b"[]"),
        *(
            b'"items":',
            b'{"id":',
            b"null",
            b"<media:content url='a'",
            b"<georss:point>",
        ),
        *_TAGS,
    ),
    "html": _TAGS,
    "markdown": (
        *(b"#", b">", b"- ", b"1. ", b"`", b"```", b"*", b"_", b"[", b"](", b")", b"|"),
        *(b"\n", b"\n\n", b"    ", b"---", b"![", b"<", b"\\", b"&#x", b"[a]: b"),
        *_TAGS,
    ),
    "front-matter": (
        *(
            b"---\n",
            b"title: ",
            b"starts: ",
            b"zone: ",
            b"- ",
            b"[",
            b"{",
            b"&a",
            b"*a",
        ),
        *(b"!!", b"|\n", b">\n", b"? ", b": ", b"<<: ", b"2026-07-07", b"%YAML", b"\t"),
    ),
    "picture": (
        *(b"\x89PNG\r\n\x1a\n", b"\0\0\0\rIHDR", b"IDAT", b"PLTE", b"tRNS", b"acTL"),
        *(b"\xff\xd8\xff\xe0", b"\xff\xc0", b"\xff\xc2", b"\xff\xc4", b"\xff\xda"),
        *(b"\xff\xe1\0\x10Exif\0\0MM\0*", b"ICC_PROFILE\0\1\1", b"Adobe", b"\xff\xd9"),
        *(
            b"GIF89a",
            b"\x2c\0\0",
            b"\x21\xf9\4",
            b"RIFF",
            b"WEBPVP8X",
            b"VP8L",
            b"ANIM",
        ),
        *(
            b"\0\0\0 ftypavif",
            b"\xff\xff\xff\xff",
            b"\0\0\0\0",
            b"<svg",
            b"BM",
            b"MPF\0",
        ),
    ),
}
