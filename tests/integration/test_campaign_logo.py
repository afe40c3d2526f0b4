"""A campaign's logo: handed in or beside its file, kept, shown, and gone back to."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.errors import CampaignFileError
from digest.model.campaigns.campaign import Campaign
from digest.model.logo import Logo
from digest.model.roles import Role
from digest.schedule import campaign_files, campaign_logos, campaign_making
from digest.schedule.campaign_files import EditedFile, apply_file, exported_logo
from digest.schedule.campaign_making import NewCampaign
from digest.schedule.reports.file_history import history_of
from digest.store.base.engine import reading
from digest.store.base.tables import campaign_version, picture_file
from digest.store.campaigns import campaigns
from digest.store.campaigns.file_versions import CampaignFile
from digest.web.app import make_app
from tests.builders import EIGHT, SITE
from tests.integration.test_campaign_form import fields_of
from tests.integration.test_file_page import words_of
from tests.pictures import a_drawing, saved
from tests.staff import signed_in
from tests.stored import FILE, a_stored_campaign

NAME = "lantern-week"
HERE = f"/desk/campaigns/{NAME}/look"
WITH_LOGO = FILE + '\n[email]\nlogo = "lamp.png"\nlogo_alt = "A lamp"\n'
ONE, OTHER = saved(a_drawing(300, 100)), saved(a_drawing(90, 100))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a campaign file stands, with a picture beside it."""
    (tmp_path / "lamp.png").write_bytes(ONE)
    path = tmp_path / "campaign.toml"
    path.write_text(WITH_LOGO)
    return path


@pytest.fixture
def desk(program: App) -> Iterator[TestClient]:
    """Yield a client that Ann is signed in on, who may edit."""
    a_stored_campaign(program.engine)
    ours = {"Origin": SITE}
    with TestClient(make_app(program), base_url=SITE, headers=ours) as client:
        signed_in(client, program, Role.EDITOR, "Ann")
        yield client


def campaign_of(engine: Engine) -> Campaign:
    with reading(engine) as connection:
        return campaigns.by_name(connection, NAME).campaign


def logo_of(engine: Engine) -> Logo:
    logo = campaign_of(engine).logo
    assert logo is not None
    return logo


def versions_of(engine: Engine) -> int:
    with reading(engine) as connection:
        rows = select(func.count()).select_from(campaign_version)
        return connection.scalar(rows) or 0


def handed_in(desk: TestClient, picture: bytes = ONE, **typed: str) -> tuple[int, str]:
    """Send the page of the look with a picture; return the answer."""
    fields = fields_of(desk.get(HERE).text) | typed
    files = {"logo-file": ("../../lamp.svg", picture, "image/svg+xml")}
    answer = desk.post(HERE, data=fields, files=files)
    return answer.status_code, answer.text


def test_a_picture_beside_the_file_is_kept_when_it_is_applied(
    engine: Engine, path: Path
) -> None:
    apply_file(engine, path, "Europe/London", EIGHT)
    first = logo_of(engine)
    apply_file(engine, path, "Europe/London", EIGHT)

    assert (first.file, first.alt) == ("lamp.png", "A lamp")
    assert first.copy is not None
    assert versions_of(engine) == 1

    (path.parent / "lamp.png").write_bytes(OTHER)
    apply_file(engine, path, "Europe/London", EIGHT)

    assert logo_of(engine).copy != first.copy
    with reading(engine) as connection:
        assert history_of(connection, NAME, 1)[0].change == "logo"

    campaign_files.go_back(engine, NAME, 1, EIGHT)

    assert logo_of(engine) == first


def test_a_file_goes_on_with_the_copy_that_was_kept(engine: Engine, path: Path) -> None:
    apply_file(engine, path, "Europe/London", EIGHT)
    (path.parent / "lamp.png").unlink()
    path.write_text(WITH_LOGO.replace("16:00", "17:00"))
    apply_file(engine, path, "Europe/London", EIGHT)

    assert logo_of(engine).copy is not None


@pytest.mark.parametrize(
    ("text", "picture", "words"),
    [
        (WITH_LOGO, None, "is not there: put it beside"),
        (WITH_LOGO, b"<svg/>", "is an SVG drawing"),
        (WITH_LOGO.replace("lamp.png", "/etc/lamp.png"), ONE, "without its folder"),
        (WITH_LOGO.replace("lamp.png", "lamp.svg"), ONE, "PNG, JPEG or WebP"),
        (WITH_LOGO.replace('logo = "lamp.png"\n', ""), ONE, "needs logo beside it"),
        (WITH_LOGO.replace("A lamp", "a" * 201), ONE, "longer than 200"),
    ],
    ids=["missing", "svg", "elsewhere", "other kind", "alt alone", "long alt"],
)
def test_a_file_with_no_logo_to_be_had_is_refused_whole(
    engine: Engine, path: Path, text: str, picture: bytes | None, words: str
) -> None:
    path.write_text(text)
    (path.parent / "lamp.png").unlink()
    if picture is not None:
        (path.parent / "lamp.png").write_bytes(picture)

    with pytest.raises(CampaignFileError, match=words):
        apply_file(engine, path, "Europe/London", EIGHT)
    assert versions_of(engine) == 0


def test_what_was_exported_comes_back_and_changes_nothing(
    desk: TestClient, program: App, tmp_path: Path
) -> None:
    handed_in(desk)
    before = logo_of(program.engine)
    logo = exported_logo(program.engine, NAME)
    assert logo is not None
    assert logo[0] == before.file
    (tmp_path / logo[0]).write_bytes(logo[1])
    path = tmp_path / "out.toml"
    path.write_text(campaign_files.exported(program.engine, NAME))
    apply_file(program.engine, path, "UTC", EIGHT)

    assert logo_of(program.engine) == before
    assert versions_of(program.engine) == 2


