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
_CAPTION_ATTRIBUTE = re.compile(r"\bcaption=\"([^\"]*)\"")
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
    words = _CAPTION.sub(_figure, content.replace("\r\n", "\n"))
    plain = _without_codes(_EMBED.sub(_link, words))
    if _BLOCKS in content:
        return plain
    parts = _BLANK_LINE.split(plain.strip())
    return "\n".join(
        part
        if not part.strip() or _OPENS_BLOCK.match(part.lstrip())
        else f"<p>{part.strip().replace(chr(10), '<br>' + chr(10))}</p>"
        for part in parts
    )


def _figure(code: re.Match[str]) -> str:
    picture = _PICTURE.match(code[1])
    if picture is None:
        return code[1]
    attribute = _CAPTION_ATTRIBUTE.search(code[0].partition("]")[0])
    caption = picture[2].strip() or (attribute[1] if attribute else "")
    return f"\n\n<figure>{picture[1]}<figcaption>{caption}</figcaption></figure>\n\n"


def _link(code: re.Match[str]) -> str:
    url = html.escape(code[2])
    return f'<p><a href="{url}">{url}</a></p>'


def _without_codes(words: str) -> str:
    """Return the words without short codes, but with words in square brackets."""
    closed = set(_CLOSING.findall(words))

    def replaced(opening: re.Match[str]) -> str:
        name, attributes = opening[1], opening[2]
        is_code = bool(attributes) or name in closed or name in _SHOW_NOTHING
        return "" if is_code else opening[0]

    return _CLOSING.sub("", _OPENING.sub(replaced, words))
