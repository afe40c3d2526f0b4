"""A variant as an email: HTML and text, compiled once for all of its readers."""

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from digest.errors import RenderError
from digest.model.editions import Variant
from digest.model.merge import CompiledMessage, Recipient, Slot, shown
from digest.model.readers import Format
from digest.render import text_blocks
from digest.render.contents import Depths, contents, fullest, subject
from digest.render.fit import fitted
from digest.render.html_blocks import HtmlBlocks
from digest.render.inliner import inlined
from digest.render.links import spoken
from digest.render.look import Look
from digest.render.markers import Markers, Pieces
from digest.render.message import compiled
from digest.render.templates import environment, macros, rendered

SAMPLE_READER = Recipient(
    name="Ann Example",
    address="ann@example.org",
    salutation="Dear Ann Example",
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
_TEXT_TOOLS: Mapping[str, Any] = {
    "written": text_blocks.written,
    "filled": text_blocks.filled,
    "spoken": spoken,
    "linked": text_blocks.linked,
    "underlined": text_blocks.underlined,
    "in_words": text_blocks.picture_in_words,
}


def compile_email(variant: Variant, look: Look) -> CompiledMessage:
    """Return the variant as a message into which each reader is merged.

    Readers of plain text get text/plain alone; the others both, text first.
    The same input gives the same bytes. Raises RenderError where a template
    or the campaign file is at fault, or the HTML would be cut off.
    """
    if variant.format is Format.PLAIN:
        parts = {"plain": _text(variant, look, fullest(variant))}
    else:
        depths, html = _html(variant, look)
        parts = {"plain": _text(variant, look, depths), "html": html}
    return compiled(variant, subject(variant), look.made_at, parts)


def preview_html(
    variant: Variant, look: Look, reader: Recipient = SAMPLE_READER
) -> str:
    """Return the HTML of the email with a reader merged in."""
    return _for_reader(_html(variant, look)[1], reader)


def preview_text(
    variant: Variant, look: Look, reader: Recipient = SAMPLE_READER
) -> str:
    """Return the plain text of the email with a reader merged in."""
    plain = variant.format is Format.PLAIN
    depths = fullest(variant) if plain else _html(variant, look)[0]
    return _for_reader(_text(variant, look, depths), reader)


def _html(variant: Variant, look: Look) -> tuple[Depths, Pieces]:
    return fitted(variant, partial(_html_at, variant, look), _size)


def _html_at(variant: Variant, look: Look, depths: Depths) -> Pieces:
    made = environment(look.templates_dir, "email")
    kinds = macros(made, "blocks.html")
    markers = Markers()
    context = {
        "issue": contents(variant, depths),
        "reader": markers.reader("html"),
        "blocks": lambda blocks, above: HtmlBlocks(kinds, above).write(blocks),
    }
    page = _allowed(rendered(made, "edition.html", context))
    return _with_way_out(markers.split(inlined(page)), "edition.html")


def _text(variant: Variant, look: Look, depths: Depths) -> Pieces:
    made = environment(look.templates_dir, "email")
    markers = Markers()
    context = {
        **_TEXT_TOOLS,
        "issue": contents(variant, depths),
        "reader": markers.reader("text"),
    }
    text = _allowed(rendered(made, "edition.txt", context))
    tidy = _EMPTY_LINES.sub("\n\n", text).strip() + "\n"
    return _with_way_out(markers.split(tidy), "edition.txt")


def _allowed(text: str) -> str:
    return _FORBIDDEN.sub("", text)


def _with_way_out(pieces: Pieces, template: str) -> Pieces:
    if {Slot.LEAVE_URL_IN_HTML, Slot.LEAVE_URL_IN_TEXT}.isdisjoint(pieces):
        raise RenderError(
            f"the template email/{template} gives readers no way to leave: "
            "add a link to {{ reader.leave_url }}"
        )
    return pieces


def _size(html: Pieces) -> int:
    said = (piece for piece in html if not isinstance(piece, Slot))
    return _ROOM + sum(len(piece.encode()) for piece in said)


def _for_reader(pieces: Pieces, reader: Recipient) -> str:
    return "".join(
        shown(piece, reader) if isinstance(piece, Slot) else piece for piece in pieces
    )
