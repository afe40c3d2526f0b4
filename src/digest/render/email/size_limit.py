"""An email kept below the size at which mail programs cut it off."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from digest.errors import RenderError
from digest.model.editions.edition import Variant
from digest.model.posts.blocks import texts
from digest.render.addresses import web_address
from digest.render.email.contents import Depth, Depths, can_be_shortened, fullest
from digest.render.limits import HTML_BYTES, HTML_BYTES_AIM

T = TypeVar("T")


def fit_to_size_limit(
    variant: Variant, make: Callable[[Depths], T], size: Callable[[T], int]
) -> tuple[Depths, T]:
    """Return the fullest rendition of HTML_BYTES_AIM at most, or else of HTML_BYTES.

    Whole items are shortened to a summary with a link, the longest first, and
    then summaries to a title with a link; an item without an address of its
    own stays whole. Raises RenderError where even that is too large.
    """
    stages = list(_stages(variant))
    rendition = make(stages[0])
    if size(rendition) <= HTML_BYTES_AIM:
        return stages[0], rendition
    low, high = 0, len(stages) - 1
    while low < high:
        middle = (low + high) // 2
        if size(make(stages[middle])) <= HTML_BYTES_AIM:
            high = middle
        else:
            low = middle + 1
    rendition = make(stages[low])
    if (least := size(rendition)) > HTML_BYTES:
        raise RenderError(
            f"the email is {least:,} bytes however much is shortened, and mail "
            f"programs cut it off at {HTML_BYTES:,}: give long items an address (url) "
            "to link to, or send fewer items at a time"
        )
    return stages[low], rendition


def _stages(variant: Variant) -> Iterator[Depths]:
    depths = list(fullest(variant))
    yield tuple(depths)
    by_length = sorted(
        range(len(depths)),
        key=lambda number: (-sum(map(len, texts(variant.items[number].body))), number),
    )
    for number in by_length:
        if depths[number] is Depth.FULL and can_be_shortened(variant.items[number]):
            depths[number] = Depth.SUMMARY
            yield tuple(depths)
    for number in by_length:
        if web_address(variant.items[number].url):
            depths[number] = Depth.TITLE
            yield tuple(depths)
