"""A campaign edited by form: the same file, the same reader of it, the same act."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import event
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.model.campaigns.campaign import Campaign
from digest.model.campaigns.editing.file_edits import TableEdit, edited
from digest.model.roles import Role
from digest.schedule.campaign_files import RESERVED_SCHEDULES
from digest.store.campaigns import campaigns, file_versions
from digest.web.app import make_app
from tests.builders import SITE
from tests.integration.test_file_page import words_of
from tests.staff import signed_in, staff_routes
from tests.stored import FILE, a_stored_campaign

NAME = "lantern-week"
HERE = f"/desk/campaigns/{NAME}/settings"
OF_ONE = "/desk/campaigns/{name}/"
COMMENTED = FILE.replace("lists =", "# Who it is for\nlists =") + "# The end\n"


@pytest.fixture
def desk(program: App) -> Iterator[TestClient]:
    """Yield a client that Ann is signed in on, who may edit."""
    a_stored_campaign(program.engine, COMMENTED)
    ours = {"Origin": SITE}
    with TestClient(make_app(program), base_url=SITE, headers=ours) as client:
        signed_in(client, program, Role.EDITOR, "Ann")
        yield client


def fields_of(html: str) -> dict[str, str]:
    """Return what a browser would send of a page's form as it stands."""
    fields: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", html):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        is_box = attributes.get("type") in ("checkbox", "radio")
        if "name" in attributes and (not is_box or " checked" in tag):
            fields[attributes["name"]] = unescape(attributes.get("value", ""))
    for name, text in re.findall(
        r'<textarea[^>]*name="([\w-]+)"[^>]*>\n?(.*?)</textarea>', html, re.S
    ):
        fields[name] = unescape(text)
    return fields


def campaign_of(program: App) -> Campaign:
    with program.reading() as connection:
        return campaigns.by_name(connection, NAME).campaign


def text_of(program: App) -> str:
    with program.reading() as connection:
        return campaigns.file_of(connection, NAME).text


def sent(desk: TestClient, page: str, **typed: str) -> tuple[int, str]:
    """Fill in a page of the form, and send it; return the answer."""
    answer = desk.get(f"{HERE}/{page}")
    assert answer.status_code == 200
    fields = fields_of(answer.text) | typed
    done = desk.post(f"{HERE}/{page}", data=fields)
    return done.status_code, done.text


def test_a_key_is_changed_where_it_stands_and_all_else_is_kept(
    desk: TestClient, program: App
) -> None:
    status, page = sent(desk, "name", title="Lamp Week", reply_to="us@example.org")

    assert status == 200
    assert "Saved." in words_of(page)
    assert text_of(program) == COMMENTED.replace(
        'title = "Lantern Week"', 'title = "Lamp Week"'
    ).replace(
        'timezone = "Europe/London"\n',
        'timezone = "Europe/London"\nreply_to = "us@example.org"\n',
    )
    with program.reading() as connection:
        version = file_versions.listed(connection, NAME, 1)[0]
    assert (version.actor, version.origin.door) == ("Ann", "desk")


@pytest.mark.parametrize(
    "page",
    [
        "name",
        "days",
        "content",
        "lists",
        "approval",
        "look",
        "letter",
        "schedules/daily",
        "sources/blog",
    ],
)
def test_a_form_that_is_sent_as_it_is_shown_changes_nothing(
    desk: TestClient, program: App, page: str
) -> None:
    status, answer = sent(desk, page)

    assert status == 200
    assert "That was so already" in answer
    assert text_of(program) == COMMENTED


def test_every_fault_stands_at_its_field_in_the_words_of_the_file(
    desk: TestClient, program: App
) -> None:
    status, page = sent(
        desk, "name", title="", sender_address="nobody", timezone="Europe/Lundon"
    )

    assert status == 422
    assert "<title>Error: " in page
    words = words_of(page)
    for fault in (
        "Title is missing",
        "Sender's address: &#34;Lantern Week &lt;nobody&gt;&#34; is not an email",
        "is it &#34;Europe/London&#34;?",
    ):
        assert unescape(fault) in words
    for name in ("title", "sender_address", "timezone"):
        assert f'href="#{name}"' in page
        assert f'id="{name}-error"' in page
    assert 'value="Europe/Lundon"' in page
    assert text_of(program) == COMMENTED


