"""Lines of an email that run the other way than the page, each as a whole.

What is said in another language than the page's is marked where it is said. Where
that is all of a line, the line is marked too: else its sentences would stand in the
page's order, the last one first, and begin on the page's side.
"""

import re

from lxml import etree

# Lines hold no others. The title of an email is a name, and stays on the page's side.
_LINE = re.compile(
    r"<(?P<tag>p|h[2-6])(?P<own>(?:\s[^>]*)?)>(?P<words>.*?)</(?P=tag)>", re.S
)
_STYLE = re.compile(r'(\sstyle=")')


def with_directed_lines(html: str) -> str:
    """Return the page with a language, a direction and a side on each such line."""
    return _LINE.sub(_directed, html)


def _directed(line: re.Match[str]) -> str:
    tag, own, words = line["tag"], line["own"], line["words"]
    if ' dir="' not in words or ' dir="' in own:
        return line[0]
    root = etree.fromstring(f"<div>{words}</div>", etree.HTMLParser())
    around = root.xpath("//text()[not(ancestor::span[@lang and @dir])]")
    spans = root.xpath("//span[@lang and @dir and not(ancestor::span[@lang and @dir])]")
    directions = {span.get("dir") for span in spans}
    if len(directions) != 1 or any(map(str.isalnum, "".join(around))):
        return line[0]
    direction, language = spans[0].get("dir"), spans[0].get("lang")
    side = f"text-align:{'right' if direction == 'rtl' else 'left'}"
    if _STYLE.search(own):
        own = _STYLE.sub(rf"\1{side};", own)
    else:
        own += f' style="{side}"'
    return f'<{tag}{own} lang="{language}" dir="{direction}">{words}</{tag}>'
