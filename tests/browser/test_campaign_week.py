"""A campaign week at the desk: without scripts on a small phone, and by mouse.

An editor arranges, edits and pulls late; a second person approves, and calls back. Who
has no scripts has no mouse either; axe looks at each state on their way, in forced
colours and at 200 % text too.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from digest.bootstrap import App
from digest.model.editions.mode import Mode
from digest.model.roles import Role
from digest.schedule.editions import publishing
from digest.store.base.modes import in_mode
from digest.store.campaigns import campaigns
from digest.store.campaigns.file_versions import CampaignFile
from tests.browser.axe import violations
from tests.browser.serving import served
from tests.builders import EIGHT, a_post
from tests.staff import COOKIE, an_account, cookie_of
from tests.stored import READY, posts_accepted

pytestmark = pytest.mark.browser

OPEN = "/desk/campaigns/lantern-week/daily"
HANDS = ("keyboard without script", "mouse")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of staff at a browser: with a mouse, or a keyboard and no script."""

    page: Page
    home: str
    has_mouse: bool = False

    def go(self, path: str) -> None:
        """Open a page."""
        self.page.goto(self.home + path)

    def press(self, words: str) -> None:
        """Press a button by its words."""
        self._enter("button", words)

    def follow(self, words: str) -> None:
        """Follow a link of what the page is about, by its words."""
        self._enter("link", words)

    def _enter(self, role: str, words: str) -> None:
        main = self.page.get_by_role("main")
        wanted = main.get_by_role(role, name=words).first  # type: ignore[arg-type]
        with self.page.expect_navigation():
            if self.has_mouse:
                wanted.click()
            else:
                wanted.focus()
                self.page.keyboard.press("Enter")

    def tick(self, label: str) -> None:
        """Tick a box."""
        box = self.page.get_by_label(label)
        if self.has_mouse:
            box.check()
        else:
            box.focus()
            self.page.keyboard.press("Space")

    def write(self, label: str, words: str) -> None:
        """Write in a field, in place of what stands there."""
        field = self.page.get_by_label(label, exact=True)
        if self.has_mouse:
            field.click()
        else:
            field.focus()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(words)

    def is_told(self, words: str) -> None:
        """See to it that the page says that something was done."""
        expect(self.page.get_by_role("status").first).to_contain_text(words)

    def faults(self, size: str = "100%") -> list[object]:
        """Return what axe finds, and whether it is too wide, in text of that size.

        Nothing by mouse, where the pages are the same.
        """
        if self.has_mouse:
            return []
        script = f"document.documentElement.style.fontSize = '{size}'"
        self.page.evaluate(script)
        width = self.page.evaluate("document.documentElement.scrollWidth")
        return [*violations(self.page), *([f"{width} wide"] if width > 320 else [])]


@dataclass(frozen=True, slots=True)
class Office:
    """A desk that is served for real, and the browsers of an editor and an approver."""

    program: App
    priya: Person
    sam: Person

    def slot_comes(self) -> str:
        """Have the open edition freeze, and return where it is then."""
        engine, now = self.program.engine, self.program.now()
        number = publishing.open_now(engine, "lantern-week", "daily", now)
        publishing.carry_forward(engine, number, now)
        return f"/desk/editions/{number}"


def without_scripts(context: BrowserContext) -> Page:
    """Return a page whose own scripts never come; axe itself needs an engine."""
    page = context.new_page()
    page.route("**/*.js*", lambda route: route.abort())
    return page


