"""A variant as an email: HTML and text, compile_message once for all of its readers."""

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
    body_value,
)
from digest.model.editions.edition import Variant
from digest.model.people.person import Consent
from digest.model.posts.blocks import Block
from digest.model.posts.pictures import PictureHosting, PictureKey
from digest.model.posts.text_language import TextLanguage
from digest.render.addresses import spoken
from digest.render.email.contents import Depths, contents, fullest
from digest.render.email.directions import with_directed_lines
from digest.render.email.html_blocks import BlockMarkup, HtmlBlocks
from digest.render.email.html_words import (
    attributes,
    html_words,
    marked,
    text_words,
)
from digest.render.email.markers import Markers, Pieces
from digest.render.email.message import PICTURE_BOUNDARY, compile_message
from digest.render.email.pictures import (
    EmailPictures,
    picture_parts,
)
from digest.render.email.size_limit import fit_to_size_limit
from digest.render.email.subject import subject
from digest.render.email.text_blocks import TextBlocks, filled, underlined
from digest.render.limits import ATTACHED_BYTES, HTML_BYTES_OF_VALUES
from digest.render.options import RenderOptions
from digest.render.templates import environment, macros, rendered
from digest.render.words.catalogue import Phrase, words_of
from digest.render.words.in_order import with_marks
from digest.render.words.item_language import page_language
from digest.render.words.reasons import reasons_of_emails

SAMPLE_READER = Recipient(
    name="Ann Example",
    address="ann@example.org",
    reference="sample",
    leave_url="https://example.org/u/sample",
    choices_url="https://example.org/p/sample",
    leave_mailto="mailto:leave@example.org",
    consent=Consent("consent", at="2026-03-03"),
)
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
    attached: tuple[PictureKey, ...] = ()
    too_heavy: int = 0


def compile_email(variant: Variant, options: RenderOptions) -> CompiledMessage:
    """Return the variant as a message for each reader to be merged into."""
    rendition = render_email(variant, options)
    parts = picture_parts(rendition.attached, options.pictures, PICTURE_BOUNDARY)
    return replace(rendition.message, pictures=parts)


def render_email(variant: Variant, options: RenderOptions) -> EmailRendition:
    """Return the variant as a message, with what belongs inside it kept apart.

    Readers of plain text get text/plain alone; the others both, text first.
    The same input gives the same bytes. Raises RenderError where a template
    or the campaign file is at fault, or the HTML would be cut off.
    """
    if not variant.format.has_html:
        parts = {"plain": _text(variant, options, fullest(variant))}
        message = compile_message(variant, subject(variant), options.made_at, parts)
        return EmailRendition(replace(message, reasons=reasons_of_emails(variant)))
    depths, page, too_heavy = _html(variant, options)
    parts = {"plain": _text(variant, options, depths), "html": page.pieces}
    attached = page.pictures.attached
    message = compile_message(
        variant,
        subject(variant),
        options.made_at,
        parts,
        with_pictures=bool(attached),
    )
    message = replace(message, reasons=reasons_of_emails(variant))
    return EmailRendition(message, attached, too_heavy)


def preview_html(
    variant: Variant, options: RenderOptions, reader: Recipient = SAMPLE_READER
) -> str:
    """Return the HTML of the email with a reader merged in, its pictures inside."""
    page = _html(variant, options)[1]
    return page.pictures.inside(_for_reader(page.pieces, reader, variant))


def preview_text(
    variant: Variant, options: RenderOptions, reader: Recipient = SAMPLE_READER
) -> str:
    """Return the plain text of the email with a reader merged in."""
    has_html = variant.format.has_html
    depths = _html(variant, options)[0] if has_html else fullest(variant)
    return _for_reader(_text(variant, options, depths), reader, variant)


@dataclass(frozen=True, slots=True)
class _Page:
    """The HTML, and the pictures it shows."""

    pieces: Pieces
    pictures: EmailPictures

    @property
    def size(self) -> int:
        """How many bytes it has, with room for a reader's own values."""
        literals = (part for part in self.pieces if not isinstance(part, MergeField))
        return HTML_BYTES_OF_VALUES + sum(len(part.encode()) for part in literals)


