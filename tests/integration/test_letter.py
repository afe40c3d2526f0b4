"""One variant as a letter, read back from the PDF."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from digest.errors import RenderError
from digest.model.campaigns.campaign import Envelope, LetterHead
from digest.model.formats import LARGE_PRINT, LETTER, Format, named
from digest.model.people.postal_address import PostalAddress
from digest.model.posts.blocks import (
    Block,
    CallToAction,
    EasyRead,
    Heading,
    ListBlock,
    Paragraph,
    Picture,
    Quote,
    Table,
    TextSpan,
    texts,
)
from digest.model.posts.items import Link, LinkKind, Post
from digest.model.posts.pictures import PictureFile, PictureUse
from digest.render.letter.address_zones import GEOMETRIES
from digest.render.letter.letter import SAMPLE, Letter, LetterOptions, preview, typeset
from tests.builders import EIGHT, SENDER, a_campaign, a_post, a_variant, an_event, words
from tests.pictures import a_drawing, a_gallery, saved
from tests.rich import EVERY_BLOCK, a_rich_variant, cells
from tests.sheets import Sheets

LOOK = LetterOptions()
FORMATS = (LETTER, LARGE_PRINT)
# What printers commonly cannot reach along each edge.
UNPRINTABLE = 4.3
WINDOW_SIZES = (10, 11, 12)


def bare(text: str) -> str:
    """Return the text without the spaces, which a line break may change."""
    return "".join(text.split())


def a_letter(*blocks: Block, wanted: Format = LETTER, **post: Any) -> Sheets:
    """Return a letter of one post made of those blocks."""
    item = a_post(body=blocks or words("Come in."), **post)
    return Sheets(preview(a_variant(item, format=wanted), LOOK))


def test_a_post_in_another_form_is_offered_before_its_words() -> None:
    links = (
        Link(LinkKind.SURVEY, "Tell us", "https://example.org/s"),
        Link(LinkKind.BSL, "Watch this", "https://example.org/bsl"),
    )
    text = a_letter(*words("Come in."), links=links).text(0)
    phrases = (
        "British Sign Language video: Watch this",
        "example.org/bsl",
        "Come in.",
        "Survey",
    )
    places = [text.index(words) for words in phrases]

    assert places == sorted(places)


def test_every_word_of_every_block_is_there_in_order() -> None:
    sheets = Sheets(preview(a_rich_variant(format=LETTER), LOOK))
    words = re.sub(r"SAMPLE Page \d+ of \d+", "", sheets.whole_text())
    place = words.index("Forty lanterns and", words.index("reason."))

    for text in texts(EVERY_BLOCK):
        # A link's address stands between its words and the full stop.
        for word in re.split(r"[\s.,:]+", text):
            place = words.index(word, place) + len(word)


def test_large_print_has_the_same_words() -> None:
    large = Sheets(preview(a_rich_variant(format=LARGE_PRINT), LOOK))
    text = large.whole_text()

    for block_words in texts(EVERY_BLOCK):
        assert all(word in text for word in re.split(r"[\s.,:]+", block_words))


def test_a_letter_says_who_when_to_whom_and_how_to_reach_us() -> None:
    sheets = a_letter()

    text = sheets.text(0)
    for phrase in (
        *("Lantern Week", *SENDER, "01632 960 155", "Monday 6 July 2026"),
        *("Dear Ann Example,", "The kettle is always on"),
        "By Ann Example, Volunteer, The Hall",
        "ring 01632 960 155 or write to the address at the top of page 1",
        "Please tick, and post this slip to us",
        "Bigger print (18 point)",
    ):
        assert phrase in text
    assert sheets.title == "Lantern Week: Monday 6 July 2026"


def test_posts_are_given_in_full_and_events_by_their_day() -> None:
    soon = an_event("b", title="Soon", booking_phone="01632 960 157")
    later = an_event("a", title="Later", starts=EIGHT + timedelta(days=9), ends=None)
    post = a_post(body=words("The whole of it."), summary="Only a part.")

    text = Sheets(
        preview(a_variant(later, post, soon, format=LETTER), LOOK)
    ).whole_text()

    assert "The whole of it." in text
    assert "Only a part." not in text
    assert text.index("Soon") < text.index("Later")
    for phrase in (
        "When: Tuesday 7 July 2026, 9am to 11am",
        "Where: The Hall, 1 Example Street",
        "ring: 01632 960 157",
    ):
        assert phrase in text


def test_three_parts_or_more_are_listed_with_their_pages() -> None:
    text = Sheets(preview(a_rich_variant(format=LETTER), LOOK)).text(0)

    assert re.search(r"In this letter.*Dates for your diary page \d", text)


@pytest.mark.parametrize("wanted", FORMATS)
@pytest.mark.parametrize("envelope", Envelope)
def test_the_sheet_is_a4_and_its_edges_are_clear(
    wanted: Format, envelope: Envelope
) -> None:
    head = LetterHead(SENDER, envelope, "01632 960 155")
    campaign = a_campaign(letter=head)
    drafted = a_rich_variant(format=wanted, campaign=campaign, draft=True)
    sheets = Sheets(preview(drafted, LOOK))

    for page in range(len(sheets)):
        assert sheets.size(page) == (210, 297)
        for edge in (
            (0, 0, 210, UNPRINTABLE),
            (0, 297 - UNPRINTABLE, 210, 297),
            (0, 0, UNPRINTABLE, 297),
            (210 - UNPRINTABLE, 0, 210, 297),
        ):
            assert sheets.ink(page, edge) is None


def test_pages_are_numbered_and_carry_the_reference() -> None:
    sheets = Sheets(preview(a_rich_variant(format=LETTER), LOOK))

    assert len(sheets) > 2
    for page in range(len(sheets)):
        foot = f"SAMPLE Page {page + 1} of {len(sheets)}"
        assert sheets.text(page).endswith(foot)


@pytest.mark.parametrize(("wanted", "least"), [("letter", 14), ("large-print", 18)])
def test_no_letter_is_smaller_than_the_format_says(wanted: str, least: int) -> None:
    sheets = Sheets(preview(a_rich_variant(format=named(wanted)), LOOK))
    at = GEOMETRIES[Envelope.DL].address

    for page in range(len(sheets)):
        for mark in sheets.marks(page):
            in_window = page == 0 and at.y <= mark.top <= at.y + at.height
            # The carrier wants 10 to 12 point in the window, whoever reads it.
            if in_window and mark.x0 <= at.x + at.width:
                assert round(mark.points) in WINDOW_SIZES
            else:
                assert mark.points >= least - 0.01, (page, mark)


@pytest.mark.parametrize("wanted", FORMATS)
@pytest.mark.parametrize("whole", ["01632 960 155", "ZZ99 4HS"])
def test_numbers_to_ring_and_postcodes_are_never_parted(
    wanted: Format, whole: str
) -> None:
    """Whatever stands before them on the line."""
    lines = [
        f"{'Come and see us all. '[:n]} {'la ' * 18}at {whole} now." for n in range(21)
    ]
    sheets = a_letter(
        *(block for line in lines for block in words(line)), wanted=wanted
    )
    marks = [mark for page in range(len(sheets)) for mark in sheets.marks(page)]
    text = "".join(mark.text for mark in marks)
    needle = f"at{bare(whole)}now."
    places = [match.start() + 2 for match in re.finditer(needle, text)]

    assert len(places) == len(lines)
    for place in places:
        number = marks[place : place + len(bare(whole))]
        assert max(m.bottom for m in number) - min(m.bottom for m in number) < 4


def test_large_print_has_no_italics() -> None:
    blocks = Paragraph((TextSpan("slanted", emphasis=True),))

    for wanted, slanted in ((LETTER, True), (LARGE_PRINT, False)):
        names = [name for name, _ in a_letter(blocks, wanted=wanted).fonts()]
        assert any("Italic" in name for name in names) is slanted


def test_large_print_makes_records_of_a_wide_table() -> None:
    table = Table(
        cells("Day", "From", "To", "Who"), (cells("Mon", "9am", "11am", "Bo"),)
    )

    text = a_letter(table, wanted=LARGE_PRINT).whole_text()

    assert "Day: Mon From: 9am To: 11am Who: Bo" in text
    assert "Day From To Who Mon 9am 11am Bo" in a_letter(table).whole_text()


def test_only_our_fonts_are_used_and_all_are_embedded() -> None:
    scripts = "Łódź Ελένη \u0410\u043b فاطمة শ্রীমতী ✓ →"

    fonts = a_letter(*words(scripts)).fonts()

    assert fonts
    assert all(embedded for _, embedded in fonts)
    assert {re.split("[-_]", name)[0] for name, _ in fonts} <= {
        *("AtkinsonHyperlegibleNext", "NotoSans", "NotoSansArabic", "NotoSansBengali"),
        *("NotoSansSymbols", "NotoSansSymbols2"),
    }


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("Siân Ŵyn-Llŷn", id="Welsh"),
        pytest.param("Małgorzata Dąbrowska-Żółć", id="Polish"),
        pytest.param(
            "\u0410\u043b\u0435\u043a\u0441\u0430\u043d\u0434\u0440", id="Cyrillic"
        ),
    ],
)
def test_names_are_printed_as_they_are_written(name: str) -> None:
    to = replace(SAMPLE, name=name)

    text = Sheets(preview(a_variant(format=LETTER), LOOK, to)).text(0)

    assert text.count(name) == 2


def test_a_name_from_right_to_left_is_printed_beside_its_address() -> None:
    to = replace(SAMPLE, name="فاطمة")

    sheets = Sheets(preview(a_variant(format=LETTER), LOOK, to))

    at = GEOMETRIES[Envelope.DL].address
    assert "1 Example Street" in sheets.text(0)
    first = sheets.ink(0, (10, at.y, 110, at.y + 10))
    assert first is not None
    assert first[0] == pytest.approx(at.x, abs=1)


def test_an_accent_on_the_first_address_line_is_not_clipped() -> None:
    address = PostalAddress(("ŴŴ", "xxx"), "ZZ99 1AA")
    to = Letter("R", "ŴŴŴŴ", address)
    sheets = Sheets(preview(a_variant(format=LETTER), LOOK, to))
    marks = [mark for mark in sheets.marks(0) if mark.text == "Ŵ"]
    first, second = marks[0], marks[4]

    def ink(top: float, bottom: float) -> tuple[float, ...]:
        inked = sheets.ink(0, (20, top - 0.1, 60, bottom), per_mm=20)
        assert inked is not None
        return inked

    upper, lower = ink(first.top, first.bottom), ink(second.top, second.bottom)
    assert upper[1] - first.top == pytest.approx(lower[1] - second.top, abs=0.1)
    assert upper[3] - upper[1] == pytest.approx(lower[3] - lower[1], abs=0.1)


HOSTILE = r"*x* #panic() $1$ <a> @b // \ `c` = h - i + j / k: l _m_ [n] ~ ' " + '"'


def test_what_looks_like_markup_is_printed_as_typed() -> None:
    post = a_post(
        title=HOSTILE,
        body=(
            *words(HOSTILE),
            Heading(1, (TextSpan(HOSTILE),)),
            ListBlock(ordered=True, items=(words(HOSTILE),)),
            Quote(words(HOSTILE), HOSTILE),
            CallToAction(HOSTILE, "https://example.org/#panic()"),
            EasyRead((TextSpan(HOSTILE),)),
        ),
    )

    text = Sheets(preview(a_variant(post, format=LETTER), LOOK)).whole_text()

    assert bare(text).count(bare(HOSTILE)) == 8


@pytest.mark.parametrize("wanted", FORMATS)
@pytest.mark.parametrize(
    "block",
    [
        pytest.param(words("W" * 400)[0], id="one endless word"),
        pytest.param(words("https://example.org/" + "a/b-" * 200)[0], id="an address"),
        pytest.param(Heading(1, (TextSpan("M" * 300),)), id="a heading"),
        pytest.param(
            Table(cells("A" * 60, "b"), (cells("c", "D" * 90),)), id="a table"
        ),
        pytest.param(CallToAction("C" * 300, "https://example.org"), id="a call"),
        pytest.param(EasyRead((TextSpan("E" * 300),)), id="an easy read sentence"),
        pytest.param(Quote(words("q" * 300), "Q" * 200), id="a quotation"),
        pytest.param(
            ListBlock(
                ordered=False,
                items=((ListBlock(ordered=False, items=(words("L" * 300),)),),),
            ),
            id="a list in a list",
        ),
        pytest.param(
            EasyRead((TextSpan("word " * 1500),)), id="more than a page together"
        ),
        pytest.param(
            CallToAction("call " * 1500, "https://e.org"), id="a call of pages"
        ),
    ],
)
def test_nothing_runs_off_the_sheet(block: Block, wanted: Format) -> None:
    sheets = a_letter(block, wanted=wanted, title="T" * 200)

    assert bare("".join(texts((block,))))[-40:] in bare(
        re.sub(r"SAMPLEPage\d+of\d+", "", bare(sheets.whole_text()))
    )
    for page in range(len(sheets)):
        assert sheets.ink(page, (190.5, 0, 210, 297)) is None
        # Beside it, in the margin, stands the code of the reference.
        assert sheets.ink(page, (17, 276.5, 210, 281)) is None


def test_what_cannot_be_printed_becomes_words() -> None:
    text = a_letter(*words("Party 🎉 with ខ្មែរ."), title="Yes ✅").whole_text()

    assert "Party (party popper) with [words in Khmer letters]." in text
    assert "Yes (white heavy check mark)" in text


@pytest.mark.parametrize(
    ("picture", "is_printed"),
    [
        pytest.param(Picture("a", "A lantern", "By Ann", "lantern"), True, id="ours"),
        pytest.param(Picture("a", "A lantern", "By Ann"), False, id="not fetched yet"),
        pytest.param(
            Picture("/etc/hostname", "A lantern", "By Ann", "other"), False, id="lost"
        ),
    ],
)
def test_a_picture_that_cannot_be_shown_is_said_and_harms_nothing(
    picture: Picture,
    is_printed: bool,  # noqa: FBT001 - a column of the table
) -> None:
    good = Picture("b", "A dark square", "Dusk", "dusk")
    post = a_post(body=(picture, *words("After."), good))
    look = LetterOptions(pictures=a_gallery("lantern", "dusk"))

    text = Sheets(preview(a_variant(post, format=LETTER), look)).whole_text()

    assert ("Picture: A lantern. By Ann" not in text) is is_printed
    assert "After. Dusk" in text


@pytest.mark.parametrize("copy", ["lantern", ""])
def test_a_caption_that_says_what_it_shows_is_said_once(copy: str) -> None:
    picture = Picture("a", "A blue lantern", "A blue lantern.", copy)
    post = a_post(body=(picture,))
    look = LetterOptions(pictures=a_gallery("lantern"))

    sheets = Sheets(preview(a_variant(post, format=LETTER), look))

    spoken = sheets.whole_text() + " ".join(sheets.alternative_texts())
    assert spoken.count("blue lantern") == 1


@pytest.mark.parametrize("wanted", FORMATS)
@pytest.mark.parametrize("size", [(2007, 944), (2007, 100), (236, 944), (90, 60)])
def test_a_picture_is_grey_and_no_finer_than_print_can_be(
    wanted: Format, size: tuple[int, int]
) -> None:
    content = saved(a_drawing(*size, "L"))
    small = saved(a_drawing(566, 400, "L"))
    gallery = {
        ("one", PictureUse.PRINT): PictureFile("image/png", *size, content),
        ("one", PictureUse.PRINT_SMALL): PictureFile("image/png", 566, 400, small),
    }
    picture = Picture("a", "A band", "", "one")
    post = a_post(body=(picture, EasyRead((TextSpan("A band."),), picture)))
    variant = a_variant(post, format=wanted)

    pictures = Sheets(preview(variant, LetterOptions(pictures=gallery))).pictures()

    assert len(pictures) == 2
    for picture_on_page in pictures:
        assert picture_on_page.is_grey
        assert max(picture_on_page.dots_across, picture_on_page.dots_down) <= 300.5
        assert picture_on_page.height <= 80.5


def test_a_proof_says_so_on_every_page() -> None:
    proof = Sheets(preview(a_rich_variant(format=LETTER, draft=True), LOOK))
    sent = Sheets(preview(a_rich_variant(format=LETTER), LOOK))

    assert all("PROOF" in proof.text(page) for page in range(len(proof)))
    assert "PROOF" not in sent.whole_text()


def test_a_letter_is_accessible_by_the_standard() -> None:
    pdf = preview(a_rich_variant(format=LETTER), LOOK)

    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    assert b"/Lang" in pdf


def test_an_unknown_language_and_a_bare_campaign_still_make_a_letter() -> None:
    campaign = a_campaign(letter=LetterHead(()), title="")
    variant = a_variant(
        Post("p", "", body=words("Hello.")),
        format=LETTER,
        language="tlh-Latn-XX",
        campaign=campaign,
    )

    assert "Hello." in Sheets(preview(variant, LOOK)).whole_text()


def test_an_operators_template_stands_in_for_ours(tmp_path: Path) -> None:
    (tmp_path / "letter").mkdir()
    ours = Path(__file__).parents[2] / "templates/letter/blocks.typ"
    changed = ours.read_text().replace(
        "#let action(b) =", "#let action(b) = [OUR OWN] +"
    )
    (tmp_path / "letter" / "blocks.typ").write_text(changed)
    post = a_post(body=(CallToAction("Book", "https://example.org"),))
    variant = a_variant(post, format=LETTER)

    pdf = preview(variant, LetterOptions(templates_dir=tmp_path))

    assert "OUR OWN" in Sheets(pdf).whole_text()


@pytest.mark.parametrize(
    ("template", "words"),
    [
        pytest.param("#let oops = ", "letter.typ", id="a fault of spelling"),
        pytest.param('#panic("no")', "letter.typ", id="a panic"),
        pytest.param("= Hello", "letter.typ", id="nothing that we need of it"),
        pytest.param('#read("/etc/passwd")', "letter.typ", id="a file elsewhere"),
        pytest.param('#import "@preview/x:1.0.0"', "letter.typ", id="a package"),
    ],
)
def test_a_broken_template_is_one_line(
    template: str, words: str, tmp_path: Path
) -> None:
    (tmp_path / "letter").mkdir()
    (tmp_path / "letter" / "letter.typ").write_text(template)

    with pytest.raises(RenderError, match=words) as fault:
        typeset(a_variant(format=LETTER), LetterOptions(templates_dir=tmp_path))

    assert "\n" not in str(fault.value)


def test_a_language_that_no_font_has_gives_way_to_the_campaigns() -> None:
    body = typeset(a_variant(format=LETTER, language="zh"), LOOK)

    assert "Monday 6 July 2026" in Sheets(body.pdf).text(0)
    assert "[" not in Sheets(body.pdf).text(0)


def test_an_item_that_cannot_be_set_costs_itself_alone() -> None:
    picture = Picture("one", "An unlit lantern", copy_name="one")
    items = (
        a_post("whole", title="The kettle", body=words("Come in out of the rain.")),
        a_post("broken", title="The lantern", body=(picture, *words("Light it."))),
        an_event("walk", title="The walk"),
    )
    no_picture = PictureFile("image/png", 60, 40, b"this is no picture")
    gallery = {("one", PictureUse.PRINT): no_picture}

    body = typeset(a_variant(*items, format=LETTER), LetterOptions(pictures=gallery))

    text = Sheets(body.pdf).whole_text()
    assert "Come in out of the rain." in text
    assert "The lantern We could not print this. Please ring" in text
    assert "The walk" in text
    assert [words.partition(":")[0] for words in body.facts["unprinted"]] == [
        "“The lantern” is not in them"
    ]


SENTENCE = "It was a bright morning when everybody came to the hall with lanterns. "


def paragraphs(count: int) -> tuple[Block, ...]:
    return tuple(block for _ in range(count) for block in words(SENTENCE * 5))


@pytest.mark.parametrize("envelope", [Envelope.DL, Envelope.NOTIFY])
def test_a_line_holds_sixty_to_seventy_characters(envelope: Envelope) -> None:
    campaign = a_campaign(letter=LetterHead(sender=SENDER, envelope=envelope))
    post = a_post(body=paragraphs(4))
    body = typeset(a_variant(post, campaign=campaign, format=LETTER), LOOK)
    starts: dict[int, int] = {}
    for mark in Sheets(body.pdf).marks(0):
        if mark.top > 200 and mark.points < 14.5:
            starts[round(mark.bottom)] = starts.get(round(mark.bottom), 0) + 1
    # Spaces are not marks: about one in six.
    longest = sorted(starts.values())[-3]

    assert 60 <= longest * 6 / 5 <= 72


@pytest.mark.parametrize("wanted", FORMATS)
@pytest.mark.parametrize("title", ["Getting by, gently", "Jogging", "Happy gypsy pony"])
def test_nothing_of_ours_stands_in_the_zones_that_notify_keeps(
    wanted: Format, title: str
) -> None:
    head = LetterHead(sender=SENDER, phone="01632 960 155", envelope=Envelope.NOTIFY)
    campaign = a_campaign(title=title, letter=head)
    proof = a_variant(campaign=campaign, format=wanted, draft=True)

    body = Sheets(typeset(proof, LOOK).pdf)

    # GOV.UK Notify: only the address in 15 to 125 by 30 to 95; 15 and 5 at the edges.
    assert body.ink(0, (0, 30, 125, 95)) is None
    for page in range(len(body)):
        for edge in ((0, 0, 15, 297), (195, 0, 210, 297), (0, 0, 210, 5)):
            assert body.ink(page, edge) is None
        assert body.ink(page, (0, 292, 210, 297)) is None


def test_a_long_list_of_contents_leaves_page_one_no_emptier() -> None:
    posts = [a_post(str(n), title=f"Number {n} and what came of it") for n in range(16)]
    body = typeset(a_variant(*posts, format=named("large-print")), LOOK)

    assert "In this letter" in Sheets(body.pdf).text(0)
    assert "Number 3 and what came of it" in Sheets(body.pdf).text(0)


ARABIC = "\u0647\u0630\u0627 \u0627\u0644\u0623\u0633\u0628\u0648\u0639"


@pytest.mark.parametrize(
    ("language", "text", "is_rtl"),
    [
        pytest.param("en-GB", ARABIC, True, id="Arabic in an English letter"),
        pytest.param("ar", ARABIC, True, id="Arabic in an Arabic one"),
        pytest.param("ar", "Does this stay left to right?", False, id="English in it"),
        pytest.param("en-GB", "Does this stay?", False, id="English in English"),
    ],
)
def test_words_begin_where_their_language_begins(
    language: str,
    text: str,
    is_rtl: bool,  # noqa: FBT001 - a column of the table
) -> None:
    post = a_post(title=text, byline=None, summary="", body=words(f"{text} {text}"))
    body = Sheets(typeset(a_variant(post, format=LETTER, language=language), LOOK).pdf)
    inked = body.ink(0, (0, 110, 210, 150))

    assert inked
    begins, _, ends, _ = inked
    assert (begins < 60) is not is_rtl or (ends > 165)
    assert (210 - ends < begins) is is_rtl
    assert ("ar" in body.languages(0)) is (is_rtl or language == "ar")


KHMER = "សូមមកជួបជុំ គ្នា "


def test_a_post_that_cannot_be_printed_is_told_once_and_to_staff() -> None:
    post = a_post(title="The choir", body=words(KHMER * 4) + words(KHMER * 3))
    body = typeset(a_variant(post, a_post(), format=LETTER), LOOK)
    text = Sheets(body.pdf).whole_text()

    assert "The choir" in text
    assert text.count("Khmer") == 1
    assert "which we cannot print. Please ring or write to us" in text
    (line,) = body.facts["unprinted"]
    assert line.startswith("“The choir” is in Khmer letters")


def test_a_language_that_gives_way_is_told_to_staff() -> None:
    body = typeset(a_variant(format=LETTER, language="km"), LOOK)

    assert "Khmer" in body.facts["unprinted"][0]
