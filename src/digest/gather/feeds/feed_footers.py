"""What a site's programs put below each item of a feed, and no writer wrote."""

import html
import re
from urllib.parse import urlsplit

from digest.gather.items.raw_item import Html, PlainText

_LINKS = re.compile(r"""<a\b[^<>]*\bhref=["']([^"']*)""", re.IGNORECASE)
_LINKED = re.compile(r"<a\b[^<>]*>.*?</a>|<[^<>]*>", re.IGNORECASE | re.DOTALL)
# Of the last paragraph, and of its words beside the two links.
_LONGEST, _WORDS = 2000, 60


def without_footer(words: Html | PlainText, url: str) -> Html | PlainText:
    """Return an item's words without "The post … appeared first on …".

    In any language: a last paragraph of few words around two links, one to the item
    itself and one to the front page of its site.
    """
    at = max(words.rfind("<p"), words.rfind("<P"))
    footer = words[at:] if at >= 0 and isinstance(words, Html) else ""
    if not footer or len(footer) > _LONGEST:
        return words
    links = [html.unescape(link) for link in _LINKS.findall(footer)]
    around = html.unescape(_LINKED.sub("", footer)).strip()
    if len(links) != 2 or len(around) > _WORDS or _page(links[0]) != _page(url):
        return words
    front = urlsplit(links[1])
    is_front = front.path in ("", "/") and front.netloc == urlsplit(url).netloc
    return Html(words[:at]) if is_front and not front.query else words


def _page(url: str) -> str:
    """Return an address without what only counts visits."""
    return re.split(r"[?&]utm_|#", url)[0].rstrip("/")
