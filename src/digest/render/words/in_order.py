"""Words that keep their order among words that are read from right to left.

Parted by spaces or signs, a telephone number, an address of the web or one of email
would be shown with its parts in the wrong order there (Unicode Annex 9).
"""

import re
from collections.abc import Iterator

LEFT_TO_RIGHT = "\N{LEFT-TO-RIGHT MARK}"
# Digits that are parted as those of a telephone are; or what is typed as one word.
_KEPT = re.compile(
    r"(?<![\w+])\+?\(?\d[\d()]*(?:[ \u00a0./-]\(?[\d()]+){1,7}(?!\w)"
    r"|(?<!\w)\+\d{4,}"
    r"|[A-Za-z0-9][^\s]*(?:://|@)[!-~]*[A-Za-z0-9/#=]"
)


def in_order(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the text in parts, each with whether it must be kept in its order."""
    end = 0
    for part in _KEPT.finditer(text):
        if part.start() > end:
            yield text[end : part.start()], False
        yield part[0], True
        end = part.end()
    if end < len(text):
        yield text[end:], False


def kept_in_order(text: str) -> str:
    """Return a text of right-to-left words with invisible marks that keep the order.

    For plain text; where there is markup, part it by `in_order`.
    """
    return "".join(
        f"{LEFT_TO_RIGHT}{part}{LEFT_TO_RIGHT}" if is_kept else part
        for part, is_kept in in_order(text)
    )
