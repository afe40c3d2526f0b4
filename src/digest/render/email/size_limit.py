"""An email kept below the size at which mail programs cut it off."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from digest.errors import RenderError
from digest.model.editions.edition import Variant
from digest.model.posts.blocks import texts
from digest.render.addresses import web_address
from digest.render.email.contents import Depths, fullest
from digest.render.email.entries import Depth
from digest.render.limits import HTML_BYTES, HTML_BYTES_AIM
from digest.render.words.summaries import can_be_shortened

T = TypeVar("T")


def fit_to_size_limit(
    variant: Variant, make: Callable[[Depths], T], size: Callable[[T], int]
) -> tuple[Depths, T]:
    """Return the fullest rendition of HTML_BYTES_AIM at most, or else of HTML_BYTES.

    Whole items are shortened to a summary with a link, the longest first, then
    summaries to a title with a link. Where that is not enough, items without an
    address of their own are shortened too, and say how to ask for the rest; the
    last ones are left out in the end, and counted. Raises RenderError where the
    templates alone are too large.
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
            f"the email is {least:,} bytes without any items, and mail programs cut it"
            f" off at {HTML_BYTES:,}: make its templates shorter"
        )
    return stages[low], rendition


def _stages(variant: Variant) -> Iterator[Depths]:
    depths = list(fullest(variant))
    yield tuple(depths)
    by_length = sorted(
        range(len(depths)),
        key=lambda number: (-sum(map(len, texts(variant.items[number].body))), number),
    )
    addressed = [n for n in by_length if web_address(variant.items[n].url)]
    others = [n for n in by_length if n not in set(addressed)]
    in_the_end = reversed(range(len(depths)))
    for depth, numbers in (
        (Depth.SUMMARY, addressed),
        (Depth.TITLE, addressed),
        (Depth.SUMMARY, others),
        (Depth.LEFT_OUT, in_the_end),
    ):
        for number in numbers:
            is_shorter = depth is not Depth.SUMMARY or can_be_shortened(
                variant.items[number]
            )
            if depth < depths[number] and is_shorter:
                depths[number] = depth
                yield tuple(depths)
