"""What staff changed stays, unless the source changed that very thing."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model.posts.blocks import (
    Block,
    Heading,
    Paragraph,
    Picture,
    Quote,
    TextSpan,
)
from digest.model.posts.edits import (
    changed_fields,
    merged,
    reads_the_same,
    with_link_kind,
)
from digest.model.posts.items import Link, LinkKind, Post
from tests.builders import EIGHT, a_post, an_event, words

S = Link(LinkKind.SURVEY, "our survey", "https://example.org/s")
V = Link(LinkKind.VIDEO, "the film", "https://example.org/v")
NEW = Link(LinkKind.MORE, "more", "https://example.org/m")
AS_WEBINAR = replace(V, kind=LinkKind.WEBINAR)
SAID = a_post(title="Kettel", links=(S, V))


@pytest.mark.parametrize(
    ("edited", "now", "expected"),
    [
        pytest.param({"title": "Kettle"}, {}, {"title": "Kettle"}, id="stays"),
        pytest.param(
            {"title": "Kettle"},
            {"summary": "New."},
            {"title": "Kettle", "summary": "New."},
            id="another field is changed",
        ),
        pytest.param(
            {"title": "Kettle"},
            {"title": "Urn"},
            {"title": "Urn"},
            id="the source changed that very thing",
        ),
        pytest.param(
            {"links": (S, AS_WEBINAR)},
            {"links": (S, V, NEW)},
            {"links": (S, AS_WEBINAR, NEW)},
            id="a link's kind, when another link is added",
        ),
        pytest.param(
            {"links": (S, AS_WEBINAR)},
            {"links": (S, replace(V, label="A film"))},
            {"links": (S, replace(V, label="A film"))},
            id="a link that the source changed",
        ),
        pytest.param(
            {"links": (S,)},
            {"links": (V, S, NEW)},
            {"links": (S, NEW)},
            id="a link that staff took out",
        ),
        pytest.param(
            {"links": (S, V, NEW)},
            {"links": (V, S)},
            {"links": (V, S, NEW)},
            id="a link that staff added",
        ),
    ],
)
def test_staff_and_source(
    edited: dict[str, object], now: dict[str, object], expected: dict[str, object]
) -> None:
    combined = merged(
        SAID,
        replace(SAID, **edited),  # type: ignore[arg-type]
        replace(SAID, **now),  # type: ignore[arg-type]
    )

    assert combined == replace(SAID, **expected)  # type: ignore[arg-type]


posts = st.builds(
    a_post,
    title=st.sampled_from(["a", "b", "c"]),
    summary=st.sampled_from(["", "x", "y"]),
    body=st.sampled_from([words("one"), words("two")]),
    links=st.lists(
        st.builds(
            Link,
            st.sampled_from([LinkKind.SURVEY, LinkKind.VIDEO]),
            st.just("label"),
            st.sampled_from(["https://example.org/1", "https://example.org/2"]),
        ),
        unique_by=lambda link: link.url,
    ).map(tuple),
)


@given(post=posts, other=posts)
def test_where_only_one_side_changed_something_that_side_is_kept(
    post: Post, other: Post
) -> None:
    assert merged(post, post, other) == other
    assert changed_fields(merged(post, other, post), other) in ((), ("links",))
    assert merged(other, other, other) == other


def test_an_event_that_was_a_post_is_what_its_source_says() -> None:
    event = an_event("post-1")

    assert merged(SAID, replace(SAID, title="Kettle"), event) == event
    assert changed_fields(SAID, event) == ("kind",)


def test_a_link_is_given_another_kind_or_taken_out() -> None:
    assert with_link_kind(SAID, 2, LinkKind.WEBINAR) == replace(
        SAID, links=(S, AS_WEBINAR)
    )
    assert with_link_kind(SAID, 1, None) == replace(SAID, links=(V,))


@pytest.mark.parametrize("number", [0, 3])
def test_a_link_that_is_not_there_is_named(number: int) -> None:
    with pytest.raises(ValueError, match="it has 2 of its own"):
        with_link_kind(SAID, number, None)


CARRIED = a_post(
    body=(
        Heading(2, (TextSpan("Kettle"),)),
        Quote((Paragraph((TextSpan("Come in."),)),)),
        Picture("https://example.org/a.jpg", alt="A kettle", caption="Ours"),
    )
)


def with_block(*blocks: Block) -> Post:
    return replace(CARRIED, body=(*CARRIED.body, *blocks))


@pytest.mark.parametrize(
    ("now", "is_same"),
    [
        pytest.param(replace(CARRIED, published=EIGHT), True, id="another date"),
        pytest.param(replace(CARRIED, language="cy"), True, id="its language"),
        pytest.param(
            replace(
                CARRIED,
                body=(
                    Heading(2, (TextSpan("Kettle"),), language="cy", direction="ltr"),
                    Quote((Paragraph((TextSpan("Come in."),), language="cy"),)),
                    CARRIED.body[2],
                ),
            ),
            True,
            id="the languages of its blocks",
        ),
        pytest.param(
            with_block(Picture("https://example.org/b.jpg", caption="New")),
            True,
            id="a further picture",
        ),
        pytest.param(
            replace(CARRIED, picture=Picture("https://example.org/b.jpg")),
            True,
            id="a picture above it",
        ),
        pytest.param(
            replace(CARRIED, body=CARRIED.body[:2]), False, id="a picture is gone"
        ),
        pytest.param(
            replace(
                CARRIED,
                body=(*CARRIED.body[:2], Picture("https://example.org/b.jpg")),
            ),
            False,
            id="another picture in its place",
        ),
        pytest.param(
            with_block(Paragraph((TextSpan("At nine."),))), False, id="further words"
        ),
        pytest.param(replace(CARRIED, title="Urn"), False, id="another title"),
    ],
)
def test_only_what_readers_would_notice_is_worth_writing_again(
    now: Post, *, is_same: bool
) -> None:
    assert reads_the_same(CARRIED, now) is is_same
