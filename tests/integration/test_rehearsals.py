"""Whatever is done in practice mode costs a reader nothing."""

import threading
from contextlib import nullcontext, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from pypdfium2 import PdfDocument
from sqlalchemy import Engine, select
from starlette.testclient import TestClient

from digest.audience.enrolment import enrol
from digest.bootstrap import App
from digest.cli.status import status
from digest.compose.variants import composed
from digest.errors import DigestError, SettingsError
from digest.model.editions.mode import Mode
from digest.model.people.reader_marks import ReaderRef
from digest.model.roles import Role
from digest.schedule.delivery.worker import WorkReport
from digest.schedule.editions import due, publishing
from digest.schedule.editions.going_live import LiveStart, foresee, go_live
from digest.schedule.reports.status import status_of
from digest.settings import Settings
from digest.store.base.engine import reading, writing
from digest.store.base.modes import in_mode
from digest.store.base.tables import delivery, edition, reader
from digest.store.campaigns import campaigns
from digest.store.delivery.printing import print_batches
from digest.store.delivery.sending import send_batches
from digest.store.editions import editions
from digest.store.posts import corrections, editing, listing, log
from digest.store.staff import audit
from digest.web.app import make_app
from tests.builders import EIGHT, a_post
from tests.fakes.mail_server import mail_server
from tests.reports import a_fate, a_report
from tests.staff import signed_in
from tests.stored import READY, a_reader, a_stored_campaign, posts_accepted

NAME = "lantern-week"
HOME: dict[str, Any] = {
    "address": ["1 Example Street", "EXAMPLETON"],
    "postcode": "ZZ99 1AA",
}
DAY = timedelta(days=1)
SITE = "https://news.example.org"


def in_practice(engine: Engine) -> Engine:
    return in_mode(engine, Mode.PRACTICE)


def app_of(engine: Engine, place: Path, mode: Mode, **more: object) -> App:
    """Return the program in a mode, its mail going to the inbox or a server."""
    values = {"data_dir": place, "smtp_connections": 1} | more
    if mode is Mode.LIVE:
        values |= {"live": True, "secret_key": "k" * 32, "base_url": SITE}
    settings = Settings.model_validate(values)
    return App(settings, in_mode(engine, mode), lambda: EIGHT, "k" * 32)


def worked(app: App) -> WorkReport:
    with app.work() as work:
        return work.once(threading.Event())


def titles_of(engine: Engine, edition_id: int) -> dict[int, list[str]]:
    """Return for each reader of an edition what their copy holds."""
    with reading(engine) as connection:
        rows = connection.execute(
            select(delivery.c.reader_id, delivery.c.variant_id).where(
                delivery.c.edition_id == edition_id
            )
        ).all()
        return {
            row.reader_id: [post.title for post in composition.variant.items]
            for row in rows
            if (composition := composed(connection, row.variant_id)) is not None
        }


def live_from_start(engine: Engine, now: datetime) -> None:
    go_live(engine, [], LiveStart(), now)


@pytest.fixture
def audience(engine: Engine) -> Engine:
    """Return a database with Ann by email, Bob by post, and two posts."""
    a_stored_campaign(engine, READY)
    a_reader(engine, "ann")
    a_reader(engine, "bob", email=None, format="letter", **HOME)
    posts_accepted(engine, [a_post("one", title="One"), a_post("two", title="Two")])
    return engine


def rehearsed(engine: Engine, tmp_path: Path, times: int = 1) -> App:
    app = app_of(engine, tmp_path, Mode.PRACTICE)
    for n in range(times):
        publishing.publish(app.engine, NAME, "daily", EIGHT + n * DAY)
        worked(app)
    return app


def test_the_first_live_edition_holds_what_rehearsals_held(
    audience: Engine, tmp_path: Path
) -> None:
    rehearsed(audience, tmp_path, times=3)
    live_from_start(audience, EIGHT)
    first = publishing.publish(audience, NAME, "daily", EIGHT)

    assert titles_of(audience, first.id) == {1: ["One", "Two"], 2: ["One", "Two"]}


def test_tomorrows_rehearsal_does_not_repeat_todays(
    audience: Engine, tmp_path: Path
) -> None:
    app = rehearsed(audience, tmp_path)
    posts_accepted(audience, [a_post("three", title="Three")])
    tomorrow = publishing.publish(app.engine, NAME, "daily", EIGHT + DAY)
    after = publishing.publish(app.engine, NAME, "daily", EIGHT + 2 * DAY)

    assert titles_of(audience, tomorrow.id) == {1: ["Three"], 2: ["Three"]}
    assert after.state == "skipped"


