"""People join on the web: by their own button, and no other way."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import html5lib
import pytest
from sqlalchemy import Engine, func, select

from digest.audience.adding import add
from digest.audience.erasing import erase
from digest.audience.joining import looking
from digest.audience.lists.list_file import RowRefused
from digest.audience.suppressing import suppress
from digest.audience.unsubscribing import leave_as_told
from digest.errors import DigestError, NotFound
from digest.model.delivery.delivery import Deferred, Refused
from digest.model.people.departure import LeavingMeans, LeavingRequest
from digest.store.base.engine import reading, writing
from digest.store.base.tables import joining_request, reader, subscriber
from digest.store.campaigns import campaigns
from digest.store.people.joining import consents, joining_requests
from digest.store.people.joining.joining_requests import JoiningOutcome
from digest.web.public.embedded_form import embedded_form
from tests.builders import SITE
from tests.joining import CONFIRM, WORDING, JoiningSite, a_joining_site, link_in
from tests.kept import removed
from tests.stored import FILE

HEDY = "hedy.brandt@example.org"
JOSEPHINE = {
    "name": "Josephine Mbeki",
    "address_1": "Flat 3, Sailmakers' House",
    "address_3": "TIDEWELL",
    "postcode": "ZZ99 1AE",
}


@pytest.fixture
def site(engine: Engine, tmp_path: Path) -> JoiningSite:
    return a_joining_site(engine, tmp_path)


def people(site: JoiningSite) -> int:
    with reading(site.engine) as connection:
        return connection.scalars(select(func.count()).select_from(subscriber)).one()


def joined(site: JoiningSite, email: str = HEDY, **typed: str) -> str:
    """Sign up and press the button; return the link of the mail."""
    site.asks(email, **typed)
    [mail] = site.mails()
    link = link_in(mail)
    assert site.client.post(link).status_code == 200
    return link


def test_the_button_in_the_mail_makes_a_reader_with_consent_on_record(
    site: JoiningSite,
) -> None:
    site.asks(HEDY, schedule="weekly")
    [mail] = site.mails()
    link = link_in(mail)
    page = site.client.get(link)
    assert people(site) == 0
    answer = site.client.post(link)

    assert "Hedy Brandt" in page.text
    assert "Weekly" in page.text
    assert "You are on the list" in answer.text
    assert "The next one goes on Thursday 9 July, 10am" in answer.text
    with reading(site.engine) as connection:
        [record] = consents.of_subscriber(connection, 1)
        [name] = connection.scalars(select(subscriber.c.name))
        [schedule] = connection.scalars(select(reader.c.schedule_id))
        rows = campaigns.schedules_of(connection, campaigns.listed(connection)[0])
    assert record.consent.wording == f"{WORDING} (by email)"
    assert record.consent.method.startswith("by the form on the web")
    assert len(record.wording_version) == 12
    assert name == "Hedy Brandt"
    assert [row.schedule.name for row in rows if row.id == schedule] == ["weekly"]


def test_pressing_again_says_the_same_and_adds_nothing(site: JoiningSite) -> None:
    link = joined(site)
    again = site.client.post(link)
    looked = site.client.get(link)

    assert "You are on the list" in again.text
    assert "You are on the list" in looked.text
    assert people(site) == 1
    with reading(site.engine) as connection:
        assert len(consents.of_subscriber(connection, 1)) == 1


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_looking_at_a_link_changes_nothing_and_uses_nothing_up(
    site: JoiningSite, method: str
) -> None:
    site.asks(HEDY)
    [mail] = site.mails()
    link = link_in(mail)
    for _ in range(50):
        site.client.request(method, link, headers={"Purpose": "prefetch"})

    assert people(site) == 0
    assert "You are on the list" in site.client.post(link).text


def test_a_link_is_good_for_a_week_and_then_all_that_was_typed_is_gone(
    site: JoiningSite,
) -> None:
    site.asks(HEDY)
    [mail] = site.mails()
    site.later(days=7, minutes=1)
    site.mails()

    answer = site.client.post(link_in(mail))
    assert answer.status_code == 404
    assert "You can sign up again" in answer.text
    assert removed(site.digest, "sign-ups") == 1
    with reading(site.engine) as connection:
        [content] = connection.scalars(select(joining_request.c.content))
    assert content == {}


def a_reader_already(site: JoiningSite) -> None:
    joined(site)


def suppressed(site: JoiningSite) -> None:
    joined(site)
    with writing(site.engine) as connection:
        hasher = site.digest.hasher
        suppress(connection, hasher, HEDY, "asked us to stop", site.now)


def erased(site: JoiningSite) -> None:
    joined(site)
    erase(site.engine, site.digest.hasher, HEDY, site.now)


def unconfirmed(site: JoiningSite) -> None:
    site.asks(HEDY)
    site.mails()


WHO: dict[str, Callable[[JoiningSite], None]] = {
    "known": a_reader_already,
    "suppressed": suppressed,
    "erased": erased,
    "unconfirmed": unconfirmed,
}


@pytest.mark.parametrize("who", sorted(WHO))
def test_the_answer_is_the_same_whoever_it_is_about(
    site: JoiningSite, who: str
) -> None:
    unknown = site.asks(HEDY)
    site.later(days=8)
    site.mails()
    WHO[who](site)
    site.later(days=2)

    assert site.asks(HEDY) == unknown


def test_who_gets_it_already_is_told_so_by_mail_alone(site: JoiningSite) -> None:
    joined(site)
    site.later(days=2)
    site.asks(HEDY)
    [mail] = site.mails()

    assert mail["Subject"] == "You get Lantern Week already"
    assert link_in(mail).startswith("/p/")


@pytest.mark.parametrize("who", ["erased", "suppressed"])
def test_who_asked_never_to_be_written_to_is_not(site: JoiningSite, who: str) -> None:
    WHO[who](site)
    site.later(days=2)
    site.asks(HEDY)

    assert site.mails() == []
    with reading(site.engine) as connection:
        outcomes = connection.scalars(
            select(joining_request.c.outcome).order_by(joining_request.c.id)
        ).all()
    assert outcomes[-1] == JoiningOutcome.SUPPRESSED


def test_who_had_left_comes_back_by_their_own_button(site: JoiningSite) -> None:
    joined(site)
    with writing(site.engine) as connection:
        request = LeavingRequest(LeavingMeans.PHONE)
        leave_as_told(connection, HEDY, "lantern-week", request, site.now)
    site.later(days=2)
    link = joined(site)

    assert "You are on the list" in site.client.get(link).text
    assert people(site) == 1


def test_an_address_gets_one_mail_a_day_over_all_campaigns(site: JoiningSite) -> None:
    for _ in range(5):
        site.asks(HEDY)
    first = site.mails()
    site.asks(HEDY.upper())
    same_day = site.mails()
    site.later(hours=24, minutes=1)
    site.asks(HEDY)

    assert (len(first), len(same_day), len(site.mails())) == (1, 0, 1)


def test_nothing_that_a_visitor_typed_is_in_the_mail(site: JoiningSite) -> None:
    site.asks(HEDY, name="Buy pills at http://spam.example", notes="pills")
    [mail] = site.mails()

    source = mail.as_bytes()
    assert b"pills" not in source
    assert b"spam" not in source
    assert mail["To"] == HEDY


def test_a_program_that_fills_in_every_field_is_thanked_and_forgotten(
    site: JoiningSite,
) -> None:
    answer = site.asks(HEDY, website="https://spam.example")

    assert "look in your email" in answer
    assert site.mails() == []


def test_what_a_mail_server_puts_off_is_tried_again(site: JoiningSite) -> None:
    site.carrier.answers[HEDY] = Deferred("451 later")
    site.asks(HEDY)
    site.mails()
    del site.carrier.answers[HEDY]
    site.later(minutes=11)

    assert [mail["To"] for mail in site.mails()] == [HEDY]


def test_what_a_mail_server_refuses_is_not_tried_again(site: JoiningSite) -> None:
    site.carrier.answers[HEDY] = Refused("550 no such person")
    site.asks(HEDY)
    site.mails()
    site.later(hours=2)

    assert site.mails() == []


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": "", "email": HEDY}, "Write your name"),
        ({"name": "Hedy", "email": "hedy"}, "Write an email address"),
        ({"name": "Hedy", "email": ""}, "Write an email address"),
        ({"name": "H\x00dy", "email": HEDY}, "Write your name"),
    ],
)
def test_what_is_wrong_is_told_by_its_field_and_what_was_typed_is_kept(
    site: JoiningSite, typed: dict[str, str], words: str
) -> None:
    answer = site.client.post(CONFIRM, data=typed)

    assert answer.status_code == 422
    assert words in answer.text
    assert "<title>Error: " in answer.text
    assert site.mails() == []


def test_a_campaign_that_does_not_say_so_cannot_be_joined(
    engine: Engine, tmp_path: Path
) -> None:
    site = a_joining_site(engine, tmp_path, FILE)

    assert site.client.get("/subscribe").status_code == 404
    assert site.client.get("/subscribe/lantern-week").status_code == 404
    assert site.client.post(CONFIRM, data={"email": HEDY}).status_code == 404


def test_one_who_signs_up_for_paper_waits_for_staff(site: JoiningSite) -> None:
    answer = site.client.post("/subscribe/lantern-week/large-print", data=JOSEPHINE)

    assert "Thank you, that is all" in answer.text
    assert site.mails() == []
    with reading(site.engine) as connection:
        [waiting] = joining_requests.for_staff(connection, 10)
    assert waiting.content["format"] == "large-print"
    assert waiting.wording == f"{WORDING} (by post)"
    assert people(site) == 0


def test_only_what_the_way_needs_is_kept(site: JoiningSite) -> None:
    site.asks(HEDY, phone="01632 960 155", address_1="1 Street", organiser="x")
    with reading(site.engine) as connection:
        [content] = connection.scalars(select(joining_request.c.content))

    assert set(content) == {"name", "email"}


def test_from_one_place_a_wait_is_asked_after_ten(
    site: JoiningSite,
) -> None:
    pages = [site.asks(f"reader{number}@example.org") for number in range(12)]
    assert "One moment" not in pages[9]
    assert "One moment" in pages[10]

    form = dict(
        zip(
            ("name", "email", "question"),
            ("Ann", "reader11@example.org", _field(pages[11], "question")),
            strict=True,
        )
    )
    early = site.client.post(CONFIRM, data=form)
    form["question"] = _field(early.text, "question")
    site.later(minutes=1, seconds=1)
    again = site.client.post(CONFIRM, data={**form, "name": "Ann"})
    assert "look in your email" in again.text


def _field(page: str, name: str) -> str:
    return page.partition(f'name="{name}" value="')[2].partition('"')[0]


def test_numbers_of_requests_are_never_used_again(site: JoiningSite) -> None:
    site.asks(HEDY)
    [mail] = site.mails()
    site.later(days=60)
    site.mails()
    site.later(days=60)
    site.mails()
    site.asks("other@example.org")
    site.mails()

    assert site.client.post(link_in(mail)).status_code == 404
    assert people(site) == 0


def signed_up_for_paper(site: JoiningSite) -> int:
    """Sign up for a letter; return the number of the request."""
    site.client.post("/subscribe/lantern-week/letter", data=JOSEPHINE)
    with reading(site.engine) as connection:
        return joining_requests.for_staff(connection, 10)[-1].id


def test_staff_take_in_who_signed_up_for_paper(site: JoiningSite) -> None:
    number = signed_up_for_paper(site)
    with writing(site.engine) as connection:
        person = looking.accept(connection, site.digest.hasher, number, site.now)

    with reading(site.engine) as connection:
        [record] = consents.of_subscriber(connection, person)
        [reader_format] = connection.scalars(select(reader.c.format))
        assert joining_requests.for_staff(connection, 10) == []
    assert reader_format == "letter"
    assert record.consent.wording == f"{WORDING} (by post)"
    with writing(site.engine) as connection, pytest.raises(NotFound):
        looking.accept(connection, site.digest.hasher, number, site.now)


def test_who_may_be_held_already_is_asked_about(site: JoiningSite) -> None:
    number, hasher = signed_up_for_paper(site), site.digest.hasher
    with writing(site.engine) as connection:
        first = looking.accept(connection, hasher, number, site.now)
    number = signed_up_for_paper(site)
    with writing(site.engine) as connection, pytest.raises(RowRefused) as refused:
        looking.accept(connection, hasher, number, site.now)
    assert refused.value.like == (first,)
    with writing(site.engine) as connection:
        again = looking.accept(connection, hasher, number, site.now, same_as=first)

    assert (again, people(site)) == (first, 1)


def test_who_is_turned_down_leaves_nothing_behind(site: JoiningSite) -> None:
    number = signed_up_for_paper(site)
    with writing(site.engine) as connection:
        looking.decline(connection, number, site.now)

    with reading(site.engine) as connection:
        row = joining_requests.get(connection, number)
    assert row is not None
    assert (row.content, row.outcome) == ({}, JoiningOutcome.DECLINED)
    assert people(site) == 0


def test_a_request_by_email_is_for_nobody_but_its_reader(site: JoiningSite) -> None:
    site.asks(HEDY)
    with writing(site.engine) as connection, pytest.raises(NotFound):
        looking.accept(connection, site.digest.hasher, 1, site.now)


def test_what_staff_write_down_is_a_record_with_its_evidence(site: JoiningSite) -> None:
    cells = {
        "name": "Ann",
        "email": "ann@example.org",
        "consent_basis": "consent",
        "consent_method": "by phone",
        "consent_at": "2 July 2026",
        "consent_wording": "Please send me the news",
        "consent_evidence": "a call with Wilf",
    }
    with writing(site.engine) as connection:
        number = add(connection, site.digest.hasher, "lantern", cells, site.now)
        nobody = cells | {"name": "Bo", "email": "bo@example.org"}
        nobody["consent_basis"] = "did not ask"
        other = add(connection, site.digest.hasher, "lantern", nobody, site.now)

    with reading(site.engine) as connection:
        [record] = consents.of_subscriber(connection, number)
        [unasked] = consents.of_subscriber(connection, other)
    assert record.consent.evidence == "a call with Wilf"
    assert record.actor == "the program"
    assert unasked.consent.basis == "did not ask"


def test_erasing_leaves_no_word_of_a_consent_and_no_request(site: JoiningSite) -> None:
    joined(site)
    site.later(days=2)
    site.asks(HEDY, name="Hedy Again")
    erase(site.engine, site.digest.hasher, HEDY, site.now)

    with reading(site.engine) as connection:
        [record] = consents.of_subscriber(connection, 1)
        contents = connection.scalars(select(joining_request.c.content)).all()
    assert record.consent.wording == ""
    assert contents == [{}, {}]


def test_the_form_for_a_site_of_ones_own_signs_up(site: JoiningSite) -> None:
    with reading(site.engine) as connection:
        campaign = campaigns.by_name(connection, "lantern-week").campaign
    form = embedded_form(campaign, SITE)
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parseFragment(form)
    fields = {each.get("name") for each in tree.iter("input")}
    action = tree.find(".//form").get("action").removeprefix(SITE)
    typed = {"name": "Hedy", "email": HEDY, "website": ""}
    answer = site.client.post(
        action, data=typed, headers={"Origin": "https://town.example"}
    )

    assert parser.errors == []
    assert fields == set(typed)
    assert "look in your email" in answer.text
    assert [mail["To"] for mail in site.mails()] == [HEDY]


def test_there_is_no_form_for_a_campaign_that_cannot_be_joined(
    site: JoiningSite,
) -> None:
    with reading(site.engine) as connection:
        campaign = campaigns.by_name(connection, "lantern-week").campaign
    with pytest.raises(DigestError, match="joining"):
        embedded_form(replace(campaign, joining=None), SITE)
