"""What stands behind a link, told from its words and its address."""

import pytest

from digest.model.posts.blocks import Heading, ListBlock, Paragraph, TextSpan
from digest.model.posts.items import Link, LinkKind
from digest.model.posts.link_kinds import kind_of, noteworthy

URL = "https://example.org/x"


@pytest.mark.parametrize(
    ("words", "url", "kind"),
    [
        ("Take our survey", URL, LinkKind.SURVEY),
        ("Tell us", "https://forms.gle/abc", LinkKind.SURVEY),
        ("Tell us", "https://uk.surveymonkey.com/r/abc", LinkKind.SURVEY),
        ("the easy read version of the survey", URL, LinkKind.EASY_READ),
        ("The report", "https://example.org/report-easy-read.pdf", LinkKind.EASY_READ),
        ("Watch Simone's film", URL, LinkKind.VIDEO),
        ("Her story", "https://www.youtube.com/watch?v=1", LinkKind.VIDEO),
        ("Her story", "https://youtu.be/1", LinkKind.VIDEO),
        ("The story in BSL", URL, LinkKind.BSL),
        ("British Sign Language video", URL, LinkKind.BSL),
        ("Watch", "https://example.org/bsl/story", LinkKind.BSL),
        ("Sign up for the workshop", URL, LinkKind.SIGN_UP),
        ("Register for the webinar", URL, LinkKind.SIGN_UP),
        ("Book your place", URL, LinkKind.SIGN_UP),
        ("The workshop", "https://www.eventbrite.co.uk/e/1", LinkKind.SIGN_UP),
        ("The workshop", "https://example.org/events/register", LinkKind.SIGN_UP),
        ("The Book Club", URL, None),
        ("The register of interests", URL, None),
        ("A signpost", "https://example.org/absl/booking-was-full", None),
        ("Watch our webinar", URL, LinkKind.WEBINAR),
        ("Find out more", URL, LinkKind.MORE),
        ("our friends", URL, None),
        ("Videodrome Society", URL, None),
        ("Our history", "https://example.org/more/youtube.html", None),
    ],
)
def test_a_links_kind_is_told_by_words_then_address(
    words: str, url: str, kind: LinkKind | None
) -> None:
    assert kind_of(words, url) is kind


def test_a_link_that_says_nothing_is_judged_by_the_words_before_it() -> None:
    body = (Paragraph((TextSpan("For our survey click "), TextSpan("here", href=URL))),)

    assert noteworthy(body) == (Link(LinkKind.SURVEY, "Survey", URL),)


def test_a_kind_stands_in_for_words_that_say_nothing_with_its_capitals() -> None:
    body = (
        Paragraph((TextSpan("In British Sign Language: "), TextSpan("here", href=URL))),
    )

    assert noteworthy(body) == (Link(LinkKind.BSL, "British Sign Language video", URL),)


def test_what_follows_see_also_is_more() -> None:
    linked = Paragraph((TextSpan("Using standards", href=URL),))
    body = (
        Heading(1, (TextSpan("See also"),)),
        ListBlock(ordered=False, items=((linked,),)),
    )

    assert noteworthy(body) == (Link(LinkKind.MORE, "Using standards", URL),)


def test_a_link_in_two_looks_is_one_link() -> None:
    runs = (TextSpan("Take our ", href=URL), TextSpan("survey", strong=True, href=URL))

    assert noteworthy((Paragraph(runs),)) == (
        Link(LinkKind.SURVEY, "Take our survey", URL),
    )


def test_the_same_address_is_listed_once_and_other_links_not_at_all() -> None:
    body = (
        Paragraph(
            (
                TextSpan("Survey", href=URL),
                TextSpan(" and "),
                TextSpan("survey", href=URL),
            )
        ),
        Paragraph((TextSpan("friends", href="https://example.org/y"),)),
        Paragraph((TextSpan("survey by post", href="mailto:a@example.org"),)),
    )

    assert noteworthy(body) == (Link(LinkKind.SURVEY, "Survey", URL),)
