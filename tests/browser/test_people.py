"""People at the desk in a real browser: found, moved, left, and back again."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from digest.audience.editing import edit
from digest.bootstrap import App
from tests.browser.axe import violations
from tests.browser.serving import served
from tests.lists import HASHER, imported
from tests.staff import COOKIE, an_account, cookie_of

pytestmark = pytest.mark.browser
LIST = """Full name,E-mail addr.,Street,Town,PC,Xmas card
Constance Abernethy,,4 Chandler's Row,TIDEWELL,ZZ99 1AC,yes
Hedy Brandt,"hedy@example,org",,,,no
"<b>=HYPERLINK(1)",,,,,
"""


# Who has a mouse has scripts and a wide screen, and who has neither the keyboard.
HANDS = ("keyboard without script", "mouse")
_WITH_MOUSE = set[Page]()


@pytest.fixture(params=HANDS[:1])
def page(
    browser: Browser, program: App, request: pytest.FixtureRequest
) -> Iterator[Page]:
    """Yield a page that Priya is signed in on: narrow and without scripts, or wide."""
    has_mouse = request.param == "mouse"
    cookie = cookie_of(program, an_account(program, name="Priya"))
    with served(program) as home:
        context = browser.new_context(
            base_url=home, viewport={"width": 1280 if has_mouse else 320, "height": 700}
        )
        context.add_cookies([{"name": COOKIE, "value": cookie, "url": home}])
        page = context.new_page()
        if has_mouse:
            _WITH_MOUSE.add(page)
        else:
            # axe itself needs an engine: only ours are kept from it.
            context.route(re.compile(r"\.js(\?|$)"), lambda route: route.abort())
        yield page
        _WITH_MOUSE.clear()
        context.close()


def faults_of(page: Page) -> list[object]:
    """Return what axe finds, and whether the page is too wide; by keyboard alone."""
    page.wait_for_load_state()
    if page in _WITH_MOUSE:
        return []  # the same pages, which axe looks at by keyboard
    width = page.evaluate("document.documentElement.scrollWidth")
    return [*violations(page), *([f"{width} wide"] if width > 320 else [])]


@pytest.mark.parametrize("page", HANDS, indirect=True)
def test_somebody_is_found_moves_house_leaves_and_is_back(
    page: Page,
) -> None:
    faults = {}
    page.goto("/desk/people")
    faults["people"] = faults_of(page)
    typed(page, "Name, email, postcode", "bo")
    page.keyboard.press("Enter")
    pressed(page, "link", "Bob")
    expect(page.get_by_text("Cannot be reached").first).to_be_visible()
    faults["person"] = faults_of(page)

    pressed(page, "link", "They have moved house")
    faults["move"] = faults_of(page)
    typed(page, "Line 1 of the address", "3 New Street")
    pressed(page, "button", "Save the address")
    expect(page.get_by_role("alert")).to_contain_text("postcode")
    faults["move, with faults"] = faults_of(page)
    typed(page, "Line 2", "Tidewell")
    typed(page, "Postcode", "zz991ab")
    page.keyboard.press("Enter")
    expect(page).to_have_title(re.compile("^They have moved"))
    expect(page.get_by_text("Served by letter").first).to_be_visible()

    pressed(page, "link", "They leave")
    pressed(page, "button", "Stop sending it")
    expect(page.get_by_role("alert")).to_contain_text("Say how they told you")
    faults["leave, with faults"] = faults_of(page)
    ticked(page, "By phone")
    pressed(page, "button", "Stop sending it")
    expect(page.get_by_role("status")).to_contain_text("They have left")
    faults["left"] = faults_of(page)
    pressed(page, "button", "Undo, they stay")
    expect(page.get_by_role("status")).to_contain_text("They stay")

    assert {path: kinds for path, kinds in faults.items() if kinds} == {}


def test_every_form_fits_a_small_phone_and_axe_finds_nothing(page: Page) -> None:
    faults = {}
    for path in (
        *("new", "1", "1/edit", "1/pause", "1/catch-up", "1/suppress", "1/erase"),
        *("1/held", "?q=zzz"),
    ):
        page.goto(f"/desk/people/{path}".replace("/?", "?"))
        faults[path] = faults_of(page)
    page.goto("/desk/people/new")
    page.get_by_role("button", name="Add this person").click()
    faults["new, with faults"] = faults_of(page)
    page.goto("/desk/people/1/erase")
    page.get_by_role("button", name="Erase them for good").click()
    faults["erase, with faults"] = faults_of(page)

    assert {path: kinds for path, kinds in faults.items() if kinds} == {}


def pressed(page: Page, role: Any, name: str) -> None:
    """Press a link or a button by what hand there is."""
    if page in _WITH_MOUSE:
        page.get_by_role(role, name=name).click()
    else:
        page.get_by_role(role, name=name).press("Enter")


def typed(page: Page, label: str, words: str) -> None:
    """Type into a field, in place of what stands there."""
    if page in _WITH_MOUSE:
        page.get_by_label(label).click()
    else:
        page.get_by_label(label).focus()
    page.keyboard.press("Control+A")
    page.keyboard.type(words)


def ticked(page: Page, label: str) -> None:
    """Tick a box, or choose an answer."""
    if page in _WITH_MOUSE:
        page.get_by_label(label).check()
        return
    page.get_by_label(label).focus()
    page.keyboard.press("Space")


def looked_at(page: Page, faults: dict[str, list[object]], title: str) -> None:
    """Wait for the page of that title, and look it over."""
    expect(page).to_have_title(re.compile(title))
    faults[title] = faults_of(page)


def chosen(page: Page, path: Path, text: str) -> None:
    """Choose a file, and go on to its columns."""
    path.write_text(text, encoding="utf-8")
    page.get_by_label("The file").set_input_files(path)
    pressed(page, "button", "Look at its columns")
    expect(page.get_by_label("What “PC” means")).to_have_value("postcode")


def rows_to_mend(page: Page) -> str:
    """Download the rows to mend, and return them."""
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the rows to mend").click()
    return Path(download.value.path()).read_text(encoding="utf-8-sig")


def nobody_asked(page: Page) -> None:
    """Say that nobody asked them, and have the rows checked."""
    ticked(page, "Nobody asked them")
    pressed(page, "button", "Check the rows")


@pytest.mark.parametrize("page", HANDS, indirect=True)
def test_a_file_with_mistakes_is_brought_in_mended_and_taken_back(
    page: Page, tmp_path: Path
) -> None:
    path = tmp_path / "tidewell.csv"
    faults: dict[str, list[object]] = {}
    page.goto("/desk/imports")
    looked_at(page, faults, "^Imports")
    pressed(page, "link", "Bring in a file")
    pressed(page, "button", "Look at its columns")
    looked_at(page, faults, "^Error: Bring in a file")
    chosen(page, path, LIST)
    looked_at(page, faults, "^Is this what")

    pressed(page, "button", "Check the rows")
    looked_at(page, faults, "^Error: Is this what")
    nobody_asked(page)
    looked_at(page, faults, "^1 person is ready, 2 rows need mending")
    rows = rows_to_mend(page)
    pressed(page, "button", "Bring in 1 person")
    looked_at(page, faults, "^1 person came in, 2 rows were left out")

    pressed(page, "link", "bring that file in")
    chosen(page, path, rows.replace("example,org", "example.org"))
    nobody_asked(page)
    pressed(page, "button", "Bring in 1 person")
    looked_at(page, faults, "^1 person came in, 1 row was left out")
    pressed(page, "button", "Undo this import")
    looked_at(page, faults, "^The import is undone")

    page.goto("/desk/lists")
    looked_at(page, faults, "^Lists")
    page.goto("/desk/lists/1")
    looked_at(page, faults, "^lantern")
    expect(page.get_by_role("link", name="Constance Abernethy")).to_be_visible()
    expect(page.get_by_role("link", name="Hedy Brandt")).to_have_count(0)
    assert {title: kinds for title, kinds in faults.items() if kinds} == {}


def test_two_who_are_one_are_merged_by_keyboard_and_that_is_undone(
    page: Page, program: App
) -> None:
    imported(program.engine, "Anne,anne@example.org,01632 960155,,,")
    with program.writing() as connection:
        edit(connection, HASHER, "1", {"phone": "+44 1632 960155"}, program.now())
    faults: dict[str, list[object]] = {}
    page.goto("/desk/people/doubles")
    looked_at(page, faults, "^Possible doubles")
    pressed(page, "link", "Look at both")
    looked_at(page, faults, "^Is Ann held twice")

    pressed(page, "button", "They are not the same person")
    looked_at(page, faults, "^They are two people")
    pressed(page, "button", "Undo")
    ticked(page, "anne@example.org")
    pressed(page, "button", "Merge them into one")
    looked_at(page, faults, "^They are one person now")
    expect(page.get_by_text("anne@example.org").first).to_be_visible()
    pressed(page, "link", "Number 3 is them too")
    looked_at(page, faults, "^Held twice")
    pressed(page, "button", "They are two people: undo")
    looked_at(page, faults, "^They are two people again")

    assert {path: kinds for path, kinds in faults.items() if kinds} == {}
