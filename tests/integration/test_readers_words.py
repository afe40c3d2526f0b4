"""No word that a reader sees is written anywhere but in the catalogues.

The edition here is Greek, so that every Latin letter is a word of ours; in a
made-up language of accents or of Arabic letters none of those is left.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment
from lxml import etree
from typer.testing import CliRunner

from digest.bootstrap import opened
from digest.cli.parts.nouns import app
from digest.model.campaigns.campaign import Envelope, LetterHead
from digest.model.editions.edition import Variant
from digest.model.formats import LARGE_PRINT, LETTER, PLAIN, Format
from digest.model.people.postal_address import PostalAddress
from digest.model.posts.blocks import (
    Block,
    EasyRead,
    ListBlock,
    Paragraph,
    Picture,
    Quote,
    Table,
    TextSpan,
)
from digest.model.posts.items import (
    Byline,
    EventState,
    Item,
    Link,
    LinkKind,
    Post,
    TimeSpan,
)
from digest.model.posts.link_kinds import label_of
from digest.render.email.compile import (
    SAMPLE_READER,
    compile_email,
    preview_html,
    preview_text,
)
from digest.render.letter.batch.print_run import PrintRunHead, lay
from digest.render.letter.letter import (
    SAMPLE,
    LetterBody,
    LetterOptions,
    preview,
    typeset,
)
from digest.render.options import RenderOptions
from digest.render.templates import environment
from digest.render.words.pseudo import accented
from digest.settings import Settings
from tests import catalogues
from tests.builders import EIGHT, a_campaign, a_post, a_variant, an_event, words
from tests.rich import a_rich_variant, cells
from tests.sheets import Sheets
from tests.stored import a_stored_campaign, posts_accepted

OPTIONS = RenderOptions(datetime(2026, 7, 6, 15, 0, tzinfo=UTC))
DAY = timedelta(days=1)
PHONE = "01632 960 155"
ADDRESS = re.compile(r"\S*(?:://|@|example\.org)\S*")
LATIN = re.compile("[A-Za-z]+")
READER = replace(SAMPLE_READER, name="Άννα")
ADDRESSEE = replace(
    SAMPLE, reference="7", name="Άννα", address=PostalAddress(("Οδός 1", "Πόλη"), "1")
)

WEB = "https://192.0.2.1"
PICTURE = Picture(f"{WEB}/1.png", "Φανάρι", "Νύχτα")
EVERY_BLOCK: tuple[Block, ...] = (
    Paragraph((TextSpan("Λόγια "), TextSpan("εδώ", href=f"{WEB}/2"))),
    ListBlock(ordered=False, items=(words("Ένα"), words("Δύο"))),
    Quote(words("Πάμε"), "Ιωάννα"),
    PICTURE,
    Table(cells("Πού", "Πότε"), (cells("Εδώ", "Τώρα"),), "Πίνακας"),
    Table(cells(*"ΑΒΓΔ"), (cells(*"αβγδ"),), "Πλατύς"),
    Table(cells(*[f"{'Ω' * 12}{n}" for n in range(7)]), (cells(*"αβγδεζη"),)),
    EasyRead((TextSpan("Απλά."),), PICTURE),
)


def posts() -> Iterator[Item]:
    """Yield posts with every kind of block and link, in every state of an email."""
    named = tuple(
        Link(kind, "Δες", f"{WEB}/{number}") for number, kind in enumerate(LinkKind)
    )
    nameless = tuple(
        Link(kind, label_of(kind), f"{WEB}/0/{number}")
        for number, kind in enumerate(LinkKind)
    )
    links = (*named, *nameless)
    yield a_greek_post("1", links=links, body=words("Πολλά λόγια."))
    yield a_greek_post("2", url="", body=EVERY_BLOCK, picture=PICTURE)
    yield a_greek_post("3", summary="Όλα.", body=words("Όλα."))
    yield a_greek_post("4", title="", summary="", body=(), published=None)


def a_greek_post(key: str, **changes: Any) -> Post:
    """Return a post that says nothing in Latin letters."""
    defaults: dict[str, Any] = {
        "title": "Τίτλος",
        "summary": "Λίγα λόγια.",
        "byline": Byline("Ιωάννα"),
        "body": words("Λίγα λόγια."),
        "url": f"{WEB}/9",
    }
    return a_post(key, **(defaults | changes))


def events() -> Iterator[Item]:
    """Yield an event in every state that readers are told of."""
    base = an_event(
        title="Βόλτα",
        place="Πλατεία",
        url=f"{WEB}/8",
        joining_url=f"{WEB}/7",
        booking_phone=PHONE,
        body=words("Σιγά σιγά."),
        summary="Σιγά σιγά.",
    )
    before = TimeSpan(base.starts - DAY, base.starts - DAY / 2)
    days = [TimeSpan(base.starts + n * DAY, (base.ends or EIGHT) + n * DAY)
            for n in (1, 2, 9)]  # fmt: skip
    midday = EIGHT.replace(hour=11)
    yield base
    yield replace(base, state=EventState.CANCELLED, announced=before)
    yield replace(base, announced=before)
    yield replace(base, announced=base.span)
    yield replace(base, state=EventState.PROVISIONAL, also=tuple(days))
    yield replace(base, also=(TimeSpan(base.starts + DAY),), zone="Europe/Paris")
    yield replace(base, starts=midday, ends=midday + DAY / 2)
    yield replace(base, all_day=True, ends=base.starts + 3 * DAY)


def a_greek_variant(language: str, fmt: Format, *items: Item, **head: Any) -> Variant:
    """Return a variant of those items, or of one of every sort."""
    letterhead = LetterHead(("Οδός 1", "Πόλη"), Envelope.NOTIFY, PHONE, "β")
    campaign = a_campaign(title="Φανάρια", sender_name="Φανάρια", letter=letterhead)
    return a_variant(
        *(items or (*posts(), *events())),
        campaign=replace(campaign, **head),
        language=language,
        format=fmt,
        draft=True,
    )


def visible(html: str) -> str:
    """Return every word of a page that is read or read out."""
    page = etree.fromstring(html, etree.HTMLParser())
    for element in page.xpath("//style"):
        element.getparent().remove(element)
    spoken = page.xpath("//@alt|//@title|//@aria-label|//@aria-roledescription")
    return " ".join((*page.itertext(), *spoken))


def latin(text: str) -> list[str]:
    """Return the words in Latin letters, addresses left out."""
    return LATIN.findall(ADDRESS.sub("", text))


def of_one_item(language: str, fmt: Format) -> list[Variant]:
    """Return variants in which little is said, and so other words stand for it."""
    nothing = LetterHead(())
    post = a_greek_post("1", byline=None)
    phone_only = LetterHead((), phone=PHONE)
    address_only = LetterHead(("Οδός 1",), Envelope.C5)
    return [
        a_greek_variant(language, fmt, post, letter=letter)
        for letter in (nothing, phone_only, address_only)
    ]


@pytest.mark.parametrize("language", ["en-XA", "ar-XB"])
def test_no_word_of_an_email_is_left_in_english(language: str) -> None:
    for fmt in (PLAIN, a_variant().format):
        for variant in (a_greek_variant(language, fmt), *of_one_item(language, fmt)):
            for whole in (False, True):
                campaign = replace(variant.campaign, in_full=whole)
                translated = replace(variant, campaign=campaign)
                text = preview_text(translated, OPTIONS, READER)
                html = preview_html(translated, OPTIONS, READER)
                assert latin(text) == []
                assert latin(visible(html)) == []


@pytest.mark.parametrize("language", ["en-XA", "ar-XB"])
@pytest.mark.parametrize("fmt", [LETTER, LARGE_PRINT], ids=str)
def test_no_word_of_a_letter_is_left_in_english(language: str, fmt: Format) -> None:
    tags = "\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f"
    emoji = a_greek_post("5", title="中 ไ \U0001f1ec\U0001f1e7")
    wales = a_greek_post("6", title=f"\U0001f3f4{tags}")
    variants = [
        a_greek_variant(language, fmt, *posts(), *events(), emoji, wales),
        *of_one_item(language, fmt),
        a_greek_variant(language, fmt, a_greek_post("1"), title=""),
    ]
    for variant in variants:
        letter = preview(variant, LetterOptions(), ADDRESSEE)
        assert latin(Sheets(letter).whole_text()) == []


@pytest.mark.parametrize("language", ["en-XA", "ar-XB"])
def test_no_word_of_a_print_batch_is_left_in_english(language: str) -> None:
    variant = a_greek_variant(language, LETTER)
    body = typeset(variant, LetterOptions())
    head = PrintRunHead(variant.campaign, "7", EIGHT, language)
    long = replace(ADDRESSEE, name="Άννα " * 16, reference="8", body_key="b")
    run = lay([replace(ADDRESSEE, body_key="b"), long], {"b": body}, head)

    text = Sheets(run.pdf).whole_text()

    assert run.problems == ()
    assert set(latin(text)) == {"NOTIFY"}


def test_a_subject_is_told_in_the_readers_language() -> None:
    message = compile_email(a_greek_variant("en-XA", PLAIN), OPTIONS)

    head, _, _ = message.merge(READER).partition(b"\r\n\r\n")

    assert b"Subject: =?utf-8?" in head
    assert b"Content-Language: en-XA" in head


def test_the_templates_of_emails_hold_no_words_of_their_own() -> None:
    templates_in = environment(None, "email")
    templates = [
        name for name in templates_in.list_templates() if not name.endswith(".css")
    ]

    assert len(templates) >= 5
    assert {name for name in templates if loose_words(templates_in, name)} == set()


def loose_words(templates_in: Environment, name: str) -> list[str]:
    """Return the words that stand in a template outside markup and expressions."""
    assert templates_in.loader is not None
    source, _, _ = templates_in.loader.get_source(templates_in, name)
    text = "".join(
        value if kind == "data" else "\0" for _, kind, value in templates_in.lex(source)
    )
    return LATIN.findall(re.sub(r"(?s)<!--.*?-->|<[^<>]*>|&\w+;", " ", text))


def test_every_word_is_in_the_catalogues_and_every_other_is_out() -> None:
    template = catalogues.wanted()

    assert len(list(catalogues.words_in(template))) > 100
    for path in catalogues.paths():
        assert list(catalogues.faults(path, template)) == []


def test_a_word_that_is_missing_or_that_nothing_asks_for_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [english] = [path for path in catalogues.paths() if "en_GB" in path.parts]
    copy = tmp_path / "en_GB" / "LC_MESSAGES" / english.name
    copy.parent.mkdir(parents=True)
    po = english.read_text()
    spoilt = po.replace('msgid "Where"', 'msgid "Whither"')
    copy.write_text(spoilt.replace('msgstr "By %(byline)s"', 'msgstr "By %(b)s"'))
    template = catalogues.wanted()
    monkeypatch.setattr(catalogues, "ROOT", tmp_path)

    faults = list(catalogues.faults(copy, template))

    assert any("lacks 'Where'" in fault for fault in faults)
    assert any("nothing asks for 'Whither'" in fault for fault in faults)
    assert any("byline" in fault for fault in faults)


def test_a_page_from_right_to_left_holds_posts_from_left_to_right() -> None:
    variant = a_rich_variant(language="ar-XB", draft=True)
    page = etree.fromstring(preview_html(variant, OPTIONS), etree.HTMLParser())
    contents, own = (
        page.xpath("//ul[@class='contents rtl']")[0],
        page.xpath("//ul[@lang='en-GB' and @dir='ltr']")[0],
    )

    assert (page.get("lang"), page.get("dir")) == ("ar-XB", "rtl")
    assert "margin:0 26px 16px 0" in contents.get("style")
    assert "margin:0 0 16px 26px" in own.get("style")
    for heading in page.xpath("//td[@class='card entry']/h2[a]"):
        [title] = heading.xpath("span")
        assert (title.get("lang"), title.get("dir")) == ("en-GB", "ltr")
    assert "\u200e01632 960 155\u200e" in preview_text(variant, OPTIONS)


def test_a_letter_from_right_to_left_begins_at_the_right() -> None:
    pages = {
        language: Sheets(typeset(a_rich_variant(language=language, format=LETTER),
                                 LetterOptions()).pdf)
        for language in ("en-XA", "ar-XB")
    }  # fmt: skip
    date = (20, 99, 190, 112)
    leftward, rightward = (sheets.ink(0, date) for sheets in pages.values())

    assert leftward is not None
    assert rightward is not None
    assert leftward[0] == pytest.approx(20, abs=1)
    assert rightward[2] == pytest.approx(190, abs=1)
    foot = (20, 275, 190, 297)
    at_foot = [sheets.ink(0, foot) for sheets in pages.values()]
    assert [mark and mark[0] > 100 for mark in at_foot] == [True, False]


def test_words_of_another_language_than_the_page_say_so() -> None:
    variant = a_greek_variant("cy", LETTER)
    variant = replace(variant, campaign=replace(variant.campaign, language="en-XA"))
    page = etree.fromstring(preview_html(variant, OPTIONS), etree.HTMLParser())
    body = page.find("body")

    for text in body.xpath(".//text()[contains(., '[')]"):
        marked = text.getparent().xpath("ancestor-or-self::*[@lang][1]/@lang")
        assert marked == ["en-XA"], text
    assert page.get("lang") == "cy"
    assert "llun, 6 gorff" in visible(preview_html(variant, OPTIONS)).casefold()


def test_words_of_a_letter_in_another_language_say_so() -> None:
    variant = a_rich_variant(language="cy", format=LETTER)
    welsh = typeset(variant, LetterOptions())
    english = typeset(replace(variant, language="en-GB"), LetterOptions())

    assert (welsh.facts["lang"], welsh.opening["lang"]) == ("cy", "en")
    assert Sheets(welsh.pdf).languages(0) == {"cy", "en-GB"}
    assert Sheets(english.pdf).languages(0) == {"en-GB"}


def test_a_body_kept_before_its_salutation_was_greets_as_it_did() -> None:
    body = typeset(a_variant(format=LETTER), LetterOptions())
    old = {name: fact for name, fact in body.facts.items()
           if name not in {"opening", "dir"}}  # fmt: skip
    head = PrintRunHead(a_campaign(), "k7qf2mxa", EIGHT)

    run = lay([replace(SAMPLE, body_key="b")], {"b": LetterBody(body.pdf, old)}, head)

    assert "Dear Ann Example," in Sheets(run.pdf).text(run.rows[0].first_page - 1)


def test_a_preview_shows_an_edition_in_any_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGEST_DATA_DIR", str(tmp_path))
    with opened(Settings(data_dir=tmp_path), migrating=True) as digest:
        a_stored_campaign(digest.engine)
        posts_accepted(digest.engine, [a_post(title="Kettles")])

    answer = CliRunner().invoke(app, ["preview", "lantern-week", "--language", "en-XA"])

    assert "Kettles" in answer.output
    assert accented("About this email") in answer.output
