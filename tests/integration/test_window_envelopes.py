"""Letters put into the window envelopes that the trade sells.

The measures are those of the envelopes, never of our own layout: a sheet is
folded where its ticks say and pushed into every corner of the envelope.
"""

from dataclasses import dataclass, replace
from itertools import product

import pytest

from digest.model.campaigns.campaign import Envelope, LetterHead
from digest.model.formats import LARGE_PRINT, LETTER, Format
from digest.model.people.postal_address import PostalAddress
from digest.render.letter.batch.print_run import PrintRun, PrintRunHead, lay
from digest.render.letter.letter import SAMPLE, Letter, LetterOptions, typeset
from tests.builders import EIGHT, SENDER, a_campaign
from tests.rich import a_rich_variant
from tests.sheets import Sheets

Place = tuple[float, float, float, float]  # left, top, right, bottom
SHEET_WIDTH = 210
FOLD_TICKS = (5, 40, 12, 280)
# Paper is cut, folded and printed no more exactly than this.
TOLERANCE = 0.5


@dataclass(frozen=True)
class WindowEnvelope:
    """An envelope as its maker lists it: size, and a window from its lower left."""

    width: float
    height: float
    from_left: float
    from_bottom: float
    window_width: float = 90
    window_height: float = 35

    def views(self, panel_height: float) -> list[Place]:
        """Return what shows of a sheet pushed into each corner in turn."""
        corners = product(
            (0, self.width - SHEET_WIDTH), (0, self.height - panel_height)
        )
        top = self.height - self.from_bottom - self.window_height
        return [
            (
                self.from_left - across,
                top - down,
                self.from_left - across + self.window_width,
                top - down + self.window_height,
            )
            for across, down in corners
        ]


# Sizes by ISO 269. The window of 90 x 35 is what British makers stock: in a DL
# 20 mm from the left and 18 mm up, in a C5 20 mm from the left and 60 mm up.
SOLD = {
    Envelope.DL: WindowEnvelope(220, 110, from_left=20, from_bottom=18),
    Envelope.C5: WindowEnvelope(229, 162, from_left=20, from_bottom=60),
}
# GOV.UK Notify states places on the sheet: where the address has to be, and
# where there may be nothing else.
NOTIFY_ADDRESS = (24.6, 39.5, 120, 66.3)
NOTIFY_CLEAR = (15, 30, 125, 95)
# From hardly anything to what is too wide, and to what has too many lines.
ADDRESSES = [
    *(("W" * width, ("Ely",)) for width in range(8, 40)),
    *(("Ann", ("Wagtail" * 3,) * lines + ("Ely",)) for lines in range(1, 9)),
]


def printed(
    letters: list[Letter], envelope: Envelope, wanted: Format = LETTER
) -> tuple[Sheets, PrintRun]:
    """Return the letters as they are printed, and what the run says of them."""
    campaign = a_campaign(
        title="Lantern Week and every week after it",
        letter=LetterHead(SENDER, envelope, "01632 960 155"),
    )
    variant = a_rich_variant(format=wanted, campaign=campaign)
    run = lay(
        [replace(letter, body_key="body") for letter in letters],
        {"body": typeset(variant, LetterOptions())},
        PrintRunHead(campaign, "k7qf2mxa", EIGHT),
    )
    return Sheets(run.pdf), run


def zones(sheets: Sheets, page: int, envelope: Envelope) -> tuple[Place, Place]:
    """Return where the address has to be, and where there may be nothing else."""
    if envelope is Envelope.NOTIFY:
        return NOTIFY_ADDRESS, NOTIFY_CLEAR
    fold = sheets.ink(page, FOLD_TICKS)
    assert fold is not None
    lefts, tops, rights, bottoms = zip(*SOLD[envelope].views(fold[1]), strict=True)
    always = max(lefts), max(tops), min(rights), min(bottoms)
    ever = min(lefts), min(tops), max(rights), max(bottoms)
    return always, ever


@pytest.mark.parametrize("envelope", Envelope)
def test_every_address_that_is_printed_shows_whole_wherever_the_sheet_lies(
    envelope: Envelope,
) -> None:
    letters = [
        Letter(f"R-{number}", name, PostalAddress(lines, "ZZ99 1AA"))
        for number, (name, lines) in enumerate(ADDRESSES)
    ]
    sheets, run = printed(letters, envelope)
    widest, tallest = 31, 39

    assert {f"R-{widest}", f"R-{tallest}"} <= {
        fault.reference for fault in run.problems
    }
    for row in run.rows:
        address, clear = zones(sheets, row.first_page - 1, envelope)
        ink = sheets.ink(row.first_page - 1, clear)
        assert ink is not None
        assert ink[0] >= address[0] - TOLERANCE
        assert ink[1] >= address[1] - TOLERANCE
        assert ink[2] <= address[2] + TOLERANCE
        assert ink[3] <= address[3] + TOLERANCE


@pytest.mark.parametrize("wanted", [LETTER, LARGE_PRINT])
@pytest.mark.parametrize("envelope", Envelope)
def test_nothing_but_the_address_shows_wherever_the_sheet_lies(
    envelope: Envelope, wanted: Format
) -> None:
    sheets, run = printed([SAMPLE], envelope, wanted)
    page = run.rows[0].first_page - 1
    x0, top, x1, bottom = zones(sheets, page, envelope)[1]
    visible = "".join(
        mark.text
        for mark in sheets.marks(page)
        if x0 <= mark.x1 and mark.x0 <= x1
        if top <= mark.bottom and mark.top <= bottom
    )

    assert visible == "AnnExample1ExampleStreetEXAMPLETONZZ991AA"
