"""Help: at the foot of every page of staff's, and it says whom to ask."""

import pytest
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.model.roles import Role
from digest.web.app import make_app
from tests.builders import SITE
from tests.staff import an_account, signed_in


@pytest.mark.parametrize(
    ("role", "page", "has_link", "lacks"),
    [
        (Role.VIEWER, "/desk", "/desk/runs", "/desk/people"),
        (Role.ORGANISER, "/post", "/post/slips", "/desk/runs"),
        (Role.ADMIN, "/no/such/page", "/desk/settings/users", "mailto:tester@"),
    ],
)
def test_help_leads_to_what_one_may_do_and_says_whom_to_ask(
    program: App, role: Role, page: str, has_link: str, lacks: str
) -> None:
    an_account(program, Role.ADMIN, "Sam")
    with TestClient(make_app(program), base_url=SITE) as client:
        signed_in(client, program, role)
        foot = client.get(page).text.rpartition("<footer")[2]
        page = client.get("/desk/help").text

    assert 'href="/desk/help">Help, and whom to ask</a>' in foot
    assert "Sam, <a" in page
    assert f'<a class="govuk-link" href="{has_link}">' in page
    assert lacks not in page
