"""Whatever a program sends through any field of the API, nothing of it runs."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.model.roles import Role
from digest.web import limits
from digest.web.app import make_app
from tests.api import a_key, address_of, api_of
from tests.builders import SITE
from tests.hostile import EVIL, LISTED, faults
from tests.staff import signed_in

ALL = "\n\n".join(LISTED)
PATHS = (
    *(
        "/desk",
        "/desk/log/lantern-week",
        "/desk/people",
        "/desk/lists",
        "/desk/editions",
    ),
    *("/desk/campaigns/lantern-week", "/desk/campaigns/lantern-week/daily"),
    *("/desk/people/1", "/desk/people/3", "/desk/settings/audit", "/desk/posts/3"),
)


@pytest.fixture
def client(program: App, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """Yield a client whose key may do everything, as often as it likes."""
    monkeypatch.setattr(limits, "API_CALLS", 1_000_000)
    key = a_key(program)
    with TestClient(make_app(program), base_url=SITE, headers=key) as test_client:
        yield test_client


def bodies(schema: dict[str, Any], words: str) -> Iterator[tuple[str, str, Any]]:
    """Yield each request that has a body, with those words in every field of text."""
    models = schema["components"]["schemas"]
    for path, methods in schema["paths"].items():
        for method, call in methods.items():
            content = call.get("requestBody", {}).get("content", {})
            if reference := content.get("application/json", {}).get("schema"):
                # One that may be left out is given as "this, or null".
                [model, *_] = reference.get("anyOf", [reference])
                fields = models[model["$ref"].rpartition("/")[2]]["properties"]
                body = {
                    name: words[: field.get("maxLength", len(words))]
                    for name, field in fields.items()
                    if field.get("type") == "string" and "enum" not in field
                }
                yield method.upper(), address_of(path), body


def test_no_field_of_the_api_runs_anything(client: TestClient, program: App) -> None:
    words = "{{ 7 * 7 }} " + ALL
    schema = api_of(make_app(program)).openapi()
    for method, address, body in bodies(schema, words):
        answer = client.request(method, address, json=body, headers={"If-Match": "*"})
        assert answer.status_code < 500, (address, answer.text)
        assert "html" not in answer.headers["content-type"], address
    person = {"name": words[:150], "notes": words[:4_000], "organiser": words[:60]}
    changed = client.patch("/api/v1/people/1", json=person, headers={"If-Match": "*"})
    assert changed.status_code in (200, 422)
    preview = client.get(
        "/api/v1/campaigns/lantern-week/schedules/daily/open/previews/html"
    )
    assert preview.status_code == 200
    assert faults(preview.text) == []
    signed_in(client, program, Role.ADMIN)
    for path in PATHS:
        page = client.get(path)
        assert page.status_code in (200, 404), path
        assert f"<script>{EVIL}" not in page.text, path
