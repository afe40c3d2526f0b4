"""A variant as an email: HTML and text, compiled once for all of its readers."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial

from markupsafe import Markup

from digest.errors import RenderError
from digest.model.editions.compiled_message import (
    CompiledMessage,
    MergeField,
    Recipient,
    shown,
)
from digest.model.editions.edition import Variant
from digest.model.posts.blocks import Block
from digest.model.posts.pictures import PictureHosting
from digest.render.addresses import spoken
from digest.render.email.contents import Depths, contents, fullest
from digest.render.email.html_blocks import HtmlBlocks
from digest.render.email.html_words import html_words, marked, text_words, with_lang
from digest.render.email.inliner import inlined
from digest.render.email.markers import Markers, Pieces
from digest.render.email.message import PICTURE_BOUNDARY, compiled
from digest.render.email.pictures import (
    MOST_ATTACHED,
    EmailPictures,
    Named,
    picture_parts,
)
from digest.render.email.size_limit import fitted
from digest.render.email.subject import subject
from digest.render.email.text_blocks import TextBlocks, filled, underlined
from digest.render.options import RenderOptions
from digest.render.templates import environment, macros, rendered
from digest.render.words.catalogue import Phrase, Words, words_of

SAMPLE_READER = Recipient(
    name="Ann Example",
    address="ann@example.org",
    reference="sample",
    leave_url="https://example.org/u/sample",
    leave_mailto="mailto:leave@example.org",
)
# Left for what a reader's own values may add to the HTML.
_ROOM = 2_000
# What HTML or a mail program forbids in text: controls, lone surrogates and
# non-characters.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_EMPTY_LINES = re.compile(r"\s*\n\s*\n\s*\n")


@dataclass(frozen=True, slots=True)
class EmailRendition:
    """A message without its pictures, and which of them belong inside it.

    `too_heavy` is what they would have weighed, in bytes, where they were to be
    attached and are hosted instead: 0 where all is as the campaign wants it.
    """

    message: CompiledMessage
    attached: tuple[Named, ...] = ()
    too_heavy: int = 0


def compile_email(variant: Variant, look: RenderOptions) -> CompiledMessage:
    """Return the variant as a message into which each reader is merged, as `made`."""
    rendition = made(variant, look)
    parts = picture_parts(rendition.attached, look.pictures, PICTURE_BOUNDARY)
    return replace(rendition.message, pictures=parts)


def made(variant: Variant, look: RenderOptions) -> EmailRendition:
    """Return the variant as a message, with what belongs inside it kept apart.

    Readers of plain text get text/plain alone; the others both, text first.
    The same input gives the same bytes. Raises RenderError where a template
    or the campaign file is at fault, or the HTML would be cut off.
    """
    if not variant.format.has_html:
        parts = {"plain": _text(variant, look, fullest(variant))}
        return EmailRendition(compiled(variant, subject(variant), look.made_at, parts))
    depths, page, too_heavy = _placed(variant, look)
    parts = {"plain": _text(variant, look, depths), "html": page.pieces}
    attached = page.pictures.attached
    message = compiled(
        variant, subject(variant), look.made_at, parts, with_pictures=bool(attached)
    )
    return EmailRendition(message, attached, too_heavy)


def preview_html(
    variant: Variant, look: RenderOptions, reader: Recipient = SAMPLE_READER
) -> str:
    """Return the HTML of the email with a reader merged in, its pictures inside."""
    page = _placed(variant, look)[1]
    return page.pictures.inside(_for_reader(page.pieces, reader))


def preview_text(
    variant: Variant, look: RenderOptions, reader: Recipient = SAMPLE_READER
) -> str:
    """Return the plain text of the email with a reader merged in."""
    has_html = variant.format.has_html
    depths = _placed(variant, look)[0] if has_html else fullest(variant)
    return _for_reader(_text(variant, look, depths), reader)


@dataclass(frozen=True, slots=True)
class _Page:
    """The HTML, and the pictures it shows."""

    pieces: Pieces
    pictures: EmailPictures


def _placed(variant: Variant, look: RenderOptions) -> tuple[Depths, _Page, int]:
    """Return how deep items go, the HTML, and what was too heavy to attach."""
    place = variant.campaign.pictures
    depths, page = _html(variant, look, place)
    weight = page.pictures.weight
    if place is PictureHosting.ATTACHED and weight > MOST_ATTACHED:
        return *_html(variant, look, PictureHosting.HOSTED), weight
    return depths, page, 0


def _html(
    variant: Variant, look: RenderOptions, place: PictureHosting
) -> tuple[Depths, _Page]:
    return fitted(variant, partial(_html_at, variant, look, place), _size)


def _html_at(
    variant: Variant, look: RenderOptions, place: PictureHosting, depths: Depths
) -> _Page:
    made = environment(look.templates_dir, "email", marked)
    words = words_of(variant)
    kinds = macros(made, "blocks.html", html_words(words))
    markers = Markers()
    pictures = EmailPictures(look.pictures, place, look.hosted_at)
    issue = contents(variant, depths)

    def blocks(blocks: Iterable[Block], above: int) -> Markup:
        markup = HtmlBlocks(kinds, pictures, above).write(blocks)
        return with_lang(markup, issue.content_language, "div")

    context = {
        **html_words(words),
        "issue": issue,
        "reader": _reader(markers, "html", words),
        "blocks": blocks,
    }
    page = _allowed(rendered(made, "edition.html", context))
    pieces = _with_way_out(markers.split(inlined(page)), "edition.html")
    return _Page(pieces, pictures)


def _text(variant: Variant, look: RenderOptions, depths: Depths) -> Pieces:
    made = environment(look.templates_dir, "email", marked)
    words = words_of(variant)
    blocks = TextBlocks(words)
    markers = Markers()
    context = {
        **text_words(words),
        "written": blocks.write,
        "in_words": blocks.picture_in_words,
        "linked": blocks.link,
        "filled": filled,
        "spoken": spoken,
        "underlined": underlined,
        "issue": contents(variant, depths),
        "reader": _reader(markers, "text", words),
    }
    text = _allowed(rendered(made, "edition.txt", context))
    tidy = _EMPTY_LINES.sub("\n\n", text).strip() + "\n"
    return _with_way_out(markers.split(tidy), "edition.txt")


def _reader(markers: Markers, place: str, words: Words) -> dict[str, str]:
    reader = markers.reader(place)
    # For an operator's template, which puts the comma itself.
    salutation = words.gettext("Dear %(name)s,", name=reader["name"])
    return reader | {"salutation": Phrase(salutation.rstrip(",،"), salutation.lang)}


def _allowed(text: str) -> str:
    return _FORBIDDEN.sub("", text)


def _with_way_out(pieces: Pieces, template: str) -> Pieces:
    if {MergeField.LEAVE_URL_IN_HTML, MergeField.LEAVE_URL_IN_TEXT}.isdisjoint(pieces):
        raise RenderError(
            f"the template email/{template} gives readers no way to leave: "
            "add a link to {{ reader.leave_url }}"
        )
    return pieces


def _size(page: _Page) -> int:
    said = (piece for piece in page.pieces if not isinstance(piece, MergeField))
    return _ROOM + sum(len(piece.encode()) for piece in said)


def _for_reader(pieces: Pieces, reader: Recipient) -> str:
    return "".join(
        shown(piece, reader) if isinstance(piece, MergeField) else piece
        for piece in pieces
    )
