"""What else a feed may say of a post, and in which form, told from its bytes alone."""

import json
from typing import Any

import pytest

from digest.gather.feeds import json_feed, xml_feed
from digest.gather.items.raw_item import RawItem
from digest.model.posts.blocks import Paragraph, Picture, TextSpan, texts
from digest.model.posts.items import Byline, LinkKind, Post
from digest.model.posts.pictures import pictures_in
from tests.builders import EIGHT
from tests.raw_items import post_from

HERE = "https://feeds.example.net/all/feed.xml"
NAMES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
    'xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
)
XHTML = "http://www.w3.org/1999/xhtml"
FILE = "https://example.org/f/"


def rss(item: str, channel: str = "") -> Post:
    text = f'<rss version="2.0" {NAMES}><channel>{channel}<item>{item}</item></channel>'
    return post(xml_feed.entries(f"{text}</rss>".encode(), "", HERE))


def atom(entry: str, feed: str = "", about: str = "") -> Post:
    names = f'xmlns="http://www.w3.org/2005/Atom" xmlns:h="{XHTML}" {about}'
    text = f"<feed {names}>{feed}<entry><id>e</id>{entry}</entry></feed>"
    return post(xml_feed.entries(text.encode(), "application/atom+xml", HERE))


def from_json(feed: dict[str, Any] | None = None, **item: Any) -> Post:
    content = json.dumps({"items": [{"id": "e", **item}], **(feed or {})})
    return post(json_feed.entries(content.encode(), HERE))


def post(entries: Any) -> Post:
    [entry] = entries
    assert isinstance(entry, RawItem)
    return post_from(entry)


def words_of(post: Post) -> list[str]:
    return list(texts(post.body))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
            'xmlns="http://my.netscape.com/rdf/simple/0.9/"><channel/><item>{}</item>'
            "</rdf:RDF>",
            True,
            id="RSS 0.9",
        ),
        *(
            pytest.param(
                f'<rss version="{number}"><channel><item>{{}}</item></channel></rss>',
                True,
                id=f"RSS {number}",
            )
            for number in ("0.91", "0.92", "0.93", "0.94", "2.0", "2.01")
        ),
        pytest.param(
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
            'xmlns="http://purl.org/rss/1.0/"><channel/><item rdf:about="https://'
            'example.org/one">{}</item></rdf:RDF>',
            True,
            id="RSS 1.0",
        ),
        pytest.param(
            '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry>{}'
            "</entry></feed>",
            False,
            id="Atom 0.3",
        ),
        pytest.param(
            '<feed xmlns="http://www.w3.org/2005/Atom"><entry>{}</entry></feed>',
            False,
            id="Atom 1.0",
        ),
    ],
)
def test_every_version_gives_title_link_and_words(
    text: str,
    expected: bool,  # noqa: FBT001 - a case
) -> None:
    link = "<link>https://example.org/one</link>"
    words = "<description>Come in.</description>"
    if not expected:
        link = '<link rel="alternate" type="text/html" href="https://example.org/one"/>'
        words = "<summary>Come in.</summary>"
    item = f"<title>One</title>{link}{words}"
    feed_post = post(xml_feed.entries(text.format(item).encode(), "", HERE))

    assert (feed_post.title, feed_post.url) == ("One", "https://example.org/one")
    assert words_of(feed_post) == ["Come in."]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param('type="text">a &lt;b> c', ["a <b> c"], id="text"),
        pytest.param('type="html">&lt;p>a&lt;p>b', ["a", "b"], id="html"),
        pytest.param('type="text/html">&lt;p>a&lt;p>b', ["a", "b"], id="text/html"),
        pytest.param(
            'type="xhtml"><h:div><h:p>a</h:p><h:p>b</h:p></h:div>',
            ["a", "b"],
            id="xhtml",
        ),
        pytest.param('type="text/plain">a\n\nb', ["a", "b"], id="text/plain"),
        pytest.param('type="html"><![CDATA[<p>a &amp; b</p>]]>', ["a & b"], id="CDATA"),
        pytest.param(
            'type="html"><![CDATA[<p>a</p>]]><![CDATA[<p>b</p>]]>',
            ["a", "b"],
            id="two CDATA",
        ),
        pytest.param('type="image/png">aGVsbG8=', ["short"], id="a picture's bytes"),
    ],
)
def test_a_content_is_what_its_type_says(content: str, expected: list[str]) -> None:
    atom_post = atom(
        f"<title>x</title><content {content}</content><summary>short</summary>"
    )

    assert words_of(atom_post) == expected


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        pytest.param("&amp;lt;p&amp;gt;a&amp;lt;/p&amp;gt;", ["a"], id="twice escaped"),
        pytest.param("a&amp;lt;br /&amp;gt;b", ["a\nb"], id="a line break too"),
        pytest.param(
            "Write &amp;lt;b&amp;gt; for bold", ["Write <b> for bold"], id="about HTML"
        ),
        pytest.param(
            "&lt;p&gt;Write &amp;lt;b&amp;gt;x&amp;lt;/b&amp;gt;&lt;/p&gt;",
            ["Write <b>x</b>"],
            id="about HTML, in HTML",
        ),
        pytest.param("a\n \nb\nc", ["a", "b c"], id="words with an empty line"),
        pytest.param("Tea &amp;amp; cake", ["Tea & cake"], id="a reference"),
    ],
)
def test_rss_words_are_what_was_meant(description: str, expected: list[str]) -> None:
    assert words_of(
        rss(f"<title>x</title><description>{description}</description>")
    ) == (expected)


