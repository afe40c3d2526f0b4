"""Events in a reader's own calendar: read back by another program, as RFC 5545."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import icalendar
import pytest
from sqlalchemy import Engine, select, update
from starlette.testclient import TestClient

from digest.audience.signed_links import SignedLinks
from digest.bootstrap import App
from digest.model.editions.mode import Mode
from digest.model.posts.event_changes import AnnouncedEvent
from digest.model.posts.items import Event, EventState, Item
from digest.render.email.compile import preview_html, preview_text
from digest.render.event_file import event_file
from digest.render.options import RenderOptions
from digest.schedule.editions.previews import Previews
from digest.schedule.editions.publishing import publish
from digest.store.base.engine import reading, writing
from digest.store.base.modes import in_mode
from digest.store.base.tables import edition, item
from digest.store.posts import corrections, log
from digest.store.posts.announced_events import announced
from digest.web.app import make_app
from tests.builders import EIGHT, SITE, a_campaign, a_post, a_variant, an_event
from tests.sheets import Sheets
from tests.stored import a_reader, a_stored_campaign, posts_accepted

LINKS = SignedLinks("lantern " * 5, SITE)
LOOK = RenderOptions(EIGHT, calendar_url=LINKS.events_url)
HOUR = timedelta(hours=1)
OFF = EventState.CANCELLED
WALK = "Put “Lantern walk” in my calendar"
HREF = re.compile(r'href="([^"]*/event/[^"]*)"[^>]*>(?:<[^>]*>)*([^<]*)')


def a_file(*events: Event, revision: int = 0) -> bytes:
    entries = [
        AnnouncedEvent(event, ("lantern-week", "diary", event.key), revision, EIGHT)
        for event in events
    ]
    return event_file(a_campaign(), entries, EIGHT + HOUR, "digest.example.org")


def read(content: bytes) -> Any:
    """Return the calendar that another program reads, whose lines are as they must."""
    assert content.endswith(b"\r\n")
    assert content.count(b"\r\n") == content.count(b"\n") == content.count(b"\r")
    assert max(map(len, content.split(b"\r\n"))) <= 75
    return icalendar.Calendar.from_ical(content)


def only_event(content: bytes) -> Any:
    [component] = read(content).walk("VEVENT")
    return component


def lines_of(content: bytes) -> list[str]:
    """Return the lines as RFC 5545 §3.1 unfolds them, by hand."""
    return content.replace(b"\r\n ", b"").decode().splitlines()


def test_a_file_is_as_the_standard_has_it() -> None:
    event = an_event(
        title="Walk, with lanterns; and soup",
        booking_phone="01632 960001",
        joining_url="https://example.org/join",
        summary="Bring a jar.",
        url="https://example.org/walk",
    )
    lines = lines_of(a_file(event, revision=2))
    uid = next(line for line in lines if line.startswith("UID:"))

    # Written by hand from RFC 5545 and RFC 5546 §3.2.1.
    assert sorted(set(lines) - {uid}) == sorted(
        {
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//Digest//Events//EN",
            "METHOD:PUBLISH",
            "BEGIN:VEVENT",
            "SUMMARY:Walk\\, with lanterns\\; and soup",
            "DTSTART:20260707T080000Z",
            "DTEND:20260707T100000Z",
            "DTSTAMP:20260706T090000Z",
            "LAST-MODIFIED:20260706T080000Z",
            "SEQUENCE:2",
            "STATUS:CONFIRMED",
            "LOCATION:The Hall\\, 1 Example Street",
            "URL:https://example.org/walk",
            "DESCRIPTION:Bring a jar.\\nOnline: https://example.org/join\\n"
            "To book\\, ring 01632 960001",
            'ORGANIZER;CN="Lantern Week":mailto:team@example.org',
            "END:VEVENT",
            "END:VCALENDAR",
        }
    )


def test_whole_days_are_days_where_people_read_them() -> None:
    # Midnight of British Summer Time is 23:00 of the day before, in UTC.
    starts = datetime(2026, 7, 9, 23, 0, tzinfo=UTC)
    single = only_event(a_file(an_event(starts=starts, ends=None, all_day=True)))
    double = only_event(
        a_file(an_event(starts=starts, ends=starts + 48 * HOUR, all_day=True))
    )

    assert single.decoded("dtstart") == double.decoded("dtstart") == date(2026, 7, 10)
    assert "dtend" not in single
    assert double.decoded("dtend") == date(2026, 7, 12)  # the day after the last
    assert "DTSTART;VALUE=DATE:20260710" in lines_of(
        a_file(an_event(starts=starts, ends=None, all_day=True))
    )


@pytest.mark.parametrize(
    ("states", "method"),
    [
        ([EventState.ON], "PUBLISH"),
        ([EventState.PROVISIONAL, OFF], "PUBLISH"),
        ([OFF, OFF], "CANCEL"),
    ],
)
def test_a_file_of_nothing_but_cancelled_events_takes_them_out(
    states: Sequence[EventState], method: str
) -> None:
    content = a_file(*(an_event(str(n), state=s) for n, s in enumerate(states)))
    statuses = [str(event["status"]) for event in read(content).walk("VEVENT")]

    assert read(content)["method"] == method
    words = {"on": "CONFIRMED", "provisional": "TENTATIVE", "cancelled": "CANCELLED"}
    assert statuses == [words[state] for state in states]


def test_the_uid_is_of_the_source_and_its_own_id_alone() -> None:
    first = only_event(a_file(an_event()))["uid"]
    later = an_event(title="Other", starts=EIGHT + 99 * HOUR, ends=None, state=OFF)

    assert only_event(a_file(later, revision=3))["uid"] == first
    assert only_event(a_file(an_event("event-2")))["uid"] != first
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", first)


@pytest.mark.parametrize(
    "hostile",
    [
        "Walk\r\nATTACH:https://evil.example.net/",
        "Walk\nEND:VEVENT\nBEGIN:VALARM",
        "Walk\u2028ATTACH:x\u0085y\x0bz\x00",
        'Walk";ATTACH=x:\\n\\,;',
        "Lántern 灯 " * 60,
    ],
)
def test_no_words_of_a_source_become_a_line_of_the_file(hostile: str) -> None:
    event = an_event(
        title=hostile,
        place=hostile,
        summary=hostile,
        booking_phone=hostile,
        url=f"https://example.org/{hostile}",
        joining_url=f"https://example.org/{hostile}",
    )
    campaign = a_campaign(sender_name=hostile)
    entry = AnnouncedEvent(event, ("a", hostile, hostile), 0, EIGHT)
    content = event_file(campaign, [entry], EIGHT, "digest.example.org")
    component = only_event(content)

    allowed = {line.partition(":")[0] for line in lines_of(a_file(an_event()))}
    allowed |= {"URL", "DESCRIPTION"}
    names = {re.split("[:;]", line)[0] for line in lines_of(content)}
    assert names <= {name.partition(";")[0] for name in allowed}
    visible = " ".join(re.sub("[\0\x85]", " ", hostile).split())
    assert str(component["summary"]).split()[0] == visible.split()[0]
    assert component.errors == []


def in_log(engine: Engine, *items: Item) -> None:
    a_stored_campaign(engine)
    a_reader(engine, "ann")
    posts_accepted(engine, items)
    publish(engine, "lantern-week", "daily", EIGHT)


def as_announced(engine: Engine, *ids: int) -> list[AnnouncedEvent]:
    with reading(engine) as connection:
        return announced(connection, 1, ids)


def let_go(engine: Engine) -> None:
    """Have what waits for a person's approval wait no more."""
    with writing(engine) as connection:
        waits = edition.c.state == "frozen"
        connection.execute(update(edition).where(waits).values(state="approved"))


