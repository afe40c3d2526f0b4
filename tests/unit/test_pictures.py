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


@pytest.mark.parametrize(
    ("beyond", "words_of_it"),
    [(1, "is left out"), (2, "and the 1 after it are"), (5, "and the 4 after it are")],
)
def test_how_many_pictures_are_too_many_is_counted(
    beyond: int, words_of_it: str
) -> None:
    assert too_many(beyond).startswith(words_of_it)


def test_of_many_pictures_each_counts_once_and_the_first_are_taken() -> None:
    many = [Picture(f"https://example.org/{n}.png", "A kettle") for n in range(40)]
    first, beyond = split_at_limit([many[0], *many, many[0]])

    assert first + beyond == many
    assert first
    assert beyond


def test_a_body_shows_a_picture_where_the_picture_itself_is_a_block() -> None:
    picture = Picture("https://example.org/a.png", "A kettle")
    other = Picture("https://example.org/b.png", "A kettle")

    assert shows((picture,), picture)
    assert not shows((other,), picture)
    assert not shows((picture,), None)


def test_files_of_one_name_are_the_same_in_every_size() -> None:
    def files(**changed: bytes) -> dict[PictureUse, PictureFile]:
        return {
            use: PictureFile("image/png", 1, 1, changed.get(use.name, b"x"))
            for use in PictureUse
        }

    names = {name_of(files(**{use.name: b"y"})) for use in PictureUse}

    assert name_of(files()) == name_of(files())
    assert len(names | {name_of(files())}) == len(PictureUse) + 1
