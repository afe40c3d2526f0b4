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

_TEXT = (
    b"A title\nBy Ann Example, Chair\n\n- one\n- two\n\n1. a\n2. b\n\nSee https"
    b"://example.org/a?b=c. Write to ann@example.org\n===\n",
)
_PAGE = (
    b'<html lang=en><head><title>Week</title><link rel=alternate type="applicat'
    b'ion/rss+xml" href=/feed></head><body><h1>Week</h1><h2>Monday 6 July</h2><'
    b"h3>One</h3><p>By Ann Example, Chair</p><p>It rained all day, and nobody m"
    b"inded.</p><h3>Two</h3><p>By Bo, Clerk</p><p>The sun came out at four, and"
    b" stayed.</p></body></html>",
    b'<article class="h-entry"><h2 class="p-name"><a class="u-url" href="/1">On'
    b'e</a></h2><time class="dt-published" datetime="2026-07-06">x</time><div c'
    b'lass="e-content"><p>It rained.</p></div></article><script type="applicati'
    b'on/ld+json">{"@type":"Event","name":"Walk","startDate":"2026-07-07T10:00:'
    b'00Z","url":"/w"}</script>',
    b"<ul><li><a href=/1>The first post of all</a><li><a href=/2>The second pos"
    b"t</a></ul>",
)
_EXPORT = (
    b'<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content'
    b'/" xmlns:wp="http://wordpress.org/export/1.2/" xmlns:dc="http://purl.org/'
    b'dc/elements/1.1/"><channel><wp:wxr_version>1.2</wp:wxr_version><wp:author'
    b"><wp:author_login>ann</wp:author_login></wp:author><item><title>One</titl"
    b"e><link>https://example.org/1</link><dc:creator>ann</dc:creator><content:"
    b"encoded><![CDATA[[gallery]<p>It rained.</p>]]></content:encoded><wp:post_"
    b"id>1</wp:post_id><wp:post_date_gmt>2026-07-06 08:00:00</wp:post_date_gmt>"
    b"<wp:post_type>post</wp:post_type><wp:status>publish</wp:status></item></c"
    b"hannel></rss>",
)

SEEDS: Mapping[str, Sequence[bytes]] = {
    "feed": (_RSS, _ATOM, _JSON, b"text/xml; charset=shift_jis\n" + _RSS),
    "html": _HTML,
    "markdown": (*_MARKDOWN, *_HTML),
    "front-matter": _HEAD,
    "plain-text": _TEXT,
    "page": _PAGE,
    "wordpress": _EXPORT,
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
    "plain-text": (
        b"\n",
        b"\n\n",
        b"- ",
        b"1. ",
        b"https://",
        b"@",
        b"...",
        b"<",
        b"&",
    ),
    "page": (
        *(
            b'class="h-entry"',
            b'class="h-event"',
            b"<article>",
            b"<time datetime=2026-07>",
        ),
        *(
            b"<h2>",
            b"<h3>Monday 6 July</h3>",
            b"<main>",
            b"<a href=/x>",
            b'{"@graph":[',
        ),
        *(b"<base href='x:'>", b"<script type=application/ld+json>", b"</script>"),
        *_TAGS,
    ),
    "wordpress": (
        *(
            b"<item>",
            b"</item>",
            b"<wp:post_type>post</wp:post_type>",
            b"<![CDATA[",
            b"]]>",
        ),
        *(
            b"<!DOCTYPE x [",
            b"<wp:postmeta>",
            b"[caption id=x]",
            b"[/caption]",
            b"<!-- wp:",
        ),
        *_TAGS,
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
