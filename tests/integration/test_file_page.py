"""A campaign's file on a page: edited, its faults, what would change, applied."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.model.roles import Role
from digest.store.base.tables import campaign
from digest.store.campaigns import campaigns
from digest.store.staff import audit
from digest.web import limits
from digest.web.app import make_app
from tests.builders import EIGHT, SITE
from tests.staff import signed_in
from tests.stored import FILE, a_stored_campaign

HERE = "/desk/campaigns/lantern-week/file"
EDITED = FILE.replace('at = "16:00"', 'at = "17:30"')
ON_DISK = FILE + '\n[[source]]\nname = "etc"\nkind = "folder"\npath = "/etc"\n'


@pytest.fixture
def desk(program: App) -> Iterator[TestClient]:
    """Yield a client that Ann is signed in on, who may edit."""
    ours = {"Origin": SITE}
    with TestClient(make_app(program), base_url=SITE, headers=ours) as client:
        signed_in(client, program, Role.EDITOR, "Ann")
        yield client


def words_of(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def hidden(html: str) -> dict[str, str]:
    """Return the fields of a form that are not to be typed."""
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html)
    return {name: unescape(value) for name, value in fields}


def mark(desk: TestClient) -> str:
    return hidden(desk.get(HERE).text)["mark"]


def text_of(program: App) -> str:
    with program.reading() as connection:
        return campaigns.file_of(connection, "lantern-week").text


def test_an_edited_file_is_shown_as_what_differs_and_then_applied(
    desk: TestClient, program: App
) -> None:
    form = desk.get(HERE).text
    shown_text = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", form, re.S)
    looked_at = desk.post(HERE, data={"text": EDITED, "mark": mark(desk)})
    before = text_of(program)
    fields = hidden(looked_at.text)
    done = desk.post(HERE, data=fields | {"step": "apply"})

    assert shown_text is not None
    assert unescape(shown_text[1]) == FILE
    assert "New: at = &#34;17:30&#34;" in re.sub(r"<[^>]+>", "", looked_at.text)
    assert "Gone: at = &#34;16:00&#34;" in re.sub(r"<[^>]+>", "", looked_at.text)
    assert before == FILE
    assert fields["text"] == EDITED
    assert "as the file says now" in done.text
    assert text_of(program) == EDITED
    with program.reading() as connection:
        act = audit.page(connection, 1)[0]
    assert (act.actor, act.act) == ("Ann", "applied the file of")


def test_every_fault_is_told_by_line_and_key_and_nothing_is_changed(
    desk: TestClient, program: App
) -> None:
    wrong = FILE.replace('"16:00"', '"25:00"').replace('kind = "feed"', 'kind = "fed"')
    for step in ("look", "apply"):
        fields = {"text": wrong, "mark": mark(desk), "step": step}
        answer = desk.post(HERE, data=fields)
        page = words_of(answer.text)

        assert answer.status_code == 422
        assert re.search(r"line 11, source\[1\]\.kind: .*kind = .fed.", page)
        assert re.search(r"line 16, schedule\[1\]\.at: .*at = .25:00.", page)
        assert 'at = "25:00"' in unescape(answer.text)
    assert text_of(program) == FILE


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("", "campaign", id="empty"),
        pytest.param("a = " + "[" * 20_000, "lists within lists", id="deep"),
        pytest.param("a = " + "9" * 5_000, "not TOML", id="a number without end"),
        pytest.param("a = \x00", "not TOML", id="a character that is none"),
        pytest.param("\n" * 3_001, "apply it with digest", id="too many lines"),
        pytest.param("#" * 200_001, "apply it with digest", id="too long"),
        pytest.param(
            FILE.replace("lantern-week", "other"), "keeps its name", id="another"
        ),
        pytest.param(ON_DISK, "is on this machine, and new", id="a folder"),
        pytest.param(
            FILE.replace('"feed"', '"wordpress"').replace("url =", "path ="),
            "is on this machine, and new",
            id="an export",
        ),
    ],
)
def test_what_is_no_file_of_the_campaign_is_refused_in_words(
    desk: TestClient, program: App, text: str, words: str
) -> None:
    for step in ("look", "apply"):
        fields = {"text": text, "mark": mark(desk), "step": step}
        answer = desk.post(HERE, data=fields)

        assert answer.status_code == 422
        assert words in unescape(answer.text)
    assert text_of(program) == FILE


def test_a_folder_that_was_there_before_stays(desk: TestClient, program: App) -> None:
    a_stored_campaign(program.engine, ON_DISK)
    edited = ON_DISK.replace("16:00", "17:00")
    fields = {"text": edited, "mark": mark(desk), "step": "apply"}

    assert desk.post(HERE, data=fields).status_code == 200
    assert text_of(program) == edited


def test_over_a_file_that_was_changed_meanwhile_nothing_is_saved_unasked(
    desk: TestClient, program: App
) -> None:
    read_at = mark(desk)
    theirs = FILE.replace('title = "Lantern Week"', 'title = "Lamp Week"')
    a_stored_campaign(program.engine, theirs)
    refused = [
        desk.post(HERE, data={"text": EDITED, "mark": read_at, "step": step})
        for step in ("look", "apply")
    ]
    kept_text = text_of(program)
    insisted = desk.post(HERE, data=hidden(refused[1].text) | {"step": "apply"})

    for answer in refused:
        assert answer.status_code == 409
        assert "Gone: title = &#34;Lamp Week" in re.sub(r"<[^>]+>", "", answer.text)
    assert kept_text == theirs
    assert insisted.status_code == 200
    assert text_of(program) == EDITED


def test_going_on_keeps_what_was_typed(desk: TestClient) -> None:
    fields = {"text": "\n</textarea><b>x", "mark": mark(desk), "step": "edit"}
    page = desk.post(HERE, data=fields).text

    assert "\n\n&lt;/textarea&gt;&lt;b&gt;x</textarea>" in page


def test_the_same_again_changes_nothing(desk: TestClient) -> None:
    text = FILE.replace("\n", "\r\n")  # as a browser sends it
    page = desk.post(HERE, data={"text": text, "mark": mark(desk)}).text

    assert "That was so already" in page


def test_a_schedule_with_another_name_is_asked_about(desk: TestClient) -> None:
    renamed = FILE.replace('name = "daily"', 'name = "evening"')
    page = words_of(desk.post(HERE, data={"text": renamed, "mark": mark(desk)}).text)

    assert "Schedule daily is not in the file any more" in page
    assert 'renamed_from = "daily"' in page


def test_a_change_that_moves_todays_edition_is_told(desk: TestClient) -> None:
    # It is nine in London, and was to go at four: half past eight is past.
    early = FILE.replace('"16:00"', '"08:30"')
    fields = {"text": early, "mark": mark(desk), "step": "apply"}
    page = words_of(desk.post(HERE, data=fields).text)

    assert "What that means" in page
    assert "today's edition goes out on" in page


def test_who_only_looks_reads_it(desk: TestClient, program: App) -> None:
    signed_in(desk, program, Role.VIEWER, "Vera")
    page = desk.get(HERE).text

    assert "https://example.org/feed" in page
    assert "<textarea" not in page
    assert desk.post(HERE, data={"text": EDITED}).status_code == 403


def test_a_campaign_that_cannot_be_read_is_mended_here(
    desk: TestClient, program: App
) -> None:
    with program.writing() as connection:
        broken = {"text": "no = ", "timezone": "UTC", "folder": "/"}
        connection.execute(update(campaign).values(file=broken, applied_at=EIGHT))
    fields = {"text": EDITED, "mark": mark(desk), "step": "apply"}

    assert "as the file says now" in desk.post(HERE, data=fields).text
    assert text_of(program) == EDITED


def test_limits_are_those_of_the_page() -> None:
    assert limits.CAMPAIGN_FILE_LINES == 3_000
    assert limits.CAMPAIGN_FILE_CHARACTERS == 200_000
