"""Pictures in emails: hosted, attached or told, ours alone, and at their size."""

import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

import pytest
from PIL import Image

from digest.model.editions.compiled_message import CompiledMessage
from digest.model.editions.edition import Variant
from digest.model.formats import PLAIN
from digest.model.posts.blocks import EasyRead, Picture, TextSpan
from digest.model.posts.pictures import Gallery, PictureFile, PictureHosting, PictureUse
from digest.render.email.compile import (
    SAMPLE_READER,
    compile_email,
    preview_html,
    preview_text,
    render_email,
)
from digest.render.limits import ATTACHED_BYTES
from digest.render.options import RenderOptions
from tests.builders import a_campaign, a_post, a_variant, words
from tests.integration.test_email_message import check_lines
from tests.pictures import a_photo, saved

ONE, TWO = "1" * 32, "2" * 32
LEAD = Picture("https://elsewhere.example.org/a.jpg", "A kettle", "", ONE)
BESIDE = Picture("https://elsewhere.example.org/b.jpg", "A cup", "", TWO)
IMAGE = re.compile(r'<img src="([^"]*)" alt="([^"]*)" width="(\d+)" height="(\d+)"')


def a_size(width: int, height: int, size: int = 0) -> PictureFile:
    """Return a JPEG of those dots, made as heavy as is asked for."""
    content = saved(a_photo(width, height), "JPEG")
    return PictureFile("image/jpeg", width, height, content.ljust(size, b"\0"))


GALLERY: Gallery = {
    (ONE, PictureUse.EMAIL): a_size(1200, 800),
    (ONE, PictureUse.EMAIL_SMALL): a_size(240, 160),
    (TWO, PictureUse.EMAIL): a_size(300, 200),
    (TWO, PictureUse.EMAIL_SMALL): a_size(240, 160),
}
LOOK = RenderOptions(
    datetime(2026, 7, 6, 15, 0, tzinfo=UTC),
    pictures=GALLERY,
    hosted_at="https://digest.example.org/media",
)


def an_edition(place: PictureHosting, *pictures: Picture, **changes: Any) -> Variant:
    """Return an edition of one post, in full, whose body shows the pictures."""
    body = (
        *(pictures or (LEAD,)),
        *words("Put it on."),
        EasyRead((TextSpan("Tea is at four."),), BESIDE),
    )
    campaign = a_campaign(pictures=place, in_full=True)
    return a_variant(a_post(url="", body=body), campaign=campaign, **changes)


def read(message: CompiledMessage) -> EmailMessage:
    return BytesParser(policy=policy.default).parsebytes(message.merge(SAMPLE_READER))


def html_of(message: EmailMessage) -> str:
    part = message.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def test_hosted_pictures_stand_at_our_own_address() -> None:
    message = read(compile_email(an_edition(PictureHosting.HOSTED), LOOK))

    assert IMAGE.findall(html_of(message)) == [
        (f"https://digest.example.org/media/{ONE}.jpg", "A kettle", "592", "395"),
        (f"https://digest.example.org/media/{TWO}-small.jpg", "A cup", "104", "69"),
    ]
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]


def test_attached_pictures_are_found_by_content_id() -> None:
    compiled = compile_email(an_edition(PictureHosting.ATTACHED), LOOK)
    message = read(compiled)
    check_lines(compiled.merge(SAMPLE_READER))

    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/jpeg",
        "image/jpeg",
    ]
    related = next(p for p in message.walk() if p.get_content_subtype() == "related")
    assert related.get_param("type") == "text/html"
    inside = {part["Content-ID"]: part for part in related.iter_attachments()}
    images = IMAGE.findall(html_of(message))
    assert [f"<{src.removeprefix('cid:')}>" for src, *_ in images] == list(inside)
    files = [GALLERY[ONE, PictureUse.EMAIL], GALLERY[TWO, PictureUse.EMAIL_SMALL]]
    for part, file in zip(inside.values(), files, strict=True):
        assert part.get_content() == file.content
        assert part.get_content_disposition() == "inline"
        assert Image.open(io.BytesIO(part.get_content())).size == (
            file.width,
            file.height,
        )


def test_a_campaign_may_do_without_and_tell_what_they_show() -> None:
    message = read(compile_email(an_edition(PictureHosting.NONE), LOOK))

    assert "<img" not in html_of(message)
    assert "Picture: A kettle" in html_of(message)
    assert "Picture: A cup" in html_of(message)


@pytest.mark.parametrize("place", PictureHosting)
def test_text_tells_what_pictures_show(place: PictureHosting) -> None:
    variant = an_edition(place)

    for version in (variant, replace(variant, format=PLAIN)):
        text = preview_text(version, LOOK)
        assert "[Picture: A kettle]" in text
        assert "[Picture: A cup]" in text
    plain = read(compile_email(replace(variant, format=PLAIN), LOOK))
    assert plain.get_content_type() == "text/plain"


