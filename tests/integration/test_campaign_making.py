"""A campaign made at the desk, like another, and ended; a source added as tried."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.errors import CampaignFileError
from digest.model.campaigns.web_access import WebAccess
from digest.model.editions.edition import EditionState
from digest.model.roles import Role
from digest.schedule import campaign_making
from digest.schedule.campaign_making import CampaignEnding, NewCampaign, name_for
from digest.schedule.editions.publishing import approve, carry_forward, publish
from digest.store.base.engine import reading
from digest.store.campaigns import campaigns
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.campaigns.file_versions import CampaignFile
from digest.store.editions import editions
from digest.web.app import make_app
from tests.builders import EIGHT, SITE, a_post
from tests.integration.test_campaign_form import fields_of
from tests.integration.test_file_page import words_of
from tests.integration.test_source_trial_page import FEED
from tests.site import Site, serving
from tests.staff import signed_in
from tests.stored import FILE, a_reader, a_stored_campaign, posts_accepted

NAME = "lantern-week"
HOME = f"/desk/campaigns/{NAME}"
HERE = CampaignFile("", "Europe/London", "/srv")
NEW = NewCampaign("quay", "The Quay", "Quay <quay@example.org>", ("quay",))
SETTINGS = FILE.replace(
    "lists =", 'starts = 2026-07-01\nends = 2026-07-31\napproval = "one"\nlists ='
)


@pytest.fixture
def desk(program: App) -> Iterator[TestClient]:
    """Yield a client that Ann is signed in on; sources on the loopback may be asked."""
    allowed = {"fetch_allow": WebAccess.parse("127.0.0.1")}
    program = replace(program, settings=program.settings.model_copy(update=allowed))
    ours = {"Origin": SITE}
    with TestClient(make_app(program), base_url=SITE, headers=ours) as client:
        signed_in(client, program, Role.EDITOR, "Ann")
        yield client


@pytest.fixture
def site() -> Iterator[Site]:
    """Yield a web server with a feed."""
    with serving() as site:
        site.files["feed"] = FEED
        yield site


def stored(engine: Engine, name: str) -> StoredCampaign:
    with reading(engine) as connection:
        return campaigns.by_name(connection, name)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Lantern Week", "lantern-week"),
        ("  Wythnos y Llusern & Tê! ", "wythnos-y-llusern-te"),
        ("灯籠", ""),
        ("a" * 90, "a" * 40),
    ],
)
def test_a_title_gives_a_name(title: str, name: str) -> None:
    assert name_for(title) == name


def test_a_fresh_campaign_has_what_was_said_and_a_schedule(engine: Engine) -> None:
    campaign_making.make(engine, NEW, HERE, EIGHT)
    quay = stored(engine, "quay")

    assert quay.campaign.title == "The Quay"
    assert [row.name for row in quay.campaign.schedules] == ["daily"]
    assert quay.paused_at is None


def test_a_fresh_one_goes_to_a_list_of_its_own_where_none_is_named(
    engine: Engine,
) -> None:
    campaign_making.make(engine, replace(NEW, lists=()), HERE, EIGHT)

    assert stored(engine, "quay").campaign.lists == ("quay",)


def test_one_made_live_begins_paused_and_says_from_where_it_writes(
    engine: Engine,
) -> None:
    with pytest.raises(CampaignFileError, match="postal address"):
        campaign_making.make(engine, NEW, HERE, EIGHT, is_live=True)
    addressed = replace(NEW, address=("Quay", "1 Example Street", "ZZ99 1AA"))
    campaign_making.make(engine, addressed, HERE, EIGHT, is_live=True)

    assert stored(engine, "quay").paused_at == EIGHT


def test_one_like_another_has_its_settings_and_not_its_days(engine: Engine) -> None:
    once = '\n[[schedule]]\nname = "once"\nat = "09:00"\non = 2026-07-09\n'
    other_weeks = (
        '\n[[schedule]]\nname = "pay"\nat = "09:00"\ndays = "fri"\nevery = "2w"\n'
    )
    a_stored_campaign(engine, SETTINGS + once + other_weeks + "# Ours\n")
    like = NewCampaign("next-week", "Next", "", (), like=NAME)
    campaign_making.make(engine, like, HERE, EIGHT)
    another, model = stored(engine, "next-week").campaign, stored(engine, NAME).campaign

    assert (another.starts, another.ends) == (None, None)
    assert another.approval == model.approval
    assert another.lists == model.lists
    assert another.sender_address == model.sender_address
    assert another.sources == model.sources
    assert [row.name for row in another.schedules] == ["daily", "weekly", "pay"]
    assert another.schedules[2].times.starts == date(2026, 7, 1)
    with reading(engine) as connection:
        assert "# Ours" in campaigns.file_of(connection, "next-week").text


def test_a_name_that_is_there_is_refused_and_changes_nothing(engine: Engine) -> None:
    a_stored_campaign(engine)
    with pytest.raises(CampaignFileError, match="name of another campaign"):
        campaign_making.make(engine, replace(NEW, name=NAME), HERE, EIGHT)

    assert stored(engine, NAME).campaign.title == "Lantern Week"


def test_an_ending_is_told_before_and_then_so(engine: Engine) -> None:
    a_stored_campaign(engine)
    with reading(engine) as connection:
        file = campaigns.file_of(connection, NAME)
    ending = CampaignEnding(date(2026, 7, 10), goodbye="Thank you.")
    text = campaign_making.ended_text(file, ending)
    ended = replace(file, text=text).parsed()
    lines = campaign_making.ending_in_words(engine, ended, EIGHT)
    before = stored(engine, NAME).campaign
    campaign_making.end(engine, NAME, ending, EIGHT)

    assert lines[0] == (
        "daily has its last edition on Friday 10 July 2026, 16:00 BST, for 0 readers"
    )
    assert "the last edition ends with your goodbye" in lines
    assert before.ends is None
    assert stored(engine, NAME).campaign.last_edition.goodbye == ("Thank you.",)


def test_an_end_that_is_past_is_told_with_the_edition_that_goes_at_once(
    desk: TestClient, program: App
) -> None:
    page = f"{HOME}/settings/end"
    fields = fields_of(desk.get(page).text)
    looked = desk.post(page, data=fields | {"ends": "2026-07-05"})
    words = words_of(looked.text)
    applied = campaign_making.end(
        program.engine, NAME, CampaignEnding(date(2026, 7, 5)), program.now()
    )

    # What is foreseen is what comes of it.
    [at] = re.findall(r"Daily has its last edition on ([^,]*, \S+ BST), for 2", words)
    assert f"daily: its last edition goes out on {at}" in applied.notes[0]
    assert f"goes out as soon as this is so, about {at}" in words
    assert f"Daily would go out {at}" in words
    assert "Never again" not in words.partition("Weekly would")[0]


def test_an_edition_that_waits_goes_after_the_end_too_and_that_is_told(
    engine: Engine,
) -> None:
    approved = FILE.replace("lists =", 'approval = "one"\nlists =')
    a_stored_campaign(engine, approved)
    a_reader(engine, "ann")
    posts_accepted(engine, [a_post()])
    waiting = publish(engine, NAME, "daily", EIGHT)
    ending = CampaignEnding(date(2026, 7, 5))
    with reading(engine) as connection:
        file = campaigns.file_of(connection, NAME)
    ended = replace(file, text=campaign_making.ended_text(file, ending)).parsed()
    lines = campaign_making.ending_in_words(engine, ended, EIGHT)
    campaign_making.end(engine, NAME, ending, EIGHT)
    approve(engine, waiting.id, "Priya", EIGHT)
    carry_forward(engine, waiting.id, EIGHT + timedelta(hours=1))

    [line] = [line for line in lines if "waits still" in line]
    assert line.startswith("daily of Monday 6 July 2026")
    assert "goes if it is approved" in line
    with reading(engine) as connection:
        stands = editions.get(connection, waiting.id)
    assert stands.state is EditionState.PLANNED


def test_without_a_last_edition_what_is_due_before_the_end_is_told(
    engine: Engine,
) -> None:
    a_stored_campaign(engine)
    with reading(engine) as connection:
        file = campaigns.file_of(connection, NAME)
    ending = CampaignEnding(date(2026, 7, 7), last_edition="none")
    ended = replace(file, text=campaign_making.ended_text(file, ending)).parsed()
    lines = campaign_making.ending_in_words(engine, ended, EIGHT)

    assert lines[0].startswith("daily has its last edition on Tuesday 7 July 2026, 16")
    assert lines[1] == "weekly has no edition to come, for 0 readers"


def test_the_page_makes_one_from_a_title_alone(desk: TestClient, program: App) -> None:
    fields = fields_of(desk.get("/desk/campaigns/new").text)
    typed = {"title": "The Quay", "sender_address": "quay@example.org"}
    page = desk.post("/desk/campaigns/new", data=fields | typed).text

    assert "It is made." in words_of(page)
    campaign = stored(program.engine, "the-quay").campaign
    assert campaign.lists == ("the-quay",)


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"title": ""}, "title", "Title is empty"),
        ({"title": "灯籠"}, "name", "No short name can be made of that title"),
        ({"name": NAME}, "name", "is the name of another campaign"),
        ({"name": "new"}, "name", "is an address of the desk"),
        ({"sender_address": "x"}, "sender_address", "is not an email address"),
        ({"title": "\x00"}, "title", "control character"),
    ],
    ids=["no title", "no letters", "there", "reserved", "sender", "control"],
)
def test_a_fault_stands_at_its_field_and_none_is_made(
    desk: TestClient, program: App, typed: dict[str, str], field: str, words: str
) -> None:
    fields = {"title": "Quay", "sender_address": "q@example.org", "name": ""} | typed
    answer = desk.post("/desk/campaigns/new", data=fields)

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert words in answer.text
    with program.reading() as connection:
        assert len(campaigns.listed(connection)) == 1


def test_ending_on_a_page_says_first_what_happens_then(
    desk: TestClient, program: App
) -> None:
    address = f"{HOME}/settings/end"
    fields = fields_of(desk.get(address).text) | {"ends": "2026-07-10"}
    page = desk.post(address, data=fields).text
    before = stored(program.engine, NAME).campaign.ends
    done = desk.post(address, data=fields_of(page))

    assert "Daily has its last edition on Friday 10 July 2026, 16:00 BST" in page
    assert "readers stay on their lists" in page.lower()
    assert before is None
    assert "Undo: go back to what was" in done.text
    assert stored(program.engine, NAME).campaign.ends == date(2026, 7, 10)


def test_a_source_is_added_as_it_was_tried(
    desk: TestClient, program: App, site: Site
) -> None:
    tried = {"kind": "feed", "address": f"{site.url}/feed"}
    page = desk.post(f"{HOME}/sources/try", data=tried).text
    fields = fields_of(page[page.index('id="keep"') :])
    wrong = desk.post(f"{HOME}/settings/sources/new", data=fields | {"name": "A b"})
    assert wrong.status_code == 422
    assert 'id="name-error"' in wrong.text
    again = fields_of(wrong.text) | {"name": "hall", "topics": "tea, soup"}
    done = desk.post(f"{HOME}/settings/sources/new", data=again)

    assert "Saved" in done.text
    source = stored(program.engine, NAME).campaign.sources[-1]
    assert (source.name, source.location) == ("hall", f"{site.url}/feed")
    assert source.topics == ("tea", "soup")
    assert source.first.last == 0


def test_selectors_that_were_tried_are_kept(desk: TestClient, program: App) -> None:
    fields = {"kind": "page", "name": "p", "url": "https://example.org", "first": "now"}
    selectors = {"links": 'h3 a[href^="x"]', "text": ".body"}
    desk.post(f"{HOME}/settings/sources/new", data=fields | selectors)

    select = stored(program.engine, NAME).campaign.sources[-1].select
    assert (select.links, select.text) == ('h3 a[href^="x"]', ".body")


@pytest.mark.parametrize("kind", ["folder", "wordpress", "x", "", "calendar"])
def test_no_source_of_this_machine_comes_in_by_a_page(
    desk: TestClient, program: App, kind: str
) -> None:
    fields = {"kind": kind, "name": "etc", "path": "/etc", "url": "file:///etc/passwd"}
    answer = desk.post(f"{HOME}/settings/sources/new", data=fields)

    assert answer.status_code == 422
    assert len(stored(program.engine, NAME).campaign.sources) == 1


def test_the_first_steps_lead_from_nothing_to_a_test(
    desk: TestClient, program: App, site: Site
) -> None:
    fields = {"then": "start", "title": "Quay", "sender_address": "q@example.org"}
    steps = desk.post("/desk/campaigns/new", data=fields).text
    assert "Say where your news comes from" in words_of(steps)
    tried = {"kind": "feed", "address": f"{site.url}/feed", "then": "start"}
    page = desk.post("/desk/campaigns/quay/sources/try", data=tried).text
    keep = fields_of(page[page.index('id="keep"') :])
    steps = desk.post("/desk/campaigns/quay/settings/sources/new", data=keep).text
    assert "2 posts so far" in words_of(steps)
    me = desk.post("/desk/start/me", data={"campaign": "quay"})
    assert "1 reader" in words_of(me.text)
    again = desk.post("/desk/start/me", data={"campaign": "quay"})
    assert again.status_code == 409
    done = desk.post("/desk/start/test", data={"campaign": "quay"})

    assert "A test for you is in the practice inbox" in done.text
    assert len(re.findall(r"app-state--good", done.text)) == 6
    assert "ann@example.org" in str(program.inbox.messages()[0])


def test_what_has_no_campaign_begins_at_the_first_step(
    desk: TestClient, program: App
) -> None:
    answer = desk.post("/desk/start/test", data={"campaign": "none"})

    assert answer.status_code == 409
    assert "no campaign is called" in words_of(answer.text)
    signed_in(desk, program, Role.VIEWER, "Vera")
    assert desk.get("/desk/start").status_code == 200
    assert desk.post("/desk/start/me", data={}).status_code == 403


def test_live_needs_are_listed_with_the_pages_that_are_their_cures(
    desk: TestClient,
) -> None:
    there = "/desk/campaigns/lantern-week/settings/letter"
    for page in ("/desk/start", "/desk/golive"):
        text = desk.get(page).text
        assert f'href="{there}">Write name and postal address</a>' in text
        assert "in its file" not in text
    assert desk.get(there).status_code == 200