def _html(variant: Variant, options: RenderOptions) -> tuple[Depths, _Page, int]:
    """Return how deep items go, the HTML, and what was too heavy to attach."""

    def fitting(hosting: PictureHosting) -> tuple[Depths, _Page]:
        make = partial(_html_at, variant, options, hosting)
        return fit_to_size_limit(variant, make, lambda page: page.size)

    hosting = variant.campaign.pictures
    depths, page = fitting(hosting)
    weight = page.pictures.weight
    if hosting is PictureHosting.ATTACHED and weight > ATTACHED_BYTES:
        return *fitting(PictureHosting.HOSTED), weight
    return depths, page, 0


def _html_at(
    variant: Variant, options: RenderOptions, hosting: PictureHosting, depths: Depths
) -> _Page:
    templates = environment(options.templates_dir, "email", marked)
    words = words_of(variant)
    markup = BlockMarkup(macros(templates, "blocks.html", html_words(words)))
    markers = Markers()
    pictures = EmailPictures(options.pictures, hosting, options.hosted_at)
    page = page_language(variant)

    def blocks(blocks: Iterable[Block], above: int, language: TextLanguage) -> Markup:
        return HtmlBlocks(markup, pictures, above, language, page).write(blocks)

    def attributes_of(phrase: Phrase) -> Markup:
        return attributes(TextLanguage.of(phrase.lang or page.tag), page)

    context = {
        **html_words(words),
        "issue": contents(variant, depths, options.calendar_url),
        "logo": pictures.show_logo(variant.campaign.logo),
        "logo_alt": variant.campaign.logo.alt if variant.campaign.logo else "",
        "view_url": options.view_url,
        "privacy_url": options.privacy_url,
        "reader": _reader(markers, "html", variant),
        "blocks": blocks,
        "attributes": attributes_of,
    }
    # Here: premailer brings much along that whoever renders nothing does without.
    from digest.render.email.inliner import inline_styles  # noqa: PLC0415

    html = with_directed_lines(allowed(rendered(templates, "edition.html", context)))
    pieces = _with_way_out(markers.split(inline_styles(html)), "edition.html")
    return _Page(pieces, pictures)


def _text(variant: Variant, options: RenderOptions, depths: Depths) -> Pieces:
    templates = environment(options.templates_dir, "email", marked)
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
        "issue": contents(variant, depths, options.calendar_url),
        "view_url": options.view_url,
        "privacy_url": options.privacy_url,
        "reader": _reader(markers, "text", variant),
    }
    text = with_marks(allowed(rendered(templates, "edition.txt", context)))
    tidy = _EMPTY_LINES.sub("\n\n", text).strip() + "\n"
    return _with_way_out(markers.split(tidy), "edition.txt")


def _reader(markers: Markers, place: str, variant: Variant) -> dict[str, str]:
    reader, words = markers.reader(place), words_of(variant)
    # For an operator's template, which puts the comma itself.
    salutation = words.gettext("Dear %(name)s,", name=reader["name"])
    reasons_lang = words.gettext("Our record of it:").lang
    return reader | {
        "salutation": Phrase(salutation.rstrip(",،"), salutation.lang),
        "reason": Phrase(reader["reason"], reasons_lang),
    }


def allowed(text: str) -> str:
    """Return a text without what HTML, XML and mail programs forbid in any."""
    return _FORBIDDEN.sub("", text)


def _with_way_out(pieces: Pieces, template: str) -> Pieces:
    if {MergeField.LEAVE_URL_IN_HTML, MergeField.LEAVE_URL_IN_TEXT}.isdisjoint(pieces):
        raise RenderError(
            f"the template email/{template} gives readers no way to leave: "
            "add a link to {{ reader.leave_url }}"
        )
    return pieces


def _for_reader(pieces: Pieces, reader: Recipient, variant: Variant) -> str:
    reasons = reasons_of_emails(variant)
    return "".join(
        body_value(piece, reader, reasons) if isinstance(piece, MergeField) else piece
        for piece in pieces
    )
