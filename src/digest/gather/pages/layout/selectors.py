"""Parts of a page chosen by selectors that a campaign file gives: CSS."""

from functools import lru_cache
from typing import Any

from cssselect import SelectorError
from lxml.cssselect import CSSSelector


def chosen(element: Any, css: str) -> list[Any]:
    """Return what the selector chooses inside the element, in the page's order.

    Raises ValueError, in words, where it is none.
    """
    return list(_compiled(css)(element))


@lru_cache(maxsize=128)
def _compiled(css: str) -> CSSSelector:
    try:
        return CSSSelector(css, translator="html")
    except SelectorError as problem:
        raise ValueError(
            f'the selector "{css}" is not CSS that this program knows ({problem}): '
            "try a plain one, such as .news h3 a"
        ) from problem