def test_an_event_put_right_is_the_same_event_with_a_higher_number(
    engine: Engine,
) -> None:
    in_log(engine, an_event())
    [before] = as_announced(engine, 1)
    moved = an_event(place="The Library")
    with writing(engine) as connection:
        corrections.correct(connection, 1, EIGHT + HOUR, moved)
    [approved] = as_announced(engine, 1)
    publish(engine, "lantern-week", "daily", EIGHT + 24 * HOUR)
    [waiting] = as_announced(engine, 1)
    let_go(engine)
    [after] = as_announced(engine, 1)

    # Nobody is told by a calendar what no edition has said yet, nor while one waits.
    assert approved == waiting == before
    assert isinstance(after.event, Event)
    assert (after.event.title, after.event.place) == ("Lantern walk", "The Library")
    assert (after.origin, after.revision > before.revision) == (before.origin, True)
    assert after.changed_at == EIGHT + HOUR
    assert as_announced(engine, 2) == [after]


def test_an_event_called_off_or_withdrawn_is_cancelled(engine: Engine) -> None:
    in_log(engine, an_event("a"), an_event("b", title="Soup"))
    with writing(engine) as connection:
        corrections.correct(connection, 1, EIGHT + HOUR, an_event("a", state=OFF))
        log.withdraw(connection, 2, EIGHT + 2 * HOUR)
    publish(engine, "lantern-week", "daily", EIGHT + 24 * HOUR)
    let_go(engine)
    off, withdrawn = as_announced(engine, 1, 2)

    assert (off.event.title, off.event.state) == ("Lantern walk", OFF)
    assert (withdrawn.event.title, withdrawn.event.state) == ("Soup", OFF)
    assert withdrawn.revision > 0
    assert withdrawn.changed_at == EIGHT + 2 * HOUR


