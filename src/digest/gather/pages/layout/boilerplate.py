"""A page's own words, and what stands around them: menus, footers, what is hidden."""

import re
from typing import Any

from lxml import etree

from digest.gather import limits
from digest.gather.markup.elements import is_hidden, tags

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
_LONG = 40  # characters: shorter text is a label or a title
# What holds more of the page's running text than this is its own, whatever it
# is called; some pages stand whole in a form or in a "widget".
_MOST = 0.4


def take_out_surroundings(root: Any) -> None:
    """Take out of a page what stands around its own words, and what is not seen.

    Words that follow such an element stay.
    """
    for element in list(root.iter(*_UNSEEN)):
        take_out(element)
    running = _running_text(root)
    most = _MOST * running[root]
    for element in list(root.iter("*")):
        if is_around(element) and running[element] <= most:
            take_out(element)


def _running_text(root: Any) -> dict[Any, int]:
    """Return how many characters of running text, links apart, each element holds."""
    running: dict[Any, int] = {}
    for _, element in etree.iterwalk(root, events=("end",)):
        lengths = (
            len(" ".join((text or "").split()))
            for text in (element.text, *(child.tail for child in element))
        )
        own = sum(length for length in lengths if length >= _LONG)
        inside = sum(running[child] for child in element)
        running[element] = 0 if element.tag == "a" else own + inside
    return running


def is_around(element: Any) -> bool:
    """Whether the element, by its tag, role or names, is none of the page's words."""
    if element.tag in _HOLDERS:
        return False
    if element.tag in _AROUND or element.get("role") in _ROLES:
        return True
    if element.tag == "header":
        return next(element.iterancestors("article", "main"), None) is None
    is_unseen = is_hidden(element) or element.get("aria-hidden") == "true"
    return is_unseen or _is_named_so(element)


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
