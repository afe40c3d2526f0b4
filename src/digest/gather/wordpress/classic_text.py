"""The words of a WordPress post as its editor kept them, made HTML.

Posts of the block editor are HTML already. Those of the classic editor are written
in lines, and both hold short codes, which WordPress replaces when it shows them.
"""

import html
import re

_BLOCKS = "<!-- wp:"
_BLANK_LINE = re.compile(r"\n[ \t]*\n\s*")
_OPENS_BLOCK = re.compile(
    r"</?(?:address|article|aside|blockquote|dd|details|div|dl|dt|fieldset|figcaption|"
    r"figure|footer|form|h[1-6]|header|hr|li|main|nav|ol|p|pre|section|table|tbody|td|"
    r"tfoot|th|thead|tr|ul)\b",
    re.IGNORECASE,
)
# Each ends where another begins, so that a long text is gone through once.
_CAPTION = re.compile(
    r"\[(?:wp_)?caption\b[^\[\]]*\]((?:(?!\[/?(?:wp_)?caption\b).)*)"
    r"\[/(?:wp_)?caption\]",
    re.IGNORECASE | re.DOTALL,
)
_PICTURE = re.compile(
    r"\s*((?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*</a>)?)(.*)", re.DOTALL | re.IGNORECASE
)
_CAPTION_SAID = re.compile(r"\bcaption=\"([^\"]*)\"")
_EMBED = re.compile(
    r"\[(embed|video|audio)\b[^\[\]]*\]\s*(https?://[^\s\[\]]+)\s*\[/\1\]",
    re.IGNORECASE,
)
# What builders of pages wrap around words, and what shows nothing by itself.
_OPENING = re.compile(
    r"\[([a-z][a-z0-9_-]{1,40})"
    r"((?:\s+[\w-]+=(?:\"[^\"]*\"|'[^']*'|[^\s\]\"']+))*)\s*/?\]"
)
_CLOSING = re.compile(r"\[/([a-z][a-z0-9_-]{1,40})\]")
_SHOW_NOTHING = frozenset({"gallery", "more", "playlist", "audio", "video", "embed"})


def as_html(content: str) -> str:
    """Return a post's words as HTML, short codes replaced by what they hold."""
    words = content.replace("\r\n", "\n")
    plain = _without_codes(_EMBED.sub(_link, _CAPTION.sub(_figure, words)))
    if _BLOCKS in content:
        return plain
    return "\n".join(_paragraph(part) for part in _BLANK_LINE.split(plain.strip()))


def _paragraph(part: str) -> str:
    if not part.strip() or _OPENS_BLOCK.match(part.lstrip()):
        return part
    return f"<p>{part.strip().replace(chr(10), '<br>' + chr(10))}</p>"


def _figure(found: re.Match[str]) -> str:
    picture = _PICTURE.match(found[1])
    if picture is None:
        return found[1]
    said = _CAPTION_SAID.search(found[0].partition("]")[0])
    caption = picture[2].strip() or (said[1] if said else "")
    return f"\n\n<figure>{picture[1]}<figcaption>{caption}</figcaption></figure>\n\n"


def _link(found: re.Match[str]) -> str:
    url = html.escape(found[2])
    return f'<p><a href="{url}">{url}</a></p>'


def _without_codes(words: str) -> str:
    """Return the words without short codes, but with words in square brackets."""
    closed = set(_CLOSING.findall(words))

    def replaced(found: re.Match[str]) -> str:
        name, attributes = found[1], found[2]
        is_code = bool(attributes) or name in closed or name in _SHOW_NOTHING
        return "" if is_code else found[0]

    return _CLOSING.sub("", _OPENING.sub(replaced, words))
