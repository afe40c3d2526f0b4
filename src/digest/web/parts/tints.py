"""The colour that a format has wherever readers are counted by format."""

from digest.model.formats import HTML, LARGE_PRINT, LETTER, PHONE, PLAIN

# Of whom nothing reaches: red, on every page.
UNREACHED = "x"
_TINTS = {
    row.words: str(number)
    for number, row in enumerate((HTML, LETTER, LARGE_PRINT, PHONE, PLAIN), 1)
}


def tint_of(words: str) -> str:
    """Return the tint of the format that is called so: the number of its colour.

    What has none of its own shares the last, and is told apart by its words.
    """
    return _TINTS.get(words.lower(), "5")
