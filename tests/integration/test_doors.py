"""The doors of staff's pages: every page, for every role and for nobody."""

import re
from collections.abc import Iterator
from dataclasses import replace

import dns.resolver
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.model.roles import RIGHTS, Right, Role
from digest.web.app import make_app
from digest.web.doors.rights import right_of
from digest.web.parts.routing import LazyRoute
from tests.api import api_of
from tests.builders import SITE
from tests.staff import signed_in, staff_routes

OURS = {"Origin": SITE}

# Who may do what, as the organisation's rules say it and not as our table does.
MAY = {
    Right.OWN_ACCOUNT: {"viewer", "editor", "approver", "organiser", "admin"},
    Right.LOOK: {"viewer", "editor", "approver", "admin"},
    Right.PEOPLE: {"editor", "approver", "admin"},
    Right.EDIT: {"editor", "approver", "admin"},
    Right.APPROVE: {"approver", "admin"},
    Right.POST_ROOM: {"editor", "approver", "organiser", "admin"},
    Right.ADMINISTER: {"admin"},
}


def test_the_table_of_roles_is_the_organisations() -> None:
    assert set(MAY) == set(Right)
    for right, roles in MAY.items():
        assert {role.value for role in Role if right in RIGHTS[role]} == roles


def test_every_route_can_be_analysed(program: App) -> None:
    """Nothing is, before it is asked for: else its first visitor were to find out."""
    app = make_app(program)
    routes = [
        route
        for routed in (app, api_of(app))
        for route in routed.routes
        if isinstance(route, LazyRoute)
    ]

    assert len(routes) > 200
    assert all(route.dependant.path == route.path_format for route in routes)


def address_of(path: str) -> str:
    """Return an address of that route."""
    for name, value in (
        ("{item_id}", "1"),
        ("{edition_id}", "1"),
        ("{person_id}", "1"),
        ("{other_id}", "2"),
        ("{list_id}", "1"),
        ("{import_id}", "1"),
        ("{account_id}", "1"),
        ("{batch_id}", "1"),
        ("{device_id}", "1"),
        ("{passkey_id}", "1"),
        ("{number}", "1"),
        ("{name}", "lantern-week"),
        ("{table}", "copies"),
        ("{schedule}", "daily"),
        ("{state}", "refused"),
        ("{reader_id}", "1"),
        ("{preview}", "html"),
        ("{act}", "hold"),
        ("{complaint_id}", "1"),
        ("{lost}", "email"),
        ("{kind}", "post"),
        ("{key}", "x"),
        ("{reference}", "1.1"),
        ("{endpoint_id}", "1"),
        ("{section}", "name"),
        ("{kinds}", "schedules"),
        ("{part}", "weekly"),
    ):
        path = path.replace(name, value)
    assert "{" not in path, f"say above what stands in {path}"
    return path


@pytest.fixture
def client(program: App, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """Yield a client of a program that has an admin besides, and no name server."""
    nobody = dns.resolver.Resolver(configure=False)
    monkeypatch.setattr(dns.resolver, "default_resolver", nobody)
    with TestClient(make_app(program), base_url=SITE, headers=OURS) as client:
        signed_in(client, program, Role.ADMIN)
        client.cookies.clear()
        yield client


def test_every_page_of_staff_says_who_may_see_it(program: App) -> None:
    app: FastAPI = make_app(program)
    routes = staff_routes(app)

    assert len(routes) > 20
    assert [path for path, _, endpoint in routes if right_of(endpoint) is None] == []


def test_every_page_is_closed_to_who_is_not_signed_in(
    client: TestClient, program: App
) -> None:
    for path, method, _ in staff_routes(make_app(program)):
        answer = client.request(method, address_of(path), follow_redirects=False)
        if method == "GET":
            assert answer.headers["location"].startswith("/sign-in?then=/"), path
        else:
            assert answer.status_code == 401, path


@pytest.mark.parametrize("role", sorted(Role))
def test_every_page_is_open_to_who_has_its_right_and_to_no_other(
    client: TestClient, program: App, role: Role
) -> None:
    signed_in(client, program, role, "Somebody")
    for path, method, endpoint in staff_routes(make_app(program)):
        right = right_of(endpoint)
        assert right is not None
        answer = client.request(method, address_of(path), follow_redirects=False)
        is_refused = answer.status_code == 403
        assert is_refused is (role.value not in MAY[right]), (path, answer.status_code)
        if is_refused:
            assert "Tester can change that" in answer.text
            assert 'href="/"' in answer.text
        assert answer.status_code != 500, path
        if answer.headers.get("location", "").startswith("/sign-in"):
            raise AssertionError(path)
        if method != "GET":
            # What signs out has done so.
            signed_in(client, program, role, "Somebody")


@pytest.mark.parametrize("address", ["/none", "/desk/none"])
@pytest.mark.parametrize(
    ("role", "home"), [(Role.VIEWER, "/desk"), (Role.ORGANISER, "/post")]
)
def test_a_page_that_is_not_there_leaves_staff_their_menu_and_a_way_back(
    client: TestClient, program: App, role: Role, home: str, address: str
) -> None:
    signed_out = client.get(address, follow_redirects=False)
    signed_in(client, program, role, "Somebody")
    answer = client.get(address)

    assert (signed_out.status_code, "Menu" in signed_out.text) == (404, False)
    assert answer.status_code == 404
    assert 'aria-label="Menu"' in answer.text
    assert re.search(f'<a [^>]*href="{home}"[^>]*>Go to ', answer.text)


def test_in_live_mode_nobody_comes_in_without_a_second_step(
    client: TestClient, program: App
) -> None:
    signed_in(client, program, Role.EDITOR, "Somebody")
    live = replace(
        program,
        settings=program.settings.model_copy(
            update={"live": True, "smtp_url": SecretStr("smtps://mail.example.org")}
        ),
    )
    with TestClient(
        make_app(live),
        base_url=SITE,
        headers=OURS,
        cookies=client.cookies,
        client=("127.0.0.1", 5000),
    ) as at_live:
        answer = at_live.get("/desk", follow_redirects=False)
        account = at_live.get("/account")

    assert answer.headers["location"] == "/account/second-step?then=/desk"
    assert "Strict-Transport-Security" not in answer.headers
    assert account.status_code == 200


def test_while_nobody_has_an_account_anybody_here_may_look_and_change_nothing(
    program: App,
) -> None:
    with TestClient(make_app(program), base_url=SITE, headers=OURS) as client:
        for path, method, endpoint in staff_routes(make_app(program)):
            answer = client.request(method, address_of(path), follow_redirects=False)
            may_look = method == "GET" and right_of(endpoint) in {
                Right.LOOK,
                Right.PEOPLE,
            }
            is_stopped = answer.status_code == 401 or answer.headers.get(
                "location", ""
            ).startswith("/sign-in")
            assert is_stopped is not may_look, (path, method)
