"""A reader's own page: what they have and choose, and nothing of anybody else."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from digest.audience.erasing import erase
from digest.store.base.engine import reading, writing
from digest.store.base.tables import reader
from digest.store.people import needs
from digest.store.people.joining import consents
from digest.store.people.reader_choices import ReaderChoices, of_reader
from digest.store.staff import audit
from tests.builders import a_post
from tests.joining import JOINABLE, JoiningSite, a_joining_site, link_in
from tests.stored import posts_accepted, reader_ref

TOPICS = JOINABLE.replace(
    'url = "https://example.org/feed"',
    'url = "https://example.org/feed"\ntopics = ["stories", "events"]',
)
HEDY = "hedy.brandt@example.org"
DOOR = {"address_1": "2 Ropewalk", "address_2": "TIDEWELL", "postcode": "ZZ99 1AB"}


@pytest.fixture
def site(engine: Engine, tmp_path: Path) -> JoiningSite:
    site = a_joining_site(engine, tmp_path, TOPICS)
    site.asks(HEDY)
    [mail] = site.mails()
    site.client.post(link_in(mail))
    return site


def page_of(site: JoiningSite) -> str:
    return f"/p/{site.digest.links.choices_token(reader_ref(site.engine))}"


def chosen(site: JoiningSite) -> ReaderChoices:
    with reading(site.engine) as connection:
        return of_reader(connection, 1)


def saved(site: JoiningSite, **form: str) -> str:
    answer = site.client.post(page_of(site), data=form)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_the_page_says_how_they_have_it_and_shows_no_address(
    site: JoiningSite,
) -> None:
    page = site.client.get(page_of(site))

    assert "Lantern Week, for Hedy Brandt." in page.text
    assert "h…@example.org" in page.text
    assert HEDY not in page.text
    assert "By email. The next goes on Monday 6 July, 4pm." in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_who_has_no_phone_number_of_ours_is_asked_to_write(
    engine: Engine, tmp_path: Path
) -> None:
    for phone in ("01632 960 155", ""):
        campaign = TOPICS.replace('phone = "01632 960 155"', f'phone = "{phone}"')
        site = a_joining_site(engine, tmp_path, campaign)
        if phone:
            site.asks(HEDY)
            [mail] = site.mails()
            site.client.post(link_in(mail))
        pages = [
            site.client.get(page_of(site)).text,
            site.client.post(f"{page_of(site)}/needs", data={"need": "x" * 999}).text,
            site.client.get("/privacy/lantern-week").text,
        ]
        assert ["ring us" in page for page in pages] == [bool(phone)] * 3


def test_less_often_fewer_topics_and_the_way_back(site: JoiningSite) -> None:
    before = chosen(site)
    page = saved(
        site, format="plain", schedule="weekly", has_topics="yes", topic_0="yes"
    )
    after = chosen(site)
    assert "Saved. By email, in plain words" in page
    assert (after.schedule, after.format) == ("weekly", "plain")
    assert after.topics == ("stories",)

    undo = {"format": "html", "schedule": "daily", "topics": ""}
    for name, value in undo.items():
        assert f'name="{name}" value="{value}"' in page
    site.client.post(f"{page_of(site)}/undo", data=undo)
    assert chosen(site) == before


def test_paper_needs_a_door_and_is_a_yes_of_its_own(site: JoiningSite) -> None:
    refused = site.client.post(page_of(site), data={"format": "large-print"})
    assert refused.status_code == 422
    assert "Write where we post it" in refused.text
    assert chosen(site).format == "html"

    saved(site, format="large-print", **DOOR)
    assert chosen(site).format == "large-print"
    with reading(site.engine) as connection:
        latest = consents.of_subscriber(connection, 1)[0]
    assert latest.consent.wording.endswith("(by post)")
    assert "on their own page" in latest.consent.method
    assert "an address in ZZ99" in site.client.get(page_of(site)).text
    assert "Ropewalk" not in site.client.get(page_of(site)).text


def test_a_pause_until_a_day_and_back(site: JoiningSite) -> None:
    page = saved(site, rest="until", until="2026-07-20", catch_up="yes")
    assert "By email, from Monday 20 July on" in page
    assert chosen(site).paused_until is not None
    saved(site, rest="no")
    assert chosen(site).paused_until is None


@pytest.mark.parametrize("until", ["", "2020-01-01", "2126-01-01", "soon", "<b>"])
def test_a_day_that_cannot_be_is_asked_for_again(site: JoiningSite, until: str) -> None:
    answer = site.client.post(page_of(site), data={"rest": "until", "until": until})

    assert answer.status_code == 422
    assert "Write " in answer.text
    assert chosen(site).paused_until is None


def test_the_posts_so_far_come_with_the_next_edition(site: JoiningSite) -> None:
    none = site.client.post(f"{page_of(site)}/posts-so-far")
    assert "There is nothing that you have not had" in none.text
    posts_accepted(site.engine, [a_post()])
    with writing(site.engine) as connection:
        connection.execute(update(reader).values(position=1, rehearsal_position=1))
    some = site.client.post(f"{page_of(site)}/posts-so-far")

    assert "Your next edition brings the posts so far" in some.text


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_looking_changes_nothing(site: JoiningSite, method: str) -> None:
    before = chosen(site)
    query = "?format=plain&schedule=weekly"
    for address in (page_of(site), f"{page_of(site)}/undo"):
        site.client.request(method, address + query, headers={"Purpose": "prefetch"})

    assert chosen(site) == before


@pytest.mark.parametrize(
    "form",
    [
        {"format": "no such"},
        {"schedule": "no such"},
        {"format": "letter", "address_1": "x", "postcode": "y"},
        {"phone": "not a number"},
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_in_words(
    site: JoiningSite, form: dict[str, str]
) -> None:
    before = chosen(site)
    answer = site.client.post(page_of(site), data=form)

    assert answer.status_code == 422
    assert chosen(site) == before


def test_a_link_of_another_purpose_opens_no_page(site: JoiningSite) -> None:
    tokens = (
        site.digest.links.unsubscribe_token(reader_ref(site.engine)),
        site.digest.links.confirmation_url(1).rpartition("/")[2],
        "x" * 24,
    )
    for token in tokens:
        assert site.client.get(f"/p/{token}").status_code == 404
        assert site.client.post(f"/p/{token}").status_code == 404
    for address in ("/u", "/confirm"):
        own = site.digest.links.choices_token(reader_ref(site.engine))
        assert site.client.post(f"{address}/{own}").status_code == 404


def test_who_has_left_is_led_to_the_way_back(site: JoiningSite) -> None:
    leave = f"/u/{site.digest.links.unsubscribe_token(reader_ref(site.engine))}"
    site.client.post(leave)
    page = site.client.get(page_of(site))

    assert "You have left Lantern Week" in page.text
    assert leave in page.text


def test_an_erased_reader_has_no_page(site: JoiningSite) -> None:
    erase(site.engine, site.digest.hasher, HEDY, site.now)

    assert site.client.get(page_of(site)).status_code == 404
    assert site.client.post(page_of(site)).status_code == 404


def test_every_change_is_on_record_as_the_readers(site: JoiningSite) -> None:
    saved(site, schedule="weekly")
    with reading(site.engine) as connection:
        acts = audit.about(connection, "person 1")

    assert any("a reader, by a link, changed" in act.line() for act in acts)


def test_what_helps_somebody_is_told_on_their_page_and_never_shown_there(
    site: JoiningSite,
) -> None:
    address = page_of(site)
    site.client.get(address)
    answer = site.client.post(
        f"{address}/needs", data={"need": "Yellow paper", "share": "yes"}
    ).text
    empty = site.client.post(f"{address}/needs", data={"need": " "})
    with reading(site.engine) as connection:
        [need] = needs.of_person(connection, 1)
    site.later(days=100)
    site.client.post(f"{address}/needs", data={"act": "same"})
    with reading(site.engine) as connection:
        [again] = needs.of_person(connection, 1)
    site.client.post(f"{address}/needs", data={"act": "over"})
    with reading(site.engine) as connection:
        [over] = needs.of_person(connection, 1)

    assert "Thank you for telling us" in answer
    assert "Yellow paper" not in answer
    assert "We ask you again by" in answer
    assert empty.status_code == 422
    assert (need.words, need.may_share, need.ended_at) == ("Yellow paper", True, None)
    assert again.review_on > need.review_on
    assert over.ended_at is not None
    assert "We ask you again" not in site.client.get(address).text
