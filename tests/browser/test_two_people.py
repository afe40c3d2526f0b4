"""Two people at one desk in real browsers: neither saves over the other.

Without scripts, narrow and looked at by axe; with scripts, wide.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from digest.bootstrap import App
from digest.model.editions.mode import Mode
from digest.model.roles import Role
from digest.schedule.editions.steering.contents import contents
from digest.store.base.modes import in_mode
from digest.store.campaigns import campaigns
from digest.store.campaigns.file_versions import CampaignFile
from digest.store.people import subscribers
from digest.store.posts import listing
from tests.browser.axe import violations
from tests.browser.serving import served
from tests.builders import EIGHT, a_post
from tests.staff import COOKIE, an_account, cookie_of
from tests.stored import READY, posts_accepted

pytestmark = pytest.mark.browser

CAMPAIGN = "/desk/campaigns/lantern-week"
OPEN = f"{CAMPAIGN}/daily"
SAVE = "Save the words"


@dataclass(frozen=True, slots=True)
class Office:
    """A desk that is served for real, and the browsers of two people at it."""

    program: App
    priya: Page
    sam: Page
    has_scripts: bool
    faults: dict[str, list[object]] = field(default_factory=dict)

    def both_go(self, address: str) -> None:
        """Have both of them look at the same page."""
        for page in (self.priya, self.sam):
            page.goto(address)

    def look(self, name: str) -> None:
        """Have axe look at what Sam sees; the pages with scripts are the same."""
        if not self.has_scripts:
            self.sam.wait_for_load_state()
            width = self.sam.evaluate("document.documentElement.scrollWidth")
            wide = [f"{width} wide"] if width > 320 else []
            self.faults[name] = [*violations(self.sam), *wide]


@pytest.fixture(params=["without script", "with script"])
def office(
    browser: Browser, program: App, request: pytest.FixtureRequest
) -> Iterator[Office]:
    """Yield an office with an open edition, whose two people are signed in."""
    has_scripts = request.param == "with script"
    with program.writing() as connection:
        campaigns.apply(connection, CampaignFile(READY, "UTC", "/"), EIGHT)
    live = replace(program, engine=in_mode(program.engine, Mode.LIVE))
    posts_accepted(live.engine, [a_post("urns", title="Urns"), a_post("lanterns")])
    contexts: list[BrowserContext] = []

    def page_of(home: str, name: str) -> Page:
        width = 1280 if has_scripts else 320
        context = browser.new_context(
            base_url=home, viewport={"width": width, "height": 700}
        )
        contexts.append(context)
        cookie = cookie_of(live, an_account(live, Role.EDITOR, name))
        context.add_cookies([{"name": COOKIE, "value": cookie, "url": home}])
        if not has_scripts:  # axe itself needs an engine
            context.route(re.compile(r"\.js(\?|$)"), lambda route: route.abort())
        return context.new_page()

    with served(live) as home:
        office = Office(live, page_of(home, "Priya"), page_of(home, "Sam"), has_scripts)
        yield office
        for context in contexts:
            context.close()


def press(page: Page, words: str) -> None:
    """Press a button by its words, with the keyboard alone."""
    page.get_by_role("button", name=words).first.press("Enter")


def test_two_people_arrange_one_edition_and_write_its_words(office: Office) -> None:
    priya, sam = office.priya, office.sam
    office.both_go(OPEN)
    press(priya, "Move “Urns” down")
    expect(priya.get_by_role("status")).to_contain_text("Moved “Urns”")
    sam.get_by_label("Note from the team").fill("Ring Wilf.")
    press(sam, SAVE)
    status = sam.get_by_role("status")
    expect(status).to_contain_text("Meanwhile Priya moved “Urns” to place 3")
    expect(status).to_contain_text("Both are kept")
    office.look("merged")

    office.both_go(OPEN)
    priya.get_by_label("Subject", exact=True).fill("Nine winters")
    priya.get_by_label("Line after the subject").fill("Of lanterns")
    press(priya, SAVE)
    expect(priya.get_by_role("status")).to_contain_text("The words are saved")
    sam.get_by_label("Subject", exact=True).fill("Lanterns tonight")
    sam.get_by_label("Note from the team").fill("Ring Wilf by Monday.")
    press(sam, SAVE)
    clash = sam.locator(".govuk-error-summary")
    expect(clash).to_contain_text("Priya changed this while you were writing")
    expect(sam.get_by_label("Subject, yours")).to_have_value("Lanterns tonight")
    office.look("both wrote")
    press(sam, "Save this choice")
    expect(sam.get_by_role("status")).to_contain_text("The words are saved")

    inside = contents(office.program.engine, "lantern-week", "daily", EIGHT)
    words = inside.steered.steering
    assert (words.subject, words.preheader) == ("Lanterns tonight", "Of lanterns")
    assert (
        sam.get_by_label("Note from the team").input_value() == "Ring Wilf by Monday."
    )
    assert {state: each for state, each in office.faults.items() if each} == {}


def test_two_people_write_one_post(office: Office) -> None:
    priya, sam = office.priya, office.sam
    for page in (priya, sam):
        page.goto(OPEN)
        page.get_by_role("link", name="Edit “Urns”").press("Enter")
        expect(page.get_by_label("Title (needed)")).to_have_value("Urns")
    priya.get_by_label("Title (needed)").fill("Tea urns")
    priya.get_by_label("Topics").fill("tea")
    press(priya, "Save")
    expect(priya.get_by_role("status")).to_contain_text("is changed")
    sam.get_by_label("Title (needed)").fill("Brass urns")
    sam.get_by_label("Summary").fill("All of brass.")
    press(sam, "Save")
    clash = sam.locator(".govuk-error-summary")
    expect(clash).to_contain_text("Priya changed this while you were writing")
    expect(sam.locator("main")).to_contain_text(
        "Priya edited title, topics on Monday 6 July 2026, "
    )
    expect(sam.get_by_label("Title (needed)")).to_have_value("Brass urns")
    expect(sam.get_by_label("Summary")).to_have_value("All of brass.")
    expect(sam.get_by_label("Topics")).to_have_value("tea")
    office.look("both wrote")
    sam.get_by_label("As Priya left it").check()
    press(sam, "Save")
    expect(sam.get_by_role("status")).to_contain_text("is changed")

    with office.program.reading() as connection:
        campaign_id = campaigns.by_name(connection, "lantern-week").id
        entries = listing.listed(connection, campaign_id, listing.ItemFilter())
    [item] = [entry.item for entry in entries if entry.title == "Tea urns"]
    assert (item.summary, item.topics) == ("All of brass.", ("tea",))
    assert {state: each for state, each in office.faults.items() if each} == {}


def test_two_people_change_one_person(office: Office) -> None:
    priya, sam = office.priya, office.sam
    office.both_go("/desk/people/1/edit")
    priya.get_by_label("Phone").fill("01632 960101")
    priya.get_by_label("Notes").fill("Ring twice.")
    press(priya, "Save")
    expect(priya.get_by_role("status")).to_contain_text("What we hold is changed")
    sam.get_by_label("Notes").fill("Deaf in one ear.")
    sam.get_by_label("Looked after by").fill("Bea")
    press(sam, "Save")
    clash = sam.locator(".govuk-error-summary")
    expect(clash).to_contain_text("Priya changed this while you were writing")
    expect(sam.locator("main")).to_contain_text(
        "Priya changed phone, notes on Monday 6 July 2026"
    )
    expect(sam.locator("#notes")).to_have_value("Deaf in one ear.")
    expect(sam.locator("main")).to_contain_text("Ring twice.")
    office.look("both wrote")
    sam.locator("#notes").fill("Ring twice. Deaf in one ear.")
    press(sam, "Save")
    expect(sam.get_by_role("status")).to_contain_text("What we hold is changed")

    with office.program.reading() as connection:
        stored = subscribers.get(connection, 1)
    assert stored is not None
    person = stored.person
    assert person.notes == "Ring twice. Deaf in one ear."
    assert (person.phone, person.organiser) == ("01632 960101", "Bea")
    assert {state: each for state, each in office.faults.items() if each} == {}


def test_two_people_fill_in_one_form_of_a_campaign(office: Office) -> None:
    priya, sam = office.priya, office.sam
    office.both_go(f"{CAMPAIGN}/settings/letter")
    priya.get_by_label("Phone", exact=True).fill("01632 960101")
    priya.get_by_label("What posting one letter costs").fill("0.87")
    press(priya, "Save")
    expect(priya.get_by_role("status")).to_contain_text("Saved")
    sam.get_by_label("Phone", exact=True).fill("01632 960102")
    press(sam, "Save")
    clash = sam.locator(".govuk-error-summary")
    expect(clash).to_contain_text("Priya changed this while you were writing")
    expect(sam.locator("main")).to_contain_text("01632 960101")
    office.look("both wrote")
    press(sam, "Save this choice")
    expect(sam.get_by_role("status")).to_contain_text("Saved")

    with office.program.reading() as connection:
        campaign = campaigns.by_name(connection, "lantern-week").campaign
    assert campaign.letter.phone == "01632 960102"
    assert f"{campaign.letter.price}" == "0.87", "what Sam did not touch is Priya's"
    assert {state: each for state, each in office.faults.items() if each} == {}
