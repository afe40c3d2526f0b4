"""The post room by the API: what a program says of letters, as a person would."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from digest.store.base.tables import audit, departure
from digest.web.app import make_app
from tests.api import a_key
from tests.builders import SITE
from tests.paper import DILWYN, Paper, paper, paper_pattern

__all__ = ["paper", "paper_pattern"]


@pytest.fixture
def client(paper: Paper) -> Iterator[TestClient]:
    """Yield a client whose key may do everything."""
    key = a_key(paper.program)
    with TestClient(make_app(paper.program), base_url=SITE, headers=key) as client:
        yield client


def test_a_batch_goes_its_way_and_back(client: TestClient, paper: Paper) -> None:
    address = f"/api/v1/print-batches/{paper.batches[DILWYN].id}"
    letters = client.get(f"{address}/letters.pdf")
    listed = client.get("/api/v1/print-batches", params={"limit": 2})

    assert letters.content.startswith(b"%PDF")
    assert client.get(f"{address}/packing-list").text.count("\n") == 3
    assert len(listed.json()) == 2
    assert 'rel="next"' in listed.headers["Link"]
    for step, state in (
        ("printed", "sealed"),
        ("posted", "posted"),
        ("not-posted", "sealed"),
        ("not-printed", "sealed"),
    ):
        answer = client.post(f"{address}/{step}")
        assert (answer.status_code, answer.json()["state"]) == (200, state), step
    assert client.get(address).json()["printed_at"] is None
    assert client.post(f"{address}/burnt").status_code == 422


def test_a_letter_made_again_under_one_key_is_one_letter(
    client: TestClient, paper: Paper
) -> None:
    address = f"/api/v1/print-batches/{paper.batches[DILWYN].id}/again"
    wanted = {"reference": paper.references["bo"]}
    first, second, other = (
        client.post(address, json=wanted, headers={"Idempotency-Key": key})
        for key in ("spoiled-1", "spoiled-1", "spoiled-2")
    )

    assert first.content == second.content
    assert first.headers["content-type"] == "application/pdf"
    replays = ["Idempotency-Replayed" in each.headers for each in (first, second)]
    assert replays == [False, True]
    assert other.status_code == 200
    with paper.program.reading() as connection:
        acts = [*connection.scalars(select(audit.c.act))]
    assert acts.count(f"made letter {wanted['reference']} again of") == 2
    # As for a first one, what holds now is asked: posted, none is made.
    client.post(address.replace("again", "posted"))
    late = client.post(address, json=wanted, headers={"Idempotency-Key": "spoiled-1"})
    assert late.status_code == 409


def test_a_slip_leads_to_who_sent_it_and_what_was_ticked_is_done(
    client: TestClient, paper: Paper
) -> None:
    reference = paper.references["bo"]
    address = f"/api/v1/slips/{reference}"
    sender = client.get(f"/api/v1/slips/.{reference}.").json()
    bigger = client.post(f"{address}/format", json={"format": "large-print"})
    wrong = client.post(f"{address}/format", json={"format": "large"})
    acts = [client.post(f"{address}/{act}") for act in ("stop", "stop", "stay", "stay")]

    assert (sender["reference"], sender["name"], sender["format"]) == (
        reference,
        "Bo",
        None,
    )
    assert bigger.json()["format"] == "large-print"
    assert (wrong.status_code, "large-print" in wrong.text) == (422, True)
    assert [each.json()["changed"] for each in acts] == [True, False, True, False]
    assert client.get("/api/v1/slips/7.7").status_code == 404
    with paper.program.reading() as connection:
        assert {*connection.scalars(select(departure.c.means))} == {"letter"}


def test_a_letter_is_made_again_and_one_that_came_back_is_written_down(
    client: TestClient, paper: Paper
) -> None:
    batch = paper.batches[DILWYN].id
    reference = paper.references["bo"]
    address = f"/api/v1/print-batches/{batch}"
    again = client.post(f"{address}/again", json={"reference": reference})
    wrong = client.post(f"{address}/again", json={"reference": "soon"})
    back = {"reference": reference, "reason": "gone-away"}
    written = client.post("/api/v1/returned-letters", json=back)
    undone = [
        client.post(f"/api/v1/returned-letters/{reference}/undo").json()
        for _ in range(2)
    ]

    assert again.headers["content-type"] == "application/pdf"
    assert wrong.status_code == 404
    assert written.json()["is_ended"] is True
    assert [each["changed"] for each in undone] == [True, False]