def test_the_whole_text_is_kept_beside_a_summary() -> None:
    rss_post = rss(
        "<title>x</title><description>In short, tea.</description>"
        "<content:encoded><![CDATA[<p>Tea.</p><p>And cake.</p>]]></content:encoded>"
    )

    assert (rss_post.summary, words_of(rss_post)) == (
        "In short, tea.",
        ["Tea.", "And cake."],
    )


@pytest.mark.parametrize(
    ("item", "byline"),
    [
        ("<dc:creator>Ann</dc:creator><dc:creator>Bo</dc:creator>", "Ann and Bo"),
        ("<dc:creator>Ann &amp;amp; Bo</dc:creator>", "Ann & Bo"),
        ("<itunes:author>Cy Test</itunes:author>", "Cy Test"),
        ("<dc:creator>Ann</dc:creator><author>a@example.org</author>", "Ann"),
        ("<author>a@example.org (Ann Test)</author>", "Ann Test"),
    ],
)
def test_rss_authors_are_all_named(item: str, byline: str) -> None:
    assert str(rss(f"<title>x</title>{item}").byline) == byline


def test_atom_authors_are_all_named_and_else_those_of_the_feed() -> None:
    ann, bo = (f"<author><name>{name}</name></author>" for name in ("Ann", "Bo"))

    assert atom(f"<title>x</title>{ann}{bo}").byline == Byline("Ann and Bo")
    assert atom("<title>x</title>", ann).byline == Byline("Ann")
    assert atom(f"<title>x</title>{bo}", ann).byline == Byline("Bo")


def test_json_authors_are_all_named_and_else_those_of_the_feed() -> None:
    whose = {"authors": [{"name": "Ann"}]}

    assert from_json(whose, title="x").byline == Byline("Ann")
    assert from_json(whose, title="x", authors=[{"name": "Bo"}]).byline == Byline("Bo")
    assert from_json({"author": {"name": "Cy"}}, title="x").byline == Byline("Cy")


def test_the_channels_editor_is_nobodys_byline() -> None:
    editor = "<managingEditor>ed@example.org (Ed)</managingEditor>"

    assert rss("<title>x</title>", editor).byline is None