def test_an_export_writes_over_no_other_picture(
    desk: TestClient, program: App, tmp_path: Path
) -> None:
    handed_in(desk)
    logo = exported_logo(program.engine, NAME)
    assert logo is not None
    path, picture = tmp_path / "out.toml", tmp_path / logo[0]
    campaign_logos.write_beside(path, logo)
    assert picture.read_bytes() == logo[1]
    campaign_logos.write_beside(path, logo)

    picture.write_bytes(ONE)  # what it was made of
    campaign_logos.write_beside(path, logo)
    assert picture.read_bytes() == ONE

    for another in (OTHER, b"no picture at all"):
        picture.write_bytes(another)
        with pytest.raises(CampaignFileError, match="is another picture"):
            campaign_logos.write_beside(path, logo)
        assert picture.read_bytes() == another


def test_another_campaign_like_it_has_its_logo(desk: TestClient, program: App) -> None:
    handed_in(desk)
    new = NewCampaign("next", "Next", "", (), (), NAME)
    campaign_making.make(program.engine, new, CampaignFile("", "UTC", "/"), EIGHT)

    with reading(program.engine) as connection:
        like = campaigns.by_name(connection, "next").campaign
    assert like.logo is not None
    assert like.logo.copy == logo_of(program.engine).copy


def test_a_picture_handed_in_is_shown_at_once_and_can_be_undone(
    desk: TestClient, program: App
) -> None:
    status, page = handed_in(desk)
    logo = logo_of(program.engine)

    assert status == 200
    assert "Saved. Undo" in words_of(page)
    assert logo.alt == "Lantern Week"
    assert logo.copy is not None
    assert logo.file == logo.copy.public_name
    picture = desk.get(f"/media/{logo.copy.public_name}")
    assert picture.headers["content-type"] == "image/png"
    email = desk.get(f"{HERE}/email").text
    assert re.search(
        r'<img src="data:image/png[^>]*alt="Lantern Week" width="\d+"', email
    )
    assert desk.get(f"{HERE}/letter").content.startswith(b"\x89PNG")

    undo = re.search(r'href="([^"]*/history/\d+)"', page)
    assert undo is not None
    form = fields_of(desk.get(undo[1]).text)
    desk.post(undo[1], data=form)
    assert campaign_of(program.engine).logo is None


def test_words_and_colour_are_saved_beside_a_logo_that_stays(
    desk: TestClient, program: App
) -> None:
    handed_in(desk)
    before = logo_of(program.engine)
    fields = fields_of(desk.get(HERE).text)
    desk.post(HERE, data=fields | {"logo_alt": "A lamp", "colour": "#5b2c6f"})

    assert logo_of(program.engine) == replace(before, alt="A lamp")
    assert campaign_of(program.engine).colour == "#5b2c6f"

    fields = fields_of(desk.get(HERE).text)
    desk.post(HERE, data=fields | {"logo-away": "yes"})

    assert campaign_of(program.engine).logo is None
    assert campaign_of(program.engine).colour == "#5b2c6f"


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (b"<svg onload=alert(1)>", "is an SVG drawing"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 99, "is broken"),
        (b"0" * 10_000_001, "is over 10 MB"),
    ],
    ids=["svg", "broken", "too large"],
)
def test_what_is_no_picture_changes_nothing_and_says_so_at_its_field(
    desk: TestClient, program: App, picture: bytes, words: str
) -> None:
    status, page = handed_in(desk, picture, colour="#5b2c6f")

    assert status == 422
    assert f"The picture {words}" in words_of(page)
    assert 'value="#5b2c6f"' in page, "what was typed is lost"
    assert versions_of(program.engine) == 1
    with reading(program.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(picture_file)) == 0


def test_a_body_beyond_what_a_picture_may_be_is_not_read(desk: TestClient) -> None:
    files = {"logo-file": ("a.png", b"0" * 12_000_000, "image/png")}

    assert desk.post(HERE, files=files).status_code == 413


def test_a_copy_that_nobody_handed_in_cannot_be_named(engine: Engine) -> None:
    a_stored_campaign(engine)
    with reading(engine) as connection:
        stored = campaigns.file_of(connection, NAME)
    text = WITH_LOGO.replace("lamp.png", f"{'0' * 32}-logo.png")

    with pytest.raises(CampaignFileError, match="is not there"):
        campaign_files.apply_edited(engine, EditedFile(NAME, text, stored.mark), EIGHT)


def test_whoever_may_only_look_sees_it_and_gets_no_form(program: App) -> None:
    a_stored_campaign(program.engine)
    with TestClient(make_app(program), base_url=SITE) as client:
        signed_in(client, program, Role.VIEWER)
        page = client.get(HERE).text

    assert "How it looks" in page
    assert 'type="file"' not in page


def test_readers_see_it_above_pages_and_no_words_in_plain_text(
    desk: TestClient, program: App
) -> None:
    handed_in(desk, logo_alt="A lamp in a window")
    logo = logo_of(program.engine)
    assert logo.copy is not None
    page = desk.get(f"/p/lost/{NAME}").text
    text = program.previews.look(NAME, "text").content.decode()

    assert f'src="/media/{logo.copy.public_name}" alt="A lamp in a window"' in page
    assert "A lamp in a window" not in text
    letter = program.previews.look(NAME, "letter").content
    assert letter.startswith(b"%PDF")
    assert b"/Figure" in letter
