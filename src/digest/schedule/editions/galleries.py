"""The pictures that a variant's renderer is handed."""

from collections.abc import Iterable

from sqlalchemy import Engine

from digest.model.editions.edition import Variant
from digest.model.posts.pictures import Gallery, PictureUse, pictures_in
from digest.render.families import family_of
from digest.store.base.engine import reading
from digest.store.posts import pictures


def gallery_for(engine: Engine, variant: Variant) -> Gallery:
    """Return the files of the pictures that the variant may show, as it needs them."""
    uses = family_of(variant.format).picture_uses(variant.format)
    if not uses:
        return {}
    names = {
        picture.copy_name for item in variant.items for picture in pictures_in(item)
    }
    return gallery_of(engine, names, uses)


def gallery_of(
    engine: Engine, names: Iterable[str], uses: tuple[PictureUse, ...]
) -> Gallery:
    """Return the files of the pictures of these names, in these sizes."""
    with reading(engine) as connection:
        return pictures.gallery(connection, names, uses)
