"""A campaign's file through time: written out, older than the desk, gone back to."""

from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.errors import CampaignFileError, NotFound
from digest.model.roles import Role
from digest.schedule import campaign_files
from digest.schedule.campaign_files import (
    EditedFile,
    OlderFileError,
    apply_edited,
    apply_file,
    exported,
    replace_by_file,
)
from digest.schedule.reports.file_history import change_of, history_of
from digest.store.base.engine import reading, writing
from digest.store.base.tables import campaign, campaign_version
from digest.store.campaigns import campaigns, file_versions
from digest.store.migrate import migrate
from digest.store.staff.audit import acting_as
from digest.web.app import make_app
from tests.builders import EIGHT, SITE
from tests.integration.test_file_page import hidden, words_of
from tests.integration.test_migrations_of_data import taken_back
from tests.staff import signed_in
from tests.stored import FILE, a_stored_campaign

NAME = "lantern-week"
LATER = FILE.replace("16:00", "17:00")
LATEST = FILE.replace("16:00", "18:00")
HERE = f"/desk/campaigns/{NAME}/history"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a campaign file stands that has been applied."""
    path = tmp_path / "campaign.toml"
    path.write_text(FILE)
    return path


def applied(engine: Engine, path: Path, text: str | None = None) -> None:
    if text is not None:
        path.write_text(text)
    apply_file(engine, path, "Europe/London", EIGHT)


def changed_at_desk(engine: Engine, text: str) -> None:
    with reading(engine) as connection:
        mark = campaigns.file_of(connection, NAME).mark
    priya = acting_as(engine, "Priya")
    apply_edited(priya, EditedFile(NAME, text, mark), EIGHT)


def text_of(engine: Engine) -> str:
    with reading(engine) as connection:
        return campaigns.file_of(connection, NAME).text


def numbers(engine: Engine) -> list[int]:
    with reading(engine) as connection:
        return [row.number for row in file_versions.listed(connection, NAME, 100)]


def test_what_is_exported_and_applied_again_changes_nothing(
    engine: Engine, path: Path, tmp_path: Path
) -> None:
    folder = '\n[[source]]\nname = "notes"\nkind = "folder"\npath = "posts"\n'
    applied(engine, path, FILE + folder + "# Ours\n")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    written = elsewhere / "exported.toml"
    written.write_text(exported(engine, NAME))
    applied(engine, written)

    assert numbers(engine) == [1]
    with reading(engine) as connection:
        stored = campaigns.by_name(connection, NAME)
    assert stored.campaign.sources[-1].location == str(tmp_path / "posts")
    assert text_of(engine).endswith("# Ours\n")


def test_a_file_older_than_the_desks_change_is_refused_unless_told_to_replace(
    engine: Engine, path: Path
) -> None:
    applied(engine, path)
    changed_at_desk(engine, LATER)
    path.write_text(LATEST)

    with pytest.raises(OlderFileError, match=r"by Priya \(version 2\).*--replace"):
        applied(engine, path)
    assert text_of(engine) == LATER

    replace_by_file(engine, path, "Europe/London", EIGHT)
    assert text_of(engine) == LATEST
    applied(engine, path, FILE)  # it has seen what the desk did, and goes on
    assert text_of(engine) == FILE
    assert numbers(engine) == [4, 3, 2, 1]


def test_the_file_of_the_desk_itself_is_no_older(engine: Engine, path: Path) -> None:
    applied(engine, path)
    changed_at_desk(engine, LATER)
    applied(engine, path, LATER)

    assert text_of(engine) == LATER


def test_what_was_exported_after_the_desks_change_is_applied_and_before_it_is_not(
    engine: Engine, path: Path
) -> None:
    applied(engine, path)
    old = exported(engine, NAME)
    changed_at_desk(engine, LATER)
    new = exported(engine, NAME)

    with pytest.raises(OlderFileError):
        applied(engine, path, old.replace("Thursday", "thu") + "\n# more\n")
    applied(engine, path, new.replace("17:00", "18:00"))
    assert text_of(engine) == LATEST
    # The same file again, changed once more: it still says what it was made from.
    applied(engine, path, new.replace("17:00", "19:00"))
    changed_at_desk(engine, FILE)
    with pytest.raises(OlderFileError):
        applied(engine, path, new.replace("17:00", "20:00"))
    assert text_of(engine) == FILE


def test_a_faulty_file_is_refused_by_its_own_lines(engine: Engine, path: Path) -> None:
    applied(engine, path)
    faulty = exported(engine, NAME).replace('"16:00"', '"25:00"')

    with pytest.raises(CampaignFileError, match=r"line +17, schedule\[1\]\.at"):
        applied(engine, path, faulty)


def test_each_version_says_who_when_and_what_it_changed(
    engine: Engine, path: Path
) -> None:
    applied(acting_as(engine, "root (command line)"), path)
    changed_at_desk(engine, LATER)
    changed_at_desk(engine, LATER.replace("Lantern Week", "Lamp Week") + "# x\n")
    changed_at_desk(engine, LATER.replace("Lantern Week", "Lamp Week"))
    with reading(engine) as connection:
        rows = history_of(connection, NAME, 10)
        page = history_of(connection, NAME, 2, before=4)
        before, after = change_of(connection, NAME, 2)
        with pytest.raises(NotFound, match="no version 9; they go from 1 to 4"):
            change_of(connection, NAME, 9)

    assert [(row.number, row.actor, row.way, row.change) for row in rows] == [
        (4, "Priya", "the desk", "the wording of the file alone"),
        (3, "Priya", "the desk", "title, sender's name"),
        (2, "Priya", "the desk", "schedule daily changed"),
        (1, "root (command line)", "a file", "made"),
    ]
    assert page == rows[1:3]
    assert (before, after) == (FILE, LATER)


def test_gone_back_to_is_a_new_version(engine: Engine, path: Path) -> None:
    applied(engine, path)
    changed_at_desk(engine, LATER)
    campaign_files.go_back(engine, NAME, 1, EIGHT)

    assert text_of(engine) == FILE
    assert numbers(engine) == [3, 2, 1]
    with pytest.raises(OlderFileError):
        applied(engine, path, LATEST)  # going back was a change of the desk's


def test_what_was_applied_before_there_were_versions_is_the_first(
    engine: Engine,
) -> None:
    a_stored_campaign(engine)
    taken_back(engine, "0031")
    migrate(engine)

    with reading(engine) as connection:
        (version,) = file_versions.listed(connection, NAME, 5)
        same = file_versions.marked(connection, NAME, version.file.mark)
    assert (version.number, version.file.text) == (1, FILE)
    assert same == version


def test_what_cannot_be_read_any_more_is_said_to_be_so(engine: Engine) -> None:
    a_stored_campaign(engine)
    a_stored_campaign(engine, LATER)
    with writing(engine) as connection:
        content = connection.scalars(select(campaign.c.file)).one()
        broken = content | {"text": "no = "}
        first = campaign_version.c.number == 1
        connection.execute(update(campaign_version).where(first).values(file=broken))
    with reading(engine) as connection:
        rows = history_of(connection, NAME, 5)

    assert "not to be read" in rows[0].change
    assert "not to be read" in rows[1].change


@pytest.fixture
def desk(program: App) -> Iterator[TestClient]:
    """Yield a client that Ann is signed in on, who may edit."""
    ours = {"Origin": SITE}
    with TestClient(make_app(program), base_url=SITE, headers=ours) as client:
        signed_in(client, program, Role.EDITOR, "Ann")
        yield client


def test_the_pages_of_history_show_a_version_and_go_back(
    desk: TestClient, program: App
) -> None:
    changed_at_desk(program.engine, LATER)
    listed = words_of(desk.get(HERE).text)
    page = desk.get(f"{HERE}/1")
    done = desk.post(f"{HERE}/1", data=hidden(page.text))

    assert "Version 2 , as it is now Schedule daily changed" in listed
    assert "by Priya, through the desk" in listed
    assert "Go back to this one" in page.text
    assert "as that version said" in done.text
    assert text_of(program.engine) == FILE
    assert "as this version says" in desk.get(f"{HERE}/1").text
    assert desk.get(f"{HERE}/99").status_code == 404


def test_going_back_over_what_changed_meanwhile_shows_it_first(
    desk: TestClient, program: App
) -> None:
    changed_at_desk(program.engine, LATER)
    fields = hidden(desk.get(f"{HERE}/1").text)
    changed_at_desk(program.engine, LATEST)
    answer = desk.post(f"{HERE}/1", data=fields)

    assert answer.status_code == 409
    assert "somebody has applied another file meanwhile" in unescape(answer.text)
    assert text_of(program.engine) == LATEST
    assert desk.post(f"{HERE}/1", data=hidden(answer.text)).status_code == 200
    assert text_of(program.engine) == FILE


def test_who_only_looks_reads_the_history_and_changes_nothing(
    desk: TestClient, program: App
) -> None:
    changed_at_desk(program.engine, LATER)
    signed_in(desk, program, Role.VIEWER, "Vera")
    page = desk.get(f"{HERE}/1").text

    assert "Go back to this one" not in page
    assert desk.post(f"{HERE}/1", data=hidden(page)).status_code == 403
