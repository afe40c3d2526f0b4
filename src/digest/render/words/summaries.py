"""Whether an item's summary stands for it, or for a part of it alone."""

from digest.model.editions.mime import cleaned
from digest.model.posts.blocks import texts
from digest.model.posts.items import Item


def can_be_shortened(item: Item) -> bool:
    """Whether a summary would say less than the item does."""
    whole = " ".join(" ".join(texts(item.body)).split())
    return bool(item.summary and whole != cleaned(item.summary))
