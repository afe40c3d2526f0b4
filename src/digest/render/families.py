"""Which family makes a format: one line each, one folder each.

A family's folder makes the renditions of its formats and shows them before they
go out; model.formats names the family of each format.
"""

from typing import Protocol

from digest.model.editions.edition import Variant
from digest.model.editions.rendition import Rendition
from digest.model.formats import Format, Preview
from digest.model.people.person import Addressee
from digest.model.posts.pictures import PictureUse
from digest.render.calls.family import CallFamily
from digest.render.email.family import EmailFamily
from digest.render.letter.family import LetterFamily
from digest.render.options import RenderOptions


class FormatFamily(Protocol):
    """Makes the formats of one family; good for many threads."""

    def picture_uses(self, fmt: Format) -> tuple[PictureUse, ...]:
        """Return the sizes in which the format may show pictures; none without any."""
        ...

    def make(self, variant: Variant, options: RenderOptions) -> Rendition:
        """Return what the variant's readers share. Raises RenderError in one line."""
        ...

    def preview(
        self,
        variant: Variant,
        preview: Preview,
        options: RenderOptions,
        addressee: Addressee,
    ) -> Rendition:
        """Return the variant as that person gets it, a document of the preview's type.

        Raises RenderError or NotFound in one line.
        """
        ...


FAMILIES: dict[str, FormatFamily] = {
    "email": EmailFamily(),
    "letter": LetterFamily(),
    "calls": CallFamily(),
}


def family_of(fmt: Format) -> FormatFamily:
    """Return what makes the format. Raises LookupError for one that is not made."""
    try:
        return FAMILIES[fmt.family]
    except KeyError:
        raise LookupError(f"nothing makes {fmt}") from None