def test_what_went_out_live_has_gone_by_for_rehearsals_too(audience: Engine) -> None:
    publishing.publish(audience, NAME, "daily", EIGHT)
    posts_accepted(audience, [a_post("three", title="Three")])
    rehearsal = publishing.publish(in_practice(audience), NAME, "daily", EIGHT)

    assert titles_of(audience, rehearsal.id)[1] == ["Three"]


def test_a_slot_that_was_rehearsed_has_its_live_edition_too(audience: Engine) -> None:
    slot = EIGHT + timedelta(hours=7)  # 16:00 in London
    due.open_due(in_practice(audience), slot)
    live_from_start(audience, EIGHT)
    opened = due.open_due(audience, slot)
    with reading(audience) as connection:
        of_slot = editions.of_campaign(connection, 1)

    assert opened == 1
    assert {each.mode for each in of_slot if each.slot == slot} == {*Mode}


def test_slots_before_going_live_are_not_caught_up(audience: Engine) -> None:
    slot = EIGHT + timedelta(hours=7)
    due.open_due(in_practice(audience), slot)
    live_from_start(audience, slot + timedelta(minutes=1))

    assert due.open_due(audience, slot + timedelta(minutes=2)) == 0


def lease(engine: Engine) -> object:
    with writing(engine) as connection:
        return send_batches.claim(connection, "me", EIGHT, timedelta(seconds=30))


def test_a_database_that_has_rehearsed_sends_nothing_live_before_golive(
    audience: Engine, tmp_path: Path
) -> None:
    sent = publishing.publish(audience, NAME, "daily", EIGHT)
    rehearsed(audience, tmp_path)

    assert lease(audience) is None
    assert due.open_due(audience, EIGHT + timedelta(hours=7)) == 0
    for refused in (
        lambda: publishing.publish(audience, NAME, "daily", EIGHT + DAY),
        lambda: app_of(audience, tmp_path, Mode.LIVE).print_room.make(sent.id),
    ):
        with pytest.raises(DigestError, match="digest golive lantern-week"):
            refused()
    assert "digest golive" in " ".join(status_of(audience, EIGHT)["help"])

    live_from_start(audience, EIGHT)
    assert lease(audience) is not None


def test_letters_made_live_are_not_sealed_after_a_rehearsal(
    audience: Engine, tmp_path: Path
) -> None:
    live = app_of(audience, tmp_path, Mode.LIVE)
    edition = publishing.publish(live.engine, NAME, "daily", EIGHT)
    batch = live.print_room.make(edition.id).batch
    rehearsed(audience, tmp_path)

    assert batch is not None
    with pytest.raises(DigestError, match="golive"):
        live.print_room.seal(batch.id)
    with reading(audience) as connection:
        assert print_batches.get(connection, batch.id).state == "open"


def test_going_back_to_practice_takes_nothing_of_what_is_under_way(
    audience: Engine, tmp_path: Path
) -> None:
    publishing.publish(audience, NAME, "daily", EIGHT)  # planned, and not sent yet
    report = worked(app_of(audience, tmp_path, Mode.PRACTICE))
    with mail_server() as server:
        live = app_of(audience, tmp_path, Mode.LIVE, smtp_url=SecretStr(server.url))
        worked(live)

    assert not report.is_something
    assert [to for to, _ in server.messages] == ["ann@example.org"]


def test_a_live_program_sends_nothing_of_a_rehearsal(
    audience: Engine, tmp_path: Path
) -> None:
    publishing.publish(in_practice(audience), NAME, "daily", EIGHT)
    live_from_start(audience, EIGHT)
    with mail_server() as server:
        live = app_of(audience, tmp_path, Mode.LIVE, smtp_url=SecretStr(server.url))
        report = worked(live)

    assert not report.is_something
    assert server.messages == []