@pytest.mark.parametrize("place", PictureHosting)
def test_nothing_of_anybody_elses_is_ever_fetched(place: PictureHosting) -> None:
    not_ours = Picture("https://elsewhere.example.org/c.jpg", "A spoon")
    variant = an_edition(place, LEAD, not_ours)

    message = compile_email(variant, LOOK).merge(SAMPLE_READER)

    assert b"elsewhere.example.org" not in message
    assert b"Picture: A spoon" in message


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        pytest.param(replace(LEAD, alt=""), "", id="nobody said what it shows"),
        pytest.param(replace(LEAD, alt="IMG_1.JPG"), "", id="a file's name"),
        pytest.param(replace(LEAD, alt="", decorative=True), 'alt=""', id="decorative"),
        pytest.param(replace(LEAD, copy_name="9" * 32), "", id="gone"),
    ],
)
def test_a_picture_without_words_is_not_used(picture: Picture, expected: str) -> None:
    post = a_post(url="", body=(picture, *words("Put it on.")))
    html = preview_html(a_variant(post), LOOK)

    assert (expected in html) if expected else ("<img" not in html)


@pytest.mark.parametrize("place", PictureHosting)
@pytest.mark.parametrize("caption", ["A blue kettle", "a blue kettle."])
def test_a_caption_that_says_what_it_shows_is_said_once(
    place: PictureHosting, caption: str
) -> None:
    picture = replace(LEAD, alt="A blue kettle", caption=caption)
    beside = EasyRead((TextSpan("Tea is at four."),), replace(picture, copy_name=TWO))
    campaign = a_campaign(pictures=place, in_full=True)
    for block in (picture, beside):
        variant = a_variant(a_post(url="", body=(block,)), campaign=campaign)

        html, text = preview_html(variant, LOOK), preview_text(variant, LOOK)

        assert [
            version.casefold().count("blue kettle") for version in (html, text)
        ] == [
            1,
            1,
        ]
        assert ("<figcaption" in html) is (place is not PictureHosting.NONE)


def test_signs_that_differ_are_not_the_same_words() -> None:
    picture = replace(LEAD, alt="\u2602", caption="\u2600")
    variant = a_variant(a_post(url="", body=(picture,)))

    html = preview_html(variant, LOOK)

    assert 'alt="\u2602"' in html
    assert "\u2600" in html


def test_a_small_picture_is_not_blown_up() -> None:
    html = preview_html(an_edition(PictureHosting.HOSTED, BESIDE), LOOK)

    assert 'alt="A cup" width="300" height="200"' in html


def test_too_heavy_an_edition_links_to_its_pictures_instead() -> None:
    heavy = {(ONE, PictureUse.EMAIL): a_size(1200, 800, ATTACHED_BYTES + 1)}
    look = replace(LOOK, pictures={**GALLERY, **heavy})
    variant = an_edition(PictureHosting.ATTACHED)

    rendition = render_email(variant, look)

    assert rendition.attached == ()
    assert rendition.too_heavy > ATTACHED_BYTES
    images = IMAGE.findall(html_of(read(rendition.message)))
    assert images[0][0].startswith("https://digest.example.org/media/")
    assert render_email(variant, LOOK).too_heavy == 0


def test_a_picture_shown_twice_is_attached_once() -> None:
    message = read(compile_email(an_edition(PictureHosting.ATTACHED, LEAD, LEAD), LOOK))

    parts = [p for p in message.walk() if p.get_content_maintype() == "image"]
    assert len(parts) == 2
    assert len(IMAGE.findall(html_of(message))) == 3


def test_a_preview_stands_for_itself() -> None:
    for place in (PictureHosting.HOSTED, PictureHosting.ATTACHED):
        html = preview_html(an_edition(place), LOOK)
        sources = [src for src, *_ in IMAGE.findall(html)]
        assert len(sources) == 2
        assert all(src.startswith("data:image/jpeg;base64,") for src in sources)


def test_the_same_edition_gives_the_same_bytes() -> None:
    variant = an_edition(PictureHosting.ATTACHED)

    assert compile_email(variant, LOOK) == compile_email(variant, LOOK)


def test_attached_pictures_are_encoded_once_for_everybody() -> None:
    compiled = compile_email(an_edition(PictureHosting.ATTACHED), LOOK)
    ann = compiled.merge(SAMPLE_READER)
    bob = compiled.merge(replace(SAMPLE_READER, name="Bob", reference="bob"))

    assert compiled.pictures in ann
    assert compiled.pictures in bob
    stored = compiled.to_bytes()
    assert compiled.pictures not in stored
    again = replace(CompiledMessage.from_bytes(stored), pictures=compiled.pictures)
    assert again == compiled
