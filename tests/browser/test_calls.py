"""Calls, in a browser: on a small phone, made, taken back and over."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from digest.bootstrap import App
from digest.model.delivery.calls import UNANSWERED, CallOutcome, CallReport
from digest.model.editions.mode import Mode
from digest.store.base.modes import in_mode
from digest.store.base.tables import subscriber
from digest.store.delivery import cancelling
from digest.store.delivery.calling import calls
from digest.store.staff.rounds import ALL_ROUNDS
from tests.browser.axe import violations
from tests.browser.serving import served
from tests.builders import EIGHT, a_post
from tests.integration.test_calls import DAY, HOUR, a_reader_by_phone
from tests.integration.test_planning import an_open_edition, run
from tests.staff import COOKIE, an_account, cookie_of
from tests.stored import posts_accepted

pytestmark = pytest.mark.browser
DAY_AFTER = EIGHT + DAY


@pytest.fixture
def live(program: App) -> App:
    """Return a program that is live: what is practised changes nothing for readers."""
    engine = in_mode(program.engine, Mode.LIVE)
    return App(program.settings, engine, lambda: DAY_AFTER + 2 * HOUR, program.secret)


@pytest.fixture
def page(browser: Browser, live: App) -> Iterator[Page]:
    """Yield a narrow page that Priya is signed in on, with two people to ring."""
    for name in ("edwin", "ama"):
        a_reader_by_phone(live.engine, name)
    posts_accepted(live.engine, [a_post("one", title="Lanterns")])
    run(live.engine, an_open_edition(live.engine, "daily", DAY_AFTER), DAY_AFTER)
    cookie = cookie_of(live, an_account(live, name="Priya"))
    with served(live) as home:
        context = browser.new_context(
            base_url=home, viewport={"width": 320, "height": 700}
        )
        context.add_cookies([{"name": COOKIE, "value": cookie, "url": home}])
        yield context.new_page()
        context.close()


def looks_well(page: Page) -> None:
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_call_is_made_taken_back_and_answered_for_when_it_is_over(
    page: Page, live: App
) -> None:
    page.goto("/post/calls")
    looks_well(page)
    page.get_by_role("link", name="Edwin").click()
    looks_well(page)
    page.get_by_role("button", name="No answer").click()
    expect(page.get_by_role("status")).to_contain_text("Edwin: no answer, again")
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status")).to_contain_text("Edwin is to be rung.")
    looks_well(page)

    page.get_by_role("link", name="Ama").click()
    key = calls.call_key(page.url.rpartition("/")[2])
    with live.writing() as connection:  # something ends it while they speak
        cancelling.cancel(connection, calls.is_it(key), live.now(), "called back")
    page.get_by_role("button", name="We spoke").click()
    expect(page.get_by_role("status")).to_contain_text("Ama: spoken to")
    looks_well(page)

    page.get_by_role("link", name="Edwin").click()
    page.get_by_text("They would rather have it another way").click()
    page.get_by_label("How?").select_option("letter")
    page.get_by_role("button", name="Have it that way").click()
    expect(page.get_by_role("status")).to_contain_text("Nothing can come so yet")
    looks_well(page)
    page.get_by_role("link", name="Edwin").click()
    expect(page.get_by_role("heading", name="What did they ask for?")).to_be_visible()
    expect(page.get_by_role("button", name="They asked us to stop")).to_be_visible()
    looks_well(page)


def test_who_answers_no_call_is_offered_letters(page: Page, live: App) -> None:
    with live.reading() as connection:
        waiting = calls.to_make(connection, ALL_ROUNDS, live.now(), 9)
    for call in waiting:
        for _ in range(UNANSWERED):
            report = CallReport(CallOutcome.NO_ANSWER)
            live.call_desk.write_down(str(call.key), report)
    with live.writing() as connection:
        where = {"address": ["1 Example Street", "Exampleton"], "postcode": "ZZ99 1AA"}
        first = subscriber.c.name == "Edwin"
        connection.execute(update(subscriber).where(first).values(**where))

    page.goto("/desk/returns")
    looks_well(page)
    expect(page.get_by_role("heading", name="By phone, 2")).to_be_visible()
    page.set_viewport_size({"width": 1200, "height": 900})
    assert violations(page) == []
