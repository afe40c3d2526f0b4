"""A run in a real browser: refused and uncertain emails put right, by any hand."""

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine, update

from digest.bootstrap import App
from digest.deliver.sending.sender import EmailSender
from digest.deliver.smtp.connect import SmtpCarrier
from digest.deliver.smtp.mail_server import SmtpServer
from digest.model.campaigns.campaign import UncertainPolicy
from digest.model.editions.mode import Mode
from digest.model.roles import Role
from digest.settings import Settings
from digest.store.base.modes import in_mode
from digest.store.base.tables import delivery, edition
from tests.browser.axe import violations
from tests.browser.serving import served
from tests.builders import EIGHT
from tests.fakes.mail_server import DROP, MailServer, Script, mail_server, ordinary
from tests.fakes.sending import MESSAGE, FakeLinks, HandWoundClock
from tests.rows import PlannedEdition, a_planned_edition
from tests.staff import COOKIE, an_account, cookie_of

pytestmark = pytest.mark.browser

LOOKS = [
    pytest.param({}, id="as it is"),
    pytest.param({"java_script_enabled": False}, id="without script"),
    pytest.param({"forced_colors": "active"}, id="forced"),
]
MOUSE = pytest.param({"has_mouse": True}, id="mouse")


@dataclass(frozen=True, slots=True)
class Run:
    """A narrow page of a run that is going, its program, and its copies."""

    page: Page
    program: App
    planned: PlannedEdition
    has_script: bool = True
    has_mouse: bool = False

    def press(self, role: str, words: str) -> None:
        """Press a button or follow a link by what hand there is."""
        wanted = self.page.get_by_role(role, name=words).first  # type: ignore[arg-type]
        if self.has_mouse:
            wanted.click()
        else:
            wanted.press("Enter")

    def faults(self) -> list[object]:
        """Return what axe finds, and whether the page is too wide, also in large."""
        if not self.has_script or self.has_mouse:
            return []
        broken: list[object] = [*violations(self.page)]
        for size in ("100%", "200%"):
            width = self.page.evaluate(
                """size => {
                  document.documentElement.style.fontSize = size;
                  return document.documentElement.scrollWidth;
                }""",
                size,
            )
            if width > 320:
                broken.append(f"{width} wide at {size}")
        return broken

    def send(self, script: Script = ordinary) -> MailServer:
        """Send what is due to a mail server that answers so; return what it saw.

        In a thread: a page that is open holds the loop of this one.
        """
        with mail_server(script) as server, ThreadPoolExecutor(1) as thread:
            sender = EmailSender(
                engine=self.program.engine,
                carrier=SmtpCarrier(SmtpServer.parse(server.url)),
                message_for=lambda _edition, _variant: MESSAGE,
                links=FakeLinks(),
                clock=HandWoundClock(),
                connections=2,
            )
            thread.submit(sender.send_due, threading.Event()).result()
        return server

    def stand(self, state: str, *indexes: int, reply: str = "") -> None:
        """Have the emails of those readers stand so."""
        readers = [self.planned.readers[index] for index in indexes]
        doubts = int(state == "uncertain")
        with self.program.writing() as connection:
            connection.execute(
                update(delivery)
                .where(delivery.c.reader_id.in_(readers))
                .values(state=state, reply=reply, doubts=doubts, settled_at=EIGHT)
            )


@pytest.fixture
def run(
    browser: Browser,
    sqlite_engine: Engine,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Iterator[Run]:
    """Yield a run of eight emails that are due."""
    engine = in_mode(sqlite_engine, Mode.LIVE)
    live = App(Settings(data_dir=tmp_path), engine, lambda: EIGHT, "k" * 32)
    planned = a_planned_edition(live.engine, emails=8, uncertain=UncertainPolicy.HOLD)
    with live.writing() as connection:
        connection.execute(update(edition).values(state="sending", planned_at=EIGHT))
    with served(live) as home:
        look = dict(getattr(request, "param", {}))
        has_mouse = look.pop("has_mouse", False)
        width = 1280 if has_mouse else 320
        context = browser.new_context(
            base_url=home, viewport={"width": width, "height": 700}, **look
        )
        cookie = cookie_of(live, an_account(live, Role.EDITOR, "Priya"))
        context.add_cookies([{"name": COOKIE, "value": cookie, "url": home}])
        yield Run(
            context.new_page(),
            live,
            planned,
            has_script=look.get("java_script_enabled", True),
            has_mouse=has_mouse,
        )
        context.close()


def fails_three(step: str, words: str) -> str | None:
    """Refuse one reader, and hang up on two once their message has come."""
    if step == "RCPT" and "reader-5@" in words:
        return "550 5.1.1 no such user"
    if step == "BODY" and words in {"reader-6@example.org", "reader-7@example.org"}:
        return DROP
    return None


@pytest.mark.parametrize("run", [*LOOKS, MOUSE], indirect=True)
def test_what_failed_is_settled_taken_back_and_sent_again(
    run: Run,
) -> None:
    page, faults = run.page, dict[str, list[object]]()
    first = run.send(fails_three)
    page.goto(f"/desk/runs/{run.planned.id}")
    expect(page.get_by_text("550 5.1.1 no such user")).to_be_visible()
    faults["going"] = run.faults()
    page.get_by_label("Count them as arrived").check()
    run.press("button", "Settle all 2")
    expect(page.get_by_role("status").first).to_contain_text(
        "2 emails counted as arrived"
    )
    run.press("button", "Undo")
    expect(page.get_by_role("status").first).to_contain_text("uncertain again")
    run.press("link", "Send the refused again")
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 refused email")
    faults["question"] = run.faults()
    run.press("button", "Yes, send it again")
    expect(page.get_by_role("status").first).to_contain_text("will be sent again")
    run.press("button", "It did not arrive")
    expect(page.get_by_role("status").first).to_contain_text("not arrived")
    run.press("link", "Send it again")
    expect(page.get_by_text("they have it twice then")).to_be_visible()
    faults["once more"] = run.faults()
    run.press("button", "Yes, send it again")
    second = run.send()
    page.goto(f"/desk/runs/{run.planned.id}")
    expect(page.get_by_text("550 5.1.1 no such user")).to_have_count(0)
    page.get_by_label("Count them as arrived").check()
    run.press("button", "Settle it")
    expect(page.get_by_role("status").first).to_contain_text("1 email counted as")

    assert len(first.messages) == 5
    assert sorted(second.recipients) == ["reader-0@example.org", "reader-5@example.org"]
    assert {name: kinds for name, kinds in faults.items() if kinds} == {}


def test_a_script_keeps_it_in_sight_and_says_each_quarter(run: Run) -> None:
    page = run.page
    run.stand("accepted", 0, 1, 2, 3, 4, reply="250 taken")
    run.stand("refused", 5, reply="550 5.1.1 no such user")
    run.stand("uncertain", 6, 7, reply="No answer")
    page.clock.install()
    page.goto(f"/desk/runs/{run.planned.id}")
    expect(page.get_by_text("6 of 8 copies have been dealt with")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("Look again every"))).to_be_hidden()
    run.stand("accepted", 6, reply="250 taken")
    page.clock.run_for(6_000)
    expect(page.get_by_text("7 of 8 copies have been dealt with")).to_be_visible()
    assert page.locator("#said").text_content() == ""
    run.stand("accepted", 7, reply="250 taken")
    page.clock.run_for(6_000)

    expect(page.locator("#said")).to_contain_text("8 of 8 copies have been dealt with")