def test_a_fault_of_another_page_is_told_too(desk: TestClient, program: App) -> None:
    text = edited(COMMENTED, [TableEdit("campaign", {"goodbye": "Bye"})]).text
    with_end = edited(text, [TableEdit("campaign", {"ends": "x"})]).text
    a_stored_campaign(
        program.engine, with_end.replace('ends = "x"', "ends = 2027-01-01")
    )
    status, page = sent(desk, "days", ends="")

    assert status == 422
    assert "Goodbye needs ends beside it" in words_of(page)


def test_a_schedule_shows_its_next_slots_before_it_is_saved(
    desk: TestClient, program: App
) -> None:
    status, page = sent(desk, "schedules/daily", at="17:30")

    assert status == 200
    assert "Look before you save" in page
    assert len(re.findall(r"17:30 BST", page)) == 10
    assert text_of(program) == COMMENTED
    done = desk.post(f"{HERE}/schedules/daily", data=fields_of(page))
    assert "Saved" in done.text
    assert campaign_of(program).schedules[0].times.times.times[0].hour == 17


def test_what_was_looked_at_and_changed_again_is_shown_again(
    desk: TestClient, program: App
) -> None:
    _, page = sent(desk, "schedules/daily", at="17:30")
    again = desk.post(f"{HERE}/schedules/daily", data=fields_of(page) | {"at": "18:30"})

    assert "Look before you save" in again.text
    assert len(re.findall(r"18:30 BST", again.text)) == 10
    assert text_of(program) == COMMENTED


def test_a_schedule_that_is_renamed_keeps_its_readers(
    desk: TestClient, program: App
) -> None:
    _, page = sent(desk, "schedules/daily", name="evening")
    assert "is called evening now, and keeps its" in words_of(page)
    desk.post(f"{HERE}/schedules/daily", data=fields_of(page))

    assert campaign_of(program).schedules[0].renamed_from == "daily"
    assert desk.get(f"{HERE}/schedules/daily").status_code == 404
    assert desk.get(f"{HERE}/schedules/evening").status_code == 200


def test_a_schedule_is_added_and_taken_out(desk: TestClient, program: App) -> None:
    _, page = sent(
        desk, "schedules/new", name="monthly", monthly="first mon", at="9.30"
    )
    assert "is it &#34;09:30&#34;?" in page
    fields = fields_of(page) | {"at": "09:30"}
    page = desk.post(f"{HERE}/schedules/new", data=fields).text
    assert "Look before you save" in page
    desk.post(f"{HERE}/schedules/new", data=fields_of(page))
    assert [row.name for row in campaign_of(program).schedules][-1] == "monthly"

    ask = desk.get(f"{HERE}/schedules/monthly/remove").text
    assert "readers of monthly move" in words_of(ask)
    done = desk.post(f"{HERE}/schedules/monthly/remove", data=fields_of(ask))
    assert "Taken out" in done.text
    assert text_of(program) == COMMENTED


def test_the_last_schedule_is_not_taken_out(desk: TestClient, program: App) -> None:
    for name in ("weekly", "daily"):
        ask = desk.get(f"{HERE}/schedules/{name}/remove").text
        answer = desk.post(f"{HERE}/schedules/{name}/remove", data=fields_of(ask))

    assert answer.status_code == 422
    assert "schedule: is missing" in words_of(answer.text)
    assert [row.name for row in campaign_of(program).schedules] == ["daily"]


def test_what_only_one_of_two_people_changed_is_merged(
    desk: TestClient, program: App
) -> None:
    fields = fields_of(desk.get(f"{HERE}/name").text)
    sent(desk, "name", title="Lamp Week")
    answer = desk.post(f"{HERE}/name", data=fields | {"reply_to": "us@example.org"})

    assert "Saved" in answer.text
    campaign = campaign_of(program)
    assert (campaign.title, campaign.reply_to) == ("Lamp Week", "us@example.org")


