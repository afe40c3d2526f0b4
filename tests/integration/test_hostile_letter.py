"""Whatever words come in, on paper they are words: no markup runs, no file is read."""

from dataclasses import replace
from pathlib import Path

import pytest

from digest.gather.items.raw_item import Html, PlainText, RawItem
from digest.gather.markup.clean_text import one_line
from digest.model.campaigns.campaign import LetterHead
from digest.model.editions.edition import Variant
from digest.model.formats import LARGE_PRINT, LETTER, Format
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
)
from digest.model.posts.bylines import parse
from digest.model.posts.items import Byline, Item, Link, LinkKind, Post
from digest.render.letter.letter import SAMPLE, LetterOptions, preview, typeset
from tests.builders import a_campaign, a_post, a_variant, an_event
from tests.hostile import LISTED, TYPST
from tests.raw_items import post_from
from tests.sheets import Sheets

LOOK = LetterOptions()
PASSWD = Path("/etc/passwd")


def bare(text: str) -> str:
    """Return the text without spaces, and without the marks where a line may break."""
    visible = text.replace("\u200b", "").replace("\u00ad", "").replace("\ufffe", "")
    return "".join(visible.split())


def every_block(words: str) -> tuple[Block, ...]:
    """Return blocks of every kind that say nothing but the words."""
    run = (TextSpan(words, href="https://example.org/"),)
    plain = Paragraph((TextSpan(words),))
    return (
        Heading(1, run),
        plain,
        Paragraph(
            (
                TextSpan(words, strong=True),
                TextSpan(" "),
                TextSpan(words, emphasis=True),
            )
        ),
        ListBlock(ordered=True, items=((plain,), (Paragraph(run),))),
        Quote((plain,), words),
        Picture(words, words, words),
        Table((run, run), ((run, ()), ((), run)), words),
        CallToAction(words, f"https://example.org/{words}"),
        EasyRead(run, Picture(words, words, words)),
    )


def a_post_that_says(words: str) -> Post:
    return a_post(
        words,
        title=words,
        byline=Byline(words, words, words),
        summary=words,
        body=every_block(words),
        picture=Picture(words, words, words),
        links=(Link(LinkKind.SURVEY, words, f"https://example.org/?{words}"),),
    )


def an_event_that_says(words: str) -> Item:
    return an_event(
        words, title=words, place=words, booking_phone=words, body=every_block(words)
    )


@pytest.mark.parametrize("wanted", [LETTER, LARGE_PRINT])
def test_markup_of_the_typesetter_is_words_in_every_place(wanted: Format) -> None:
    posts = [a_post_that_says(words) for words in TYPST]
    events = [an_event_that_says(words) for words in TYPST[:5]]
    body = typeset(a_variant(*posts, *events, format=wanted), LOOK)
    sheets = Sheets(body.pdf)
    text = bare("".join(sheets.text(page) for page in range(len(sheets))))

    assert [words for words in TYPST if text.count(bare(words)) < 10] == []
    check_nothing_is_read(text)


def test_markup_of_the_typesetter_is_words_in_what_is_said_of_people() -> None:
    for words in TYPST:
        campaign = a_campaign(
            title=f"A {words}",
            letter=LetterHead(sender=(f"B {words}",), phone=f"C {words}"),
        )
        addressee = replace(
            SAMPLE,
            name=f"D {words}",
            address=PostalAddress((f"E {words}"[:35], "Exampleton"), "ZZ99 1AA"),
        )
        text = bare(Sheets(preview(variant_of(campaign), LOOK, addressee)).text(0))

        assert bare(f"B{words}") in text
        assert text.count(bare(f"D{words}")) == 2  # the address and the salutation
        check_nothing_is_read(text)


def variant_of(campaign: object) -> Variant:
    return a_variant(campaign=campaign, format=LETTER)


def test_hostile_html_is_words_on_paper() -> None:
    posts = [
        post_from(
            RawItem(
                key=hostile,
                title=PlainText(hostile),
                body=Html(f"<p>words</p>{hostile}"),
                base="https://example.org/",
                byline=parse(one_line(hostile)),
            )
        )
        for hostile in LISTED
    ]
    body = typeset(a_variant(*posts, format=LETTER), LOOK)
    sheets = Sheets(body.pdf)

    assert body.pages > 10
    check_nothing_is_read("".join(sheets.text(page) for page in range(len(sheets))))


def check_nothing_is_read(text: str) -> None:
    """Assert that no file of this machine is in the text."""
    lines = PASSWD.read_text().splitlines() if PASSWD.exists() else []

    assert not any(bare(line) in bare(text) for line in lines if line)