def test_what_is_left_of_a_rehearsal_does_not_look_like_a_send(
    audience: Engine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    a_reader(audience, "edwin", email=None, format="phone", phone="01632 960 101")
    rehearsed(audience, tmp_path)
    live_from_start(audience, EIGHT)
    live = app_of(audience, tmp_path, Mode.LIVE)
    # Without the second step that signing in takes once mail really goes out.
    desk = replace(live, settings=Settings(data_dir=tmp_path, base_url=SITE))
    with TestClient(make_app(desk), base_url=SITE) as client:
        signed_in(client, desk, Role.EDITOR, "Priya")
        today, run = client.get("/desk").text, client.get("/desk/runs/1").text
    monkeypatch.setattr("digest.bootstrap.open_app", lambda: nullcontext(live))
    with suppress(SystemExit):
        status()
    [facts] = status_of(live.engine, EIGHT)["editions"]

    assert ">Went out</h2>" in today
    assert ">Going out</h2>" not in today
    assert "</svg>Rehearsing</strong>" in run
    words = "rehearsal 1 of lantern-week, daily: rehearsing, 1 call to make"
    assert words in capsys.readouterr().out.splitlines()
    assert (facts["mode"], facts["state"]) == ("practice", "sending")


def test_a_campaign_that_is_new_waits_with_the_others(
    audience: Engine, tmp_path: Path
) -> None:
    rehearsed(audience, tmp_path)
    text = READY.replace("lantern-week", "kettle-week")
    waiting = a_stored_campaign(audience, text).awaits_golive
    live_from_start(audience, EIGHT)
    text = READY.replace("lantern-week", "teapot-week")

    assert waiting
    assert not a_stored_campaign(audience, text).awaits_golive


def test_golive_of_one_campaign_leaves_the_others_waiting(
    audience: Engine, tmp_path: Path
) -> None:
    a_stored_campaign(audience, READY.replace("lantern-week", "kettle-week"))
    rehearsed(audience, tmp_path)
    go_live(audience, ["lantern-week"], LiveStart(), EIGHT)
    plans = foresee(audience, [], LiveStart(), EIGHT)

    assert {plan.name: plan.is_live for plan in plans} == {
        "kettle-week": False,
        "lantern-week": True,
    }


@pytest.mark.parametrize(
    ("start", "titles"),
    [("start", ["One", "Two"]), ("now", []), ("1", ["Two"]), ("9", ["One", "Two"])],
)
def test_where_live_begins_is_said_first_and_kept(
    audience: Engine, tmp_path: Path, start: str, titles: list[str]
) -> None:
    rehearsed(audience, tmp_path)
    begin = LiveStart.parse(start)
    [plan] = foresee(audience, [], begin, EIGHT)
    go_live(audience, [], begin, EIGHT)
    posts_accepted(audience, [a_post("three", title="Three")])
    first = publishing.publish(audience, NAME, "daily", EIGHT)
    daily = plan.firsts[0]

    assert list(daily.titles) == titles
    assert daily.readers == (2 if titles else 0)
    assert titles_of(audience, first.id)[1] == [*titles, "Three"]


def test_a_newcomer_begins_where_live_does(audience: Engine, tmp_path: Path) -> None:
    rehearsed(audience, tmp_path)
    go_live(audience, [], LiveStart.parse("now"), EIGHT)
    cy = a_reader(audience, "cy")
    with writing(audience) as connection:
        connection.execute(reader.delete().where(reader.c.id == cy))
        stored = campaigns.by_name(connection, NAME)
        enrol(connection, stored.id, stored.campaign, EIGHT)
    with reading(audience) as connection:
        positions = set(connection.scalars(select(reader.c.position)))

    assert positions == {2}


@pytest.mark.parametrize("text", ["soon", "-1", "", "1.5", "9" * 30])
def test_a_beginning_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="start"):
        LiveStart.parse(text)


def test_going_live_is_on_record(audience: Engine, tmp_path: Path) -> None:
    rehearsed(audience, tmp_path)
    for _ in range(2):
        live_from_start(audit.acting_as(audience, "ann"), EIGHT)
    with reading(audience) as connection:
        entries = audit.latest(connection, 100)
    [entry] = [entry for entry in entries if entry.actor == "ann"]

    assert (entry.act, entry.campaign) == ("took live", NAME)
    assert entry.after == {"mode": "live", "from": "start", "readers": 2, "items": 2}


def test_a_post_that_was_only_rehearsed_can_still_be_changed(
    audience: Engine, tmp_path: Path
) -> None:
    rehearsed(audience, tmp_path)
    counts = posts_accepted(audience, [a_post("one", title="One, revised")])
    with writing(audience) as connection:
        assert not corrections.count(connection, 1)
        assert editing.edit(connection, 2, lambda post: replace(post, title="2"), EIGHT)
        assert not listing.get(connection, 1, 1).is_carried
        assert log.hold(connection, 2, EIGHT)
        assert log.release(connection, 2, EIGHT)
    live_from_start(audience, EIGHT)
    first = publishing.publish(audience, NAME, "daily", EIGHT)

    assert counts.revised == 1
    assert titles_of(audience, first.id)[1] == ["One, revised", "2"]


