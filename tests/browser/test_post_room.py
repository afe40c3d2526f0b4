"""The post room as a volunteer has it: a phone or an old laptop, by any hand."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from digest.model.roles import Role
from digest.schedule.editions.publishing import publish
from digest.store.staff import accounts, second_steps
from tests.browser.axe import violations
from tests.browser.serving import served
from tests.builders import EIGHT, a_post
from tests.paper import DILWYN, GORDON, Paper, paper, paper_pattern
from tests.pictures import a_drawing, saved
from tests.staff import COOKIE, an_account, cookie_of
from tests.stored import a_reader, posts_accepted

__all__ = ["paper", "paper_pattern"]

pytestmark = pytest.mark.browser

# DESIGN.md: what is pressed in the post room is as high as a thumb is wide.
_THUMB = """[...document.querySelectorAll("main a, main button, main summary,"
    + " main input:not([type=radio]), main select, main .govuk-radios__label")]
    .filter(e => !e.closest(".govuk-error-summary, .app-sub"))
    .map(e => [e.textContent.trim(), e.getBoundingClientRect().height])
    .filter(([, height]) => height > 0 && height < 56)"""
_LOOKS = [
    pytest.param({"width": 320}, id="a phone"),
    pytest.param({"java_script_enabled": False, "width": 375}, id="without script"),
]
_MOUSE = pytest.param({"has_mouse": True, "width": 1280}, id="mouse")
_FORCED = pytest.param({"forced_colors": "active", "width": 1280}, id="forced colours")


@dataclass(frozen=True)
class Hand:
    """An organiser at the post room, who has a keyboard, or a mouse besides."""

    page: Page
    width: int
    has_script: bool
    has_mouse: bool = False

    def presses(self, role: Literal["button", "link", "radio"], name: str) -> None:
        """Press something by its words, with the mouse or the keyboard alone."""
        wanted = self.page.get_by_role(role, name=name).first
        if role == "radio":
            if self.has_mouse:
                wanted.check()
            else:
                wanted.focus()
                self.page.keyboard.press("Space")
            return
        with self.page.expect_navigation():
            if self.has_mouse:
                wanted.click()
            else:
                wanted.focus()
                self.page.keyboard.press("Enter")

    def unfolds(self, words: str) -> None:
        """Unfold what is under these words."""
        summary = self.page.locator("summary", has_text=words)
        if self.has_mouse:
            summary.click()
        else:
            summary.focus()
            self.page.keyboard.press("Enter")

    def scans(self, code: str, answer: str) -> None:
        """Type a code as a scanner does, wherever the focus is, and see the answer."""
        expect(self.page.get_by_label("Its reference")).to_be_focused()
        with self.page.expect_navigation():
            self.page.keyboard.type(f".{code}.\n")
        expect(self.page.get_by_role("main")).to_contain_text(answer)

    def gets_pdf(self, address: str, words: str) -> None:
        """Press a button, and get a file from there."""
        button = self.page.get_by_role("button", name=words)
        with self.page.expect_response(address) as answer:
            if self.has_mouse:
                button.click()
            else:
                button.focus()
                self.page.keyboard.press("Enter")
        assert answer.value.headers["content-type"] == "application/pdf"

    def looks(self) -> None:
        """Hold the page to what axe finds, to its width and to thumbs."""
        if not self.has_script or self.has_mouse:
            return
        assert violations(self.page) == []
        width = self.page.evaluate("document.documentElement.scrollWidth")
        assert width <= self.width
        assert self.page.evaluate(_THUMB) == []


@pytest.fixture(params=_LOOKS)
def hand(
    browser: Browser, paper: Paper, request: pytest.FixtureRequest
) -> Iterator[Hand]:
    """Yield an organiser who is signed in, and looks at what there is to do."""
    program = paper.program
    account_id = an_account(program, Role.ORGANISER, "Dilwyn")
    with program.writing() as connection:
        second_steps.set_totp(connection, account_id, "sealed", 0, EIGHT)
        accounts.change_organiser(connection, account_id, DILWYN, EIGHT)
    look: dict[str, Any] = {**request.param}
    width: int = look.pop("width")
    has_mouse: bool = look.pop("has_mouse", False)
    with served(program) as home:
        context = browser.new_context(
            viewport={"width": width, "height": 700}, base_url=home, **look
        )
        cookie = cookie_of(program, account_id)
        context.add_cookies([{"name": COOKIE, "value": cookie, "url": home}])
        page = context.new_page()
        page.goto("/post")
        has_script = look.get("java_script_enabled", True)
        yield Hand(page, width, has_script, has_mouse)
        context.close()


@pytest.mark.parametrize("hand", [_FORCED], indirect=True)
def test_every_page_keeps_to_forced_colours_and_to_whose_letters_they_are(
    hand: Hand, paper: Paper
) -> None:
    theirs, others = paper.batches[DILWYN].id, paper.batches[GORDON].id
    pages = {
        "/post": 200,
        f"/post/batches/{theirs}": 200,
        f"/post/batches/{theirs}/packing-list": 200,
        "/post/returned": 200,
        f"/post/batches/{others}": 404,
    }
    for address, status in pages.items():
        answer = hand.page.goto(address)
        assert answer is not None
        assert answer.status == status
        expect(hand.page.get_by_text(GORDON)).to_have_count(0)
        hand.looks()


@pytest.mark.parametrize("hand", [*_LOOKS, _MOUSE], indirect=True)
def test_letters_are_printed_and_one_is_spoiled(hand: Hand, paper: Paper) -> None:
    page = hand.page
    hand.presses("link", "Print and post 2 letters")
    hand.looks()
    hand.presses("button", "All are printed")
    expect(page.get_by_role("status")).to_contain_text("now fold and fill")
    hand.looks()

    hand.unfolds("One letter came out badly")
    page.get_by_label("Its reference").fill("1.999")
    hand.presses("button", "Print this one")
    expect(page).to_have_title(re.compile("^Error: "))
    hand.looks()
    page.get_by_label("Its reference").fill(paper.references["bo"])
    hand.gets_pdf("**/again", "Print this one")


def test_labels_are_opened_for_the_sheets_that_there_are(
    hand: Hand, paper: Paper
) -> None:
    page = hand.page
    paper.program.batch_steps.printed(paper.batches[DILWYN].id)
    page.goto("/post")
    hand.presses("link", "Fold and post 2 letters")
    hand.unfolds("Labels for plain envelopes")
    hand.looks()
    page.get_by_label("Your sheets of labels").select_option("L7160")
    hand.gets_pdf("**/labels.pdf?sheet=L7160", "Open the labels")


@pytest.mark.parametrize("hand", [*_LOOKS, _MOUSE], indirect=True)
def test_letters_are_folded_and_posted(hand: Hand, paper: Paper) -> None:
    page = hand.page
    paper.program.batch_steps.printed(paper.batches[DILWYN].id)
    page.goto("/post")
    hand.presses("link", "Fold and post 2 letters")
    hand.presses("link", "Cover sheet and packing list")
    expect(page).to_have_title(re.compile("^Cover sheet"))
    hand.looks()
    hand.presses("link", "2 letters")
    hand.presses("button", "All are posted")
    expect(page.get_by_role("status")).to_contain_text("Posted. Thank you")
    hand.looks()
    page.goto("/post")
    expect(page.get_by_role("main")).to_contain_text("Nothing to print or post")
    hand.looks()


@pytest.mark.parametrize("hand", [*_LOOKS, _MOUSE], indirect=True)
def test_letters_that_came_back_are_scanned_one_after_another(
    hand: Hand, paper: Paper
) -> None:
    page, bo, cy = hand.page, paper.references["bo"], paper.references["cy"]
    hand.presses("link", "Returned post")
    hand.looks()
    # Loaded with its field ready: the reason is missing still, and what was read kept.
    hand.scans(bo, "Choose what stands on the envelope")
    expect(page).to_have_title(re.compile("^Error: "))
    hand.looks()
    hand.presses("radio", "Gone away")
    hand.presses("button", "Write it down")
    expect(page.get_by_role("status")).to_contain_text(f"{bo} Bo: Gone away")
    hand.looks()
    # From here on nothing is touched but the scanner.
    hand.scans("7.7", "there is no printed letter 7.7")
    hand.looks()
    hand.scans(paper.references["dee"], "there is no printed letter")
    hand.scans(cy, f"{cy} Cy: Gone away")
    expect(page.get_by_label("Its reference")).to_be_focused()
    expect(page.get_by_role("heading", name="Written down today, 2")).to_be_visible()
    page.get_by_role("status").get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("taken back")


_CAMERA = """reads => {
  const canvas = document.createElement("canvas");
  navigator.mediaDevices.getUserMedia = reads === null
    ? () => Promise.reject(new Error("refused"))
    : () => Promise.resolve(canvas.captureStream(5));
  canvas.getContext("2d").fillRect(0, 0, 9, 9);
  setInterval(() => canvas.getContext("2d").fillRect(0, 0, 9, 9), 50);
  window.BarcodeDetector = class {
    async detect() { return reads === "" ? [] : [{ rawValue: reads ?? "1.2" }]; }
  };
}"""


@pytest.mark.parametrize("hand", [_LOOKS[0]], indirect=True)
def test_a_camera_reads_the_code_where_the_browser_can(
    hand: Hand, paper: Paper
) -> None:
    page, reference = hand.page, paper.references["bo"]
    page.goto("/post/returned")
    camera = page.get_by_role("button", name="Use the camera")
    expect(camera).to_be_hidden()

    page.add_init_script(f"({_CAMERA})({reference!r})")
    page.goto("/post/returned")
    hand.looks()
    camera.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Its reference")).to_have_value(reference)
    expect(page.get_by_label("Its reference")).to_be_focused()
    expect(page.get_by_role("status").last).to_contain_text("The code was read")
    expect(page.locator("video")).to_be_hidden()
    hand.looks()


@pytest.mark.parametrize("hand", [_LOOKS[0]], indirect=True)
def test_where_a_camera_may_not_stay_on_one_picture_is_read(hand: Hand) -> None:
    page = hand.page
    page.add_init_script(f"({_CAMERA})(null)")
    page.goto("/post/returned")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Use the camera").click()
    chooser.value.set_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": saved(a_drawing())}
    )

    expect(page.get_by_label("Its reference")).to_have_value("1.2")


def test_a_slip_is_scanned_and_what_was_ticked_is_done(
    hand: Hand, paper: Paper
) -> None:
    page = hand.page
    page.goto("/post")
    hand.presses("link", "A reply slip came")
    hand.looks()
    hand.scans("9.9", "There is no printed letter 9.9")
    hand.looks()
    hand.scans(paper.references["bo"], "What did they tick?")
    hand.looks()
    page.get_by_label("How would they rather have it?").select_option("large-print")
    hand.presses("button", "Have it that way")
    expect(page.get_by_role("main")).to_contain_text("They asked for: large print")
    hand.presses("button", "They leave Lantern Week")
    expect(page.get_by_role("status")).to_contain_text("They have left")
    hand.looks()
    hand.presses("button", "Undo, they stay")
    expect(page.get_by_role("status")).to_contain_text("They stay")


def test_a_volunteer_rings_somebody_and_takes_back_what_came_of_it(
    hand: Hand, paper: Paper
) -> None:
    engine, now = paper.program.engine, EIGHT + timedelta(days=1)
    phone = {"phone": "01632 960 110", "format": "phone", "email": None}
    a_reader(engine, "edwin", "daily", organiser=DILWYN, **phone)
    a_reader(engine, "dora", "daily", organiser=DILWYN, **phone)
    posts_accepted(engine, [a_post("two", title="Lanterns")])
    publish(engine, "lantern-week", "daily", now)
    main = hand.page.get_by_role("main")

    hand.page.goto("/post")
    hand.presses("link", "Ring 2 people")
    hand.looks()
    hand.presses("link", "Edwin")
    expect(main).to_contain_text("Hello, is that Edwin? This is Dilwyn")
    hand.looks()
    hand.presses("button", "We spoke")
    expect(main).to_contain_text("Edwin: spoken to. Written down.")
    hand.looks()
    hand.presses("button", "Undo")
    expect(main).to_contain_text("Taken back: Edwin is to be rung.")
    hand.presses("link", "Dora")
    hand.presses("button", "No answer")
    expect(main).to_contain_text("Dora: no answer, again at")
    expect(main.get_by_role("region", name="Later")).to_contain_text("1 try so far")
    hand.looks()
