"""Words that keep their order among words that are read from right to left.

Parted by spaces or signs, a telephone number, an address of the web or one of email
would be shown with its parts in the wrong order there (Unicode Annex 9).
"""

import re
from collections.abc import Iterator

from digest.model.posts.text_language import Direction, direction_of

LEFT_TO_RIGHT = "\N{LEFT-TO-RIGHT MARK}"
RIGHT_TO_LEFT = "\N{RIGHT-TO-LEFT MARK}"
NO_BREAK = "\N{NO-BREAK SPACE}"
# Around words that run the other way than those that they stand among.
APART = "\N{FIRST STRONG ISOLATE}"
_END = "\N{POP DIRECTIONAL ISOLATE}"
SET_APART = re.compile(f"{APART}([^{_END}]*){_END}")
# Digits that are parted as those of a telephone are; or what is typed as one word.
_KEPT = re.compile(
    r"(?<![\w+])\+?\(?\d[\d()]*(?:[ \u00a0./-]\(?[\d()]+){1,7}(?!\w)"
    r"|(?<!\w)\+\d{4,}"
    r"|[A-Za-z0-9][^\s]*(?:://|@)[!-~]*[A-Za-z0-9/#=]"
)

# As the kingdom writes them.
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b")


def set_apart(words: str, direction: Direction) -> str:
    """Return words that are to stand among others of the page, which has a direction.

    What runs the other way is set apart, for markup and marks to come.
    """
    return (
        words
        if direction_of(words, direction) is direction
        else f"{APART}{words}{_END}"
    )


def with_marks(text: str) -> str:
    """Return a plain text in which marks end what was set apart.

    A sign at its end, such as "!", stays on its side; older programs show the signs
    of setting apart as boxes.
    """
    return SET_APART.sub(
        lambda part: (
            part[1]
            + (
                RIGHT_TO_LEFT + LEFT_TO_RIGHT
                if direction_of(part[1]) is Direction.RTL
                else LEFT_TO_RIGHT + RIGHT_TO_LEFT
            )
        ),
        text,
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


def unbroken(text: str, most: int) -> str:
    """Return a text whose numbers and postcodes, if so long, keep on one line."""
    numbers = "".join(
        part.replace(" ", NO_BREAK) if is_kept and len(part) <= most else part
        for part, is_kept in in_order(text)
    )
    return _POSTCODE.sub(lambda code: code[0].replace(" ", NO_BREAK), numbers)


def kept_in_order(text: str) -> str:
    """Return a text of right-to-left words with invisible marks that keep the order.

    For plain text; where there is markup, part it by `in_order`.
    """
    return "".join(
        f"{LEFT_TO_RIGHT}{part}{LEFT_TO_RIGHT}" if is_kept else part
        for part, is_kept in in_order(text)
    )
