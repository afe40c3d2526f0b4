"""The desk's people: found, looked at, and changed as they ask."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest
from starlette.testclient import TestClient

from digest.audience.subject_access import everything
from digest.bootstrap import App
from digest.model.roles import Role
from digest.store.people import suppressions
from digest.store.staff import audit
from digest.web.app import make_app
from tests.builders import SITE
from tests.staff import signed_in
from tests.stored import a_reader

OURS = {"Origin": SITE}
# The fixture's readers: Ann by email, Bob by post with no address held.
ANN, BOB = "/desk/people/1", "/desk/people/2"
# Whoever is added to them.
NEW = "/desk/people/3"


@pytest.fixture
def desk(program: App) -> Iterator[TestClient]:
    """Yield a client that Priya is signed in on, who may edit."""
    with TestClient(make_app(program), base_url=SITE, headers=OURS) as client:
        signed_in(client, program, Role.EDITOR, "Priya")
        yield client


def all_of(program: App, who: str = "1") -> dict[str, object]:
    with program.reading() as connection:
        return everything(connection, program.hasher, who)


def fields_of(desk: TestClient, address: str) -> dict[str, str]:
    """Return what the form at an address shows, as a browser would send it."""
    page = desk.get(address)
    return fields_in(page.text) if page.status_code == 200 else {}


def fields_in(page: str) -> dict[str, str]:
    """Return what the forms of a page show, but for areas of text and choices."""
    fields: dict[str, str] = {}
    for tag in re.findall(r"<input [^>]*>", page.partition("<main")[2]):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        is_choice = attributes.get("type") in ("radio", "checkbox")
        if "name" in attributes and (not is_choice or "checked" in tag):
            fields[attributes["name"]] = unescape(attributes.get("value", ""))
    return fields


def sent(desk: TestClient, address: str, **fields: str) -> str:
    """Send the form at an address, with what it shows, and return the page after it."""
    answer = desk.post(address, data=fields_of(desk, address) | fields)
    assert answer.status_code in (200, 422), answer.text
    return unescape(answer.text)


@pytest.mark.parametrize(
    ("words", "names"),
    [
        pytest.param("", ["Ann", "Bob", "Josephine Mbeki-Thwaite"], id="everybody"),
        pytest.param("josep", ["Josephine Mbeki-Thwaite"], id="a first name"),
        pytest.param("THWAITE", ["Josephine Mbeki-Thwaite"], id="behind a hyphen"),
        pytest.param("mbeki jo", ["Josephine Mbeki-Thwaite"], id="two words"),
        pytest.param("osephine", [], id="within a word"),
        pytest.param("100%", [], id="no wildcard"),
        pytest.param("jo@exam", ["Josephine Mbeki-Thwaite"], id="an email"),
        pytest.param("zz991ab", ["Josephine Mbeki-Thwaite"], id="a postcode"),
        pytest.param("ZZ99", ["Josephine Mbeki-Thwaite"], id="a district"),
        pytest.param("01632960111", ["Josephine Mbeki-Thwaite"], id="a phone"),
        pytest.param("+44 1632 960111", ["Josephine Mbeki-Thwaite"], id="from abroad"),
        pytest.param("960 112", [], id="another phone"),
    ],
)
def test_people_are_found_by_what_staff_have_of_them(
    desk: TestClient, words: str, names: list[str]
) -> None:
    sent(desk, "/desk/people/new", **JOSEPHINE)

    page = desk.get("/desk/people", params={"q": words}).text

    assert re.findall(r'people/\d+">([^<]+)</a>', page) == names


@pytest.mark.parametrize("words", ["1", "1.1"])
def test_a_number_and_the_foot_of_a_letter_lead_to_the_person(
    desk: TestClient, words: str
) -> None:
    answer = desk.get("/desk/people", params={"q": words}, follow_redirects=False)

    assert answer.headers["location"] == ANN


def test_a_long_list_pages_by_key(desk: TestClient, program: App) -> None:
    for number in range(60):
        a_reader(program.engine, f"reader-{number % 3}-{number:02}")

    names: list[str] = []
    address = "/desk/people?q=reader"
    while address:
        page = desk.get(address).text
        names += re.findall(r'people/\d+">([^<]+)</a>', page)
        following = re.search(r'href="([^"]+)" rel="next"', page)
        address = unescape(following[1]) if following else ""

    assert names == sorted(names)
    assert len(set(names)) == len(names) == 60


def test_a_person_shows_how_they_are_reached_and_what_passed(desk: TestClient) -> None:
    ann, bob = unescape(desk.get(ANN).text), unescape(desk.get(BOB).text)

    assert "Served by email" in ann
    assert "</strong> Lantern Week, daily of " in ann
    assert ann.count("Served by email") == 1
    assert "Reference 1.1." in ann
    assert "Cannot be reached" in bob
    assert "no full postal address is held: add one" in bob


def test_who_is_not_there_is_told_in_words(desk: TestClient) -> None:
    answer = desk.get("/desk/people/999")

    assert answer.status_code == 404
    assert "no person of the number 999" in answer.text


def test_a_change_is_made_and_on_record(desk: TestClient, program: App) -> None:
    page = sent(desk, f"{ANN}/edit", phone="01632 960111", schedule="weekly")

    assert "What we hold is changed." in page
    now = all_of(program)
    assert now["phone"] == "01632 960111"
    with program.reading() as connection:
        act = audit.latest(connection, 1)[0]
    assert (act.actor, act.act) == ("Priya", "changed")


def test_what_is_wrong_stands_at_its_field_and_is_kept(desk: TestClient) -> None:
    page = sent(desk, f"{ANN}/edit", email="ann@example,org", phone="ring me")

    assert "<title>Error:" in page
    assert 'href="#email"' in page
    assert 'href="#phone"' in page
    assert 'value="ring me"' in page


def test_a_form_of_before_somebody_elses_change_asks_first(
    desk: TestClient, program: App
) -> None:
    before = fields_of(desk, f"{ANN}/edit")
    sent(desk, f"{ANN}/edit", organiser="Joan", phone="01632 960101")
    answer = desk.post(f"{ANN}/edit", data=before | {"organiser": "Bea"})
    page = unescape(answer.text)

    assert answer.status_code == 409
    assert "Priya changed this while you were writing" in page
    assert "Priya changed phone, looked after by on Monday 6 July 2026, " in page
    assert 'id="organiser" name="organiser" type="text" value="Bea"' in page
    assert 'id="phone" name="phone" type="tel" value="01632 960101"' in page
    assert all_of(program)["organiser"] == "Joan"


def test_of_two_peoples_answers_one_is_chosen(desk: TestClient, program: App) -> None:
    before = fields_of(desk, f"{ANN}/edit")
    sent(desk, f"{ANN}/edit", organiser="Joan", phone="01632 960101")
    mine = before | {"organiser": "Bea", "language": "cy"}
    again = fields_in(desk.post(f"{ANN}/edit", data=mine).text)
    desk.post(f"{ANN}/edit", data=again | {"organiser-keep": "theirs"})

    now = all_of(program)
    assert (now["organiser"], now["language"]) == ("Joan", "cy")
    assert now["phone"] == "01632 960101"


def test_who_moves_house_is_served_there(desk: TestClient, program: App) -> None:
    door = {"address_1": "3 New Street", "address_2": "Tidewell"}
    page = sent(desk, f"{BOB}/move", **door, postcode="zz991ab")

    assert "They have moved" in page
    assert "Served by letter" in page
    assert all_of(program, "2")["address"] == [
        *("Bob", "3 New Street", "TIDEWELL", "ZZ99 1AB")
    ]


def test_a_pause_is_made_and_undone(desk: TestClient) -> None:
    page = sent(desk, f"{ANN}/pause", until="2026-08-03", campaign="lantern-week")

    assert "They get nothing before that day." in page
    assert 'action="/desk/people/1/resume"' in page
    assert "then all that came meanwhile" in page

    page = sent(desk, f"{ANN}/resume", campaign="lantern-week")
    assert "They go on" in page
    assert "had not paused" in sent(desk, f"{ANN}/resume", campaign="lantern-week")


def test_undoing_a_pause_without_catching_up_takes_nothing_away(
    desk: TestClient, program: App
) -> None:
    page = sent(desk, f"{ANN}/pause", until="2026-08-03", catch_up="no")
    assert "then nothing of what came before" in page

    sent(desk, f"{ANN}/resume", undo="yes")

    acts = str(all_of(program)["acts"])
    assert "ended the pause of person 1" in acts
    assert "catching up yes" in acts
    assert "catching up no" in acts.partition("ended the pause")[2]


@pytest.mark.parametrize("until", ["", "2026-07-01", "soon"])
def test_a_day_that_is_none_is_refused(desk: TestClient, until: str) -> None:
    page = sent(desk, f"{ANN}/pause", until=until)

    assert "<title>Error:" in page
    assert 'href="#until"' in page


def test_the_posts_so_far_are_asked_for_and_taken_back(
    desk: TestClient, program: App
) -> None:
    a_reader(program.engine, "late")
    page = sent(desk, f"{NEW}/catch-up", campaign="lantern-week")

    assert "nothing that they have not had" in page or "posts so far" in page
    page = sent(desk, f"{NEW}/catch-up/undo", campaign="lantern-week")
    assert "only what is new" in page or "so already" in page


def test_who_leaves_by_phone_has_left_and_may_be_kept(
    desk: TestClient, program: App
) -> None:
    request = {"campaign": "lantern-week", "means": "phone", "on": "2026-07-05"}
    page = sent(desk, f"{ANN}/leave", **request, asker="somebody for them")

    assert "They have left" in page
    acts = str(all_of(program)["acts"])
    assert "by phone, asked somebody for them, on 2026-07-05" in acts
    page = sent(desk, f"{ANN}/leave/undo", campaign="lantern-week")
    assert "They stay" in page
    assert "Served by email" in page


def test_leaving_needs_who_how_and_a_day_that_has_been(desk: TestClient) -> None:
    bare = sent(desk, f"{ANN}/leave")
    later = sent(desk, f"{ANN}/leave", means="visit", on="2026-12-01")

    assert "Say how they told you" in bare
    assert "is to come" in later


def test_who_is_suppressed_is_written_to_again_by_undo(desk: TestClient) -> None:
    sent(desk, "/desk/people/new", **JOSEPHINE)
    assert "Write why" in sent(desk, f"{NEW}/suppress")
    page = sent(desk, f"{NEW}/suppress", reason="asked by letter")

    assert "to them by email, by post, by phone: asked by letter" in page
    assert "Cannot be reached" in page
    assert f'action="{NEW}/suppress/undo"' in page
    page = sent(desk, f"{NEW}/suppress/undo")
    assert "That is taken back" in page
    assert "Served by email" in page


def test_each_reason_is_taken_back_by_itself_and_a_wish_only_if_they_ask(
    desk: TestClient, program: App
) -> None:
    sent(desk, "/desk/people/new", **JOSEPHINE)
    email = {"email": program.hasher.of_address(JOSEPHINE["email"])}
    long_ago = program.now() - timedelta(days=3)
    with program.writing() as connection:
        suppressions.add(connection, email, "asked us never again", long_ago)
        suppressions.add(connection, email, "bounced: no such address", long_ago)

    page = desk.get(NEW).text
    assert "Nothing goes to them by email: asked us never again, since" in page
    assert "Nothing goes to them by email: bounced: no such address, since" in page
    assert "Choose one reason" in sent(desk, f"{NEW}/suppress/undo")
    page = sent(desk, f"{NEW}/suppress/undo", reason="bounced: no such address")
    assert "That is taken back" in page
    assert "Cannot be reached" in page

    wish = {"reason": "asked us never again"}
    assert "Which reason?" in desk.get(f"{NEW}/suppress/lift", params=wish).text
    page = sent(desk, f"{NEW}/suppress/undo", **wish)
    assert "Write how and when they asked for it" in page
    page = sent(desk, f"{NEW}/suppress/undo", **wish, request="by phone on 6 July")
    assert "Served by email" in page
    with program.reading() as connection:
        [lifted] = audit.latest(connection, 1)
    assert lifted.after == {"request": "by phone on 6 July"}


def test_erasing_takes_two_steps(desk: TestClient, program: App) -> None:
    assert "This cannot be undone" in desk.get(f"{ANN}/erase").text
    assert "cannot be undone" in sent(desk, f"{ANN}/erase")
    assert all_of(program)["email"] == "ann@example.org"

    page = sent(desk, f"{ANN}/erase", sure="yes")

    assert "is erased." in page
    assert all_of(program)["email"] == ""
    assert "ann@example.org" not in page
    assert "Ann" not in desk.get("/desk/people").text


def test_what_is_held_can_be_read_and_taken_away(desk: TestClient) -> None:
    page, file = desk.get(f"{ANN}/held"), desk.get(f"{ANN}/held.json")

    assert "ann@example.org" in page.text
    assert file.headers["content-disposition"].endswith('"person-1.json"')
    assert file.json()["copies"][0]["slot"].startswith("2026-07-06T")


JOSEPHINE = {
    "name": "Josephine Mbeki-Thwaite",
    "email": "jo@example.org",
    "phone": "01632 960 111",
    "address_1": "Flat 3, Sailmakers' House",
    "address_2": "Tidewell",
    "postcode": "ZZ99 1AB",
    "list": "lantern",
    "consent_basis": "consent",
    "consent_method": "in person",
    "consent_at": "2 May 2026",
    "consent_wording": "Please post me the news until I say stop.",
}


def test_somebody_is_added_with_the_words_that_they_said_yes_to(
    desk: TestClient,
) -> None:
    page = sent(desk, "/desk/people/new", **JOSEPHINE)

    assert "They are added" in page
    assert "“Please post me the news until I say stop.”" in page
    assert "Served by email" in page


def test_that_nobody_asked_is_a_value(desk: TestClient) -> None:
    nobody = JOSEPHINE | {"consent_basis": "did not ask"}
    page = sent(desk, "/desk/people/new", **nobody)

    assert "did not ask" in page
    assert "in person" not in page


SUPPORTER = {"consent_basis": "charitable soft opt-in", "consent_at": "2026-03-14"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"consent_basis": ""}, "does not say it", id="no answer"),
        pytest.param(SUPPORTER, "does not say", id="a soft opt-in of no condition"),
        pytest.param(
            {"consent_basis": "public task"}, "by what right", id="whose task"
        ),
        pytest.param({"consent_wording": ""}, "in the words they heard", id="no words"),
        pytest.param({"list": ""}, "Choose the list", id="no list"),
    ],
)
def test_who_cannot_be_added_so_is_told_why(
    desk: TestClient, changes: dict[str, str], words: str
) -> None:
    page = sent(desk, "/desk/people/new", **(JOSEPHINE | changes))

    assert "<title>Error:" in page
    assert words in page
    assert "Sailmakers" in page


def test_who_is_held_already_is_led_to(desk: TestClient) -> None:
    sent(desk, "/desk/people/new", **JOSEPHINE)
    page = sent(desk, "/desk/people/new", **(JOSEPHINE | {"name": "Jo"}))

    assert "held already" in page
    assert f'href="{NEW}">Josephine Mbeki-Thwaite, number 3' in page


def test_a_namesake_is_looked_at_first(desk: TestClient) -> None:
    bob = {"name": "Bob", "email": "", "phone": "01632 960999", "list": "lantern"}
    bob |= {"consent_basis": "did not ask"}
    question = sent(desk, "/desk/people/new", **bob)

    assert "Bob, number 2" in question
    assert "They are added" in sent(desk, "/desk/people/new", **bob, is_new="yes")


def test_who_may_only_look_sees_nobody(desk: TestClient, program: App) -> None:
    signed_in(desk, program, Role.VIEWER, "Vera")

    assert desk.get("/desk/people").status_code == 403
    assert desk.get(ANN).status_code == 403


def test_possible_doubles_are_looked_at_beside_each_other_and_said_to_be_two(
    desk: TestClient, program: App
) -> None:
    sent(desk, "/desk/people/new", **JOSEPHINE)
    sent(desk, NEW.replace("3", "1") + "/edit", phone="01632 960 111")

    listed = unescape(desk.get("/desk/people/doubles").text)
    both = unescape(desk.get("/desk/people/doubles/3/1").text)
    done = unescape(desk.post("/desk/people/doubles/1/3/apart").text)

    assert "They have the same phone." in listed
    assert "Look at both" in listed
    assert "Ann, number 1" in both
    assert "Josephine Mbeki-Thwaite, number 3" in both
    assert "They are two people, and are not offered again." in done
    nobody = desk.get("/desk/people/doubles").text
    assert "Nobody seems to be held twice" in nobody
    desk.post("/desk/people/doubles/1/3/ask-again")
    assert "Look at both" in desk.get("/desk/people/doubles").text
    assert desk.get("/desk/people/doubles/1/1").status_code == 404
    signed_in(desk, program, Role.ORGANISER, "Oz")
    assert desk.get("/desk/people/doubles").status_code == 403
    assert desk.post("/desk/people/doubles/1/3/apart").status_code == 403


def test_two_are_merged_into_one_and_that_is_undone(
    desk: TestClient, program: App
) -> None:
    sent(desk, "/desk/people/new", **JOSEPHINE)
    sent(desk, ANN + "/edit", phone="01632 960 112")
    both = "/desk/people/doubles/1/3"

    question = unescape(desk.get(both).text)
    merged = unescape(desk.post(f"{both}/merge", data={"email": "3"}).text)
    of_other = unescape(desk.get(NEW).text)

    assert "Which email address?" in question
    assert "They are one person now, who gets everything once." in merged
    assert "Merged." in of_other
    assert JOSEPHINE["email"] in of_other
    assert "Number 3 is them too" in of_other
    assert "They are two people: undo" in desk.get(ANN + "/merged").text
    assert desk.get(both).status_code == 404
    parted = unescape(desk.post(ANN + "/merged/undo").text)
    assert "They are two people again." in parted
    assert all_of(program)["email"] == "ann@example.org"
    assert all_of(program, "3")["email"] == JOSEPHINE["email"]
    again = unescape(desk.post(ANN + "/merged/undo").text)
    assert "Nobody was merged into number 1" in again
    signed_in(desk, program, Role.ORGANISER, "Oz")
    assert desk.post(f"{both}/merge").status_code == 403
    assert desk.post(ANN + "/merged/undo").status_code == 403
