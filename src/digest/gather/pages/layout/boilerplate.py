"""A page's own words, and what stands around them: menus, footers, what is hidden."""

import re
from collections import Counter
from typing import Any

from digest.gather import limits
from digest.gather.markup.elements import tags
from digest.gather.pages.layout.page_words import INSIDE_A_LINE

Count = Counter[Any]

_UNSEEN = tags("script style template noscript iframe object svg math")
_AROUND = tags("nav footer aside form dialog button select input textarea")
_ROLES = tags(
    "navigation banner contentinfo search complementary dialog alertdialog menu "
    "menubar toolbar"
)
_HOLDERS = tags("html head body main article")
_NAMED = re.compile(
    r"(?:[\w-]*[-_])?(?:nav|navbar|navigation|menu|breadcrumbs?|sidebar|cookies?|"
    r"(?:cookie|consent|gdpr)[-_]?(?:notice|banner|bar|popup)|sharedaddy|addtoany|"
    r"(?:social|share)[-_]?(?:share|sharing|links?|icons?|buttons?|bar|list|tools?)|"
    r"comments?(?:[-_](?:area|list|section|form|wrapper))?|disqus[-_]thread|respond|"
    r"related(?:[-_](?:posts?|articles?|content|stories|links?))?|pagination|pager|"
    r"post[-_]navigation|newsletter(?:[-_]\w+)*|adverts?|advertisement|promo|"
    r"skip[-_]?(?:link|to[-_]content|nav)|site[-_](?:header|footer)|masthead|widget|"
    r"popup|modal|sr[-_]only|screen[-_]reader[-_]text|visually[-_]?hidden|hidden|"
    r"back[-_]to[-_]top|jp[-_]relatedposts|tags?[-_]links?|author[-_]bio|print[-_]only)",
    re.IGNORECASE,
)
# Names that end like those and say nothing of the kind: makers of sites put whole
# posts in pieces called so.
_NAMED_ALIKE = re.compile(
    r"elementor-widget|[\w-]*(?:overflow|backface)[\w-]*-hidden|"
    r"(?:[\w-]*[-_])?(?:no|has|with|without)[-_](?:sidebar|nav|navbar|navigation|menu|"
    r"breadcrumbs?|masthead|widget|promo)",
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_LONG_LINE = 80  # characters, beside those in links
# What holds more of the page's running words than this is its own, whatever it
# is called; some pages stand whole in a form or in a "widget".
_MOST = 0.4


def take_out_surroundings(root: Any) -> None:
    """Take out of a page what stands around its own words, and what is not seen.

    Words that follow such an element stay.
    """
    for element in list(root.iter(*_UNSEEN)):
        take_out(element)
    running = running_words(root)
    most = _MOST * running[root]
    for element in list(root.iter("*")):
        if is_around(element) and running[element] <= most:
            take_out(element)


def running_words(root: Any) -> Count:
    """Return for each element how much running text it holds.

    That is, characters in lines that are long and not mostly links. Raises
    ValueError, in words, where lines inside lines would take too long.
    """
    running: Count = Counter()
    looked_at = 0
    for element in root.iter("*"):
        if element.tag in INSIDE_A_LINE and element.tag not in {"span", "font"}:
            continue
        length, linked, parts = _line(element)
        looked_at += parts
        if looked_at > limits.LINE_PARTS:
            raise ValueError("has lines nested in a way that takes too long to read")
        if length >= _LONG_LINE and linked <= length / 2:
            for holder in (element, *element.iterancestors()):
                running[holder] += length - linked
    return running


def _line(element: Any) -> tuple[int, int, int]:
    """Return how long the element's own line is, and how much of it is links.

    Then, of how many parts it was put together.
    """
    words, linked = [element.text or ""], 0
    for child in element:
        if child.tag in INSIDE_A_LINE:
            words += child.itertext()
            links = [child] if child.tag == "a" else child.iter("a")
            linked += sum(len("".join(link.itertext())) for link in links)
        words.append(child.tail or "")
    return len(" ".join("".join(words).split())), linked, len(words)


def is_around(element: Any) -> bool:
    """Whether the element, by its tag, role or names, is none of the page's words."""
    if element.tag in _HOLDERS:
        return False
    if element.tag in _AROUND or element.get("role") in _ROLES:
        return True
    if element.tag == "header":
        return next(element.iterancestors("article", "main"), None) is None
    return _is_hidden(element) or _is_named_so(element)


def _is_hidden(element: Any) -> bool:
    """Whether the element says of itself that it is not to be seen."""
    return (
        "hidden" in element.attrib
        or element.get("aria-hidden") == "true"
        or bool(_HIDDEN.search(element.get("style", "")))
    )


def _is_named_so(element: Any) -> bool:
    """Whether a class or the id of the element is that of something around words."""
    names = (*element.get("class", "").split(), element.get("id", ""))
    return any(
        len(name) <= limits.CLASS_LENGTH
        and _NAMED.fullmatch(name)
        and not _NAMED_ALIKE.fullmatch(name)
        for name in names
    )


def take_out(element: Any) -> None:
    """Take the element out of its page; the words after it stay."""
    parent = element.getparent()
    if parent is None:
        return
    before, tail = element.getprevious(), element.tail or ""
    if before is None:
        parent.text = (parent.text or "") + tail
    else:
        before.tail = (before.tail or "") + tail
    element.tail = None
    parent.remove(element)
