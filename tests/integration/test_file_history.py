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
    ChangedFileError,
    EditedFile,
    apply_edited,
    apply_file,
    exported,
)
from digest.schedule.campaign_older_files import OlderFileError
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

    with pytest.raises(
        OlderFileError, match=r"desk by Priya \(version 2\) on Monday.*--replace"
    ):
        applied(engine, path)
    assert text_of(engine) == LATER

    apply_file(engine, path, "Europe/London", EIGHT, replaces=True)
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


def copied(path: Path, name: str) -> Path:
    copy = path.with_name(name)
    copy.write_text(path.read_text())
    return copy


def test_a_file_kept_in_one_place_is_applied_again_and_again(
    engine: Engine, path: Path
) -> None:
    for text in (FILE, FILE, LATER, LATER, FILE, LATEST):
        applied(engine, path, text)

    assert numbers(engine) == [4, 3, 2, 1]
    changed_at_desk(engine, LATER)
    with pytest.raises(OlderFileError):  # every time, until somebody has seen to it
        applied(engine, path, LATEST)
    with pytest.raises(OlderFileError):
        applied(engine, path, LATEST)
    applied(engine, path, LATER)
    applied(engine, path, FILE)
    assert text_of(engine) == FILE


def test_of_two_files_the_one_that_knows_nothing_of_the_others_change_is_refused(
    engine: Engine, path: Path
) -> None:
    applied(engine, path)
    other = copied(path, "other.toml")
    applied(engine, other)
    applied(acting_as(engine, "Ann (command line)"), other, LATER)

    refused = r"by another file by Ann \(command line\) \(version 2\).*from version 1:"
    with pytest.raises(OlderFileError, match=refused) as refusal:
        applied(engine, path, LATEST)
    with pytest.raises(OlderFileError):
        applied(engine, path, FILE)
    assert (refusal.value.current, refusal.value.text) == (LATER, LATEST)
    assert text_of(engine) == LATER
    # Taken over, it knows of the other's, and the other of nothing after.
    applied(engine, path, LATER)
    applied(engine, path, LATEST)
    with pytest.raises(OlderFileError):
        applied(engine, other, LATER)


def test_a_file_that_was_applied_from_nowhere_is_refused_where_it_changes_something(
    engine: Engine, path: Path
) -> None:
    applied(engine, path)
    moved = copied(path, "moved.toml")
    with pytest.raises(OlderFileError, match="nothing says what this file was made"):
        applied(engine, moved, LATER)
    applied(engine, moved, FILE)
    applied(engine, moved, LATER)

    assert text_of(engine) == LATER


def test_two_copies_of_one_export_are_told_apart_by_where_they_are(
    engine: Engine, path: Path
) -> None:
    applied(engine, path)
    path.write_text(exported(engine, NAME))
    other = copied(path, "other.toml")
    applied(engine, path, path.read_text().replace("16:00", "17:00"))
    applied(engine, path, path.read_text().replace("17:00", "18:00"))

    with pytest.raises(OlderFileError):
        applied(engine, other, other.read_text().replace("16:00", "19:00"))
    assert text_of(engine) == LATEST


def test_where_the_path_changes_a_file_is_known_by_the_name_it_is_given(
    engine: Engine, path: Path
) -> None:
    for number, text in enumerate((FILE, LATER, LATEST)):
        release = copied(path, f"release-{number}.toml")
        release.write_text(text)
        apply_file(engine, release, "Europe/London", EIGHT, known_as="git")
    assert text_of(engine) == LATEST
    with pytest.raises(OlderFileError):
        apply_file(engine, path, "Europe/London", EIGHT, known_as="mine")


def test_a_link_that_leads_to_the_newest_release_is_one_place(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    current = tmp_path / "current"
    for number, text in enumerate((FILE, LATER)):
        release = tmp_path / str(number)
        release.mkdir()
        (release / "campaign.toml").write_text(text)
        current.unlink(missing_ok=True)
        current.symlink_to(release)
        monkeypatch.chdir(current)
        monkeypatch.setenv("PWD", str(current))
        apply_file(engine, Path("campaign.toml"), "Europe/London", EIGHT)

    assert text_of(engine) == LATER


def test_from_before_places_were_written_down_any_place_is_good(
    engine: Engine, path: Path
) -> None:
    applied(engine, path)
    applied(engine, path, LATER)
    other = copied(path, "other.toml")
    taken_back(engine, "0059")
    migrate(engine)

    applied(engine, other, LATEST)
    with pytest.raises(OlderFileError):
        applied(engine, path, FILE)
    assert text_of(engine) == LATEST


def test_an_exported_file_pasted_at_the_desk_stands_without_its_line(
    engine: Engine, path: Path
) -> None:
    applied(engine, path)
    old = exported(engine, NAME)
    changed_at_desk(engine, exported(engine, NAME).replace("16:00", "17:00"))
    assert text_of(engine) == LATER
    with pytest.raises(ChangedFileError, match="from another version"):
        changed_at_desk(engine, old.replace("16:00", "18:00"))
    assert text_of(engine) == LATER


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
    assert (before, after.text) == (FILE, LATER)


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


def test_an_older_export_in_the_form_is_shown_as_what_it_would_undo(
    desk: TestClient, program: App
) -> None:
    page = f"/desk/campaigns/{NAME}/file"
    changed_at_desk(program.engine, LATER)
    old = exported(program.engine, NAME).replace("17:00", "19:00")
    changed_at_desk(program.engine, LATEST)
    fields = hidden(desk.get(page).text) | {"text": old}
    looked = desk.post(page, data=fields)
    applied_unseen = desk.post(page, data=fields | {"step": "apply"})

    for answer in (looked, applied_unseen):
        assert answer.status_code == 409
        assert "version 3, by Priya, through the desk, Monday 6 July" in answer.text
    assert text_of(program.engine) == LATEST
    done = desk.post(page, data=hidden(looked.text) | {"step": "apply"})
    assert done.status_code == 200
    assert text_of(program.engine) == LATER.replace("17:00", "19:00")


def test_who_only_looks_reads_the_history_and_changes_nothing(
    desk: TestClient, program: App
) -> None:
    changed_at_desk(program.engine, LATER)
    signed_in(desk, program, Role.VIEWER, "Vera")
    page = desk.get(f"{HERE}/1").text

    assert "Go back to this one" not in page
    assert desk.post(f"{HERE}/1", data=hidden(page)).status_code == 403
