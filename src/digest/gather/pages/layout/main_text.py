"""Which part of a page holds its own words."""

from typing import Any

from digest.gather.markup.signs import tags
from digest.gather.pages.layout.boilerplate import Count, running_words

# Where those who make pages say it, the surest first.
_SAID = (
    '//*[@itemprop="articleBody"]',
    '//*[contains(concat(" ", normalize-space(@class), " "), " e-content ")]',
    '//*[contains(concat(" ", normalize-space(@class), " "), " entry-content ")]',
    "//article",
    '//main|//*[@role="main"]',
)
# A page that has little beside what it names as its words names them rightly.
_LEAST_SAID = 0.3
_NEARLY_ALL = 0.85
_WHOLE = tags("p pre blockquote ul ol table tbody tr")


def main_text(root: Any) -> Any:
    """Return the element that holds the words of a page without its surroundings.

    It is the smallest that holds nearly all of the running words, of the page or
    of the part that the page names as its own words.
    """
    running = running_words(root)
    return _narrowed(_said(root, running), running)


def _said(root: Any, running: Count) -> Any:
    for path in _SAID:
        longest = max(root.xpath(path), key=running.__getitem__, default=None)
        if longest is not None and running[longest] > _LEAST_SAID * running[root]:
            return longest
    return root


def _narrowed(element: Any, running: Count) -> Any:
    least = _NEARLY_ALL * running[element]
    longest = max(element, key=running.__getitem__, default=None)
    while longest is not None and running[longest] > least:
        if longest.tag in _WHOLE:
            break
        element = longest
        longest = max(element, key=running.__getitem__, default=None)
    return element