@pytest.mark.parametrize(
    ("name", "media_type", "kind"),
    [
        ("talk.mp3", "audio/mpeg", LinkKind.AUDIO),
        ("talk.m4a?x=1", "", LinkKind.AUDIO),
        ("walk.mp4", "video/mp4", LinkKind.VIDEO),
        ("plan.pdf", "application/pdf", LinkKind.DOCUMENT),
        ("plan.PDF", "application/octet-stream", LinkKind.DOCUMENT),
        ("form", "application/msword", LinkKind.DOCUMENT),
        ("page", "text/html", None),
        ("setup.exe", "application/x-msdownload", None),
        ("drawing.svg", "image/svg+xml", None),
        ("kettle.jpg", "image/jpeg", None),
    ],
)
def test_an_enclosure_is_a_link_of_its_kind(
    name: str, media_type: str, kind: LinkKind | None
) -> None:
    kinds = [] if kind is None else [(kind, f"{FILE}{name}")]
    enclosure = f'<enclosure url="{FILE}{name}" type="{media_type}" length="1"/>'
    in_atom = f'<link rel="enclosure" href="{FILE}{name}" type="{media_type}"/>'
    in_json = [{"url": f"{FILE}{name}", "mime_type": media_type}]

    for feed_post in (
        rss(f"<title>x</title>{enclosure}"),
        atom(f"<title>x</title>{in_atom}"),
        from_json(title="x", attachments=in_json),
    ):
        assert [(link.kind, link.url) for link in feed_post.links] == kinds


def test_an_enclosure_is_called_what_the_feed_calls_it() -> None:
    file = f'rel="enclosure" href="{FILE}a.mp3" type="audio/mpeg"'
    named = atom(f'<title>x</title><link {file} title="Ann reads"/>')

    assert [link.label for link in named.links] == ["Ann reads"]
    assert [link.label for link in atom(f"<title>x</title><link {file}/>").links] == [
        "Listen to the recording"
    ]


def test_what_the_words_link_to_already_is_not_linked_again() -> None:
    words = f'&lt;a href="{FILE}a.pdf"&gt;The plan&lt;/a&gt;'
    file = f'<enclosure url="{FILE}a.pdf" type="application/pdf" length="1"/>'

    assert rss(f"<title>x</title><description>{words}</description>{file}").links == ()


@pytest.mark.parametrize(
    "item",
    [
        f'<media:content url="{FILE}a.jpg" medium="image"/>',
        f'<media:content url="{FILE}a.jpg" type="image/jpeg"/>',
        f'<media:group><media:content url="{FILE}a.mp4" type="video/mp4"/>'
        f'<media:thumbnail url="{FILE}a.jpg"/></media:group>',
        f'<media:thumbnail url="{FILE}a.jpg"/>',
        f'<itunes:image href="{FILE}a.jpg"/>',
        f'<enclosure url="{FILE}a.jpg" type="image/jpeg" length="1"/>',
        '<media:content url="https://0.gravatar.com/avatar/x" medium="image"/>'
        f'<media:content url="{FILE}a.jpg" medium="image"/>',
    ],
)
def test_a_picture_is_found_wherever_the_feed_puts_it(item: str) -> None:
    rss_post = rss(f"<title>x</title>{item}")

    assert rss_post.title == "x"
    assert rss_post.picture is not None
    assert rss_post.picture.src == f"{FILE}a.jpg"


def pictures_of_post(post: Post) -> list[str]:
    """Return the names of its pictures' files, in reading order, each as often."""
    return [picture.src.removeprefix(FILE) for picture in pictures_in(post)]


