"""Address labels, read back from the sheets that they are printed on."""

import pytest

from digest.model.delivery.label_sheets import LabelSheet
from digest.model.people.postal_address import PostalAddress
from digest.render.letter.batch.labels import LABEL_GEOMETRIES, Label, label_sheets
from digest.render.letter.letter import Letter
from tests.sheets import Sheets

LINES = ("Flat 3", "The Old Depot", "112 Long Terrace", "Townbury")


def a_label(number: int, name: str = "Professor Dame Małgorzata Example") -> Label:
    """Return the label of a letter with a full address."""
    reference = f"{number}.7"
    return Label(reference, Letter(reference, name, PostalAddress(LINES, "ZZ99 1AA")))


@pytest.mark.parametrize("sheet", LabelSheet)
def test_every_address_lies_within_its_label(sheet: LabelSheet) -> None:
    labels = [a_label(number) for number in range(sheet.labels + 1)]
    printed = Sheets(label_sheets(labels, sheet))
    place = LABEL_GEOMETRIES[sheet]

    assert place.columns * place.rows == sheet.labels
    assert len(printed) == 2
    for page, count in enumerate((sheet.labels, 1)):
        references = []
        for number in range(count):
            x = place.first_x + place.step_x * (number % place.columns)
            y = place.first_y + place.step_y * (number // place.columns)
            inside = [
                mark
                for mark in printed.marks(page)
                if x + 3.5 <= mark.x0
                and mark.x1 <= x + place.width - 3.5
                and y + 1 <= mark.top
                and mark.bottom <= y + place.height - 1
            ]
            text = "".join(mark.text for mark in inside if mark.text.strip())
            assert "TOWNBURYZZ991AA" in text, number
            references.append(text[-3:])
            assert min(mark.points for mark in inside) >= 8.9
        assert len(references) == count
        assert sum(map(bool, printed.text(page).split("ZZ99 1AA"))) == count + 1


def test_what_cannot_be_posted_or_printed_has_words_in_its_place() -> None:
    labels = [
        Label("1.7", None),
        a_label(2, "W" * 60),
        a_label(3, "មីន"),
        a_label(4, "Ann Example"),
    ]
    text = Sheets(label_sheets(labels, LabelSheet.L7160)).text(0)

    assert "Do not post this letter 1.7" in text
    assert "Write this address by hand 2.7" in text
    assert "Write this address by hand 3.7" in text
    assert text.count("TOWNBURY") == 1