@pytest.mark.parametrize(
    ("keep", "title"), [("mine", "Candle Week"), ("theirs", "Lamp Week")]
)
def test_two_people_on_one_field_cannot_overwrite_one_another(
    desk: TestClient, program: App, keep: str, title: str
) -> None:
    fields = fields_of(desk.get(f"{HERE}/name").text)
    sent(desk, "name", title="Lamp Week")
    typed = fields | {"title": "Candle Week", "reply_to": "us@example.org"}
    refused = desk.post(f"{HERE}/name", data=typed)

    assert refused.status_code == 409
    assert "Candle Week" in refused.text
    assert "Lamp Week" in refused.text
    assert campaign_of(program).title == "Lamp Week"
    choice = fields_of(refused.text) | {"title-keep": keep}
    assert "Saved" in desk.post(f"{HERE}/name", data=choice).text
    campaign = campaign_of(program)
    assert (campaign.title, campaign.reply_to) == (title, "us@example.org")


def test_what_only_the_other_changed_stays_where_two_answers_are_chosen_from(
    desk: TestClient, program: App
) -> None:
    fields = fields_of(desk.get(f"{HERE}/name").text)
    sent(desk, "name", title="Lamp Week", reply_to="us@example.org")
    refused = desk.post(f"{HERE}/name", data=fields | {"title": "Candle Week"})
    done = desk.post(f"{HERE}/name", data=fields_of(refused.text))

    assert "Saved" in done.text
    campaign = campaign_of(program)
    assert (campaign.title, campaign.reply_to) == ("Candle Week", "us@example.org")


def test_what_only_the_other_changed_stays_where_slots_are_looked_at_first(
    desk: TestClient, program: App
) -> None:
    page = f"{HERE}/schedules/daily"
    fields = fields_of(desk.get(page).text)
    _, looked_at = sent(desk, "schedules/daily", catch_up="2d")
    desk.post(page, data=fields_of(looked_at))
    slots = desk.post(page, data=fields | {"at": "17:30"})
    done = desk.post(page, data=fields_of(slots.text))

    assert "Saved" in done.text
    schedule = campaign_of(program).schedules[0]
    assert schedule.times.times.times[0].hour == 17
    assert schedule.catch_up == timedelta(days=2)


def test_keys_that_a_form_does_not_know_are_kept(
    desk: TestClient, program: App
) -> None:
    of_page = 'kind = "page"\nselect = { links = "h3 a" }\n'
    text = COMMENTED.replace('kind = "feed"\n', of_page)
    a_stored_campaign(program.engine, text)
    sent(desk, "sources/blog", topics="stories, news")
    source = campaign_of(program).sources[0]

    assert source.topics == ("stories", "news")
    assert source.select.links == "h3 a"


def test_the_reply_slip_is_switched_off_and_on(desk: TestClient, program: App) -> None:
    assert fields_of(desk.get(f"{HERE}/letter").text)["slip"] == "yes"
    sent(desk, "letter", postage="first")
    assert "slip" not in text_of(program)
    sent(desk, "letter", slip="no")
    assert "slip = false" in text_of(program)
    assert not campaign_of(program).letter.slip
    assert fields_of(desk.get(f"{HERE}/letter").text)["slip"] == "no"
    sent(desk, "letter", slip="yes")
    assert campaign_of(program).letter.slip


def test_lists_are_ticked_and_made(desk: TestClient, program: App) -> None:
    sent(desk, "lists", **{"lists-other": "harbour, quay"})
    assert campaign_of(program).lists == ("lantern", "harbour", "quay")
    fields = fields_of(desk.get(f"{HERE}/lists").text)
    assert fields["lists-harbour"] == "yes"
    del fields["lists-harbour"]
    desk.post(f"{HERE}/lists", data=fields)
    assert campaign_of(program).lists == ("lantern", "quay")


