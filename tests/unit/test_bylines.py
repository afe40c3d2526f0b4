"""Who wrote a post, from the line in which people say so."""

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model.posts.blocks import Block, Paragraph, Picture, TextSpan
from digest.model.posts.bylines import parse, split_byline
from digest.model.posts.items import Byline
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
        pytest.param(
            "By Ed Test, Director of Policy, Research and Voice, Example Group",
            Byline(
                "Ed Test", "Director of Policy, Research and Voice", "Example Group"
            ),
            id="a role with a comma of its own",
        ),
        pytest.param(
            "By Flo Test, Chair, Head of Participation, Example Group",
            Byline("Flo Test", "Chair, Head of Participation", "Example Group"),
            id="two roles",
        ),
        pytest.param(
            "By Gus Test, Head of Advice, Learning and Events at Example Trust, Wales",
            Byline(
                "Gus Test",
                "Head of Advice, Learning and Events",
                "Example Trust, Wales",
            ),
            id="commas on both sides of at",
        ),
        pytest.param(
            "Professor Hal Test CBE, Chair, Example Body",
            Byline("Professor Hal Test CBE", "Chair", "Example Body"),
            id="a title and an honour",
        ),
        pytest.param(
            "By Ida Test, OBE, Trustee, Example Body",
            Byline("Ida Test, OBE", "Trustee", "Example Body"),
            id="an honour after a comma",
        ),
        pytest.param(
            "By Jo and Kit Test, co-chairs, Example Group (Wales, Kent)",
            Byline("Jo and Kit Test", "co-chairs", "Example Group (Wales, Kent)"),
            id="two people, and a comma in brackets",
        ),
        pytest.param(
            "By Jo Test, Chair, and Kit Test, Secretary",
            Byline("Jo Test, Chair, and Kit Test, Secretary"),
            id="two people with a role each stay whole",
        ),
        pytest.param(
            "Lou Test, Example Group",
            Byline("Lou Test", "", "Example Group"),
            id="an organisation alone",
        ),
        pytest.param(
            "Mo Test, Exampleton",
            Byline("Mo Test, Exampleton"),
            id="what may be either stays whole",
        ),
        pytest.param(
            "Ann Example | Example GroupBy Ann Example, Chair, Example Group",
            Byline("Ann Example", "Chair", "Example Group"),
            id="stuck to a caption",
        ),
        pytest.param(
            "By Oz Test | Chair | Example Group",
            Byline("Oz Test", "Chair", "Example Group"),
            id="bars for commas",
        ),
        pytest.param(
            "By Pat Test \u2013 Chair, Example Group",
            Byline("Pat Test", "Chair", "Example Group"),
            id="a dash behind the name",
        ),
        pytest.param(
            "By Pat Test, Chair, Example Group - Kent",
            Byline("Pat Test", "Chair", "Example Group - Kent"),
            id="a dash inside an organisation",
        ),
        pytest.param(
            "Written by Quin Test (Example Group)",
            Byline("Quin Test", "", "Example Group"),
            id="an organisation in brackets",
        ),
        pytest.param(
            "By Ros Test (she/her)",
            Byline("Ros Test (she/her)"),
            id="other words in brackets stay",
        ),
        pytest.param(
            "By Sam Test, Chair; Ty Test, Vice Chair",
            Byline("Sam Test, Chair; Ty Test, Vice Chair"),
            id="people with a semicolon between them stay whole",
        ),
        pytest.param(
            "By Uma Test, who works at Example House",
            Byline("Uma Test, who works at Example House"),
            id="a sentence stays whole",
        ),
        pytest.param(
            "By Val Test | 7 July | News",
            Byline("Val Test | 7 July | News"),
            id="bars between other things stay",
        ),
        pytest.param("By Nat Test.", Byline("Nat Test"), id="a full stop"),
        pytest.param("By", None, id="nobody"),
        pytest.param(
            "Ann Example, Chair, Example Trust, Monday 6 July",
            Byline("Ann Example", "Chair", "Example Trust"),
            id="a weekday and a day",
        ),
        pytest.param(
            "By Ann Example, Chair, Example Trust, Monday",
            Byline("Ann Example", "Chair", "Example Trust"),
            id="a weekday",
        ),
        pytest.param(
            "Ann Example, Chair, Example Trust, Mon 6th July at 2.30pm",
            Byline("Ann Example", "Chair", "Example Trust"),
            id="a weekday cut short, and a time",
        ),
        pytest.param(
            "Ann Example, Chair, Example Trust | Published: 6 July 2026, 14:30",
            Byline("Ann Example", "Chair", "Example Trust"),
            id="published",
        ),
        pytest.param(
            "By Ann Example, Chair of Example Trust. Last updated 6 July 2026.",
            Byline("Ann Example", "Chair of Example Trust"),
            id="updated",
        ),
        pytest.param(
            "Posted by Ann Example on July 6, 2026",
            Byline("Ann Example"),
            id="a day without a mark before it",
        ),
        pytest.param(
            "By Ann Example (06/07/2026)", Byline("Ann Example"), id="in brackets"
        ),
        pytest.param(
            "Ann Example, Example Trust - 2026-07-06T14:30:00Z",
            Byline("Ann Example", "", "Example Trust"),
            id="as programs write it",
        ),
        pytest.param(
            "Ann Example, Example Group, 6 Gorffennaf 2026",
            Byline("Ann Example", "", "Example Group"),
            id="in Welsh",
        ),
        pytest.param(
            "Monday 6 July 2026 by Ann Example, Chair",
            Byline("Ann Example", "Chair"),
            id="a day first",
        ),
        pytest.param("Monday 6 July 2026, 14:30", None, id="a day and nobody"),
        pytest.param("Ann Sunday", Byline("Ann Sunday"), id="a name like a day"),
        pytest.param("April May", Byline("April May"), id="a name like two months"),
        pytest.param(
            "Ann Example, Chair, The Monday Group",
            Byline("Ann Example", "Chair", "The Monday Group"),
            id="an organisation with a day",
        ),
        pytest.param(
            "Ann Example, Chair, Example Festival 2026",
            Byline("Ann Example", "Chair", "Example Festival 2026"),
            id="an organisation with a year",
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
    byline, body = split_byline((*words("By Ann Example, Chair"), *words("Hello.")))

    assert byline == Byline("Ann Example", "Chair")
    assert body == words("Hello.")


def test_a_day_behind_the_byline_stays_in_the_body() -> None:
    byline, body = split_byline(
        (
            *words("By Ann Example, Chair, Example Trust, Monday 6 July"),
            *words("Hello."),
        )
    )

    assert byline == Byline("Ann Example", "Chair", "Example Trust")
    assert body == (*words("Monday 6 July"), *words("Hello."))


def test_a_caption_glued_to_a_byline_goes_back_to_its_picture() -> None:
    glued = "Ann Example | Example GroupBy Ann Example, Chair, Example Group"

    byline, body = split_byline((PICTURE, *words(glued), *words("Hello.")))

    assert byline == Byline("Ann Example", "Chair", "Example Group")
    captioned = Picture(PICTURE.src, PICTURE.alt, "Ann Example | Example Group")
    assert body == (captioned, *words("Hello."))


def test_a_glued_caption_without_a_picture_stays_as_words() -> None:
    _, body = split_byline(words("Ann | Example GroupBy Ann Example, Chair, Group"))

    assert body == words("Ann | Example Group")


def test_only_the_line_of_the_byline_leaves_its_paragraph() -> None:
    body = (
        Paragraph((TextSpan("By Ann Example\nIt "), TextSpan("rained.", strong=True))),
    )

    byline, rest = split_byline(body)

    assert byline == Byline("Ann Example")
    assert rest == (Paragraph((TextSpan("It "), TextSpan("rained.", strong=True))),)


def test_a_byline_stuck_to_a_caption_inside_a_figure_is_found() -> None:
    glued = Picture(PICTURE.src, "", "Ann Example | GroupBy Ann Example, Chair, Group")

    byline, rest = split_byline((glued, *words("It rained.")))

    assert byline == Byline("Ann Example", "Chair", "Group")
    assert rest == (
        Picture(PICTURE.src, "", "Ann Example | Group"),
        *words("It rained."),
    )


@pytest.mark.parametrize(
    "text",
    [
        "By the time we came the kettle was on, and everybody sat down?",
        "Nobody had said a word about it. " * 12,
        "We stood by Ann.",
        "By Monday, everybody was tired",
        "By Easter, The Hall",
        "By law, Councils must ask",
        "By Example House we had the kettle on",
        "By Ann Example | 7 July | News",
        "By Ann Example - a story of tea",
    ],
)
def test_words_that_are_no_byline_stay_in_the_body(text: str) -> None:
    body: tuple[Block, ...] = (Paragraph((TextSpan(text),)),)

    assert split_byline(body) == (None, body)


_PIECES = ("Ann", "Bo", "Chair", "Head of Care", "and", "Kent", "CBE", "Group", "who")


@given(
    st.lists(st.sampled_from(_PIECES), min_size=1, max_size=7),
    st.lists(
        st.sampled_from([" ", ", ", " | ", " at ", "; ", " - "]), min_size=6, max_size=6
    ),
)
def test_no_word_of_a_byline_is_lost(pieces: list[str], between: list[str]) -> None:
    line = "".join(a + b for a, b in zip(pieces, [*between, ""], strict=False))
    byline = parse(line)

    assert byline is not None
    words_kept = Counter(re.findall(r"\w+", str(byline)))
    words_written = Counter(re.findall(r"\w+", line))
    assert set(words_written - words_kept) <= {"at"}


@pytest.mark.parametrize(
    ("line", "is_account"),
    [
        ("By admin", True),
        ("site admin", True),
        ("webmaster2", True),
        ("Ada Min", False),
    ],
)
def test_an_account_is_nobodys_name(line: str, is_account: bool) -> None:  # noqa: FBT001 - a column of the table
    assert (parse(line) is None) is is_account
