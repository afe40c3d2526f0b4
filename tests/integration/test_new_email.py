"""A reader's new email address counts once both ends have said so, and never before."""

from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from digest.audience.erasing import erase
from digest.audience.suppressing import suppress
from digest.store.base.engine import reading, writing
from digest.store.base.tables import joining_request, subscriber
from tests.joining import JoiningSite, a_joining_site, link_in
from tests.stored import reader_ref

OLD, NEW = "hedy.brandt@example.org", "hedy@example.com"


@pytest.fixture
def site(engine: Engine, tmp_path: Path) -> JoiningSite:
    site = a_joining_site(engine, tmp_path)
    site.asks(OLD)
    [mail] = site.mails()
    site.client.post(link_in(mail))
    site.later(days=2)
    return site


def own(site: JoiningSite) -> str:
    return f"/p/{site.digest.links.choices_token(reader_ref(site.engine))}"


def asks(site: JoiningSite, email: str = NEW) -> str:
    return site.client.post(f"{own(site)}/email", data={"email": email}).text


def both_mails(site: JoiningSite) -> tuple[EmailMessage, EmailMessage]:
    """Return the mail to the old address and the one to the new."""
    mails = {mail["To"]: mail for mail in site.mails()}
    assert set(mails) == {OLD, NEW}
    return mails[OLD], mails[NEW]


def address(site: JoiningSite) -> str | None:
    with reading(site.engine) as connection:
        return connection.scalar(select(subscriber.c.email))


def test_an_address_changes_once_the_button_at_both_ends_is_pressed(
    site: JoiningSite,
) -> None:
    assert "Look in your email" in asks(site)
    old, new = both_mails(site)
    for mail in (old, new):
        assert NEW not in mail.as_string().replace(str(mail["To"]), "")
        # A scanner opens what it likes: nothing is pressed by that.
        for _ in range(3):
            assert site.client.get(link_in(mail)).status_code == 200
    first = site.client.post(link_in(new)).text
    again = site.client.post(link_in(new)).text
    before = address(site)
    last = site.client.post(link_in(old)).text

    assert "Now the other one" in first
    assert again == first
    assert before == OLD
    assert "Your address has changed" in last
    assert address(site) == NEW
    assert "Your address has changed" in site.client.get(link_in(new)).text
    assert site.client.get(own(site)).status_code == 200


def test_one_end_alone_changes_nothing_and_neither_does_another_new_address(
    site: JoiningSite,
) -> None:
    asks(site)
    old, _ = both_mails(site)
    site.client.post(link_in(old))
    # Whoever has the link asks for their own address behind the old one's yes.
    asks(site, "mallory@example.com")
    [theirs] = site.mails()
    answer = site.client.post(link_in(theirs))

    assert theirs["To"] == "mallory@example.com"
    assert "Now the other one" in answer.text
    assert address(site) == OLD
    site.later(days=8)
    site.mails()
    assert site.client.post(link_in(old)).status_code == 404
    assert address(site) == OLD


def test_the_answer_is_the_same_whose_ever_the_address_is_and_no_more_mail_goes(
    site: JoiningSite,
) -> None:
    with writing(site.engine) as connection:
        suppress(connection, site.digest.hasher, NEW, "asked us to stop", site.now)
    suppressed, unknown = asks(site), asks(site, "other@example.com")
    fault = asks(site, "nonsense")

    assert suppressed == unknown
    assert "Write an email address" in fault
    assert [mail["To"] for mail in site.mails()] == [OLD, "other@example.com"]
    asks(site, "other@example.com")
    assert site.mails() == []  # one a day to an address


def test_a_link_of_a_change_confirms_no_sign_up_and_dies_with_its_reader(
    site: JoiningSite,
) -> None:
    asks(site)
    old, new = both_mails(site)
    token = link_in(new).rpartition("/")[2]

    assert site.client.post(f"/confirm/{token}").status_code == 404
    erase(site.engine, site.digest.hasher, OLD, site.now)
    with reading(site.engine) as connection:
        contents = connection.scalars(select(joining_request.c.content)).all()
    assert all(NEW not in str(content) for content in contents)
    assert site.client.post(link_in(new)).status_code == 404
    assert site.client.post(link_in(old)).status_code == 404