@pytest.mark.parametrize(
    ("item", "names"),
    [
        pytest.param(
            "".join(
                f'<media:content url="{FILE}{n}.jpg" medium="image"/>' for n in range(4)
            ),
            ["0.jpg", "1.jpg", "2.jpg", "3.jpg"],
            id="four, as Mastodon has them",
        ),
        pytest.param(
            f'<enclosure url="{FILE}a.jpg" type="image/jpeg" length="1"/>'
            f'<enclosure url="{FILE}b.jpg" type="image/jpeg" length="1"/>'
            f'<media:content url="{FILE}a.jpg" medium="image"/>'
            f'<media:thumbnail url="{FILE}small-a.jpg"/>'
            f'<itunes:image href="{FILE}c.jpg"/>',
            ["a.jpg", "b.jpg"],
            id="two enclosed, and again",
        ),
        pytest.param(
            f'<media:content url="{FILE}a.jpg?width=140&amp;s=1" medium="image"/>'
            f'<media:content url="{FILE}a.jpg?width=700&amp;s=2" medium="image"/>'
            f'<media:content url="{FILE}a-150x150.jpg" medium="image"/>',
            ["a.jpg?width=140&s=1"],
            id="one picture in several sizes",
        ),
        pytest.param(
            f'<media:group><media:content url="{FILE}a1.jpg" medium="image"/>'
            f'<media:content url="{FILE}a2.jpg" medium="image" isDefault="true"/>'
            f'</media:group><media:content url="{FILE}b.jpg" medium="image"/>',
            ["a2.jpg", "b.jpg"],
            id="a group, which is one picture",
        ),
        pytest.param(
            f'<media:content url="{FILE}p?id=1&amp;w=9" medium="image"/>'
            f'<media:content url="{FILE}p?id=2&amp;w=9" medium="image"/>',
            ["p?id=1&w=9", "p?id=2&w=9"],
            id="told apart by a number alone",
        ),
        pytest.param(
            f'<description>&lt;p&gt;&lt;img src="{FILE}b-1024x768.jpg" alt="B"&gt;'
            f'</description><media:content url="{FILE}a.jpg" medium="image"/>'
            f'<media:content url="{FILE}b.jpg" medium="image"/>'
            f'<media:content url="{FILE}c.jpg" medium="image"/>',
            ["a.jpg", "b-1024x768.jpg", "c.jpg"],
            id="shown among the words already",
        ),
        pytest.param(
            '<media:content url="https://0.gravatar.com/avatar/x" medium="image"/>'
            f'<media:content url="{FILE}a.jpg" medium="image"/>'
            '<media:content url="https://0.gravatar.com/avatar/y" medium="image"/>',
            ["a.jpg"],
            id="faces",
        ),
    ],
)
def test_every_picture_of_a_post_is_taken_once(item: str, names: list[str]) -> None:
    assert pictures_of_post(rss(f"<title>x</title>{item}")) == names


def test_atom_and_json_may_enclose_several_pictures() -> None:
    links = "".join(
        f'<link rel="enclosure" href="{FILE}{n}.jpg" type="image/jpeg"/>'
        for n in range(3)
    )
    files = [{"url": f"{FILE}{n}.jpg", "mime_type": "image/jpeg"} for n in range(1, 3)]
    names = ["0.jpg", "1.jpg", "2.jpg"]
    json_post = from_json(
        title="x",
        image=f"{FILE}0.jpg",
        banner_image=f"{FILE}banner.jpg",
        attachments=files,
    )

    assert pictures_of_post(atom(f"<title>x</title>{links}")) == names
    assert pictures_of_post(json_post) == names
    banner = from_json(title="x", banner_image=f"{FILE}banner.jpg")
    assert pictures_of_post(banner) == ["banner.jpg"]


def test_further_pictures_stand_below_the_words_with_their_own() -> None:
    blue = TEAPOT.replace("a.png", "b.png").replace("brown", "blue")
    rss_post = rss(f"<title>x</title><description>{BODY}</description>{TEAPOT}{blue}")

    assert rss_post.picture == Picture(f"{FILE}a.png", "A brown teapot")
    assert rss_post.body[1:] == (Picture(f"{FILE}b.png", "A blue teapot"),)


BODY = "The tea dance is moved to the church hall at six on Friday."
TEAPOT = (
    f'<media:content url="{FILE}a.png" type="image/png" medium="image">'
    '<media:description type="plain">A brown teapot</media:description>'
    '<media:title type="plain">teapot.png</media:title></media:content>'
)


