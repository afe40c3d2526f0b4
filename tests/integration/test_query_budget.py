"""The query budget: a page of staff's asks the database ten times at most.

Drawn from the route table, with little and with much of everything: a page whose
queries grow with its rows is slow for whoever has the most to look after.
"""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.model.editions.edition import EditionState
from digest.model.roles import Role
from digest.schedule.editions.publishing import publish
from digest.web.app import make_app
from tests.builders import EIGHT, SITE, a_post
from tests.crowd import DAY, crowded
from tests.integration.test_doors import address_of
from tests.queries import counting
from tests.staff import signed_in, staff_routes
from tests.stored import FILE, a_stored_campaign, posts_accepted

MOST = 10
# Pages of an edition that waits; it is checked for whoever approves it, as it now is.
WAITING = ("", "/approve", "/recall")
# The open edition of a schedule, also checked anew.
OPEN = "/desk/campaigns/lantern-week/daily"
CHECKED = f"{OPEN}?check=yes"
# Seen as a reader by their number, by a beginning of several names, by a name that
# nobody has, and in words alone.
SEEN_AS = ("?as=1", "?as=rea", "?as=No+Body", "?as=1&show=text")


@pytest.fixture
def client(program: App) -> Iterator[TestClient]:
    """Yield a client that an admin is signed in on."""
    with TestClient(make_app(program), base_url=SITE) as client:
        signed_in(client, program, Role.ADMIN)
        yield client


def queries_of_pages(client: TestClient, program: App) -> dict[str, int]:
    """Return how many queries each page of the route table comes to."""
    queries = {}
    for path, method, _ in staff_routes(make_app(program)):
        if method == "GET":
            queries[path] = queries_of(client, program, address_of(path))
    return queries


def queries_of(client: TestClient, program: App, address: str) -> int:
    """Return how many queries the page of that address comes to."""
    with counting(program.engine) as statements:
        answer = client.get(address, follow_redirects=False)
    assert answer.status_code != 500, address
    return sum(
        statement.lstrip().startswith(("SELECT", "WITH", "(SELECT"))
        for statement in statements
    )


def an_edition_that_waits(program: App) -> str:
    """Have an edition wait for somebody's word; return where its page is."""
    a_stored_campaign(
        program.engine, FILE.replace("lists =", 'approval = "one"\nlists =')
    )
    now = EIGHT + 30 * DAY
    posts_accepted(program.engine, [a_post("waits")], now)
    edition = publish(program.engine, "lantern-week", "daily", now)
    assert edition.state is EditionState.FROZEN
    return f"/desk/editions/{edition.id}"


def test_no_page_asks_more_than_its_budget_however_much_there_is(
    client: TestClient, program: App
) -> None:
    few = queries_of_pages(client, program)
    crowded(program)
    many = queries_of_pages(client, program)
    over = {
        path: count
        for queries in (few, many)
        for path, count in queries.items()
        if count > MOST
    }

    assert over == {}
    page = an_edition_that_waits(program)
    pages = [CHECKED, *(page + question for question in WAITING)]
    sent = "/desk/editions/1"
    pages += [each + question for each in (OPEN, page, sent) for question in SEEN_AS]
    counts = {each: queries_of(client, program, each) for each in pages}
    assert {each: count for each, count in counts.items() if count > MOST} == {}