@pytest.fixture(params=HANDS[:1])
def office(
    browser: Browser, program: App, request: pytest.FixtureRequest
) -> Iterator[Office]:
    """Yield an office with an open edition, which one other person has to approve."""
    has_mouse = request.param == "mouse"
    two_eyes = READY.replace("lists =", 'approval = "one"\nlists =')
    with program.writing() as connection:
        campaigns.apply(connection, CampaignFile(two_eyes, "UTC", "/"), EIGHT)
    live = replace(program, engine=in_mode(program.engine, Mode.LIVE))
    posts_accepted(live.engine, [a_post("urns", title="Urns"), a_post("walk")])
    with served(live) as home:
        contexts, people = [], []
        for role, name in ((Role.EDITOR, "Priya"), (Role.APPROVER, "Sam")):
            width = 1280 if has_mouse else 320
            context = browser.new_context(viewport={"width": width, "height": 700})
            cookie = cookie_of(live, an_account(live, role, name))
            context.add_cookies([{"name": COOKIE, "value": cookie, "url": home}])
            contexts.append(context)
            page = context.new_page() if has_mouse else without_scripts(context)
            people.append(Person(page, home, has_mouse))
        yield Office(live, *people)
        for context in contexts:
            context.close()


@pytest.mark.parametrize("office", HANDS, indirect=True)
def test_a_late_pull_a_second_person_and_a_call_back(  # noqa: PLR0915 - a journey
    office: Office,
) -> None:
    priya, sam, faults = office.priya, office.sam, dict[str, list[object]]()
    priya.go(OPEN)
    priya.follow("Edit “Urns”")
    faults["edit"] = priya.faults()
    priya.write("Title (needed)", "Ums")
    priya.press("Save")
    priya.is_told("“Ums” is changed, in every format.")
    faults["changed"] = priya.faults()
    priya.press("Undo")
    priya.is_told("“Urns” says what it said before.")
    priya.write("As which reader", "ann")
    priya.press("Show")
    expect(priya.page.get_by_role("heading", name="Ann", exact=True)).to_be_visible()
    faults["as a reader"] = priya.faults()
    priya.press("Withdraw “Urns”")
    priya.is_told("“Urns” is withdrawn")
    priya.press("Undo")

    there = office.slot_comes()
    priya.go(there)
    expect(priya.page.get_by_role("link", name="Read and approve")).to_have_count(0)
    sam.go(there)
    sam.follow("Read and approve")
    sam.tick("I have read it")
    faults["approve"] = sam.faults()
    priya.follow("Urns")  # while Sam reads, Priya pulls a post
    priya.follow("Withdraw")
    faults["withdraw"] = priya.faults()
    priya.press("Withdraw")
    priya.is_told("Withdrawn: it is out of every copy that has not left.")
    sam.press("Approve it")
    sam.is_told("Approved")
    expect(sam.page.get_by_role("heading", name="Urns")).to_have_count(0)
    sam.follow("Call it back")
    sam.press("Yes, call it back")
    sam.is_told("Called back. Nothing of it has left")
    faults["called back"] = sam.faults()

    priya.go(there)
    priya.follow("Edit “")
    priya.write("Title (needed)", "Walk on Tuesday")
    priya.press("Save")
    priya.is_told("“Walk on Tuesday” is changed, in every format.")
    sam.go(f"{there}/approve")
    sam.tick("I have read it")
    sam.press("Approve it")
    sam.is_told("Approved")
    number = int(there.rpartition("/")[2])
    publishing.carry_forward(office.program.engine, number, office.program.now())
    copy = office.program.previews.copy_of(str(number), None, 1)

    assert copy.variant is not None
    titles = {item.title for item in copy.variant.items}
    assert "Walk on Tuesday" in titles
    assert "Urns" not in titles
    assert {name: kinds for name, kinds in faults.items() if kinds} == {}


def test_pages_of_an_edition_hold_in_forced_colours_and_at_twice_the_size(
    office: Office,
) -> None:
    faults = dict[str, list[object]]()
    there = office.slot_comes()
    posts_accepted(office.program.engine, [a_post("next", title="W" * 90)])
    pages = (OPEN, f"{OPEN}?as=ann", f"{there}/approve", f"{there}/recall")
    for path in (*pages, "/desk/posts/1/edit?edition=daily"):
        office.sam.page.emulate_media(forced_colors="none")
        office.sam.go(path)
        faults[f"{path} twice as large"] = office.sam.faults("200%")
        office.sam.page.emulate_media(forced_colors="active")
        faults[f"{path} forced"] = office.sam.faults()

    assert {name: kinds for name, kinds in faults.items() if kinds} == {}
