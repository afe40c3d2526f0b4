"""The two style sheets: made as said, without another's brand, and easy to read."""

import re
import tarfile
from pathlib import Path

import pytest

from tests.govuk_sheet import LEFTOVERS, SHEET, fetch, make, rebranded, sheet_in

APP = SHEET.with_name("app.css")
# Text and what is behind it, and how much they are to differ, see WCAG 1.4.3 and
# 1.4.11: 7 for what is read at length, 4.5 for a word or two, 3 for edges.
PAIRS = (
    ("--govuk-text-colour", "--govuk-template-background-colour", 7),
    ("--govuk-text-colour", "--govuk-body-background-colour", 7),
    ("--govuk-text-colour", "--d-wash", 7),
    ("--govuk-secondary-text-colour", "--govuk-template-background-colour", 4.5),
    ("--govuk-secondary-text-colour", "--govuk-body-background-colour", 4.5),
    ("--govuk-link-colour", "--govuk-template-background-colour", 7),
    ("--govuk-link-visited-colour", "--govuk-template-background-colour", 7),
    ("--govuk-link-hover-colour", "--govuk-body-background-colour", 7),
    ("--govuk-error-colour", "--govuk-body-background-colour", 4.5),
    ("--govuk-success-colour", "--govuk-body-background-colour", 4.5),
    ("--govuk-focus-text-colour", "--govuk-focus-colour", 7),
    ("--govuk-input-border-colour", "--govuk-body-background-colour", 3),
    ("--d-edge", "--govuk-body-background-colour", 3),
    ("--d-on-fill", "--d-fill", 7),
    ("--d-on-fill", "--d-fill-hover", 7),
    ("--d-on-fill", "--d-danger", 4.5),
    ("--d-on-fill", "--d-danger-hover", 4.5),
    ("--d-head-ink", "--d-head", 7),
    ("--d-head-soft", "--d-head", 7),
    *((f"--d-{tint}-ink", f"--d-{tint}", 7) for tint in ("blue", "green", "amber")),
    *((f"--d-{tint}-ink", f"--d-{tint}", 7) for tint in ("red", "violet", "grey")),
    *(
        (f"--d-c{number}", "--govuk-body-background-colour", 3)
        for number in range(1, 6)
    ),
)


def test_the_first_sheet_is_what_is_made_of_the_package(tmp_path: Path) -> None:
    try:
        tarball = fetch(tmp_path)
    except LookupError as problem:
        pytest.skip(str(problem))

    assert SHEET.read_text() == make(tarball)


def test_another_tarball_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.tgz"
    with tarfile.open(other, "w:gz"):
        pass

    with pytest.raises(ValueError, match=r"other\.tgz is not govuk-frontend@6\.3\.0"):
        sheet_in(other)


def test_a_font_a_mark_and_a_bare_colour_of_theirs_are_not_left() -> None:
    sheet = SHEET.read_text()

    assert LEFTOVERS.search(sheet.partition("}")[2]) is None
    assert "url(" not in sheet
    theirs = (
        ":root{--a:#fff}@font-face{src:url(x)}.govuk-footer,.a{color:#0b0c0c}"
        "@media print{.govuk-header__logo{fill:#00ffe0}}.b{font-family:GDS Transport}"
    )
    assert (
        rebranded(theirs)
        .partition("}")[2]
        .startswith(".a{color:var(--govuk-text-colour)}.b{font-family:")
    )
    with pytest.raises(ValueError, match="#123456"):
        rebranded(":root{--a:0}.a{color:#123456}")


def test_every_token_that_is_used_has_a_value() -> None:
    sheets = SHEET.read_text() + APP.read_text()
    used = set(re.findall(r"var\((--[\w-]+)\)", sheets))

    assert used - set(re.findall(r"(--[\w-]+):", sheets)) == set()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_read_stands_out_in_both_colour_schemes(scheme: str) -> None:
    values = tokens()[scheme]
    ratios = {
        (ink, paper): contrast(values[ink], values[paper]) for ink, paper, _ in PAIRS
    }

    assert [
        (ink, paper, round(ratios[ink, paper], 2))
        for ink, paper, least in PAIRS
        if ratios[ink, paper] < least
    ] == []
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def tokens() -> dict[str, dict[str, str]]:
    """Return the colours of app.css by their names, for each scheme."""
    light, dark = re.findall(r":root \{(.*?)\n? *\}", APP.read_text(), re.S)[:2]
    values = {
        name: dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6});", block))
        for name, block in (("light", light), ("dark", dark))
    }
    return values | {"dark": values["light"] | values["dark"]}


def contrast(first: str, second: str) -> float:
    """Return the contrast of two colours, see WCAG 2.2, "contrast ratio"."""
    darker, lighter = sorted(map(luminance, (first, second)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Return how light a colour is, see WCAG 2.2, "relative luminance"."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
