"""An edition in a real browser: arranged, approved by a second person, called back."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from digest.bootstrap import App
from digest.model.editions.mode import Mode
from digest.model.posts.blocks import Picture
from digest.model.posts.items import Item
from digest.model.roles import Role
from digest.schedule.editions import publishing
from digest.schedule.editions.steering.steer import Steer
from digest.store.base.modes import in_mode
from digest.store.campaigns import campaigns
from digest.store.campaigns.file_versions import CampaignFile
from tests.browser.axe import violations
from tests.browser.serving import served
from tests.builders import EIGHT, a_post, an_event
from tests.staff import COOKIE, an_account, cookie_of
from tests.stored import READY, posts_accepted

pytestmark = pytest.mark.browser

OPEN = "/desk/campaigns/lantern-week/daily"


@dataclass(frozen=True, slots=True)
class Desk:
    """A narrow browser at a desk that is served for real, and its program."""

    page: Page
    home: str
    program: App

    def sign_in(self, name: str) -> None:
        """Have the browser be somebody's who approves."""
        cookie = cookie_of(self.program, an_account(self.program, Role.APPROVER, name))
        self.page.context.add_cookies(
            [{"name": COOKIE, "value": cookie, "url": self.home}]
        )

    def press(self, words: str) -> None:
        """Press a button by its words, with the keyboard alone; wait for its page."""
        self.page.get_by_role("button", name=words).first.press("Enter")

    def follow(self, words: str) -> None:
        """Follow a link by its words, with the keyboard alone; wait for its page."""
        self.page.get_by_role("link", name=words).first.press("Enter")

    def faults(self) -> list[object]:
        """Return what axe finds, and whether the page is too wide."""
        faults: list[object] = [*violations(self.page)]
        width = self.page.evaluate("document.documentElement.scrollWidth")
        return [*faults, f"{width} wide"] if width > 320 else faults


@pytest.fixture
def desk(browser: Browser, program: App) -> Iterator[Desk]:
    """Yield a desk with an open edition, of which one other person has to approve."""
    two_eyes = READY.replace("lists =", 'approval = "one"\nlists =')
    with program.writing() as connection:
        campaigns.apply(connection, CampaignFile(two_eyes, "UTC", "/"), EIGHT)
    live = replace(program, engine=in_mode(program.engine, Mode.LIVE))
    items: list[Item] = [
        a_post("three", title="Urns", picture=Picture("https://example.org/k.png")),
        a_post("four", title="W" * 120),
        an_event(starts=EIGHT + timedelta(days=3), ends=None),
    ]
    posts_accepted(live.engine, items)
    with served(live) as home:
        context = browser.new_context(viewport={"width": 320, "height": 700})
        yield Desk(context.new_page(), home, live)
        context.close()


def test_an_edition_is_arranged_and_seen_by_keyboard_alone(desk: Desk) -> None:
    page, faults = desk.page, dict[str, list[object]]()
    desk.sign_in("Priya")
    page.goto(desk.home + OPEN)
    desk.press("Move “Urns” down")
    expect(page.get_by_role("status")).to_contain_text("Moved “Urns” to place")
    faults["moved"] = desk.faults()
    desk.press("Undo")
    expect(page.get_by_role("status")).to_contain_text("The latest change is undone")
    desk.press("Pin first “Urns”")
    page.get_by_label("Subject", exact=True).fill("Nine winters of lanterns")
    desk.press("Save the words")
    expect(page.get_by_role("status")).to_contain_text("The words are saved")
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", name="Urns").first).to_be_visible()
    desk.follow("Text")
    expect(page.get_by_label("The edition as plain text")).to_contain_text("Urns")
    desk.follow("Check it now")
    expect(page.get_by_text("Nobody gets anything again")).to_be_visible()
    faults["checked"] = desk.faults()

    assert {name: kinds for name, kinds in faults.items() if kinds} == {}


def test_a_second_person_approves_an_edition_and_calls_it_back(desk: Desk) -> None:
    page, faults = desk.page, dict[str, list[object]]()
    home = f"{desk.home}/desk/editions/{frozen(desk.program)}"
    desk.sign_in("Sam")
    page.goto(home)
    expect(page.get_by_text("Sam may approve it")).to_be_visible()
    desk.follow("Read and approve")
    expect(page.get_by_text("Priya changed it last")).to_be_visible()
    desk.press("Approve it")
    expect(page).to_have_title(re.compile("^Error: "))
    faults["not read"] = desk.faults()
    page.get_by_label("I have read it").check()
    desk.press("Approve it")
    expect(page.get_by_role("status")).to_contain_text("Approved")
    desk.follow("Call it back")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Call back")
    faults["call back"] = desk.faults()
    desk.press("Yes, call it back")
    expect(page.get_by_role("status")).to_contain_text("Called back")
    expect(page.get_by_role("button", name="Save the words")).to_be_visible()
    faults["called back"] = desk.faults()

    assert {name: kinds for name, kinds in faults.items() if kinds} == {}


def frozen(program: App) -> int:
    """Have Priya arrange the open edition, freeze it, and return its number."""
    now = program.now()
    hand = Steer(program.engine, "lantern-week", "daily", "Priya", now)
    hand.subject("Nine winters of lanterns")
    number = publishing.open_now(program.engine, "lantern-week", "daily", now)
    publishing.carry_forward(program.engine, number, now)
    return number


def test_two_sets_of_words_are_chosen_from_on_a_small_phone(desk: Desk) -> None:
    page = desk.page
    desk.sign_in("Priya")
    page.goto(desk.home + OPEN)
    other = page.context.new_page()
    other.goto(desk.home + OPEN)
    other.get_by_label("Subject", exact=True).fill("Theirs")
    other.get_by_role("button", name="Save the words").click()
    page.get_by_label("Subject", exact=True).fill("Mine")
    desk.press("Save the words")
    expect(page).to_have_title(re.compile("^Error: "))
    by_axe = desk.faults()
    page.get_by_label(re.compile("Priya.s, saved at")).check()
    desk.press("Save this choice")

    expect(page.get_by_role("status")).to_contain_text("Nothing had to be changed")
    expect(page.get_by_label("Subject", exact=True)).to_have_value("Theirs")
    assert by_axe == []


def test_scripts_switch_the_preview_and_take_posts_by_drag(desk: Desk) -> None:
    page = desk.page
    page.set_viewport_size({"width": 1280, "height": 900})
    desk.sign_in("Priya")
    page.goto(desk.home + OPEN)
    page.get_by_label("Subject", exact=True).fill("Not saved yet")
    page.get_by_role("link", name="Letter", exact=True).click()
    picture = page.get_by_alt_text(re.compile("^Page 1 of the letter"))
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("complete", value=True)
    # What was being written is still there: the page was not loaded again.
    expect(page.get_by_label("Subject", exact=True)).to_have_value("Not saved yet")
    assert page.url.endswith("show=letter#see")
    first, second = (page.locator(".app-item").nth(place) for place in (0, 1))
    title = first.get_by_role("heading").inner_text().partition(". ")[2]
    first.locator(".app-grip").drag_to(second)
    expect(page.get_by_role("status").first).to_contain_text("to place 2")
    expect(second.get_by_role("heading")).to_contain_text(title)

    assert violations(page) == []
