"""The query budget: a page of staff's asks the database ten times at most.

Drawn from the route table, with little and with much of everything: a page whose
queries grow with its rows is slow for whoever has the most to look after.
"""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.model.roles import Role
from digest.web.app import make_app
from tests.builders import SITE
from tests.crowd import crowded
from tests.integration.test_doors import address_of
from tests.queries import counting
from tests.staff import signed_in, staff_routes

MOST = 10
# Pages that ask more often, and how often; each is taken out once it is mended. What
# looks at everything there is (Today, a campaign) asks for each thing once, however
# many there are.
OVER_BUDGET = {
    # Of the mailbox and of replies that wait: a question each, beside the others.
    "/desk": 42,
    "/desk/campaigns/{name}": 20,
    "/desk/campaigns/{name}/{schedule}": 12,
    "/desk/campaigns/{name}/{schedule}/{preview}": 11,
    "/desk/campaigns/{name}/{schedule}/{preview}/pages/{number}": 11,
    "/desk/editions/{edition_id}": 11,
    "/desk/editions/{edition_id}/approve": 22,
    "/desk/editions/{edition_id}/recall": 24,
    "/desk/editions/{edition_id}/stop": 13,
    "/desk/editions/{edition_id}/{preview}": 12,
    "/desk/editions/{edition_id}/{preview}/pages/{number}": 12,
    "/desk/people/doubles/{person_id}/{other_id}": 17,
    "/desk/people/{person_id}/edit": 12,
    "/desk/people/{person_id}/held": 17,
    "/desk/people/{person_id}/held.json": 12,
    "/desk/people/{person_id}/move": 12,
    "/desk/runs": 13,
    "/desk/runs/{edition_id}": 17,
    "/desk/runs/{edition_id}/progress": 13,
}
# What the first live edition of each schedule would hold is reckoned for each.
GROWS = {"/desk/golive", "/desk/golive/confirm"}


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
            with counting(program.engine) as statements:
                answer = client.get(address_of(path))
            assert answer.status_code != 500, path
            queries[path] = sum(
                statement.lstrip().startswith(("SELECT", "WITH"))
                for statement in statements
            )
    return queries


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
        if count > OVER_BUDGET.get(path, MOST) and path not in GROWS
    }

    assert over == {}
    assert {*OVER_BUDGET, *GROWS} <= {*many}, "an exception for a page that is gone"
