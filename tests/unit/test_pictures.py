"""When a picture may be used, and what each of its sizes is called."""

import json

import pytest
from hypothesis import example, given

from digest.model.posts.blocks import (
    Block,
    EasyRead,
    ListBlock,
    Picture,
    Quote,
    TextSpan,
)
from digest.model.posts.item_json import pictures_from_json, to_json
from digest.model.posts.items import Item
from digest.model.posts.pictures import (
    PictureFile,
    PictureUse,
    file_for,
    from_public_name,
    lacks_words,
    meaningful_alt,
    name_of,
    pictures_in,
    public_name,
    repictured,
    shows,
    split_at_limit,
    too_many,
)
from tests.builders import a_post, an_event, words
from tests.made_blocks import BLOCKS
from tests.pictures import a_file, a_gallery

NAME = "0123456789abcdef" * 2
EVERYWHERE = (
    Picture("a"),
    EasyRead((TextSpan("One."),), Picture("b")),
    Quote((Picture("c"), *words("Said."))),
    ListBlock(False, ((Picture("d"),), words("e"))),  # noqa: FBT003 - the block's own field
    EasyRead((TextSpan("Two."),)),
)


@pytest.mark.parametrize(
    "alt",
    ["", "  ", "IMG_1234.JPG", "IMG 1234", "dsc00012", "photo.png", "image", "Picture"],
)
def test_a_file_name_says_nothing_of_what_a_picture_shows(alt: str) -> None:
    assert meaningful_alt(alt) == ""
    assert lacks_words(Picture("a", alt))


@pytest.mark.parametrize(
    "alt", ["A kettle", "Picture of a kettle", "12", "Photo: Ann", "Ann's photo.jpg"]
)
def test_other_words_are_taken_at_their_word(alt: str) -> None:
    assert meaningful_alt(f" {alt} ") == alt
    assert not lacks_words(Picture("a", alt))


@pytest.mark.parametrize(
    ("picture", "is_shown"),
    [
        pytest.param(
            Picture("a", "A kettle", copy_name=NAME), True, id="kept, with words"
        ),
        pytest.param(
            Picture("a", copy_name=NAME, decorative=True), True, id="decorative"
        ),
        pytest.param(Picture("a", copy_name=NAME), False, id="without words"),
        pytest.param(Picture("a", "A kettle"), False, id="not kept yet"),
        pytest.param(Picture("a", "A", copy_name="0" * 32), False, id="kept no longer"),
    ],
)
def test_a_picture_needs_our_copy_and_words(picture: Picture, is_shown: bool) -> None:  # noqa: FBT001 - a column of the table
    file = file_for(picture, PictureUse.EMAIL, a_gallery(NAME))

    assert (file is not None) is is_shown


def addresses(item: Item) -> list[str]:
    return [picture.src for picture in pictures_in(item)]


def test_every_picture_of_an_item_is_found_wherever_it_stands() -> None:
    post = a_post(picture=Picture("lead"), body=EVERYWHERE)

    assert addresses(post) == ["lead", *"abcd"]
    assert addresses(an_event(body=EVERYWHERE)) == [*"abcd"]


@given(BLOCKS)
@example(EVERYWHERE)
def test_a_row_of_the_log_has_the_pictures_of_its_item(body: tuple[Block, ...]) -> None:
    for item in (a_post(picture=Picture("lead"), body=body), an_event(body=body)):
        row = json.loads(json.dumps(to_json(item)))

        assert [*pictures_from_json(row)] == [*pictures_in(item)]


def test_every_picture_of_an_item_can_be_changed_and_nothing_else_is() -> None:
    post = a_post(picture=Picture("lead"), body=EVERYWHERE)

    changed = repictured(post, lambda picture: Picture(picture.src.upper()))

    assert addresses(changed) == ["LEAD", *"ABCD"]
    assert repictured(changed, lambda picture: Picture(picture.src.lower())) == post


@pytest.mark.parametrize("use", [PictureUse.EMAIL, PictureUse.EMAIL_SMALL])
def test_a_public_name_leads_back_to_its_file(use: PictureUse) -> None:
    assert from_public_name(public_name(NAME, use, a_file())) == (NAME, use)


@pytest.mark.parametrize(
    "name",
    ["", "x.jpg", f"{NAME}", f"{NAME}-print.jpg", f"../{NAME}.jpg", f"{NAME}.svg"],
)
def test_other_names_lead_nowhere(name: str) -> None:
    assert from_public_name(name) is None


def test_the_pictures_of_an_event_are_changed_too() -> None:
    event = an_event(body=EVERYWHERE)

    changed = repictured(event, lambda picture: Picture(picture.src.upper()))

    assert addresses(changed) == [*"ABCD"]


def _files(changed: PictureUse | None = None) -> dict[PictureUse, PictureFile]:
    return {
        use: PictureFile("image/jpeg", 1, 1, b"new" if use is changed else b"old")
        for use in PictureUse
    }


@pytest.mark.parametrize("use", PictureUse)
def test_a_picture_has_another_name_when_any_of_its_files_changes(
    use: PictureUse,
) -> None:
    assert name_of(_files()) == name_of(_files())
    assert name_of(_files(use)) != name_of(_files())


def test_a_name_made_from_files_is_one_that_leads_back_to_them() -> None:
    name = name_of(_files())

    assert from_public_name(f"{name}.jpg") == (name, PictureUse.EMAIL)


@pytest.mark.parametrize(
    ("media_type", "end"), [("image/jpeg", ".jpg"), ("image/png", ".png")]
)
def test_a_file_is_named_after_what_it_is(media_type: str, end: str) -> None:
    file = PictureFile(media_type, 1, 1, b"")

    assert public_name(NAME, PictureUse.EMAIL, file).endswith(end)


@pytest.mark.parametrize(
    ("picture", "is_shown"),
    [
        pytest.param(Picture("c", "A kettle"), True, id="whatever its words"),
        pytest.param(Picture("b"), False, id="another"),
        pytest.param(Picture("d"), False, id="inside a quotation"),
        pytest.param(None, False, id="none"),
    ],
)
def test_a_lead_picture_that_the_body_shows_is_recognised_by_its_address(
    picture: Picture | None,
    is_shown: bool,  # noqa: FBT001 - a column of the table
) -> None:
    body = (*words("One."), Picture("c"), Quote((Picture("d"),)))

    assert shows(body, picture) is is_shown


@pytest.mark.parametrize(
    ("number", "fetched", "beyond"), [(30, 30, 0), (31, 30, 1), (45, 30, 15)]
)
def test_the_first_thirty_pictures_of_a_post_are_fetched_each_once(
    number: int, fetched: int, beyond: int
) -> None:
    pictures = [Picture(str(n)) for n in range(number)]

    within, after = split_at_limit(pictures + pictures)

    assert within + after == pictures
    assert (len(within), len(after)) == (fetched, beyond)


@pytest.mark.parametrize(
    ("beyond", "start"),
    [
        (1, "is left out"),
        (2, "and the 1 after it are left out"),
        (16, "and the 15 after it are left out"),
    ],
)
def test_why_a_picture_is_left_out_counts_those_after_it(
    beyond: int, start: str
) -> None:
    assert too_many(beyond).startswith(start)
