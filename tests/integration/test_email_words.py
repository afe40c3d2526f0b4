"""What an email says, and that its HTML and its text say the same."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from digest.errors import RenderError
from digest.model.campaigns.campaign import LetterHead
from digest.model.formats import PLAIN
from digest.model.people.person import NO_EVIDENCE
from digest.model.posts.blocks import (
    Block,
    CallToAction,
    Heading,
    Paragraph,
    Picture,
    Table,
    TextSpan,
)
from digest.model.posts.items import Item, Link, LinkKind
from digest.render.addresses import spoken
from digest.render.email.compile import (
    SAMPLE_READER,
    compile_email,
    preview_html,
    preview_text,
)
from digest.render.email.subject import subject
from digest.render.limits import HTML_BYTES, HTML_BYTES_AIM
from digest.render.options import RenderOptions
from digest.render.words.catalogue import words_for
from digest.render.words.dates import when
from tests.builders import a_campaign, a_post, a_variant, an_event, words
from tests.pictures import a_gallery
from tests.rich import a_rich_variant, cells

LOOK = RenderOptions(datetime(2026, 7, 6, 15, 0, tzinfo=UTC))


def tree(html: str) -> etree._Element:
    """Return the page as a parser sees it."""
    return etree.fromstring(html, etree.HTMLParser())


def words_in(element: etree._Element) -> str:
    """Return the words of an element."""
    return " ".join("".join(element.itertext()).split())


def test_every_link_and_heading_of_the_html_is_in_the_text() -> None:
    page = tree(preview_html(a_rich_variant(), LOOK))
    lines = preview_text(a_rich_variant(), LOOK).splitlines()
    flowed = " ".join(" ".join(lines).split())

    links = [a.get("href") for a in page.iter("a") if a.get("href")]
    away = {spoken(link) for link in links if not link.startswith(("#", "tel:"))}
    assert len(away) == 12
    assert away <= {line.strip() for line in lines}
    for heading in page.xpath("//h1|//h2|//h3|//h4|//h5|//h6"):
        assert words_in(heading) in flowed
    for paragraph in page.xpath("//p[not(.//a) and not(@class)]|//li[not(.//a)]"):
        assert all(word in flowed for word in words_in(paragraph).split())


@pytest.mark.parametrize(
    ("title", "listed"),
    [
        pytest.param(
            "中" * 40, "\n- " + "中" * 35 + "\n  " + "中" * 5 + "\n", id="Chinese"
        ),
        pytest.param("x" * 75, "\n- " + "x" * 70 + "\n  xxxxx\n", id="one long word"),
        pytest.param(
            "x\u0316" * 71, "\n- " + "x\u0316" * 70 + "\n  x\u0316\n", id="marks on it"
        ),
    ],
)
def test_a_title_without_spaces_begins_beside_its_mark(title: str, listed: str) -> None:
    variant = a_variant(*(a_post(key, title=title) for key in "abc"))

    assert listed in preview_text(variant, LOOK)


def test_links_are_on_lines_of_their_own_and_lines_within_72() -> None:
    url = "https://example.org/" + "long/" * 30 + "?q=$[x]'(y)*"
    body = (
        Paragraph((TextSpan("See "), TextSpan("the plan", href=url), TextSpan("."))),
    )

    text = preview_text(a_variant(a_post(url="", body=body)), LOOK)

    assert f"\nthe plan:\n{url}\n" in text
    assert all(len(line) <= 72 for line in text.splitlines() if "://" not in line)


@pytest.mark.parametrize("draft", [False, True], ids=["for readers", "a proof"])
def test_the_html_is_built_for_everyone(draft: bool) -> None:  # noqa: FBT001 - a case
    variant = a_rich_variant(draft=draft)
    html = preview_html(variant, LOOK)
    page = tree(html)
    levels = [int(h.tag[1]) for h in page.xpath("//h1|//h2|//h3|//h4|//h5|//h6")]

    assert html.startswith("<!DOCTYPE html>")
    for element in (page, page.find("body/div")):
        assert (element.get("lang"), element.get("dir")) == ("en-GB", "ltr")
    assert page.findtext("head/title") == subject(variant)
    assert levels.count(1) == 1
    assert all(new <= old + 1 for old, new in pairwise(levels))
    assert all(img.get("alt") is not None for img in page.iter("img"))
    for table in page.iter("table"):
        is_data = bool(table.xpath("./tr/th|./tbody/tr/th"))
        assert (table.get("role") == "presentation") is not is_data
    assert page.xpath("//meta[@name='color-scheme']/@content") == ["light dark"]
    assert ("This is a proof" in html) is draft


def test_a_post_in_another_form_is_offered_before_its_words() -> None:
    for form_text in (
        preview_text(a_rich_variant(), LOOK),
        preview_html(a_rich_variant(), LOOK).partition("<h1")[2],
    ):
        places = [
            form_text.index(words)
            for words in ("Watch this in BSL", "there is soup", "Tell us what you want")
        ]
        assert places == sorted(places)


def test_contents_lead_to_each_item() -> None:
    page = tree(preview_html(a_rich_variant(), LOOK))
    leading = [href[1:] for href in page.xpath("//a/@href") if href.startswith("#")]

    assert leading == ["item-1", "item-2", "item-3", "item-4", "item-5"]
    assert set(leading) <= set(page.xpath("//h2/@id|//h3/@id"))


def test_the_way_out_is_near_the_top_and_at_the_end() -> None:
    html = preview_html(a_rich_variant(), LOOK)
    first, last = html.index("/u/sample"), html.rindex("/u/sample")

    assert first < html.index("<h1")
    assert last > html.index("About this email")


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        pytest.param(
            (a_post(), a_post("2"), a_post("3"), an_event()),
            "The kettle is always on, and 2 more posts and 1 more event",
            id="several are counted",
        ),
        pytest.param(
            (a_post(title="The kettle is always on"),),
            "The kettle is always on",
            id="one is named",
        ),
        pytest.param(
            (an_event(), an_event("2")),
            "Lantern walk, and 1 more event",
            id="events alone",
        ),
        pytest.param(
            (an_event(), a_post()),
            "The kettle is always on, and 1 more event",
            id="posts are read first",
        ),
        pytest.param(
            (a_post(title="A title that takes about as much as there is"), a_post("2")),
            "A title that takes about as much as there is, and 1 more post",
            id="just room for how many",
        ),
        pytest.param(
            (a_post(title="A title that takes more than what there is room"), a_post()),
            "A title that takes more than what there is room, and 1 more post",
            id="up to its very end",
        ),
        pytest.param(
            (
                a_post(title="A title that takes all of the room that there is"),
                an_event(),
            )
            * 9,
            "A title that takes all of the room that there is",
            id="no room for how many",
        ),
        pytest.param(
            (a_post(title="中" * 60),),
            "中" * 34 + "…",
            id="a language without spaces is cut by its width",
        ),
        pytest.param(
            (a_post(title="Tea " + "中" * 60),),
            "Tea " + "中" * 32 + "…",
            id="and not at the last space of another",
        ),
        pytest.param(
            (a_post(title="Is 1=? of 2=?utf-8?q?x?="),),
            "Is 1=? of 2=?utf-8?q?x?=",
            id="what looks like an encoded word",
        ),
        pytest.param(
            (a_post(title="A very long title " * 12),),
            "A very long title A very long title A very long title A very long…",
            id="a long title is cut between words",
        ),
        pytest.param(
            (a_post(title="", summary="Come in out of the rain."),),
            "Come in out of the rain.",
            id="no title",
        ),
    ],
)
def test_the_subject_says_what_is_new(items: tuple[Item, ...], expected: str) -> None:
    assert subject(a_variant(*items)) == expected


def test_what_an_inbox_shows_after_the_subject_is_not_the_title_again() -> None:
    page = tree(preview_html(a_variant(a_post(), an_event()), LOOK))
    [preheader] = page.xpath("//div[@class='preheader']")

    assert words_in(preheader) == "Come in out of the rain. Also: Lantern walk"


def test_a_post_without_words_leaves_nothing_for_after_the_subject() -> None:
    page = tree(preview_html(a_variant(a_post(summary="", body=())), LOOK))

    assert not page.xpath("//div[@class='preheader']")


def test_a_proof_says_so_in_its_subject() -> None:
    assert subject(a_variant(draft=True)).startswith("Proof: The kettle")


@pytest.mark.parametrize(
    ("changes", "language", "expected"),
    [
        pytest.param({}, "en-GB", "Tuesday 7 July 2026, 9am to 11am", id="one day"),
        pytest.param(
            {"ends": None}, "en-GB", "Tuesday 7 July 2026, 9am", id="no end known"
        ),
        pytest.param(
            {
                "starts": datetime(2026, 7, 7, 11, tzinfo=UTC),
                "ends": datetime(2026, 7, 7, 12, 30, tzinfo=UTC),
            },
            "en-GB",
            "Tuesday 7 July 2026, midday to 1:30pm",
            id="midday",
        ),
        pytest.param(
            {"ends": datetime(2026, 7, 8, 12, tzinfo=UTC)},
            "en-GB",
            "Tuesday 7 July 2026, 9am to Wednesday 8 July 2026, 1pm",
            id="over night",
        ),
        pytest.param(
            {"zone": "Europe/Paris"},
            "en-GB",
            "Tuesday 7 July 2026, 10am to midday (Paris time)",
            id="another zone",
        ),
        pytest.param(
            {"zone": "Nowhere/Land"},
            "en-GB",
            "Tuesday 7 July 2026, 9am to 11am",
            id="a zone nobody knows",
        ),
        pytest.param(
            {
                "all_day": True,
                "starts": datetime(2026, 7, 6, 23, tzinfo=UTC),
                "ends": datetime(2026, 7, 7, 23, tzinfo=UTC),
            },
            "en-GB",
            "Tuesday 7 July 2026",
            id="all day",
        ),
        pytest.param(
            {
                "all_day": True,
                "starts": datetime(2026, 7, 6, 23, tzinfo=UTC),
                "ends": datetime(2026, 7, 9, 23, tzinfo=UTC),
            },
            "en-GB",
            "Tuesday 7 July 2026 to Thursday 9 July 2026",
            id="several days",
        ),
        pytest.param(
            {},
            "cy",
            "Dydd Mawrth, 7 Gorffennaf 2026, 09:00 – 11:00",  # noqa: RUF001 - Babel's dash
            id="Welsh",
        ),
        pytest.param(
            {}, "xx-nonsense", "Tuesday 7 July 2026, 9am to 11am", id="no language"
        ),
    ],
)
def test_when_is_in_words(
    changes: dict[str, Any], language: str, expected: str
) -> None:
    event = an_event(**changes)

    assert when(event, "Europe/London", words_for(language)) == expected


def test_a_language_from_right_to_left_turns_the_page_around() -> None:
    page = tree(preview_html(a_rich_variant(language="ar"), LOOK))

    assert page.get("dir") == page.find("body/div").get("dir") == "rtl"
    assert "margin:0 26px 16px 0" in page.find(".//ul").get("style")


def test_a_summary_leads_to_the_rest_in_words_that_make_sense_alone() -> None:
    post = a_post(title="The bus", summary="In short.", body=words("At length."))
    page = preview_html(a_variant(post), LOOK)

    assert "Read “The bus” in full</a>" in page
    assert "In short." in page
    assert "At length." not in page


@pytest.mark.parametrize(
    ("post", "in_full"),
    [
        pytest.param(a_post(url="", body=words("At length.")), False, id="no address"),
        pytest.param(a_post(body=words("At length.")), True, id="as the campaign says"),
        pytest.param(
            a_post(summary="At  length.", body=words("At length.")),
            False,
            id="the summary is the whole",
        ),
        pytest.param(
            a_post(url="javascript:alert(1)", body=words("At length.")),
            False,
            id="an address nobody should follow",
        ),
    ],
)
def test_a_post_is_in_full(post: Item, in_full: bool) -> None:  # noqa: FBT001 - a case
    variant = a_variant(post, campaign=a_campaign(in_full=in_full))

    for form_text in (preview_html(variant, LOOK), preview_text(variant, LOOK)):
        assert "At length." in form_text
        assert "in full" not in form_text
        assert "javascript:" not in form_text


def test_a_picture_without_an_address_is_told_in_words() -> None:
    body: tuple[Block, ...] = (Picture("fish.png", "A paper fish", "Made on Monday"),)
    html = preview_html(a_variant(a_post(url="", body=body)), LOOK)

    assert "<img" not in html
    assert "Picture: A paper fish" in html
    assert "Made on Monday" in html


def test_a_picture_that_the_body_shows_is_not_shown_twice() -> None:
    picture = Picture("https://example.org/a.png", "A fish", copy_name="fish")
    post = a_post(url="", picture=picture, body=(picture, *words("Words.")))
    look = replace(LOOK, pictures=a_gallery("fish"))

    assert preview_html(a_variant(post), look).count("<img") == 1


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "//example.org",
        "https://[",
        "vbscript:x",
        "file:///etc/passwd",
    ],
)
def test_an_address_nobody_should_follow_is_no_link(href: str) -> None:
    body = (Paragraph((TextSpan("words", href=href),)),)
    html = preview_html(a_variant(a_post(url="", body=body)), LOOK)

    assert "words" in html
    assert f'href="{href}' not in html
    assert not tree(html).xpath("//p[normalize-space()='words']//a")


def test_no_heading_level_is_skipped_whatever_the_post_does() -> None:
    body = tuple(
        Heading(level, (TextSpan(f"h{level}"),)) for level in (3, 1, 6, 6, 6, 2)
    )
    page = tree(preview_html(a_variant(a_post(url="", body=body)), LOOK))

    assert [h.tag for h in page.xpath("//h3|//h4|//h5|//h6")] == [
        "h3",
        "h3",
        "h4",
        "h5",
        "h6",
        "h4",
    ]


def long_posts(count: int, length: int, **changes: object) -> tuple[Item, ...]:
    """Return posts of about that many letters each."""
    body = words("Words that go on. " * (length // 18))
    return tuple(
        a_post(f"post-{number}", title=f"Post {number}", body=body, **changes)
        for number in range(count)
    )


@pytest.mark.parametrize(
    ("count", "length"),
    [
        pytest.param(3, 1_000, id="there is room"),
        pytest.param(12, 12_000, id="some are shortened"),
        pytest.param(120, 4_000, id="all are shortened to summaries"),
        pytest.param(180, 4_000, id="some are shortened to titles"),
    ],
)
def test_the_html_is_kept_below_what_mail_programs_cut_off(
    count: int, length: int
) -> None:
    campaign = a_campaign(in_full=True)
    variant = a_variant(*long_posts(count, length), campaign=campaign)

    html, text = preview_html(variant, LOOK), preview_text(variant, LOOK)

    assert len(html.encode()) <= HTML_BYTES_AIM
    assert html.count("https://example.org/post-") == count
    assert text.count("https://example.org/post-") == count
    assert "Unsubscribe from Lantern Week" in html
    if count * length > HTML_BYTES_AIM:
        assert len(html.encode()) > HTML_BYTES_AIM / 2


def test_a_long_post_without_an_address_says_how_to_have_the_rest() -> None:
    variant = a_variant(*long_posts(1, HTML_BYTES, url=""), a_post(body=words("Tea.")))

    html, text = preview_html(variant, LOOK), preview_text(variant, LOOK)

    for part in (words_in(tree(html)), " ".join(text.split())):
        assert "Come in out of the rain. This is only its beginning" in part
        assert "ask us for the whole. Ring 01632 960 155 or reply to this" in part
    assert len(html.encode()) <= HTML_BYTES_AIM


def test_items_without_number_are_counted_and_stop_nobody() -> None:
    posts = [a_post(str(number), url="", body=()) for number in range(300)]
    campaign = a_campaign(letter=LetterHead(sender=()))

    html = preview_html(a_variant(*posts, campaign=campaign), LOOK)
    page = tree(html)
    [left_out] = page.xpath("//p[contains(., 'has no room')]")

    carried = len(page.xpath("//h2[@id]"))
    assert words_in(left_out) == (
        f"There are {300 - carried} more items, for which this email has no room."
        " Reply to this email to ask."
    )
    assert HTML_BYTES_AIM * 0.9 < len(html.encode()) <= HTML_BYTES_AIM


def test_templates_that_leave_no_room_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "email").mkdir()
    edition = "{{ reader.leave_url }}" + "x" * HTML_BYTES
    (tmp_path / "email" / "edition.html").write_text(edition)

    with pytest.raises(RenderError, match="make its templates shorter"):
        compile_email(a_variant(), replace(LOOK, templates_dir=tmp_path))


@pytest.mark.parametrize(
    ("posts", "events", "lines"),
    [
        pytest.param(2, 0, ["item-1", "item-2"], id="two"),
        pytest.param(1, 0, [], id="one needs none"),
        pytest.param(15, 5, [f"item-{n}" for n in range(1, 21)], id="twenty"),
        pytest.param(16, 5, ["item-1", "item-17"], id="more are folded"),
        pytest.param(0, 45, ["item-1"], id="events alone"),
    ],
)
def test_contents_are_listed_or_folded(
    posts: int, events: int, lines: list[str]
) -> None:
    items: list[Item] = [
        *(a_post(str(number)) for number in range(posts)),
        *(an_event(str(number)) for number in range(events)),
    ]
    page = tree(preview_html(a_variant(*items), LOOK))
    leading = [href[1:] for href in page.xpath("//a/@href") if href.startswith("#")]

    assert leading == lines


def test_a_folded_list_says_how_many_there_are() -> None:
    items: list[Item] = [*(a_post(str(number)) for number in range(30)), an_event()]
    text = preview_text(a_variant(*items), LOOK)

    assert "- 30 posts, the first of them “The kettle is always on”\n" in text
    assert "- 1 event: “Lantern walk”\n" in text


def test_a_call_to_action_stands_once() -> None:
    call = CallToAction("Book your place", "https://example.org/book")
    link = Link(LinkKind.SIGN_UP, "Book your place", "https://example.org/book")
    survey = Link(LinkKind.SURVEY, "Tell us", "https://example.org/survey")
    post = a_post(url="", body=(call, *words("Tea."), call), links=(link, survey))

    for preview in (preview_html, preview_text):
        part = preview(a_variant(post), LOOK)
        assert part.count("https://example.org/book") == 1
        assert part.count("https://example.org/survey") == 1


def test_empty_cells_and_paragraphs_leave_no_trace() -> None:
    wide = Table(cells("A", "B", "C", "D"), (cells("1", "", " ", "4"), cells(*"    ")))
    narrow = Table(cells("A", "B"), (cells("1", ""),))
    body = (*words(" "), wide, narrow)
    variant = a_variant(a_post(url="", body=body))
    page, text = tree(preview_html(variant, LOOK)), preview_text(variant, LOOK)

    assert [
        words_in(item) for item in page.xpath("//ul[not(@class)]/li|//td//ul/li")
    ] == [
        "A: 1",
        "D: 4",
    ]
    assert page.xpath("//td[@class='cell ltr']/text()") == ["1", "\xa0"]
    assert not page.xpath("//p[not(normalize-space())]")
    # Names that no row has anything for are said once.
    assert "\nB, C\n\nA: 1\nD: 4\n\nB\n\nA: 1\n" in text


def test_code_keeps_its_indent_in_text() -> None:
    code = "def ring(bell):\n    if bell:\n        bell.ring()  # twice\n\n    return"
    text = preview_text(a_variant(a_post(url="", body=words(code))), LOOK)

    assert f"\n{code}\n" in text


def test_the_text_has_a_way_out_near_its_top_too() -> None:
    text = preview_text(a_rich_variant(), LOOK)
    way_out = "Unsubscribe from Lantern Week by email:\nhttps://example.org/u/sample\n"

    assert text.count(way_out) == 2
    assert text.index(way_out) < text.index("Dear")


def test_paper_is_offered_only_where_it_can_be_posted() -> None:
    by_email = a_variant(campaign=a_campaign(letter=LetterHead(sender=())))

    for variant, is_offered in ((a_variant(), True), (by_email, False)):
        for part in (preview_html(variant, LOOK), preview_text(variant, LOOK)):
            assert ("Would paper suit you better?" in part) is is_offered


def test_plain_text_has_no_such_limit() -> None:
    variant = a_variant(*long_posts(1, HTML_BYTES, url=""), format=PLAIN)

    assert len(preview_text(variant, LOOK)) > HTML_BYTES


def test_controls_in_content_reach_neither_part() -> None:
    hostile = "Ann\x00\x07\x0b\x85\ud800\ufffe Example"
    variant = a_variant(a_post(title=hostile, url="", body=words(hostile)))

    for form_text in (preview_html(variant, LOOK), preview_text(variant, LOOK)):
        assert not re.search(
            "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe]", form_text
        )
        assert "Example" in form_text


def test_markup_in_content_is_words() -> None:
    hostile = '"><img src=x onerror=alert(1)>{{ 7*7 }}'
    variant = a_variant(
        a_post(title=hostile, summary=hostile, body=words(hostile), url=""),
        an_event(title=hostile, place=hostile, booking_phone=hostile),
        campaign=replace(a_campaign(title=hostile), sender_name=hostile),
    )
    page = tree(preview_html(variant, LOOK))

    assert not page.xpath("//img")
    assert "49" not in words_in(page.find("body"))


def test_a_day_is_the_campaigns_own() -> None:
    late = datetime(2026, 7, 6, 23, 30, tzinfo=UTC)

    html = preview_html(a_variant(slot=late), LOOK)

    assert "Tuesday 7 July 2026" in html


def test_a_tall_picture_leaves_the_words_in_sight() -> None:
    body = (Picture("https://example.org/t.png", "A tower", copy_name="tower"),)
    gallery = a_gallery("tower", width=600, height=2400)
    page = tree(
        preview_html(
            a_variant(a_post(body=body, url="")), replace(LOOK, pictures=gallery)
        )
    )
    [picture] = page.xpath("//img")

    assert (picture.get("width"), picture.get("height")) == ("120", "480")


def test_outlook_for_windows_has_what_it_needs() -> None:
    html = preview_html(a_rich_variant(), LOOK)
    page = tree(html)

    assert "<o:PixelsPerInch>96</o:PixelsPerInch>" in html
    assert "[data-ogsc]" in html
    assert page.xpath("//meta[@name='x-apple-disable-message-reformatting']")
    ghost = html[html.index("<!--[if mso]><table") :].partition("<![endif]")[0]
    assert "font-family" in ghost
    assert 'width="640"' in ghost
    # It knows padding and borders on cells, and a font where each table states it.
    for element in page.xpath("//body//*[@style]"):
        style = element.get("style")
        padded = "padding" in style.replace("padding:0;", "").removesuffix("padding:0")
        is_cell = element.tag in {"td", "th", "caption"}
        assert is_cell or not padded or element.get("class") in {"page", "press"}, style
        assert is_cell or "border-" not in style.replace("border-collapse", "")
    for table in page.iter("table"):
        assert "font-size" in table.get("style")


def test_readers_are_told_why_they_get_it_by_what_is_on_record() -> None:
    unknown = replace(SAMPLE_READER, consent=NO_EVIDENCE)
    for preview in (preview_html, preview_text):
        by_request = " ".join(preview(a_variant(), LOOK).split())
        no_record = " ".join(preview(a_variant(), LOOK, unknown).split())

        assert (
            "because you asked for Lantern Week by email. Our record of it"
            in by_request
        )
        assert "because you asked" not in no_record
        assert "no record of how that came to be. If you did not ask" in no_record


def test_who_wrote_it_and_when_stand_on_a_line_each() -> None:
    """No date is parted, and no sign is left at the end of a line."""
    html, text = preview_html(a_variant(), LOOK), preview_text(a_variant(), LOOK)

    assert "Ann Example, Volunteer, The Hall\nMonday 6 July 2026\n" in text
    assert "Ann Example, Volunteer, The Hall<br>Monday 6 July 2026</p>" in html
