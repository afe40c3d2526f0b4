"""Who wrote a post, from the line in which people say so."""

import pytest

from digest.model.blocks import Block, Paragraph, Picture, Run
from digest.model.bylines import parse, taken_from
from digest.model.items import Byline
from tests.builders import words

PICTURE = Picture("https://example.org/p.png", "A woman at a desk")


@pytest.mark.parametrize(
    ("line", "byline"),
    [
        pytest.param(
            "By Ann Example, Chair, the Example Institute for Care (EIC) ",
            Byline("Ann Example", "Chair", "the Example Institute for Care (EIC)"),
            id="name, role, organisation",
        ),
        pytest.param(
            "By Bo Sample, Communications Officer at Example Homes Wales",
            Byline("Bo Sample", "Communications Officer", "Example Homes Wales"),
            id="name, role at organisation",
        ),
        pytest.param(
            "By Cy Test, Head of Care, Example, Wales",
            Byline("Cy Test", "Head of Care", "Example, Wales"),
            id="an organisation with a comma of its own",
        ),
        pytest.param(
            "By Di Test, Director of Development",
            Byline("Di Test", "Director of Development"),
            id="a role alone",
        ),
        pytest.param("By the whole team", Byline("the whole team"), id="a whole"),
        pytest.param("Ann Example", Byline("Ann Example"), id="a bare name"),
        pytest.param("  ", None, id="nothing"),
    ],
)
def test_a_byline_is_split_into_author_role_and_organisation(
    line: str, byline: Byline | None
) -> None:
    assert parse(line) == byline


def test_a_byline_that_opens_the_body_is_not_said_twice() -> None:
    byline, body = taken_from((*words("By Ann Example, Chair"), *words("Hello.")))

    assert byline == Byline("Ann Example", "Chair")
    assert body == words("Hello.")


def test_a_caption_glued_to_a_byline_goes_back_to_its_picture() -> None:
    glued = "Ann Example | Example GroupBy Ann Example, Chair, Example Group"

    byline, body = taken_from((PICTURE, *words(glued), *words("Hello.")))

    assert byline == Byline("Ann Example", "Chair", "Example Group")
    captioned = Picture(PICTURE.src, PICTURE.alt, "Ann Example | Example Group")
    assert body == (captioned, *words("Hello."))


def test_a_glued_caption_without_a_picture_stays_as_words() -> None:
    _, body = taken_from(words("Ann | Example GroupBy Ann Example, Chair, Group"))

    assert body == words("Ann | Example Group")


@pytest.mark.parametrize(
    "text",
    [
        "By the time we came the kettle was on, and everybody sat down?",
        "Nobody had said a word about it. " * 12,
        "We stood by Ann.",
    ],
)
def test_words_that_are_no_byline_stay_in_the_body(text: str) -> None:
    body: tuple[Block, ...] = (Paragraph((Run(text),)),)

    assert taken_from(body) == (None, body)