def test_a_correction_that_is_withdrawn_is_a_change_of_its_own(engine: Engine) -> None:
    in_log(engine, an_event())
    with writing(engine) as connection:
        corrections.correct(connection, 1, EIGHT, an_event(place="The Library"))
    publish(engine, "lantern-week", "daily", EIGHT + 24 * HOUR)
    let_go(engine)
    [corrected] = as_announced(engine, 1)
    with writing(engine) as connection:
        log.withdraw(connection, 2, EIGHT + HOUR)
    [after] = as_announced(engine, 1)

    assert after.event == an_event()
    assert after.revision > corrected.revision


def test_what_is_no_event_or_cannot_be_read_costs_the_others_nothing(
    engine: Engine,
) -> None:
    in_log(engine, an_event("a"), an_event("b"), a_post())
    with writing(engine) as connection:
        broken = update(item).where(item.c.id == 1).values(content={"k": "nothing"})
        connection.execute(broken)

    assert [entry.origin[2] for entry in as_announced(engine, 1, 2, 3, 99)] == ["b"]


def test_an_email_leads_to_each_event_and_to_all_of_them(
    sqlite_engine: Engine,
) -> None:
    weekly = [
        an_event(f"w{n}", title="Soup", starts=EIGHT + timedelta(days=7 * n, hours=8))
        for n in (1, 2)
    ]
    in_log(sqlite_engine, a_post(), an_event(), *weekly)
    previews = Previews(
        sqlite_engine, lambda: EIGHT, None, str, "", calendar_url=LINKS.events_url
    )
    html = previews.edition(1, "html").content.decode()
    text = previews.edition(1, "text").content.decode()
    links = {label.strip(): href for href, label in HREF.findall(html)}

    assert list(links) == [
        "Put “Lantern walk” in my calendar",
        "Put “Soup” in my calendar",
        "Put all these events in my calendar",
    ]
    ids = [LINKS.read_events_token(_token(href)) for href in links.values()]
    # The log has them after the post: the walk first, and the two dates of the soup.
    titles = [
        [entry.event.title for entry in as_announced(sqlite_engine, *of_link)]
        for of_link in ids
    ]
    assert titles == [["Lantern walk"], ["Soup"] * 2, ["Lantern walk", "Soup", "Soup"]]
    for label, href in links.items():
        assert re.search(rf"{label}:?\s+{re.escape(href)}", " ".join(text.split()))


def test_an_email_of_one_event_has_one_link_and_one_called_off_takes_it_out() -> None:
    variant = a_variant(
        an_event(state=OFF, announced=an_event().span), entry_ids=((7,),)
    )
    links = HREF.findall(preview_html(variant, LOOK))

    assert [label.strip() for _, label in links] == [
        "Take “Lantern walk” out of my calendar"
    ]
    assert "calendar" not in preview_html(a_variant(an_event()), LOOK)
    assert "calendar" not in preview_text(a_variant(a_post(), entry_ids=((7,),)), LOOK)


def _token(href: str) -> str:
    return urlsplit(href).path.removeprefix("/event/").removesuffix(".ics")


