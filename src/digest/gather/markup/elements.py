"""What an element of HTML is, told from its tag, its classes and where it stands."""

import re
from itertools import islice
from typing import Any

from digest.gather.markup.inline import InlineStyle
from digest.model.posts.text_language import usable_tag


def tags(names: str) -> frozenset[str]:
    """Return the tags that `names` holds."""
    return frozenset(names.split())


# What a browser shows none of. Whatever else is unknown gives its words.
UNSEEN = tags("script style template title iframe noembed noframes datalist")
# Drawings and formulas, and what ends an unclosed one (WHATWG HTML 13.2.6.5).
FOREIGN = tags("svg math")
ENDS_FOREIGN = tags(
    "b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 "
    "head hr i img li listing menu meta nobr ol p pre ruby s small span strong "
    "strike sub sup table tt u ul var"
)
BLOCKS = tags(
    "address article aside blockquote body caption center dd details dialog div dl "
    "dt fieldset figcaption figure footer form header hgroup hr legend li listing "
    "main nav optgroup option p plaintext pre search section select summary table "
    "tbody td textarea tfoot th thead tr xmp"
)
LISTS = frozenset({"dir", "menu", "ol", "ul"})
HEADINGS = {f"h{level}": level for level in range(1, 7)}
BLOCKS |= LISTS | HEADINGS.keys()

_FIRST = 10  # elements of a part that are looked at for its picture
_STRONG = frozenset({"b", "dt", "legend", "strong", "summary"})
_EMPHASIS = frozenset({"cite", "dfn", "em", "i", "var"})
_VERBATIM = frozenset({"listing", "plaintext", "pre", "textarea", "xmp"})
_LOOKS = _STRONG | _EMPHASIS | _VERBATIM
_DASHES = "\u2014\u2013\u2015-~ \n\t\xa0"
_BUTTON = re.compile(r"(?<![a-z])(buttons?|btn|cta)(?![a-z])", re.IGNORECASE)
_EASY_READ = re.compile(r"(?<![\w-])easy-?read(?![\w-])", re.IGNORECASE)
_CAPTIONED = re.compile(r"(?<![\w-])wp-caption(?![\w-])")
_CAPTION = re.compile(r"(?<![\w-])wp-caption-text(?![\w-])")
_PICTURE_FILE = re.compile(r"\.(png|jpe?g|gif|webp|svg|avif)$", re.IGNORECASE)
_KEEPS_SPACES = re.compile(
    r"white-space\s*:\s*(pre|pre-wrap|break-spaces)\s*(;|$)", re.IGNORECASE
)
_MAY_HIDE = re.compile(r"hidden|display", re.IGNORECASE)
_HIDING = re.compile(
    r"(?<![\w-])(?:display\s*:\s*none|visibility\s*:\s*hidden)(?![\w-])", re.IGNORECASE
)
_NORMAL_WEIGHT = re.compile(r"font-weight\s*:\s*(normal|400)", re.IGNORECASE)


def words_of(element: Any) -> str:
    """Return every word inside the element, as it stands in the page."""
    return "".join(element.itertext())


def inherited(element: Any, look: InlineStyle) -> InlineStyle:
    """Return the look of words inside the element, where `look` is around it."""
    tag = element.tag
    if not element.attrib and tag not in _LOOKS:
        return look
    style = element.get("style", "")
    # Word processors wrap what they paste into a bold that is none.
    strong = tag in _STRONG and not _NORMAL_WEIGHT.search(style)
    verbatim = tag in _VERBATIM or bool(style and _KEEPS_SPACES.search(style))
    by_class = _BUTTON.search(element.get("class", "")) is not None
    is_button = by_class or element.get("role") == "button"
    language = element.get("lang", element.get("xml:lang"))
    direction = element.get("dir", "").lower()
    return InlineStyle(
        look.strong or strong,
        look.emphasis or tag in _EMPHASIS,
        look.href,
        look.button or is_button,
        look.verbatim or verbatim,
        look.language if language is None else usable_tag(language),
        direction if direction in {"ltr", "rtl"} else look.direction,
    )


def may_hide(html: str) -> bool:
    """Whether markup may have something that it hides."""
    return bool(_MAY_HIDE.search(html))


def is_hidden(element: Any) -> bool:
    """Whether the element says of itself that nobody is to see it."""
    attributes = element.attrib
    return "hidden" in attributes or bool(_HIDING.search(attributes.get("style", "")))


def is_easy_read(element: Any) -> bool:
    """Whether the element holds easy read pairs: class="easy-read"."""
    return bool(_EASY_READ.search(element.get("class", "")))


def is_figure(element: Any) -> bool:
    """Whether the element holds something with its caption."""
    return element.tag == "figure" or bool(_CAPTIONED.search(element.get("class", "")))


def is_caption(element: Any) -> bool:
    """Whether the element is the caption of the figure that it stands in."""
    return element.tag == "figcaption" or bool(
        _CAPTION.search(element.get("class", ""))
    )


def is_attribution(element: Any) -> bool:
    """Whether the element, straight inside a quotation, says whose words it holds."""
    if element.tag == "p" and len(element) == 1 and element[0].tag == "cite":
        around = (element.text or "") + (element[0].tail or "")
        return not around.strip(_DASHES)
    is_last = element.getnext() is None and not (element.tail or "").strip()
    return element.tag == "footer" or (element.tag == "cite" and is_last)


def without_dashes(attribution: str) -> str:
    """Return an attribution without the dash that introduces it in print."""
    return attribution.lstrip(_DASHES)


def is_counter(image: Any) -> bool:
    """Whether the image is one pixel, there to count visits and not to be seen."""
    return bool({image.get("width"), image.get("height")} & {"0", "1", "0px", "1px"})


def picture_address(image: Any) -> str:
    """Return where the picture is: with programs that load it late, not in `src`."""
    names = ("data-src", "data-lazy-src", "data-lazy", "data-original", "src")
    addresses = (image.get(name, "").strip() for name in names)
    return next((a for a in addresses if a and not a.startswith("data:")), "")


def repeats_picture(image: Any) -> bool:
    """Whether the image stands where scripts are off for the picture before it."""
    around = next(image.iterancestors("noscript"), None)
    before = None if around is None else around.getprevious()
    first = () if before is None else islice(before.iter("*"), _FIRST)
    return any(element.tag == "img" for element in first)


def is_presentation(image: Any) -> bool:
    """Whether the image says of itself that it tells nobody anything (WAI-ARIA)."""
    return image.get("role") in {"presentation", "none"}


def is_in_words(image: Any) -> bool:
    """Whether the image stands for a character in a line of words."""
    return bool({"emoji", "wp-smiley"} & set(image.get("class", "").split()))


def is_picture_file(address: str) -> bool:
    """Whether the address is that of a picture rather than of a page."""
    return bool(_PICTURE_FILE.search(address.partition("?")[0]))
