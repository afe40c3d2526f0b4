"""Posts by hand in a real browser: by keyboard, on a small phone, asked by axe."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from digest.bootstrap import App
from digest.model.posts.blocks import Picture
from digest.model.posts.items import Link, LinkKind
from digest.model.posts.pictures import PictureUse
from digest.store.posts import listing, pictures
from digest.store.posts.pictures import PictureReading
from tests.browser.axe import violations
from tests.browser.serving import served
from tests.builders import EIGHT, a_post
from tests.pictures import a_file
from tests.staff import COOKIE, an_account, cookie_of
from tests.stored import posts_accepted

pytestmark = pytest.mark.browser

LOG = "/desk/log/lantern-week"
SHOWN = "https://example.org/k.png"


@dataclass(frozen=True, slots=True)
class Desk:
    """A browser at a desk that is served for real, and a cookie to it."""

    page: Page
    home: str
    cookie: str

    def open(self, path: str) -> None:
        """Go to a page."""
        self.page.goto(self.home + path)

    def sign_in(self) -> None:
        """Have the browser be signed in."""
        self.page.context.add_cookies(
            [{"name": COOKIE, "value": self.cookie, "url": self.home}]
        )

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def faults(self) -> list[object]:
        """Return what axe finds, and whether the page is too wide."""
        faults: list[object] = [*violations(self.page)]
        width = self.page.evaluate("document.documentElement.scrollWidth")
        return [*faults, f"{width} wide"] if width > 320 else faults


@pytest.fixture
def desk(browser: Browser, program: App) -> Iterator[Desk]:
    """Yield a narrow browser without scripts' help, at the desk of a program."""
    with program.writing() as connection:
        files = dict.fromkeys(PictureUse, a_file())
        pictures.put(connection, "k" * 32, files, EIGHT)
        pictures.note_found(connection, SHOWN, PictureReading("k" * 32, "mark"), EIGHT)
    cookie = cookie_of(program, an_account(program))
    post = a_post(
        "three",
        title="Urns",
        picture=Picture(SHOWN),
        links=(Link(LinkKind.SURVEY, "Tell us", "https://example.org/s"),),
    )
    # A word longer than a phone is wide, wherever a page has a title or an address.
    long = f"https://example.org/{'w' * 200}"
    link = Link(LinkKind.SURVEY, "x" * 100, long)
    wide = a_post("four", title="W" * 120, url=long, links=(link,), topics=("t" * 80,))
    posts_accepted(program.engine, [post, a_post(title="Kettles, mended"), wide])
    with served(program) as home:
        context = browser.new_context(viewport={"width": 320, "height": 700})
        yield Desk(context.new_page(), home, cookie)
        context.close()


def test_every_page_fits_a_small_phone_and_axe_finds_nothing(desk: Desk) -> None:
    signed_out = [LOG, "/desk/posts/3"]
    signed_in = [
        *(LOG, f"{LOG}?state=held", f"{LOG}/new/post", f"{LOG}/new/event"),
        *("/desk/posts/1", "/desk/posts/3", "/desk/posts/3?done=changed"),
        *("/desk/posts/4", "/desk/posts/4/edit", "/desk/posts/4/withdraw"),
        *("/desk/posts/3/edit", "/desk/posts/1/correction"),
    ]
    faults = {}
    for path in signed_out:
        desk.open(path)
        faults[path] = desk.faults()
    desk.sign_in()
    for path in signed_in:
        desk.open(path)
        faults[path + ", signed in"] = desk.faults()
    desk.open(f"{LOG}/new/event")
    desk.page.get_by_role("button", name="Add it").click()
    expect(desk.page).to_have_title(re.compile("^Error: "))
    faults["with faults"] = desk.faults()

    assert {path: kinds for path, kinds in faults.items() if kinds} == {}
    assert (
        desk.page.evaluate("document.activeElement.className") == "govuk-error-summary"
    )


def test_a_post_is_added_mended_and_withdrawn_by_keyboard_alone(
    desk: Desk, program: App
) -> None:
    desk.sign_in()
    desk.open(f"{LOG}/new/post")
    desk.page.get_by_label("Text", exact=True).focus()
    desk.page.keyboard.type("Come in. Do our [survey](https://example.org/s).")
    desk.press("Tab", "Enter")
    # The summary of faults has the focus; its first link leads to the field.
    expect(desk.page).to_have_title(re.compile("^Error: "))
    desk.press("Tab", "Enter")
    desk.page.keyboard.type("Kettle")
    desk.press("Enter")

    expect(desk.page).to_have_title(re.compile("^Added[.]"))
    desk.page.get_by_label("survey").focus()
    desk.page.keyboard.type("web")
    desk.press("Tab", "Enter")
    expect(desk.page).to_have_title(re.compile("^The links are changed"))
    desk.page.get_by_role("link", name="Withdraw").focus()
    desk.press("Enter")
    expect(desk.page.get_by_role("heading", level=1)).to_contain_text("every copy")
    desk.page.get_by_role("button", name="Withdraw").focus()
    desk.press("Enter")
    expect(desk.page).to_have_title(re.compile("^Withdrawn"))
    with program.reading() as connection:
        [newest, *_] = listing.listed(connection, 1)
    assert (newest.title, newest.state) == ("Kettle", "withdrawn")


def test_what_can_be_reached_can_be_seen_and_is_large_enough(desk: Desk) -> None:
    desk.sign_in()
    desk.open("/desk/posts/3")
    small = desk.page.evaluate(
        """[...document.querySelectorAll("button, select, input:not([type=hidden])")]
           .map(e => e.getBoundingClientRect())
           .filter(box => box.height < 24 || box.width < 24).length"""
    )
    outlines = []
    for _ in range(12):
        desk.press("Tab")
        outlines.append(
            desk.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        )

    assert small == 0
    assert set(outlines) == {"solid"}
