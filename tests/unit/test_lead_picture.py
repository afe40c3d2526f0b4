"""A post's lead picture gets its words from the body that shows it."""

import pytest

from digest.gather.items.same_picture import with_words_of
from digest.model.posts.blocks import Picture

BODY = (
    Picture("https://example.org/a-1024x768.jpg", "A kettle"),
    Picture("https://example.org/b.jpg"),
)


@pytest.mark.parametrize(
    ("lead", "expected"),
    [
        pytest.param(None, None, id="none"),
        pytest.param(
            Picture("https://example.org/a-150x150.jpg"), BODY[0], id="in another size"
        ),
        pytest.param(
            Picture("https://example.org/a.jpg?ssl=1"), BODY[0], id="the whole of it"
        ),
        pytest.param(
            Picture("https://example.org/a-scaled.jpg", "IMG_1"), BODY[0], id="a name"
        ),
        pytest.param(
            Picture("https://example.org/a.jpg", "An urn"),
            Picture("https://example.org/a.jpg", "An urn"),
            id="with words of its own",
        ),
        pytest.param(
            Picture("https://example.org/b.jpg"),
            Picture("https://example.org/b.jpg"),
            id="shown without words",
        ),
        pytest.param(
            Picture("https://else.example.org/a.jpg"),
            Picture("https://else.example.org/a.jpg"),
            id="of another site",
        ),
    ],
)
def test_words_of_the_body(lead: Picture | None, expected: Picture | None) -> None:
    assert with_words_of(BODY, lead) == expected
