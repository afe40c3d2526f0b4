"""The pictures that a variant's renderer is handed."""

from collections.abc import Iterable

from sqlalchemy import Engine

from digest.model.editions.edition import Variant
from digest.model.people.reader import LETTER_FORMATS, Format
from digest.model.posts.pictures import Gallery, PictureUse, pictures_in
from digest.store.base.engine import reading
from digest.store.posts import pictures

_IN_EMAIL = (PictureUse.EMAIL, PictureUse.EMAIL_SMALL)
_IN_PRINT = (PictureUse.PRINT, PictureUse.PRINT_SMALL)


def gallery_for(engine: Engine, variant: Variant) -> Gallery:
    """Return the files of the pictures that the variant may show, as it needs them."""
    if variant.format is Format.PLAIN:
        return {}
    uses = _IN_PRINT if variant.format in LETTER_FORMATS else _IN_EMAIL
    names = {shown.kept for item in variant.items for shown in pictures_in(item)}
    return gallery_of(engine, names, uses)


def gallery_of(
    engine: Engine, names: Iterable[str], uses: tuple[PictureUse, ...] = _IN_EMAIL
) -> Gallery:
    """Return the files of the pictures of these names."""
    with reading(engine) as connection:
        return pictures.gallery(connection, names, uses)
