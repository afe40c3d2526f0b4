"""The markup of every page: without a parse error, a style or a script of its own."""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import html5lib
import pytest
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.model.people.reader_marks import ReaderRef
from digest.model.posts.blocks import Picture
from digest.model.posts.items import Link, LinkKind, Post
from digest.model.roles import Role
from digest.web.app import make_app
from tests.builders import SITE, a_post
from tests.integration.test_doors import address_of
from tests.joining import JOINABLE
from tests.staff import signed_in, staff_routes
from tests.stored import FILE, a_stored_campaign, posts_accepted, reader_ref

# Where `make vnu` has put it, or where the variable says.
VNU = Path(
    os.environ.get("VNU_JAR")
    or f"{sys.prefix}/vnu/node_modules/vnu-jar/build/dist/vnu.jar"
)
LOG = "/desk/log/lantern-week"
CAMPAIGN = "/desk/campaigns/lantern-week"
OPEN = f"{CAMPAIGN}/daily"
PATHS = (
    *("/desk", "/desk/runs", "/desk/runs/1", "/inbox", "/none"),
    *("/desk/calendar", "/desk/calendar?view=list&week=2026-07-01"),
    *("/desk/golive", "/desk/golive?from=newest&newest=x"),
    *("/desk/campaigns", CAMPAIGN, f"{CAMPAIGN}?done=paused", f"{CAMPAIGN}/file"),
    *(f"{CAMPAIGN}/history", f"{CAMPAIGN}/history/1", f"{CAMPAIGN}/settings"),
    *(f"{CAMPAIGN}/settings/{page}" for page in ("name", "lists", "schedules/daily")),
    f"{CAMPAIGN}/settings/sources/blog/remove",
    *("/desk/start", "/desk/campaigns/new", f"{CAMPAIGN}/settings/end"),
    f"{CAMPAIGN}/sources/try",
    *("/desk/reports", "/desk/reports/lantern-week"),
    "/desk/reports/lantern-week?first=%3Cb%3E",
    *("/desk/editions", "/desk/editions/1", f"{OPEN}?check=yes", f"{OPEN}?show=text"),
    *("/sign-in", "/sign-in/code", "/sign-in/forgotten"),
    *(LOG, f"{LOG}?state=held", f"{LOG}/new/post", f"{LOG}/new/event"),
    *("/desk/posts/1", "/desk/posts/3", "/desk/posts/3?done=changed"),
    *("/desk/posts/3/edit", "/desk/posts/1/correction", "/desk/posts/3/withdraw"),
    *("/desk/help", "/account", "/account/password", "/account/second-step"),
    *("/post", "/post/returned", "/post/slips", "/api/v1/docs"),
    *("/desk/settings/users", "/desk/settings/users/1", "/desk/settings/audit"),
    *("/desk/settings/keys", "/desk/settings/webhooks", "/desk/settings/retention"),
    *("/desk/people/needs", "/desk/people/1/need"),
    *("/desk/imports", "/desk/imports/new", "/desk/imports/1"),
    *("/desk/lists", "/desk/lists/1", "/desk/lists/1?postcode=%22%3E"),
    *("/desk/people", "/desk/people?q=zzz", "/desk/people/new", "/desk/people/1"),
    "/desk/people/joining",
    "/desk/people/1?done=left&campaign=lantern-week",
    *(f"/desk/people/1/{form}" for form in ("edit", "move", "pause", "catch-up")),
    *(f"/desk/people/1/{form}" for form in ("leave", "suppress", "erase", "held")),
    *("/subscribe/lantern-week", "/subscribe/lantern-week?how=email"),
    *("/subscribe/lantern-week?how=letter", "/subscribe/lantern-week?how=other"),
    "/u/{leave}",
)
# What a policy of style-src and script-src 'self' would not let a browser do.
OF_ITS_OWN = re.compile(
    r"<style|<script(?! type=.module. src=./static/)|\sstyle=|\son\w+=|javascript:",
    re.IGNORECASE,
)


def a_hostile_post() -> Post:
    link = Link(LinkKind.SURVEY, "Tell & <b>us</b>", "https://example.org/s?a=1&b=2")
    picture = Picture("https://example.org/k.png")
    return a_post("three", title='"><script>x', picture=picture, links=(link,))


def pages_of_an_import(client: TestClient) -> dict[str, str]:
    """Bring a file in that means harm, and take it back; return each page."""
    pages = {}
    file = {"file": ("<b>.csv", b'name,"<i>",email\n"<u>",x,a@example.org\n,,<b>')}
    pages["columns"] = client.post("/desk/imports/new", files=file).text
    matched = {"column_0": "name", "column_1": "", "column_2": "email"}
    pages["no columns"] = client.post("/desk/imports/1/columns", data=matched).text
    matched |= {"list": "lantern", "permission": "not-asked"}
    pages["checked"] = client.post("/desk/imports/1/columns", data=matched).text
    pages["in"] = client.post("/desk/imports/1/run").text
    pages["undone"] = client.post("/desk/imports/1/undo").text
    return pages


