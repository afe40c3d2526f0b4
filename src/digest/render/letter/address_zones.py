"""Where the address stands on the sheet, and what has to keep clear of it.

Lengths are millimetres from the sheet's top left corner.

For a window of `w` x `h` in an envelope, with a folded panel smaller than the
envelope, the sheet travels. What must show has to lie where the window is in
every position of the sheet (`address`), and nothing else may lie where the
window can ever be (`clear`). The window numbers are the trade's convention for
DL and C5, and GOV.UK Notify's published ones; measure the envelopes you buy.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from digest.model.campaigns.campaign import Envelope
from digest.render.limits import LINE_MM_PER_POINT


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the sheet."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class SheetGeometry:
    """One envelope's demands on page 1, and the margins of every page.

    `masthead` is where the campaign's title may stand, `sender` where the
    sender's address begins, `body_top` where the letter's words may begin. The code of
    its reference, for a scanner, is at `code`, in the margin below all words.
    """

    address: Box
    clear: Box
    masthead: Box
    sender: Box
    body_top: float
    folds: tuple[float, ...] = ()
    left_margin: float = 20
    code: Box | None = Box(6, 277, 10, 10)
    right_margin: float = 20
    top_margin: float = 16
    bottom_margin: float = 22

    @property
    def line_mm(self) -> float:
        """How long a line is."""
        return 210 - self.left_margin - self.right_margin

    def with_lines_for(self, points: int, *, is_rtl: bool) -> "SheetGeometry":
        """Return it with a margin where lines end that makes them fit to read."""
        strip = max(0.0, self.line_mm - LINE_MM_PER_POINT * points)
        if is_rtl:
            return replace(self, left_margin=self.left_margin + strip)
        return replace(self, right_margin=self.right_margin + strip)

    def as_json(self) -> dict[str, Any]:
        """Return it as templates read it, and as it is kept with a letter's body."""
        named = {
            name.removesuffix("_margin"): value for name, value in asdict(self).items()
        }
        return named | {"folds": list(self.folds)}


GEOMETRIES: Mapping[Envelope, SheetGeometry] = {
    # 110 x 220, window 90 x 35, 20 from the left, 18 up; folded at 105 and 210.
    Envelope.DL: SheetGeometry(
        address=Box(24, 58, 72, 28),
        clear=Box(10, 52, 100, 40),
        masthead=Box(20, 16, 88, 34),
        sender=Box(115, 16, 75, 76),
        body_top=99,
        folds=(105, 210),
    ),
    # 162 x 229, window 90 x 35, 20 from the left, 60 up; folded once.
    Envelope.C5: SheetGeometry(
        address=Box(23, 67.5, 67, 20.7),
        clear=Box(1, 53.5, 109, 48.5),
        masthead=Box(20, 16, 88, 35),
        sender=Box(115, 16, 75, 80),
        body_top=106,
        folds=(148.5,),
    ),
    Envelope.NOTIFY: SheetGeometry(
        address=Box(24.6, 39.5, 85, 26.8),
        clear=Box(15, 30, 110, 65),
        masthead=Box(20, 12, 100, 17),
        sender=Box(127, 12, 63, 80),
        body_top=99,
        # They print codes of their own, and refuse what is beyond their margins.
        code=None,
    ),
}