@pytest.mark.parametrize("page", ["content", "letter", "days"])
def test_what_is_no_value_is_told_at_its_field(
    desk: TestClient, program: App, page: str
) -> None:
    name = {"content": "most_items", "letter": "price", "days": "starts"}[page]
    for typed in ("x", "-1", "1e400", "٣", "9" * 400, "2026-13-40"):
        status, answer = sent(desk, page, **{name: typed})
        assert status == 422
        assert f'id="{name}-error"' in answer
    assert text_of(program) == COMMENTED


HOSTILE = (
    "</textarea><script>alert(1)</script>\"' {{ 7*7 }}",
    '"""\n[[source]]\nname = "x"\nkind = "folder"\npath = "/etc"\n"""',
    "\x00\x1b[31m",
    "\u202egnp.exe",
    "a" * 20_000,
)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:12]))
@pytest.mark.parametrize(
    "page", ["name", "days", "lists", "approval", "letter", "schedules/daily"]
)
def test_nothing_typed_is_more_than_a_value(
    desk: TestClient, program: App, page: str, text: str
) -> None:
    form_page = desk.get(f"{HERE}/{page}").text
    chosen_already = {"mark", "name", "envelope", "approval", "unapproved", "uncertain"}
    chosen_already |= {"slip"}
    fields = {
        name: value if name in chosen_already or value == "yes" else text
        for name, value in fields_of(form_page).items()
    }
    answer = desk.post(f"{HERE}/{page}", data=fields)

    assert answer.status_code in (200, 422)
    assert "<script>" not in answer.text
    assert "49" not in re.sub(r"[0-9a-f]{12}", "", words_of(answer.text))
    campaign = campaign_of(program)
    assert [row.name for row in campaign.sources] == ["blog"]
    assert "<script>" not in desk.get(HERE).text


def test_a_header_has_the_campaigns_colour_and_none_that_white_is_lost_on(
    desk: TestClient,
) -> None:
    status, page = sent(desk, "look", colour="#FF0000")
    assert status == 422
    assert "white words on it stand out 3.9:1, and 7:1 is needed" in page
    assert 'id="colour-error"' in page
    sent(desk, "look", colour="#4b0082")
    settings = words_of(desk.get(HERE).text)
    email = desk.get(f"/desk/campaigns/{NAME}/daily/html").text

    assert "#4b0082, on which white words stand out 12.9:1" in settings
    header = re.search(r'<td class="band"[^>]*>', email)
    assert header
    assert 'bgcolor="#4b0082"' in header[0]
    assert "background-color: #4b0082" in header[0].replace(":#", ": #")
    assert "#0b4f63" not in header[0]


def test_each_page_asks_the_database_few_questions(
    desk: TestClient, program: App
) -> None:
    questions: list[str] = []
    event.listen(
        program.engine,
        "before_cursor_execute",
        lambda *sent: questions.append(sent[2]),
    )
    home = f"/desk/campaigns/{NAME}"
    for page in ("settings/name", "settings/schedules/daily", "history/1", "settings"):
        questions.clear()
        assert desk.get(f"{home}/{page}").status_code == 200
        selects = [words for words in questions if words.startswith("SELECT")]
        assert 0 < len(selects) <= 10, page
    questions.clear()
    assert desk.get("/desk/start").status_code == 200
    assert len([words for words in questions if words.startswith("SELECT")]) <= 10


def test_no_campaign_and_no_schedule_takes_an_address_of_the_desk(
    desk: TestClient, program: App
) -> None:
    paths = {path for path, _, _ in staff_routes(make_app(program))}
    beside = [path.split("/")[4] for path in paths if path.startswith(OF_ONE)]
    status, page = sent(desk, "schedules/new", name="history", at="09:00")

    assert {name for name in beside if "{" not in name} == RESERVED_SCHEDULES - {"end"}
    assert status == 422
    assert "is an address of the desk" in page
    assert 'id="name-error"' in page


def test_who_only_looks_sees_settings_and_changes_none(
    desk: TestClient, program: App
) -> None:
    signed_in(desk, program, Role.VIEWER, "Vera")
    page = desk.get(HERE).text

    assert "Lantern Week" in page
    assert "Change" not in words_of(page)
    assert desk.get(f"{HERE}/name").status_code == 403
    assert desk.post(f"{HERE}/name", data={}).status_code == 403