@pytest.fixture
def pages(program: App) -> Iterator[dict[str, str]]:
    """Yield every page by its address, as whoever is signed in sees it."""
    posts_accepted(program.engine, [a_hostile_post()])
    a_stored_campaign(program.engine, JOINABLE)
    leave = program.links.unsubscribe_url(ReaderRef(1)).rpartition("/")[2]
    ours = {"Origin": SITE}
    with TestClient(make_app(program), base_url=SITE, headers=ours) as client:
        signed_in(client, program, Role.ADMIN)
        pages = {path: client.get(path.format(leave=leave)).text for path in PATHS}
        new = f"{LOG}/new/event"
        pages["faults"] = client.post(new, data={"title": "<", "text": "&lt;"}).text
        edited = {"text": FILE.replace("16:00", "<17:00>"), "mark": "x"}
        pages["faulty file"] = client.post(f"{CAMPAIGN}/file", data=edited).text
        edited = {"text": FILE.replace("16:00", "17:00"), "mark": "x"}
        pages["other file"] = client.post(f"{CAMPAIGN}/file", data=edited).text
        no_source = {"kind": "<", "address": '"><b>'}
        pages["tried"] = client.post(f"{CAMPAIGN}/sources/try", data=no_source).text
        pages |= dict(joining_pages(client, program))
        pages |= pages_of_an_import(client)
        pages["left"] = client.post(f"/u/{leave}").text
        yield pages


def joining_pages(client: TestClient, program: App) -> Iterator[tuple[str, str]]:
    """Yield the pages that answer who signs up."""
    address, typed = "/subscribe/lantern-week/email", {"name": '"><b>', "email": "<i>"}
    yield "joining fault", client.post(address, data=typed).text
    typed["email"] = "hedy@example.org"
    for number in range(11):
        name = "joining" if number < 10 else "joining slowly"
        yield name, client.post(address, data=typed).text
    confirm = program.links.confirmation_url(1).rpartition("/")[2]
    yield "confirm", client.get(f"/confirm/{confirm}").text
    yield "confirmed", client.post(f"/confirm/{confirm}").text
    own = program.links.choices_token(reader_ref(program.engine))
    yield "choices", client.get(f"/p/{own}").text
    yield "choices saved", client.post(f"/p/{own}", data={"format": "plain"}).text
    yield "choices fault", client.post(f"/p/{own}", data={"rest": "until"}).text
    posted = {"name": "<Jo>", "address_1": "1 A", "address_2": "B", "postcode": "x"}
    yield "posted", client.post("/subscribe/lantern-week/letter", data=posted).text
    yield "to check", client.get("/desk/people/joining").text


def test_every_page_is_valid_and_has_nothing_of_its_own_that_acts(
    pages: dict[str, str],
) -> None:
    faults = {path: list(faults_in(page)) for path, page in pages.items()}

    assert {path: names for path, names in faults.items() if names} == {}
    assert "There is something to put right" in pages["faults"]


def faults_in(page: str) -> Iterator[str]:
    """Yield what is wrong with a page's markup, in a word or two each."""
    parser = html5lib.HTMLParser()
    document = parser.parse(page)
    yield from (f"{kind} at {place}" for place, kind, _ in parser.errors)
    yield from OF_ITS_OWN.findall(page)
    ids = Counter(element.get("id") for element in document.iter())
    yield from (f"two of {name}" for name, count in ids.items() if name and count > 1)
    for element in document.iter():
        for name in ("aria-describedby", "aria-labelledby", "for"):
            yield from (
                f"{name} of nothing: {target}"
                for target in element.get(name, "").split()
                if target not in ids
            )


@pytest.mark.skipif(
    not (shutil.which("java") and VNU.exists()), reason="no Nu Html Checker: make vnu"
)
def test_the_nu_html_checker_finds_no_error(
    pages: dict[str, str], program: App, tmp_path: Path
) -> None:
    app = make_app(program)
    with TestClient(app, base_url=SITE, headers={"Origin": SITE}) as client:
        signed_in(client, program, Role.ADMIN)
        others = {
            address_of(path) for path, way, _ in staff_routes(app) if way == "GET"
        }
        others -= {*pages, "/desk/golive/domains"}
        pages |= {path: client.get(path).text for path in sorted(others)}
    # A file, a fragment, and an email, which is written for mail programs.
    whole = [each for each in pages.values() if 'class="govuk-template' in each[:400]]
    folder = tmp_path / "pages"
    folder.mkdir()
    for number, page in enumerate(whole):
        (folder / f"{number:03}.html").write_text(page)
    options = ("--errors-only", "--format", "gnu")
    words = ["java", "-jar", str(VNU), *options, str(folder)]
    checked = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603 - the checker

    assert len(whole) > 80
    assert checked.stderr == ""


def test_markup_that_is_wrong_would_be_named() -> None:
    page = '<!doctype html><title>A</title><p id="a"><p id="a"><label for="b"></p></p>'

    assert len(list(faults_in(page))) == 4