def test_what_is_withdrawn_after_a_rehearsal_is_in_no_live_edition_and_can_come_back(
    audience: Engine, tmp_path: Path
) -> None:
    rehearsed(audience, tmp_path)
    with writing(audience) as connection:
        log.withdraw(connection, 1, EIGHT)
        log.withdraw(connection, 2, EIGHT)
        log.restore(connection, 2, EIGHT)
    live_from_start(audience, EIGHT)
    first = publishing.publish(audience, NAME, "daily", EIGHT)

    assert titles_of(audience, first.id)[1] == ["Two"]


def mail_in(app: App) -> Message:
    [message] = app.inbox.messages()
    return message_from_bytes(app.inbox.read(message.key).source)


def test_a_rehearsal_says_so_in_its_subject_its_words_its_letters_and_its_records(
    audience: Engine, tmp_path: Path
) -> None:
    app = rehearsed(audience, tmp_path)
    mail = mail_in(app)
    [pdf] = tmp_path.rglob("letters-1.pdf")
    with PdfDocument(pdf) as letters:
        pages = [page.get_textpage().get_text_bounded() for page in letters]
    with reading(audience) as connection:
        [rehearsal] = editions.of_campaign(connection, 1)
        [batch] = print_batches.listed(connection)

    assert str(mail["Subject"]).startswith("Rehearsal: ")
    for part in mail.walk():
        if not part.is_multipart():
            words = part.get_payload(decode=True)
            assert isinstance(words, bytes)
            assert b"This is a rehearsal." in words
    assert all("PROOF" in text for text in pages if text.strip())
    assert (rehearsal.title, rehearsal.mode, rehearsal.state) == (
        "rehearsal 1",
        "practice",
        "rehearsed",
    )
    with pytest.raises(DigestError, match="proofs"):
        app.print_room.posted(batch.id)


def test_a_rehearsals_links_to_unsubscribe_are_nobodys(
    audience: Engine, tmp_path: Path
) -> None:
    mail = mail_in(rehearsed(audience, tmp_path))

    assert mail["List-Unsubscribe"] == "<http://localhost:8000/u/rehearsal>"
    assert b"/u/rehearsal" in mail.as_bytes()


def test_a_bounce_of_a_rehearsals_copy_strikes_nobody(
    audience: Engine, tmp_path: Path
) -> None:
    app = rehearsed(audience, tmp_path)
    with reading(audience) as connection:
        code = connection.scalars(select(edition.c.code)).one()
    path = tmp_path / "report.eml"
    path.write_bytes(a_report(app.links.envelope_sender(code, ReaderRef(1)), a_fate()))
    [mail] = app.mail_intake.ingest([path], EIGHT).mails

    assert mail.standing == "new"
    assert not mail.is_suppressed


@pytest.mark.parametrize(
    ("line", "cure"),
    [
        ('reply_to = "team@example.org"\n', "reply_to"),
        ('sender = ["Lantern Week", "1 Example Street"]', "postal address"),
        ('"Lantern Week <digest@example.org>"', "reached by nobody"),
    ],
)
def test_a_campaign_goes_live_with_what_live_needs_of_it(
    engine: Engine, line: str, cure: str
) -> None:
    assert line in READY
    instead = '"Lantern Week <digest@server.local>"' if "<" in line else ""
    a_stored_campaign(engine, READY.replace(line, instead))
    publishing.publish(in_practice(engine), NAME, "daily", EIGHT)

    with pytest.raises(DigestError, match=cure):
        live_from_start(engine, EIGHT)
    assert not foresee(engine, [], LiveStart(), EIGHT)[0].is_live


def test_no_link_of_live_mail_is_made_of_an_address_that_fails(
    audience: Engine, tmp_path: Path
) -> None:
    publishing.publish(audience, NAME, "daily", EIGHT)
    with mail_server() as server:
        url = SecretStr(server.url)
        live = app_of(audience, tmp_path, Mode.LIVE, smtp_url=url)
        settings = live.settings.model_copy(
            update={"base_url": "http://localhost:8000"}
        )
        with pytest.raises(SettingsError, match="DIGEST_BASE_URL"):
            worked(replace(live, settings=settings))

    assert server.messages == []