@pytest.mark.parametrize(
    "item",
    [
        pytest.param(f"<description>{BODY}</description>{TEAPOT}", id="Mastodon"),
        pytest.param(f"{TEAPOT}<description>{BODY}</description>", id="picture first"),
        pytest.param(
            f"<content:encoded>{BODY}</content:encoded>{TEAPOT}", id="content:encoded"
        ),
        pytest.param(
            f"<description>{BODY}</description>"
            f'<media:content url="{FILE}a.png" medium="image"/>'
            "<media:description>A brown teapot</media:description>",
            id="said of all the item's files",
        ),
        pytest.param(
            f"<description>{BODY}</description><media:group>"
            f'<media:content url="{FILE}a.png" medium="image"/>'
            "<media:description>A brown teapot</media:description></media:group>",
            id="said of a group",
        ),
    ],
)
def test_a_pictures_description_is_its_own_and_never_the_posts(item: str) -> None:
    rss_post = rss(item)

    assert words_of(rss_post) == [BODY]
    assert rss_post.title.startswith("The tea dance is moved")
    assert rss_post.picture == Picture(f"{FILE}a.png", "A brown teapot")


def test_a_post_of_a_picture_alone_is_not_made_of_its_description() -> None:
    rss_post = rss(f"<title>x</title><description/>{TEAPOT}")

    assert words_of(rss_post) == []
    assert rss_post.picture == Picture(f"{FILE}a.png", "A brown teapot")


