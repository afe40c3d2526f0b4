"""Call sheets, and the pages of calls: whose they are, how many, and what follows."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pypdfium2
import pytest
from sqlalchemy import Engine, insert, select, update
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.model.delivery.calls import CallOutcome, CallReport
from digest.model.editions.mode import Mode
from digest.model.formats import LETTER
from digest.model.roles import Role
from digest.schedule import limits as of_sheets
from digest.settings import Settings
from digest.store.base.engine import reading, writing
from digest.store.base.modes import in_mode
from digest.store.base.tables import (
    delivery,
    reader,
    source,
    subscriber,
    subscription,
)
from digest.store.campaigns import campaigns
from digest.store.delivery.calling import attempts, calls
from digest.store.editions import editions, moves
from digest.store.posts import acceptance
from digest.store.staff.rounds import ALL_ROUNDS
from digest.web import limits
from digest.web.app import make_app
from tests.api import a_key
from tests.builders import EIGHT, SITE, a_post
from tests.commands import commands
from tests.fakes.sending import HandWoundClock
from tests.integration.test_calls import (
    DAY,
    HASHER,
    NUMBER,
    a_desk,
    a_reader_by_phone,
    an_edition_to_ring,
)
from tests.integration.test_planning import run
from tests.integration.test_query_budget import MOST
from tests.queries import counting
from tests.staff import signed_in
from tests.stored import FILE, a_reader, a_stored_campaign, schedule_id

LANTERNS = FILE + '\n[letter]\nphone = "01632 960 155"\n'
HARBOUR = (
    FILE.replace("lantern-week", "harbour")
    .replace("Lantern Week", "Harbour Lights")
    .replace('"daily"', '"evening"')
    .replace('"weekly"', '"monthly"')
    .replace("Europe/London", "America/New_York")
) + '\n[letter]\nphone = "01632 960 999"\n'


SELECTS = ("SELECT", "WITH", "(SELECT")


def an_app(engine: Engine, folder: Path) -> App:
    app = App(Settings(data_dir=folder), engine, lambda: EIGHT, "s" * 40)
    object.__setattr__(app, "hasher", HASHER)
    return app


@pytest.fixture
def room(engine: Engine, tmp_path: Path) -> Iterator[TestClient]:
    """Yield a client that somebody is signed in on who rings everybody."""
    app = an_app(engine, tmp_path)
    with TestClient(make_app(app), base_url=SITE, headers={"Origin": SITE}) as client:
        signed_in(client, app, Role.EDITOR, "Priya")
        yield client


def pages_of(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    return [page.get_textpage().get_text_range() for page in document]


def many_to_ring(engine: Engine, count: int) -> None:
    """Have that many more people be rung as the first is."""
    with writing(engine) as connection:
        for table in (subscriber, subscription, reader, delivery):
            columns = (column for column in table.c if column.computed is None)
            row = connection.execute(select(*columns)).one()._asdict()
            others = [row | _own(table.name, number) for number in range(2, count + 1)]
            connection.execute(insert(table), others)


def _own(table: str, number: int) -> dict[str, object]:
    """Return what is not alike of two people, in that table."""
    match table:
        case "subscriber":
            return {"id": number, "identity": f"n{number}", "mark": f"m{number}"}
        case "reader":
            return {"id": number, "subscriber_id": number}
        case "delivery":
            return {"reader_id": number, "subscriber_id": number}
        case _:
            return {"subscriber_id": number}


def test_each_campaign_has_its_own_name_and_number_on_its_pages_of_a_sheet(
    engine: Engine, tmp_path: Path
) -> None:
    a_stored_campaign(engine, LANTERNS)
    a_reader_by_phone(engine, "edwin")
    harbour = a_stored_campaign(engine, HARBOUR)
    by_phone = {"email": None, "format": "phone", "phone": NUMBER}
    a_reader(engine, "ama", "evening", **by_phone)
    with writing(engine) as connection:
        for row in connection.execute(select(source).order_by(source.c.id)).all():
            campaign = campaigns.load(connection, row.campaign_id)
            origin = acceptance.AcceptanceOrigin(
                row.campaign_id, row.id, campaign.sources[0], is_first_contact=False
            )
            acceptance.accept(connection, origin, [a_post()], EIGHT)
    for campaign_id, on in ((1, "daily"), (harbour.id, "evening")):
        with writing(engine) as connection:
            slot = editions.Slot(campaign_id, schedule_id(engine, on), EIGHT)
            moves.open_at(connection, slot, EIGHT)
            opened = editions.at_slot(connection, slot.schedule_id, EIGHT)
        assert opened is not None
        run(engine, opened.id, EIGHT)

    pages = pages_of(an_app(engine, tmp_path).call_sheets.sheet())

    for page in pages:
        ours, other = (
            ("Lantern Week", "Harbour Lights")
            if "Lantern Week" in page
            else ("Harbour Lights", "Lantern Week")
        )
        assert (ours in page, other in page) == (True, False)
        if "worried" in page:
            number = "01632 960 155" if ours == "Lantern Week" else "01632 960 999"
            assert number in page
            assert ("960 155" in page) is not ("960 999" in page)
    assert sum("Harbour Lights" in page for page in pages) == len(pages) / 2


def test_a_count_says_how_many_there_are_and_not_how_many_are_shown(
    engine: Engine, room: TestClient, tmp_path: Path
) -> None:
    an_edition_to_ring(engine)
    count = of_sheets.CALLS_ON_A_SHEET + 3
    many_to_ring(engine, count)

    page = unescape(room.get("/post/calls").text)

    assert f"Ring {count} people" in page
    assert f"These are the first {limits.CALLS_SHOWN} of {count}." in page
    assert f"Print the first {of_sheets.CALLS_ON_A_SHEET} as sheets" in page
    first = pages_of(an_app(engine, tmp_path).call_sheets.sheet())[0]
    assert "200 people to ring" in first
    assert "3 more to ring: print again when these are done" in first


def test_what_was_written_down_today_is_counted_by_call(
    engine: Engine, room: TestClient
) -> None:
    _, [key] = an_edition_to_ring(engine)
    desk = a_desk(engine, HandWoundClock())
    many_to_ring(engine, limits.CALLS_DONE + 1)
    for _ in range(limits.CALLS_DONE + 5):
        desk.write_down(str(key), CallReport(CallOutcome.NO_ANSWER))
    assert "These are the last" not in room.get("/post/calls").text
    for number in range(1, limits.CALLS_DONE + 2):
        desk.write_down(f"{number}.{key.edition_id}", CallReport(CallOutcome.SPOKEN))

    page = room.get("/post/calls").text
    assert f"These are the last {limits.CALLS_DONE}." in page
    assert page.count("/undo") == limits.CALLS_DONE


def test_what_was_practised_is_no_word_of_anybodys(engine: Engine) -> None:
    practice = in_mode(engine, Mode.PRACTICE)
    _, [key] = an_edition_to_ring(practice)
    a_desk(practice, HandWoundClock()).write_down(
        str(key), CallReport(CallOutcome.SPOKEN, "Only practised.")
    )

    for which, there in ((engine, False), (practice, True)):
        with reading(which) as connection:
            assert bool(attempts.latest_of(connection, [1])) is there
            assert bool(attempts.since(connection, EIGHT, ALL_ROUNDS, 9)) is there


def test_who_wants_what_cannot_reach_them_is_asked_for_what_is_missing(
    engine: Engine, room: TestClient
) -> None:
    _, [key] = an_edition_to_ring(engine)
    form = {"outcome": "another-way", "way": LETTER.name, "tries": "0"}

    page = unescape(room.post(f"/post/calls/{key}", data=form).text)

    assert "Edwin: wants it another way: letter. Nothing can come so yet" in page
    assert "no full postal address is held" in page
    assert "Ask them for it and pass it on" in page
    with writing(engine) as connection:
        where = {"address": ["1 Example Street", "Exampleton"], "postcode": "ZZ99 1AA"}
        connection.execute(update(subscriber).values(**where))
    page = unescape(room.get(f"/post/calls?done={key}").text)
    assert "Edwin: from the next edition on it comes another way: letter" in page


def test_a_page_takes_back_what_it_showed_and_says_how_the_call_stands(
    engine: Engine, room: TestClient
) -> None:
    _, [key] = an_edition_to_ring(engine)
    address = f"/post/calls/{key}"
    first = room.post(address, data={"outcome": "no-answer", "tries": "0"}).text
    [written] = {*re.findall(r'name="written" value="(\d+)"', first)}
    room.post(address, data={"outcome": "stop", "tries": "0"})

    for stale in ({"written": written}, {}, {"written": "9" * 5000}):
        late = room.post(f"{address}/undo", data=stale)
        assert late.status_code == 422
        assert "Somebody has written down something else" in unescape(late.text)
    [newest] = {
        *re.findall(r'name="written" value="(\d+)"', room.get(address).text)
    } - {written}
    with writing(engine) as connection:
        connection.execute(update(reader).values(paused_until=EIGHT + DAY))
    page = unescape(room.post(f"{address}/undo", data={"written": newest}).text)
    assert "Taken back. Do not ring Edwin for this edition: its reader paused" in page
    assert "Taken back: Edwin" not in page


def test_a_call_that_is_over_still_has_buttons_for_what_they_said(
    engine: Engine, room: TestClient
) -> None:
    number, [key] = an_edition_to_ring(engine)
    with writing(engine) as connection:
        assert calls.end_useless(connection, number, EIGHT + 30 * DAY) == 1

    page = unescape(room.get(f"/post/calls/{key}").text)

    assert "This call is over." in page
    assert 'value="stop"' in page
    assert 'value="wrong-number"' in page
    assert 'value="another-way"' in page
    assert 'value="spoken"' in page
    stopped = room.post(f"/post/calls/{key}", data={"outcome": "stop"}).text
    assert "Edwin: we have stopped, for good" in stopped


def test_what_came_of_a_call_is_said_once(engine: Engine, room: TestClient) -> None:
    _, [key] = an_edition_to_ring(engine)
    form = {"outcome": "no-answer", "tries": "0"}
    room.post(f"/post/calls/{key}", data=form)

    page = unescape(room.get(f"/post/calls/{key}").text)
    before, _, written = page.partition("<h1")[2].partition('id="made"')
    assert ("No answer," in before, written.count("No answer,")) == (False, 1)
    assert "1 try so far. Again at" in before


def test_no_number_of_figures_is_too_long_for_the_page(
    engine: Engine, room: TestClient
) -> None:
    _, [key] = an_edition_to_ring(engine)

    for tries in ("9" * 5000, "-1", "²"):
        answer = room.post(
            f"/post/calls/{key}", data={"outcome": "spoken", "tries": tries}
        )
        assert answer.status_code == 422
        assert "Somebody else has just written" in unescape(answer.text)


def test_a_program_takes_back_what_it_means_and_learns_how_the_call_stands(
    engine: Engine, tmp_path: Path
) -> None:
    _, [key] = an_edition_to_ring(engine)
    many_to_ring(engine, 2)
    app = an_app(engine, tmp_path)
    headers, calls_at = a_key(app), "/api/v1/calls"
    with TestClient(make_app(app), base_url=SITE, headers=headers) as client:
        listed = client.get(calls_at, params={"limit": 1})
        assert (len(listed.json()), listed.headers["X-Total-Count"]) == (1, "2")
        address, report = f"{calls_at}/{key}", {"outcome": "no-answer"}
        first = client.post(f"{address}/outcome", json=report).json()
        second = client.post(f"{address}/outcome", json={"outcome": "stop"}).json()
        assert first["written"] < second["written"]
        refused = client.post(f"{address}/undo", json={"written": first["written"]})
        assert refused.status_code >= 400
        assert "something else" in refused.text
        assert client.post(f"{address}/undo", json={}).status_code == 422
        undo = {"written": second["written"]}
        undone = client.post(f"{address}/undo", json=undo).json()
        assert (undone["outcome"], undone["call"]["attempts"]) == ("stop", 1)
        bad = {"outcome": "spoken", "note": "a\0b"}
        assert client.post(f"{address}/outcome", json=bad).status_code == 422


def test_a_command_names_what_is_wrong_and_never_fails_with_a_traceback(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    _, [key] = an_edition_to_ring(sqlite_engine)
    database = str(sqlite_engine.url)
    with commands() as run_command:
        for words, status, named in (
            (("outcome", str(key), "spoken", "--note", "\udcff"), 1, "type it anew"),
            (("outcome", "9" * 5000 + ".1", "spoken"), 1, "two numbers with a full"),
            (("sheet", "9" * 30, "-o", "sheet.pdf"), 2, "less than or equal"),
            (("sheet", "9" * 5000, "-o", "sheet.pdf"), 2, "exceeded maximum size"),
            (("undo", str(key), "--written", "9" * 30), 2, "less than or equal"),
        ):
            ended = run_command.run(
                tmp_path, "calls", *words, DIGEST_DATABASE_URL=database
            )
            message = " ".join(ended.stderr.replace("│", " ").split())
            assert (ended.returncode, named in message) == (status, True), message[
                -300:
            ]
            assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("hour", "is_night"), [(7, True), (8, False), (18, False), (19, True)]
)
def test_a_page_says_when_it_is_no_hour_to_ring(
    engine: Engine, tmp_path: Path, hour: int, *, is_night: bool
) -> None:
    _, [key] = an_edition_to_ring(engine)
    now = EIGHT.replace(hour=hour) + DAY
    zone = "Europe/London"
    settings = Settings(data_dir=tmp_path, timezone=zone)
    app = App(settings, engine, lambda: now, "s" * 40)
    with TestClient(make_app(app), base_url=SITE, headers={"Origin": SITE}) as client:
        signed_in(client, app, Role.EDITOR, "Priya")
        for address in ("/post/calls", f"/post/calls/{key}"):
            page = client.get(address).text
            assert ("ring between 09:00 and 20:00" in page) is is_night
    sheet = pages_of(app.call_sheets.sheet())
    assert "Ring between 09:00 and 20:00" in " ".join(sheet[0].split())


@pytest.mark.parametrize("address", ["/post/calls/1.1", "/post/calls/sheet.pdf"])
def test_what_is_said_in_calls_is_asked_for_in_ten_questions(
    engine: Engine, room: TestClient, address: str
) -> None:
    an_edition_to_ring(engine)
    assert room.get(address).status_code == 200
    with counting(engine) as statements:
        assert room.get(address).status_code == 200
    questions = [words for words in statements if words.lstrip().startswith(SELECTS)]

    assert len(questions) <= MOST, questions
