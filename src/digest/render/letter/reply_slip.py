"""The reply slip at the foot of a letter's last page: boxes to tick, and our address.

Whose it is stands on it by the reference alone: at the page's foot, which is cut off
with it, and as a code, laid over the body as the other words of one reader are.
"""

from collections.abc import Iterator

from digest.model.editions.edition import Variant
from digest.model.formats import LARGE_PRINT
from digest.render.letter.blocks import BlockTypesetter, Json
from digest.render.limits import SLIP_MM, SLIP_MM_LARGE
from digest.render.words.catalogue import Phrase, Words

# What a box takes of the width of a column, with the room beside it.
_COLUMN = 0.4


def has_slip(variant: Variant) -> bool:
    """Whether its letters may have one: it needs an address to be posted to."""
    letter = variant.campaign.letter
    return letter.slip and bool(letter.sender)


def slip_of(variant: Variant, typesetter: BlockTypesetter) -> Json:
    """Return the slip as the template reads it; {line} stands for one to write on."""
    words, is_large = typesetter.words, variant.format == LARGE_PRINT
    address = ", ".join(line for line in variant.campaign.letter.sender if line.strip())
    return {
        "height": SLIP_MM_LARGE if is_large else SLIP_MM,
        "strip": typesetter.table_width - typesetter.width,
        # Translators: beside a pair of scissors, on the line along which a slip is cut.
        "cut": typesetter.phrase(words.gettext("Cut here"), 0.5),
        # Translators: the same, of a slip on whose other side there are words to read.
        "read": typesetter.phrase(
            words.gettext("Read the other side, then cut here"), 0.8
        ),
        "title": typesetter.phrase(
            words.gettext("Please tick, and post this slip to us")
        ),
        "asks": [
            [typesetter.phrase(ask, _COLUMN) for ask in column]
            for column in _columns(words, is_large=is_large)
        ],
        # Translators: before the address to which a slip is posted.
        "to": typesetter.phrase(words.label(words.gettext("Post it to")), 0.8),
        "address": typesetter.say(address, 0.8),
        # Translators: instead of an address that is too long for the slip.
        "see": typesetter.phrase(
            words.gettext("the address at the top of page 1"), 0.8
        ),
    }


def _columns(words: Words, *, is_large: bool) -> Iterator[tuple[Phrase, ...]]:
    """Yield what is ticked, from the top of the first column to the end of the last."""
    yield (
        # Translators: a box to tick on a slip; leave {line} as it is: a telephone
        # number is written there.
        words.gettext("Phone me on {line}"),
        # Translators: a box to tick; a size of type is written at {line}.
        words.gettext("Bigger print: {line} point")
        if is_large
        # Translators: a box to tick on a slip.
        else words.gettext(
            "Bigger print (%(points)d point)", points=LARGE_PRINT.points
        ),
        # Translators: a box to tick: another form in which letters may come.
        words.gettext("Email, easy read, braille or sound"),
    )
    yield (
        # Translators: a box to tick; an address is written at {line} and below.
        words.gettext("I have moved to {line}"),
        # Translators: a box to tick on a slip.
        words.gettext("Please stop these letters"),
    )
