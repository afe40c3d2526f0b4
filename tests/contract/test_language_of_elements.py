"""What HTML says of the language and direction of its own elements, up to readers."""

from datetime import UTC, datetime

import pytest
from lxml import etree

from digest.gather.markup.html import to_blocks
from digest.gather.markup.markdown import markdown_to_blocks
from digest.model.posts.item_json import from_json, to_json
from digest.model.posts.text_language import (
    Direction,
    TextLanguage,
    block_language,
    item_language,
)
from digest.render.email.compile import preview_html
from digest.render.options import RenderOptions
from tests.builders import a_campaign, a_post, a_variant

ENGLISH = TextLanguage("en-GB", Direction.LTR)
LOOK = RenderOptions(datetime(2026, 7, 6, 15, 0, tzinfo=UTC))


def languages(html: str) -> list[str]:
    """Return the language and direction of each block, as readers get them."""
    written = (block_language(block, ENGLISH) for block in to_blocks(html, ""))
    return [f"{each.tag} {each.direction}" for each in written]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        pytest.param('<p lang="cy">Bore da</p><p>Tea</p>', ["cy ltr", "en-GB ltr"]),
        pytest.param('<p xml:lang="pl">Kawa</p>', ["pl ltr"], id="XHTML"),
        pytest.param('<p><span lang="fr">Bonjour</span></p>', ["fr ltr"], id="a span"),
        pytest.param('<p><i lang="fr">Bonjour</i>!</p>', ["fr ltr"], id="but a mark"),
        pytest.param(
            '<p>The tea is <span lang="fr">bon</span>.</p>', ["en-GB ltr"], id="a word"
        ),
        pytest.param(
            '<p lang="cy">Te, coffi a <span lang="en">cake</span></p>',
            ["cy ltr"],
            id="an English word in Welsh",
        ),
        pytest.param(
            '<div lang="cy"><h2>Te</h2><ul><li>Coffi</li></ul><table><tr><th>Te</th>'
            "</tr><tr><td>7</td></tr></table><blockquote>Te</blockquote></div><p>Tea",
            [*["cy ltr"] * 4, "en-GB ltr"],
            id="all inside an element",
        ),
        pytest.param(
            '<div lang="cy"><p lang="">Te</p></div>', ["en-GB ltr"], id="taken back"
        ),
        pytest.param(
            '<a class="button" lang="cy" href="https://example.org">Ymunwch</a>',
            ["cy ltr"],
            id="a button",
        ),
        pytest.param(
            '<div class="easy-read" lang="cy"><p>Te</p></div>',
            ["cy ltr"],
            id="easy read",
        ),
        pytest.param('<p lang="Welsh please">Te</p>', ["en-GB ltr"], id="no tag"),
        pytest.param('<p lang="ar">The tea</p>', ["en-GB ltr"], id="other letters"),
        pytest.param(
            '<p lang="EN-GB">Mae\'r neuadd ar agor yn yr haf gyda chi</p>',
            ["cy ltr"],
            id="what word processors say of everything",
        ),
        pytest.param('<p lang="en-US">Tea</p>', ["en-GB ltr"], id="the same"),
        pytest.param(
            '<p lang="fa">سلام</p><p>سلام</p>', ["fa rtl", "und-Arab rtl"], id="Persian"
        ),
        pytest.param(
            '<p dir="rtl">HTML CSS سلام</p><p>HTML CSS سلام</p>',
            ["en-GB rtl", "en-GB ltr"],
            id="a direction that letters leave open",
        ),
        pytest.param('<p dir="rtl">Tea</p>', ["en-GB ltr"], id="one that they deny"),
        pytest.param('<p dir="rtl">01632 960 155</p>', ["en-GB rtl"], id="a number"),
        pytest.param('<p dir="upwards">Tea</p>', ["en-GB ltr"], id="no direction"),
    ],
)
def test_an_element_says_its_language(html: str, expected: list[str]) -> None:
    assert languages(html) == expected


def test_markdown_may_hold_such_an_element() -> None:
    [block, _] = markdown_to_blocks('<p lang="cy">Bore da</p>\n\nTea\n', "")

    assert block_language(block, ENGLISH).tag == "cy"


def test_a_post_all_of_whose_blocks_say_one_language_is_in_it() -> None:
    body = to_blocks('<div lang="cy"><p>Te</p><p>Coffi</p></div>', "")
    post = a_post(title="Te", summary="", body=body)

    assert item_language(post, ENGLISH).tag == "cy"
    assert from_json(to_json(post)) == post


def test_readers_are_told_of_it() -> None:
    body = to_blocks('<p lang="cy">Bore da</p><p>Tea at nine, for all of you.</p>', "")
    variant = a_variant(a_post(body=body), campaign=a_campaign(in_full=True))

    page = etree.fromstring(preview_html(variant, LOOK), etree.HTMLParser())

    [welsh] = page.xpath("//p[contains(., 'Bore da')]")
    [english] = page.xpath("//p[contains(., 'Tea at nine')]")
    assert (welsh.get("lang"), english.get("lang")) == ("cy", None)
