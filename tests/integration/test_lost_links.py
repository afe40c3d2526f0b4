"""Who has lost the link to their own page gets it again, and nobody learns of it."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from digest.audience.suppressing import suppress
from digest.store.base.engine import writing
from tests.joining import JoiningSite, a_joining_site, link_in

HEDY = "hedy.brandt@example.org"
LOST = "/p/lost/lantern-week"


@pytest.fixture
def site(engine: Engine, tmp_path: Path) -> JoiningSite:
    site = a_joining_site(engine, tmp_path)
    site.asks(HEDY)
    [mail] = site.mails()
    site.client.post(link_in(mail))
    site.later(days=2)
    return site


def test_a_lost_link_is_sent_again_once_a_day(site: JoiningSite) -> None:
    for _ in range(3):
        answer = site.client.post(LOST, data={"email": HEDY})
    [mail] = site.mails()

    assert "Look in your email" in answer.text
    assert mail["Subject"] == "Your page for Lantern Week"
    assert "Change what we send you" in site.client.get(link_in(mail)).text
    assert site.mails() == []


def test_the_answer_is_the_same_for_who_is_not_known(site: JoiningSite) -> None:
    reader = site.client.post(LOST, data={"email": HEDY})
    unknown = site.client.post(LOST, data={"email": "nobody@example.org"})

    assert unknown.text == reader.text
    assert [mail["To"] for mail in site.mails()] == [HEDY]


def test_who_asked_never_to_be_written_to_is_not(site: JoiningSite) -> None:
    with writing(site.engine) as connection:
        suppress(connection, site.digest.hasher, HEDY, "asked us to stop", site.now)
    site.client.post(LOST, data={"email": HEDY})

    assert site.mails() == []


def test_a_lost_link_confirms_no_sign_up_and_replaces_none(site: JoiningSite) -> None:
    site.asks("other@example.org")
    site.client.post(LOST, data={"email": "other@example.org"})
    [mail] = site.mails()

    assert mail["Subject"] == "Please confirm: Lantern Week"
    assert "You are on the list" in site.client.post(link_in(mail)).text
    for number in (1, 2, 3):
        link = site.digest.links.confirmation_url(number)
        path = link[link.index("/confirm") :]
        assert site.client.post(path).status_code in {200, 404}


def test_what_is_no_address_is_asked_for_again(site: JoiningSite) -> None:
    answer = site.client.post(LOST, data={"email": "hedy"})

    assert answer.status_code == 422
    assert "Write an email address" in answer.text
    assert site.client.get("/p/lost/none").status_code == 404
