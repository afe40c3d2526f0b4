"""Draw every page from the sample week, wide and narrow, light and dark.

    make screens [SCREENS="today run"]

The pictures are for looking at, each beside its mock-up, and are not kept.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, FloatRect, Page, Route, sync_playwright
from playwright.sync_api import Error as PlaywrightError
from sqlalchemy import select, update
from starlette.testclient import TestClient

from digest.bootstrap import App, opened
from digest.cli.service.demonstration import run_demo
from digest.compose import lifecycle
from digest.model.people.reader_marks import ReaderRef
from digest.model.posts.blocks import Picture
from digest.model.roles import Role
from digest.schedule.editions import publishing
from digest.schedule.editions.steering.contents import EditionContents, contents
from digest.schedule.editions.steering.steer import Steer
from digest.settings import Settings
from digest.store.base.tables import delivery, edition
from digest.store.delivery.deliveries import DeliveryKey
from digest.web.app import make_app
from tests.browser.conftest import chromium
from tests.builders import a_post, an_event
from tests.staff import an_account, signed_in
from tests.stored import posts_accepted, reader_ref

BUILD = Path(__file__).parents[1] / "build" / "screens"
HOME = "http://localhost:8000"
OPEN = "/desk/campaigns/lantern-week/daily"
WIDTHS = (1280, 375)
HEIGHT = 900
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# What the pages are called that are drawn of an address that there is not.
NOT_FOUND = "not-found"
# As much of a page as anybody looks at: the API's goes on for 85,000 lines of dots.
TALLEST = 8_000
# How long each attempt to draw a page waits for each of its steps.
PATIENCE = (timedelta(seconds=30), timedelta(minutes=2))

PEOPLE = b"""Full name,E-mail addr.,Street,Town,PC,Signed up,Xmas card
Constance Abernethy,,4 Chandler's Row,TIDEWELL,ZZ99 1AC,27/04/2026,yes
Hedy Brandt,"hedy.brandt@example,org",,,,28/04/2026,no
R. Thackray,,6 Ropewalk,,,28/04/2026,no
Ines Okafor,ines@example.org,,,,30/04/2026,yes
"""


def make_imports(client: TestClient) -> None:
    """Bring a file in, to each of its pages."""
    named = ("name", "email", "address_1", "address_3", "postcode", "consent_at", "")
    columns = {f"column_{place}": column for place, column in enumerate(named)}
    columns |= {"list": "lantern", "permission": "each-row"}
    for number in (1, 2, 3, 4):
        file = {"file": ("tidewell-readers.csv", PEOPLE)}
        client.post("/desk/imports/new", files=file)
        if number > 1:
            client.post(f"/desk/imports/{number}/columns", data=columns)
    client.post("/desk/imports/4/run")
    client.post("/desk/imports/4/undo")
    client.post("/desk/imports/3/run")


def make_complaint(client: TestClient) -> None:
    """Put a complaint into the log."""
    words = "I never asked for letters, and nobody answers when I say so."
    client.post(
        "/desk/complaints/new", data={"words": words, "channel": "phone", "who": "1"}
    )


def pages(digest: App, client: TestClient) -> Iterator[tuple[str, str]]:
    """Yield each page's name and address; whoever adds a page adds it here.

    The client is nobody's at first, then an admin's.
    """
    yield from (
        ("sign-in", "/sign-in"),
        ("forgotten", "/sign-in/forgotten"),
        (NOT_FOUND, "/none"),
    )
    yield from (
        ("subscribe", "/subscribe/lantern-week"),
        ("subscribe-email", "/subscribe/lantern-week?how=email"),
        ("subscribe-letter", "/subscribe/lantern-week?how=letter"),
        ("lost-link", "/p/lost/lantern-week"),
    )
    yield "choices", f"/p/{digest.links.choices_token(reader_ref(digest.engine))}"
    leave = digest.links.unsubscribe_url(ReaderRef(1)).rpartition("/u/")[2]
    yield "leave", f"/u/{leave}"
    client.post(f"/u/{leave}")
    yield "left", f"/u/{leave}"
    account_id = signed_in(client, digest, Role.ADMIN, "Priya Nair")
    make_imports(client)
    make_complaint(client)
    yield from (
        ("today", "/desk"),
        (f"{NOT_FOUND}-by-staff", "/desk/posts/none"),
        ("campaigns", "/desk/campaigns"),
        ("campaign", "/desk/campaigns/lantern-week"),
        ("campaign-file", "/desk/campaigns/lantern-week/file"),
        ("start", "/desk/start"),
        ("campaign-new", "/desk/campaigns/new"),
        ("campaign-new-first", "/desk/campaigns/new?then=start"),
        ("campaign-end", "/desk/campaigns/lantern-week/settings/end"),
        ("campaign-settings", "/desk/campaigns/lantern-week/settings"),
        ("campaign-name", "/desk/campaigns/lantern-week/settings/name"),
        ("campaign-days", "/desk/campaigns/lantern-week/settings/days"),
        ("campaign-lists", "/desk/campaigns/lantern-week/settings/lists"),
        ("campaign-approval", "/desk/campaigns/lantern-week/settings/approval"),
        ("campaign-look", "/desk/campaigns/lantern-week/look"),
        ("campaign-letter", "/desk/campaigns/lantern-week/settings/letter"),
        ("schedule", "/desk/campaigns/lantern-week/settings/schedules/daily"),
        ("schedule-new", "/desk/campaigns/lantern-week/settings/schedules/new"),
        ("source", "/desk/campaigns/lantern-week/settings/sources/blog"),
        ("campaign-history", "/desk/campaigns/lantern-week/history"),
        ("campaign-version", "/desk/campaigns/lantern-week/history/1"),
        ("source-try", "/desk/campaigns/lantern-week/sources/try"),
        ("golive", "/desk/golive"),
        ("golive-domains", "/desk/golive/domains"),
        ("calendar", "/desk/calendar"),
        ("calendar-list", "/desk/calendar?view=list"),
        ("posts", "/desk/log/lantern-week"),
        ("post", "/desk/posts/1"),
        ("post-edit", "/desk/posts/1/edit"),
        ("post-new", "/desk/log/lantern-week/new/post"),
        ("event-new", "/desk/log/lantern-week/new/event"),
        ("post-withdraw", "/desk/posts/1/withdraw"),
        ("editions", "/desk/editions"),
        ("edition-sent", "/desk/editions/1?show=text"),
        ("runs", "/desk/runs"),
        ("run", "/desk/runs/1"),
        ("post-room", "/post"),
        ("print-batch", "/post/batches/1"),
        ("packing-list", "/post/batches/1/packing-list"),
        ("returned", "/post/returned"),
        ("slips", "/post/slips"),
        ("calls", "/post/calls"),
        ("call", f"/post/calls/{_a_call(digest)}"),
        ("returns", "/desk/returns"),
        ("reports", "/desk/reports"),
        ("report", "/desk/reports/lantern-week"),
        ("people", "/desk/people"),
        ("people-joining", "/desk/people/joining"),
        ("people-nobody", "/desk/people?q=zzz"),
        ("imports", "/desk/imports"),
        ("import-new", "/desk/imports/new"),
        ("import-columns", "/desk/imports/1"),
        ("import-errors", "/desk/imports/2"),
        ("import-in", "/desk/imports/3"),
        ("import-undone", "/desk/imports/4"),
        ("needs", "/desk/people/needs"),
        ("complaints", "/desk/complaints"),
        ("complaint", "/desk/complaints/1"),
        ("complaint-new", "/desk/complaints/new?who=1"),
        ("privacy", "/privacy/lantern-week"),
        ("accessibility", "/accessibility/lantern-week"),
        ("complain", "/complain/lantern-week"),
        ("person-need", "/desk/people/1/need"),
        ("lists", "/desk/lists"),
        ("list", "/desk/lists/1"),
        ("list-narrowed", "/desk/lists/1?postcode=ZZ99&reached=post"),
        ("person", "/desk/people/11"),
        ("person-left", "/desk/people/2?done=left&campaign=lantern-week"),
        ("person-new", "/desk/people/new"),
        ("person-edit", "/desk/people/1/edit"),
        ("person-move", "/desk/people/1/move"),
        ("person-pause", "/desk/people/1/pause"),
        ("person-leave", "/desk/people/1/leave"),
        ("person-erase", "/desk/people/1/erase"),
        ("person-held", "/desk/people/1/held"),
        ("inbox", "/inbox"),
        ("account", "/account"),
        ("help", "/desk/help"),
        ("password", "/account/password"),
        ("second-step", "/account/second-step"),
        ("users", "/desk/settings/users"),
        ("user", f"/desk/settings/users/{account_id}"),
        ("audit", "/desk/settings/audit"),
        ("api", "/api/v1/docs"),
        ("webhooks", "/desk/settings/webhooks"),
    )
    yield from _editions(digest, client)
    yield from _troubled_run(digest)
    inbox = digest.inbox.messages()
    yield from (("message", f"/inbox/{mail.key}") for mail in inbox[:1])


def _editions(digest: App, client: TestClient) -> Iterator[tuple[str, str]]:
    """Yield pages of an edition that is open, and of one that waits for somebody."""
    titles = ("Why we light the lanterns", "Forty envelopes and a biscuit tin")
    now = digest.now()
    posts = [
        a_post(f"draft-{number}", title=title, published=now)
        for number, title in enumerate(titles)
    ]
    jar = Picture("https://example.org/jar.jpg")
    title = "Who decides where the bus stops?"
    pictured = a_post("jar", title=title, picture=jar, published=now)
    walk = an_event(starts=now + timedelta(days=2), ends=None)
    posts_accepted(digest.engine, [*posts, pictured, walk], now)
    hand = Steer(digest.engine, "lantern-week", "daily", "Sam Oldfield", digest.now())
    ids = [entry.id for entry in _contents(digest).posts]
    hand.pin(ids[1])
    hand.drop(ids[2])
    hand.words("Nine winters of lanterns", "", "The walk is on **Tuesday**.")
    version = _contents(digest).steered.version
    query = f"done=moved&item={ids[0]}&version={version}&saw={version - 1}"
    yield "edition-open", f"{OPEN}?{query}&check=yes"
    yield "edition-desktop", f"{OPEN}?show=desktop"
    yield "edition-letter", f"{OPEN}?show=letter"
    yield "edition-as-reader", f"{OPEN}?as=Josephine"
    yield "edition-as-several", f"{OPEN}?as=a"
    mine = {"subject": "Lanterns", "version": "0", "note": "Ring Wilf."}
    conflict = client.post(f"{OPEN}/words", data=mine)
    yield "edition-conflict", conflict.text
    number = publishing.open_now(digest.engine, "lantern-week", "daily", digest.now())
    lifecycle.freeze(digest.engine, number, digest.now())
    for name in ("", "/approve", "/recall"):
        yield f"edition-waits{name.replace('/', '-')}", f"/desk/editions/{number}{name}"


def _troubled_run(digest: App) -> Iterator[tuple[str, str]]:
    """Yield pages of a run that is going, with emails that need a person."""
    no_answer = "No answer after the whole message was handed over, 16:03"
    ends = [("refused", "550 5.1.1 no such user"), *[("uncertain", no_answer)] * 2]
    with digest.writing() as connection:
        emails = select(delivery.c.reader_id).where(delivery.c.channel == "email")
        for reader_id, (state, reply) in zip(
            connection.scalars(emails).all(), ends, strict=False
        ):
            connection.execute(
                update(delivery)
                .where(delivery.c.reader_id == reader_id)
                .values(state=state, reply=reply, doubts=int(state == "uncertain"))
            )
        connection.execute(update(edition).values(state="sending", ended_at=None))
    yield "run-going", "/desk/runs/1?done=accepted&emails=2"
    yield "run-retry", "/desk/runs/1/retry/refused"
    yield "run-again", "/desk/runs/1/again/1"


def _a_call(digest: App) -> DeliveryKey:
    """Return which call there is to make; the sample week has some."""
    calls = select(delivery.c.edition_id, delivery.c.reader_id)
    with digest.reading() as connection:
        row = connection.execute(calls.where(delivery.c.channel == "phone")).all()[0]
    return DeliveryKey(*row)


def _contents(digest: App) -> EditionContents:
    return contents(digest.engine, "lantern-week", "daily", digest.now())


class Screens:
    """Draws pages of a program, one after another, in a page that all of them share.

    A page that is late is drawn again in a new one. One that is late again, or that
    the program does not answer, is named in `missed`, and the rest goes on.
    """

    def __init__(self, browser: Browser, client: TestClient) -> None:
        self._browser = browser
        self._client = client
        self._page: Page | None = None
        self._markup = ""
        # Styles and fonts are asked for by every page.
        self._files: dict[str, tuple[int, str | None, bytes]] = {}
        self.missed: list[str] = []

    def draw(self, name: str, path: str) -> None:
        """Draw a page at every width, in every scheme; `path` may be its markup."""
        self._markup = "" if path.startswith("/") else path
        for patience in PATIENCE:
            try:
                status = self._drawn(name, "/" if self._markup else path, patience)
            except PlaywrightError as problem:
                self.close()
                why = str(problem).partition("\n")[0]
                say(f"{name}: {why}")
            else:
                if status >= HTTPStatus.BAD_REQUEST and not name.startswith(NOT_FOUND):
                    say(f"{name}: the program answers {status} to {path}")
                    break
                return
        self.missed.append(name)

    def _drawn(self, name: str, path: str, patience: timedelta) -> int:
        """Draw a page; return the status that it was answered with."""
        page = self._page = self._page or self._browser.new_page(locale="en-GB")
        page.set_default_timeout(patience / timedelta(milliseconds=1))
        # Asked for each time: a page that is the last one with another #part stays.
        page.unroute_all()
        page.route("**/*", self._answer)
        page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
        page.emulate_media(color_scheme=SCHEMES[0])
        answer = page.goto(HOME + path)
        for scheme in SCHEMES:
            for width in WIDTHS:
                page.emulate_media(color_scheme=scheme)
                page.set_viewport_size({"width": width, "height": HEIGHT})
                height = page.evaluate("document.documentElement.scrollHeight")
                page.screenshot(
                    path=BUILD / f"{name}-{width}-{scheme}.png",
                    full_page=True,
                    clip=FloatRect(
                        x=0,
                        y=0,
                        width=width,
                        height=min(max(height, HEIGHT), TALLEST),
                    ),
                )
        return answer.status if answer else HTTPStatus.OK

    def _answer(self, route: Route) -> None:
        asked_for = route.request.url.removeprefix(HOME)
        if asked_for == "/" and self._markup:
            route.fulfill(content_type="text/html; charset=utf-8", body=self._markup)
            return
        answer = self._files.get(asked_for)
        if answer is None:
            response = self._client.get(asked_for)
            content_type = response.headers.get("Content-Type")
            answer = (response.status_code, content_type, response.content)
        if asked_for.startswith("/static/"):
            self._files[asked_for] = answer
        status, content_type, body = answer
        route.fulfill(status=status, content_type=content_type, body=body)

    def close(self) -> None:
        """Close the page that is drawn in; the next is drawn in a new one."""
        page, self._page = self._page, None
        if page is not None:
            page.close()


def say(words: str) -> None:
    """Say how far it is."""
    print(words, file=sys.stderr, flush=True)  # noqa: T201 - what it is for


def main(names: list[str]) -> int:
    """Run the demo in a folder of its own and draw its pages, or those named.

    Return 1 where a page could not be drawn, or none has a name that was given.
    """
    BUILD.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        say("making the sample week")
        run_demo(folder, once=True, port=8000, talk=lambda _words: None)
        with opened(Settings(data_dir=folder)) as digest, sync_playwright() as tool:
            browser = tool.chromium.launch(
                executable_path=chromium(), args=["--no-sandbox"]
            )
            an_account(digest, Role.ADMIN, "Priya Nair")
            client = TestClient(
                make_app(digest),
                base_url=HOME,
                headers={"Origin": HOME},
                raise_server_exceptions=False,
            )
            screens = Screens(browser, client)
            missing = set(names)
            for name, path in pages(digest, client):
                if not names or name in names:
                    since = time.monotonic()
                    screens.draw(name, path)
                    say(f"{name}: {time.monotonic() - since:.1f} s")
                    missing.discard(name)
            browser.close()
    for name in [*screens.missed, *sorted(missing)]:
        say(f"NOT DRAWN: {name}")
    return 1 if screens.missed or missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