@pytest.fixture
def walk(program: App) -> tuple[int, int]:
    """Return the ids of a walk and of soup, in the log of a program in practice."""
    posts_accepted(program.engine, [an_event("walk"), an_event("soup", title="Soup")])
    with program.reading() as connection:
        ids = select(item.c.id).where(item.c.key.in_(("walk", "soup")))
        first, second = connection.scalars(ids.order_by(item.c.key.desc()))
    return first, second


@pytest.fixture
def client(program: App) -> TestClient:
    return TestClient(make_app(program), base_url=program.settings.base_url)


def test_the_link_answers_without_cookie_or_script(
    program: App, client: TestClient, walk: tuple[int, int]
) -> None:
    path = urlsplit(program.links.events_url(walk[:1])).path
    answer, head = client.get(path), client.head(path)

    assert (answer.status_code, head.status_code) == (200, 200)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["content-disposition"] == 'inline; filename="event.ics"'
    assert "set-cookie" not in answer.headers
    assert str(only_event(answer.content)["summary"]) == "Lantern walk"
    both = client.get(urlsplit(program.links.events_url(walk)).path)
    assert len(read(both.content).walk("VEVENT")) == 2
    assert 'filename="events.ics"' in both.headers["content-disposition"]


def test_nobody_finds_an_event_by_guessing(
    program: App, client: TestClient, walk: tuple[int, int]
) -> None:
    token = _token(program.links.events_url(walk[:1]))
    calendar = urlsplit(program.links.calendar_url(1)).path.rpartition("/")[2]
    for path in (
        "/event/1.ics",
        f"/event/{calendar}",
        f"/event/{token[:-2]}.ics",
        f"/event/{token}A.ics",
        urlsplit(program.links.events_url([9999])).path,
    ):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "event" in answer.text


def links_of(program: App, days: int, *events: Event) -> dict[str, str]:
    """Publish what is new so many days on, and return the links of its email.

    By their words. The text has the same ones, no event has two, and a letter has none.
    """
    live, at = in_mode(program.engine, Mode.LIVE), EIGHT + timedelta(days=days)
    posts_accepted(program.engine, events, at)
    edition = publish(live, "lantern-week", "daily", at)
    url = program.links.events_url
    make = Previews(live, lambda: at, None, str, "", calendar_url=url).edition
    text = " ".join(make(edition.id, "text").content.decode().split())
    links = HREF.findall(make(edition.id, "html").content.decode())
    letter = Sheets(make(edition.id, "letter").content).whole_text()
    assert all(f"{label.strip()}: {href}" in text for href, label in links)
    assert len({href for href, _ in links}) == len(links) == text.count("/event/")
    assert "Soup" in letter
    assert "calendar" not in letter
    return {label.strip(): href for href, label in links}


def test_what_is_on_leads_to_each_event_that_readers_were_told_of(
    program: App, client: TestClient
) -> None:
    coming = {"starts": EIGHT + timedelta(days=6), "ends": None}
    soup = an_event("soup", title="Soup", **coming)
    first = links_of(program, 1, an_event("walk", **coming), soup)
    at_first = only_event(client.get(urlsplit(first[WALK]).path).content)
    with writing(program.engine) as connection:
        entry = connection.scalar(select(item.c.id).where(item.c.key == "walk"))
        assert entry is not None
        moved = an_event("walk", place="The Pier", **coming)
        corrections.correct(connection, entry, EIGHT + 25 * HOUR, moved)
    second = links_of(program, 2)
    third = links_of(program, 3, an_event("choir", title="Choir", **coming))

    # The second tells of the walk anew, and lists the soup; the third lists both.
    assert {*second} == {WALK, "Put “Soup” in my calendar"}
    everything = "Put all these events in my calendar"
    assert {*third} == {*first, "Put “Choir” in my calendar"} - {everything}
    now = only_event(client.get(urlsplit(third[WALK]).path).content)
    assert (now["uid"], str(now["location"])) == (at_first["uid"], "The Pier")
    assert now["sequence"] > at_first["sequence"]
    # What the reader took in at first leads to the same by now.
    again = only_event(client.get(urlsplit(first[WALK]).path).content)
    assert (again["uid"], again["sequence"]) == (now["uid"], now["sequence"])