@pytest.mark.parametrize(
    "extension",
    [
        "<itunes:summary>We say it again for a shop.</itunes:summary>",
        "<dc:description>We say it again for a library.</dc:description>",
        '<media:group><media:content url="https://example.org/a.mp4" '
        'type="video/mp4"/><media:description>Of the film, at much greater length '
        f"than the post is. {BODY}</media:description></media:group>",
        "<dc:title>As a library has it</dc:title>",
    ],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_what_an_extension_says_never_stands_in_for_the_posts_words(
    extension: str,
    is_first: bool,  # noqa: FBT001 - a case
) -> None:
    own = f"<title>x</title><description>{BODY}</description>"
    rss_post = rss(extension + own if is_first else own + extension)

    assert (rss_post.title, words_of(rss_post)) == ("x", [BODY])


@pytest.mark.parametrize(
    "extension",
    [
        f"<itunes:summary>{BODY}</itunes:summary>",
        f"<dc:description>{BODY}</dc:description>",
        '<media:group><media:content url="https://example.org/a.mp4" '
        f'type="video/mp4"/><media:thumbnail url="{FILE}a.jpg"/>'
        f"<media:description>{BODY}</media:description></media:group>",
    ],
)
def test_words_are_an_extensions_where_the_post_has_none(extension: str) -> None:
    assert words_of(rss(f"<title>x</title>{extension}")) == [BODY]


def test_a_broken_feed_tells_pictures_from_posts_too() -> None:
    item = f"<title>Tea & cake</title><description>{BODY}</description>{TEAPOT}"

    assert words_of(rss(item)) == [BODY]


def test_a_video_in_several_sizes_is_linked_once() -> None:
    media = "".join(
        f'<media:content url="{FILE}{n}.mp4" type="video/mp4"/>' for n in range(3)
    )
    rss_post = rss(f"<title>x</title><media:group>{media}</media:group>")

    assert [(link.kind, link.url) for link in rss_post.links] == [
        (LinkKind.VIDEO, f"{FILE}0.mp4")
    ]


LINK = '&lt;a href="s"&gt;our survey&lt;/a&gt;'


@pytest.mark.parametrize(
    ("feed", "expected"),
    [
        pytest.param(
            lambda: rss(
                "<title>x</title><link>https://example.org/posts/1</link>"
                f"<description>{LINK}</description>"
            ),
            "https://example.org/posts/s",
            id="RSS: the post's own page",
        ),
        pytest.param(
            lambda: rss(
                f"<title>x</title><description>{LINK}</description>",
                "<link>https://example.org/</link>",
            ),
            "https://example.org/s",
            id="RSS: the site",
        ),
        pytest.param(
            lambda: rss(f"<title>x</title><description>{LINK}</description>"),
            "https://feeds.example.net/all/s",
            id="RSS: the feed",
        ),
        pytest.param(
            lambda: atom(f'<title>x</title><content type="html">{LINK}</content>'),
            "https://feeds.example.net/all/s",
            id="Atom: the feed",
        ),
        pytest.param(
            lambda: atom(
                f'<title>x</title><content type="html">{LINK}</content>',
                about='xml:base="https://example.org/b/"',
            ),
            "https://example.org/b/s",
            id="Atom: its base",
        ),
        pytest.param(
            lambda: atom(
                f'<title>x</title><content type="html" xml:base="c/">{LINK}</content>',
                about='xml:base="https://example.org/b/"',
            ),
            "https://example.org/b/c/s",
            id="Atom: the content's base, from that of the feed",
        ),
        pytest.param(
            lambda: atom(
                f'<title>x</title><content type="html">{LINK}</content>',
                about='xml:base="/b/"',
            ),
            "https://feeds.example.net/b/s",
            id="Atom: a base that is relative itself",
        ),
        pytest.param(
            lambda: from_json(title="x", content_html='<a href="s">our survey</a>'),
            "https://feeds.example.net/all/s",
            id="JSON: the feed",
        ),
    ],
)
def test_a_relative_address_is_taken_from_where_it_was_meant(
    feed: Any, expected: str
) -> None:
    assert [link.url for link in feed().links] == [expected]


def test_a_post_leads_to_its_own_page_and_not_to_a_counter_before_it() -> None:
    rss_post = rss(
        "<title>x</title><link>https://feeds.example.net/~r/1</link>"
        "<feedburner:origLink>https://example.org/1</feedburner:origLink>"
    )

    assert rss_post.url == "https://example.org/1"


def test_an_id_is_kept_as_it_is_said() -> None:
    assert rss('<title>x</title><guid isPermaLink="false">one</guid>').key == "one"


def test_a_date_of_change_is_better_than_none() -> None:
    when = "2026-07-06T08:00:00Z"

    assert atom(f"<title>x</title><updated>{when}</updated>").published == EIGHT
    assert from_json(title="x", date_modified=when).published == EIGHT


def test_words_without_markup_are_one_paragraph() -> None:
    rss_post = rss("<title>x</title><description>\n  a\n  b\n</description>")

    assert rss_post.body == (Paragraph((TextSpan("a b"),)),)


@pytest.mark.parametrize(
    ("stated", "language"),
    [
        pytest.param(
            rss("<title>A</title>", "<language>cy</language>"), "cy", id="RSS"
        ),
        pytest.param(
            rss("<title>A</title>", "<language>en-US</language>"),
            "",
            id="English is what programs write unasked",
        ),
        pytest.param(
            atom('<title xml:lang="ur">A</title>', about='xml:lang="en"'),
            "ur",
            id="an entry of Atom",
        ),
        pytest.param(
            atom("<title>A</title>", about='xml:lang="ar"'), "ar", id="a feed of Atom"
        ),
        pytest.param(
            from_json({"language": "fr"}, content_text="A"), "fr", id="a JSON Feed"
        ),
        pytest.param(
            from_json({"language": "fr"}, content_text="A", language="en-GB"),
            "en-GB",
            id="an item of a JSON Feed",
        ),
        pytest.param(
            from_json(content_text="A", language=["fr"]), "", id="no language"
        ),
        pytest.param(rss("<title>A</title>"), "", id="nothing is said"),
    ],
)
def test_a_post_has_the_language_that_its_feed_states(
    stated: Post, language: str
) -> None:
    assert stated.language == language
