"""An edition with something of everything, for looking at and for measuring."""

from datetime import UTC, datetime

from digest.model.editions.edition import Variant
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
from digest.model.posts.items import Byline, Link, LinkKind
from tests.builders import a_post, a_variant, an_event, words
from tests.pictures import a_gallery

RICH_PICTURES = a_gallery("lanterns", "walk", "river", width=1200, height=675)


def cells(*texts: str) -> tuple[tuple[TextSpan, ...], ...]:
    """Return a row of plain cells."""
    return tuple((TextSpan(text),) for text in texts)


EVERY_BLOCK: tuple[Block, ...] = (
    Heading(1, (TextSpan("Why we walk"),)),
    Paragraph(
        (
            TextSpan("We have walked the river path every July.\n"),
            TextSpan("Nobody is too slow", strong=True),
            TextSpan(": there are benches, a "),
            TextSpan("minibus", emphasis=True),
            TextSpan(", and "),
            TextSpan(
                "people who will walk with you", href="https://example.org/b?a=1&b=2"
            ),
            TextSpan(". Write to "),
            TextSpan("the team", href="mailto:team@example.org"),
            TextSpan(" or ring "),
            TextSpan("01632 960 155", href="tel:01632960155"),
            TextSpan("."),
        )
    ),
    Heading(4, (TextSpan("What to bring"),)),
    ListBlock(
        ordered=False,
        items=(
            words("A warm coat"),
            (
                *words("A friend"),
                ListBlock(True, (words("one who sings"), words("one who does not"))),  # noqa: FBT003 - the block's own field
            ),
        ),
    ),
    Quote(words("I had not been out after dark for nine years."), "Joan Example"),
    Picture(
        "https://example.org/lanterns.png",
        "Forty lanterns",
        "The walk in 2025",
        copy_name="lanterns",
    ),
    Picture("lantern.png", "A child holds a paper fish", "From the workshop"),
    Picture("https://example.org/leaf.png"),
    Table(
        cells("Stop", "Time", "Step free"),
        (cells("The Hall", "6:30pm", "Yes"), cells("Boathouse", "7:10pm", "By ramp")),
        "Where the minibus stops",
    ),
    Table(
        cells("Day", "From", "To", "Who"),
        (cells("Monday", "9am", "11am", "Ann"), cells("Tuesday", "1pm", "3pm", "Bob")),
        "Who is at the desk",
    ),
    CallToAction("Book your place on the walk", "https://example.org/book"),
    EasyRead(
        (TextSpan("You can come to the walk."),),
        Picture("https://example.org/walk.png", "Two people walking", copy_name="walk"),
    ),
    EasyRead((TextSpan("It is free."),)),
)


def a_rich_variant(**changes: object) -> Variant:
    """Return three posts and two events: every kind of block, link and fact."""
    return a_variant(
        a_post(
            summary="The hall is open from nine, and there is soup at one.",
            links=(
                Link(LinkKind.SURVEY, "Tell us what you want", "https://example.org/s"),
                Link(LinkKind.BSL, "Watch this in BSL", "https://example.org/bsl"),
                Link(LinkKind.EASY_READ, "In easy read", "https://example.org/easy"),
            ),
        ),
        a_post(
            "whole",
            title="Forty lanterns and one very patient river",
            url="",
            body=EVERY_BLOCK,
            picture=Picture(
                "https://example.org/river.jpg", "The river at dusk", copy_name="river"
            ),
        ),
        a_post(
            "long",
            title="What the council says it will do about the last bus",
            byline=Byline("Sam Example-Montgomery", "Co-chair", "Residents"),
            summary="The 43 will run until eleven from September.",
        ),
        an_event(
            joining_url="https://example.org/join",
            booking_phone="01632 960 155",
            url="https://example.org/walk",
            summary="A slow walk along the river.",
            body=words("A slow walk along the river. Tea at both ends."),
        ),
        an_event(
            "mending",
            title="Mending afternoons",
            all_day=True,
            starts=datetime(2026, 7, 8, 23, tzinfo=UTC),
            ends=datetime(2026, 7, 10, 23, tzinfo=UTC),
            body=words("Bring a thing that is broken."),
        ),
        **changes,
    )
