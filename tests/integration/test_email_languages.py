"""In an email, language and direction are those of the words, block by block."""

from datetime import UTC, datetime

from lxml import etree

from digest.model.editions.edition import Variant
from digest.model.posts.blocks import (
    Block,
    CallToAction,
    ListBlock,
    Quote,
    Table,
)
from digest.render.email.compile import compile_email, preview_html, preview_text
from digest.render.email.subject import subject
from digest.render.options import RenderOptions
from tests.builders import a_campaign, a_post, a_variant, an_event, words
from tests.rich import cells

LOOK = RenderOptions(datetime(2026, 7, 6, 15, 0, tzinfo=UTC))
LINE = "ندعوكم إلى إضاءة الفوانيس معنا. اتصلوا بنا على 01632 960 155!"
TITLE = "لماذا نشعل الفوانيس!"
BODY: tuple[Block, ...] = (
    *words(LINE),
    ListBlock(ordered=False, items=(words("أحضر فانوسك الخاص"), words("Bring a cup"))),
    Quote(words("كل ضوء صغير يكفي لنا"), "آن"),
    Table(cells("اليوم", "الساعة"), (cells("الإثنين", "7"),)),
    CallToAction("سجل الآن", "https://example.org/join"),
    *words("The hall is open from nine, and there is soup for all of you."),
)
ENGLISH = a_campaign(in_full=True)
MARK = "\N{LEFT-TO-RIGHT MARK}"


def an_arabic_post(**changes: object) -> Variant:
    """Return an English edition that holds a post in Arabic."""
    post = a_post(title=TITLE, summary=LINE, body=BODY, byline=None)
    return a_variant(post, a_post("2"), campaign=ENGLISH, **changes)


def tree(variant: Variant) -> etree._Element:
    return etree.fromstring(preview_html(variant, LOOK), etree.HTMLParser())


def element(page: etree._Element, tag: str, words: str) -> tuple[str | None, ...]:
    """Return the language, direction and side of the innermost element of the words."""
    inner = page.xpath(f"//{tag}[contains(., $words)]", words=words)[-1]
    side = "right" if "text-align:right" in (inner.get("style") or "") else None
    return inner.get("lang"), inner.get("dir"), side


def test_each_block_of_another_language_says_so_where_mail_programs_look() -> None:
    page = tree(an_arabic_post())

    for tag, text in (
        ("h2", TITLE),
        ("p", "ندعوكم"),
        ("ul", "أحضر"),
        ("td", "كل ضوء"),
        ("table", "الإثنين"),
        ("td", "سجل الآن"),
    ):
        assert element(page, tag, text) == ("ar", "rtl", "right")
    assert element(page, "p", "soup for all") == (None, None, None)
    assert not page.xpath("//bdi")


def test_bars_bullets_and_cells_are_on_the_side_where_lines_begin() -> None:
    page = tree(an_arabic_post())
    bullets = page.xpath("//ul[contains(., 'أحضر')]")[0]
    bar = page.xpath("//td[contains(., 'كل ضوء') and contains(@class, 'quote')]")[0]

    assert "margin:0 26px 16px 0" in bullets.get("style")
    assert "border-right:5px" in bar.get("style")
    assert "text-align:right" in page.xpath("//th")[0].get("style")


def test_an_english_post_in_an_arabic_readers_email_is_from_left_to_right() -> None:
    page = tree(an_arabic_post(language="ar"))

    assert element(page, "p", "ندعوكم") == (None, None, None)
    english = page.xpath("//p[contains(., 'Nobody is asked')]")[0]
    assert (english.get("lang"), english.get("dir")) == ("en-GB", "ltr")
    assert "text-align:left" in english.get("style")
    assert page.xpath("//span[@dir='ltr' and text()='1 Example Street']")


def test_a_number_among_arabic_words_keeps_its_order() -> None:
    page, text = tree(an_arabic_post()), preview_text(an_arabic_post(), LOOK)

    assert page.xpath("//p/span[@dir='ltr' and text()='01632 960 155']")
    assert f"{MARK}01632 960 155{MARK}" in text


def test_a_title_of_another_direction_is_set_apart_where_it_is_named() -> None:
    variant = an_arabic_post()
    [link] = tree(variant).xpath("//p[@class='on']/a[contains(., 'نشعل')]")

    assert link[0].tag == "span"
    assert (link[0].get("dir"), link[0].text) == ("rtl", TITLE)
    assert f"“{TITLE}\N{RIGHT-TO-LEFT MARK}{MARK}” on the web:\n" in preview_text(
        variant, LOOK
    )


def test_a_line_of_text_begins_where_its_words_do() -> None:
    body = (
        *words("NHS 111: اتصل بنا في أي وقت من فضلك"),
        *words("مرحبا means welcome"),
    )
    lines = preview_text(a_variant(a_post(url="", body=body)), LOOK).splitlines()

    assert "\N{RIGHT-TO-LEFT MARK}NHS 111: اتصل بنا في أي وقت من فضلك" in lines
    assert f"{MARK}مرحبا means welcome" in lines


def test_marks_of_setting_apart_stay_inside() -> None:
    event = an_event(title="מסע הפנסים", joining_url="https://example.org/join")
    variant = a_variant(event, a_post("2", title=TITLE), campaign=ENGLISH)
    message = compile_email(variant, LOOK)

    for part in (
        preview_html(variant, LOOK),
        preview_text(variant, LOOK),
        subject(variant),
        b"".join(message.literals).decode("ascii"),
    ):
        assert not {"\u2066", "\u2067", "\u2068", "\u2069"} & set(part)


def test_a_source_that_says_its_language_is_believed() -> None:
    post = a_post(url="", title="Bore da", language="cy", body=words("Bore da i bawb."))
    page = tree(a_variant(post))

    assert element(page, "h2", "Bore da")[0] == "cy"
    assert element(page, "p", "Bore da i bawb")[0] == "cy"


def test_a_cell_in_another_language_says_so() -> None:
    row = cells("How one says that you are welcome", "مرحبا بكم في القاعة")
    table = Table(cells("In English", "In Arabic"), (row,))
    page = tree(a_variant(a_post(url="", body=(table,))))

    assert element(page, "td", "مرحبا بكم")[1:] == ("rtl", "right")


def test_words_of_one_language_have_no_marks_at_all() -> None:
    variant = a_variant(
        a_post(url="", body=words("Ring 01632 960 155.")),
        a_post("2", body=(Quote(words("Tea."), "Ann"),)),
    )
    page = tree(variant)

    assert len(page.xpath("//@lang")) == 2
    assert MARK not in preview_text(variant, LOOK)


def test_words_of_no_known_language_are_read_out_in_that_of_the_page() -> None:
    post = a_post(title=TITLE, url="", body=(*BODY, *words("Zoom 2026")))
    page = tree(a_variant(post))

    assert element(page, "p", "Zoom") == (None, None, None)
    assert not page.xpath("//@lang[. = 'und']")


def test_a_number_stays_on_one_line_of_text() -> None:
    line = "هذا الأسبوع نلتقي في القاعة يوم الخميس الساعة 10:30 واتصل بنا 01632 960155"
    text = preview_text(a_variant(a_post(url="", body=words(line))), LOOK)

    assert f"{MARK}01632 960155{MARK}" in text
    assert "\xa0" not in text
