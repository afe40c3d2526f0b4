"""The family of letters: PDF in the type size of their format."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from digest.errors import NotFound
from digest.model.editions.edition import Variant
from digest.model.editions.rendition import PAGES, UNPRINTED, Rendition
from digest.model.formats import Format, Preview
from digest.model.people.person import Addressee
from digest.model.posts.items import Event
from digest.model.posts.pictures import PictureUse
from digest.render.addresses import web_address
from digest.render.letter.letter import (
    Letter,
    LetterOptions,
    preview_with_pages,
    typeset,
)
from digest.render.letter.unprinted import told_to_staff
from digest.render.options import RenderOptions


class LetterFamily:
    """Makes bodies of letters; see `render.families.FormatFamily`."""

    def picture_uses(self, _fmt: Format) -> tuple[PictureUse, ...]:
        """Return the sizes that are printed."""
        return (PictureUse.PRINT, PictureUse.PRINT_SMALL, PictureUse.LOGO_PRINT)

    def make(self, variant: Variant, options: RenderOptions) -> Rendition:
        """Return the body that the variant's readers share, and its pages' facts."""
        variant = with_event_pages(variant, options.event_page_url)
        body = typeset(variant, _letter_options(options))
        return Rendition(body.pdf, body.facts)

    def preview(
        self,
        variant: Variant,
        _preview: Preview,
        options: RenderOptions,
        addressee: Addressee,
    ) -> Rendition:
        """Return one complete letter, and what staff are to know of it."""
        if addressee.address is None:
            raise NotFound(f"no postal address is held for {addressee.name}: add one")
        letter = Letter(
            "PREVIEW", addressee.name, addressee.address, consent=addressee.consent
        )
        variant = with_event_pages(variant, options.event_page_url)
        look = _letter_options(options)
        pdf, pages = preview_with_pages(variant, look, letter)
        return Rendition(pdf, {UNPRINTED: [*told_to_staff(variant)], PAGES: pages})


def with_event_pages(
    variant: Variant, page_url: Callable[[Sequence[int]], str]
) -> Variant:
    """Return the variant with a page of ours for each event that has none of its own.

    `page_url` is as of `RenderOptions`.
    """
    ids = variant.entry_ids or ((),) * len(variant.items)
    items = tuple(
        replace(item, url=page_url(of_item))
        if isinstance(item, Event) and of_item and not web_address(item.url)
        else item
        for item, of_item in zip(variant.items, ids, strict=True)
    )
    return replace(variant, items=items)


def _letter_options(options: RenderOptions) -> LetterOptions:
    return LetterOptions(options.shorten, options.pictures, options.templates_dir)
