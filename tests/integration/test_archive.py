"""What anybody may read on the web, past editions, events, a feed; and what not."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import feedparser
import icalendar
import pytest
from sqlalchemy import Engine, update

from digest.compose.stopping import stop
from digest.compose.variants import of_edition
from digest.model.formats import LETTER
from digest.model.posts.items import EventState
from digest.render.email.compile import SAMPLE_READER
from digest.render.letter.family import with_event_pages
from digest.schedule.editions.steering.steer import Steer
from digest.schedule.limits import ARCHIVE_PAGE
from digest.store.base.engine import reading, writing
from digest.store.base.tables import edition, item, reader
from digest.store.posts import corrections, log
from tests.archived import ARCHIVE, EVENTS, OPEN, ArchivedSite
from tests.builders import EIGHT, SITE, a_post, an_event
from tests.queries import counting
from tests.stored import a_stored_campaign, posts_accepted

DAY = timedelta(days=1)
WALK = an_event(starts=EIGHT + 9 * DAY, ends=EIGHT + 9 * DAY + timedelta(hours=2))


@pytest.fixture
def site(sqlite_engine: Engine, tmp_path: Path) -> ArchivedSite:
    return ArchivedSite(sqlite_engine, tmp_path)


def hrefs(html: str, within: str) -> list[str]:
    return re.findall(rf'href="({re.escape(within)}[^"]*)"', html)


def feed_of(site: ArchivedSite) -> Any:
    """Return the feed as another program reads it, which finds no fault in it."""
    answer = site.client.get(f"{ARCHIVE}.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    parsed = feedparser.parse(answer.content, response_headers=dict(answer.headers))
    assert not parsed.bozo, parsed.get("bozo_exception")
    return parsed


def test_what_has_gone_out_is_read_by_anybody_with_nothing_of_a_reader_in_it(
    engine: Engine, tmp_path: Path
) -> None:
    site = ArchivedSite(engine, tmp_path)
    code = site.sends(a_post(title="Kettles <b>& urns"), WALK)
    page = site.client.get(f"{ARCHIVE}/{code}")

    assert page.status_code == 200
    assert "Kettles &lt;b&gt;&amp; urns" in page.text
    assert "Lantern walk" in page.text
    assert f'href="{ARCHIVE}/{code}"' in site.text(ARCHIVE)
    for own in ("Zoe", "zoe@example.org", "/u/", "Dear"):
        assert own not in page.text
    assert "set-cookie" not in page.headers
    assert 'style="' not in page.text
    assert "unsafe" not in page.headers["content-security-policy"]
    assert "<script" not in page.text


def held_back(site: ArchivedSite, code: str) -> None:
    with writing(site.engine) as connection:
        later = site.now + timedelta(seconds=1)
        connection.execute(
            update(edition).where(edition.c.code == code).values(leaves_at=later)
        )


def called_back(site: ArchivedSite, code: str) -> None:
    with writing(site.engine) as connection:
        connection.execute(
            update(edition).where(edition.c.code == code).values(recalled_at=site.now)
        )


def stopped(site: ArchivedSite, code: str) -> None:
    stop(site.engine, site.edition_id(code), site.now)


def no_archive(site: ArchivedSite, _code: str) -> None:
    a_stored_campaign(site.engine, OPEN.replace("archive = true\n", ""), site.now)


def withdrawn(site: ArchivedSite, _code: str) -> None:
    with writing(site.engine) as connection:
        log.withdraw(connection, 1, site.now)
        log.withdraw(connection, 2, site.now)


@pytest.mark.parametrize(
    "shut", [held_back, called_back, stopped, no_archive, withdrawn]
)
def test_what_is_not_for_everybody_shows_nowhere(
    site: ArchivedSite, shut: Callable[[ArchivedSite, str], None]
) -> None:
    code = site.sends(a_post(title="Secret"), WALK)
    addresses = [f"{ARCHIVE}/{code}", ARCHIVE, f"{ARCHIVE}.atom", EVENTS]
    addresses += [f"{EVENTS}.ics", *hrefs(site.text(EVENTS), "/event/")]
    before = [site.client.get(address).text for address in addresses]
    shut(site, code)

    assert len(addresses) == 6
    assert all("Secret" in text or "Lantern walk" in text for text in before)
    assert site.status(f"{ARCHIVE}/{code}") == 404
    for address in addresses:
        answer = site.client.get(address)
        assert "Secret" not in answer.text, address
        assert "Lantern walk" not in answer.text or shut is no_archive, address


def test_an_edition_that_has_not_left_is_not_read_and_a_post_held_is_not_either(
    site: ArchivedSite,
) -> None:
    code = site.publishes(a_post(title="Early"), WALK)
    posts_accepted(site.engine, [a_post("held", title="Held words")], site.now)

    assert site.status(f"{ARCHIVE}/{code}") == 404
    assert "Early" not in site.text(ARCHIVE)
    assert "Lantern walk" not in site.text(EVENTS)
    site.goes_out(code)
    assert "Early" in site.text(f"{ARCHIVE}/{code}")
    assert "Lantern walk" in site.text(EVENTS)
    assert "Held words" not in site.text(f"{ARCHIVE}/{code}")


def test_an_event_that_staff_took_out_is_told_once_an_edition_takes_it_in(
    site: ArchivedSite,
) -> None:
    posts_accepted(site.engine, [a_post(), WALK], site.now)
    Steer(site.engine, "lantern-week", "daily", "Ann", site.now).drop(1)
    site.sends()

    assert "Lantern walk" not in site.text(EVENTS)
    assert b"Lantern walk" not in site.client.get(f"{EVENTS}.ics").content
    site.sends(a_post("two", title="More tea"))
    assert "Lantern walk" in site.text(EVENTS)


def test_a_withdrawn_post_goes_at_once_and_the_feed_says_that_it_changed(
    site: ArchivedSite,
) -> None:
    code = site.sends(a_post(title="First"), a_post("two", title="Second"))
    first = feed_of(site).entries[0]
    assert "Second" in site.text(f"{ARCHIVE}/{code}")
    site.now += timedelta(hours=1)
    with writing(site.engine) as connection:
        log.withdraw(connection, 2, site.now)
    then = feed_of(site).entries[0]

    assert "Second" not in site.text(f"{ARCHIVE}/{code}")
    assert then.id == first.id
    assert datetime.fromisoformat(then.updated) == site.now
    assert datetime.fromisoformat(first.updated) == site.now - timedelta(hours=1)
    assert "Second" not in then.content[0].value


def test_the_feed_is_one_that_another_program_reads_and_its_ids_stay(
    site: ArchivedSite,
) -> None:
    title = "Soup & \x0bsongs <i>ok</i>"
    code = site.sends(a_post(title=title, body=a_post().body))
    feed = feed_of(site)
    again = site.sends(a_post("two", title="More tea"))
    later = feed_of(site)

    [entry] = feed.entries
    assert feed.version == "atom10"
    assert feed.feed.title == "Lantern Week"
    assert feed.feed.author == "Lantern Week"
    assert feed.feed.id.startswith("urn:uuid:")
    assert entry.link == f"http://localhost:8000{ARCHIVE}/{code}"
    assert entry.title_detail.type == "text/plain"
    assert "Come in out of the rain" in entry.content[0].value
    assert [each.id for each in later.entries][1] == entry.id
    assert later.entries[0].link.endswith(again)
    assert later.feed.id == feed.feed.id
    assert later.feed.updated > feed.feed.updated


def test_pages_go_on_from_the_last_edition_of_the_one_before(
    site: ArchivedSite,
) -> None:
    codes = [
        site.sends(a_post(str(n), title=f"Post {n}"), days=1)
        for n in range(ARCHIVE_PAGE + 1)
    ]
    newest = site.text(ARCHIVE)
    [following] = hrefs(newest, f"{ARCHIVE}?before=")
    oldest = site.text(following)

    assert hrefs(newest, f"{ARCHIVE}/") == [
        f"{ARCHIVE}/{code}" for code in codes[:0:-1]
    ]
    assert hrefs(oldest, f"{ARCHIVE}/") == [f"{ARCHIVE}/{codes[0]}"]
    assert hrefs(oldest, f"{ARCHIVE}?before=") == []
    assert "July 2026" in newest
    assert "no earlier editions" in site.text(f"{ARCHIVE}?before=nonsense")


def test_a_page_is_kept_by_whoever_has_it_until_it_changes(site: ArchivedSite) -> None:
    code = site.sends(a_post(), WALK)
    for address in (ARCHIVE, f"{ARCHIVE}/{code}", f"{ARCHIVE}.atom", f"{EVENTS}.ics"):
        first = site.client.get(address)
        mark = first.headers["etag"]
        same = site.client.get(address, headers={"If-None-Match": f'"x", W/{mark}'})

        assert first.headers["cache-control"].startswith("public, max-age=")
        assert same.status_code == 304
        assert not same.content
        assert same.headers["etag"] == mark
    site.sends(a_post("two", title="More tea"))
    again = site.client.get(ARCHIVE, headers={"If-None-Match": mark})
    assert again.status_code == 200


def test_what_is_on_stands_by_day_and_each_event_has_its_page_and_file(
    site: ArchivedSite,
) -> None:
    talk = an_event("talk", title="A talk", starts=EIGHT + 2 * DAY, ends=None)
    site.sends(WALK, talk)
    html = site.text(EVENTS)
    pages = hrefs(html, "/event/")
    page = site.text(pages[1])
    file = site.client.get(f"{pages[1]}.ics")

    assert html.index("Wednesday 8 July") < html.index("Wednesday 15 July")
    assert "Lantern walk" in page
    assert "The Hall, 1 Example Street" in page
    [event] = icalendar.Calendar.from_ical(file.content).walk("VEVENT")
    assert event["summary"] == "Lantern walk"
    site.now = EIGHT + 3 * DAY
    assert "A talk" not in site.text(EVENTS)
    site.now = EIGHT + 10 * DAY
    assert "Nothing is on" in site.text(EVENTS)
    assert site.status("/event/nonsense") == 404


def test_a_calendar_is_told_what_is_called_off_by_the_same_name_and_a_higher_number(
    site: ArchivedSite,
) -> None:
    site.sends(WALK)

    def only() -> Any:
        answer = site.client.get(f"{EVENTS}.ics")
        assert answer.headers["content-type"].startswith("text/calendar")
        calendar = icalendar.Calendar.from_ical(answer.content)
        assert "method" not in calendar
        [event] = calendar.walk("VEVENT")
        return event

    before = only()
    off = an_event(starts=WALK.starts, ends=WALK.ends, state=EventState.CANCELLED)
    posts_accepted(site.engine, [off], site.now)
    with writing(site.engine) as connection:
        corrections.correct(connection, 1, site.now)
    told_of = only()
    site.sends(a_post("two", title="More tea"))
    after = only()

    assert told_of == before  # nobody has been told yet
    assert (before["status"], after["status"]) == ("CONFIRMED", "CANCELLED")
    assert before["uid"] == after["uid"]
    assert after["sequence"] > before["sequence"]
    assert "Cancelled: Lantern walk" in site.text(
        hrefs(site.text(EVENTS), "/event/")[0]
    )


def test_a_copy_is_read_in_the_browser_by_its_own_link_without_what_was_withdrawn(
    site: ArchivedSite,
) -> None:
    site.publishes(a_post(title="First"), a_post("two", title="Second"))
    message = site.digest.renditions.message_for(1, 1)
    assert message is not None
    mail = message_from_bytes(message.merge(SAMPLE_READER), policy=default)
    plain = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    address = site.digest.links.view_url(1, site.code_of(1)).removeprefix(SITE)
    page = site.client.get(address)
    with writing(site.engine) as connection:
        log.withdraw(connection, 1, site.now)

    assert address in plain
    assert "First" in page.text
    assert "Second" in page.text
    assert "Ann" not in page.text.replace("By Ann Example", "")
    assert 'name="robots" content="noindex"' in page.text
    assert page.headers["x-robots-tag"].startswith("noindex")
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert "set-cookie" not in page.headers
    assert "First" not in site.text(address)
    with writing(site.engine) as connection:
        log.withdraw(connection, 2, site.now)
    assert site.status(address) == 404
    # Of another edition that has its number after a restore.
    other = site.digest.links.view_url(1, "zzzzz").removeprefix(SITE)
    assert site.status(other) == site.status(f"{address[:-1]}!") == 404


def test_a_letter_leads_to_our_page_of_an_event_whose_source_has_none(
    site: ArchivedSite,
) -> None:
    site.sends(WALK, an_event("linked", title="Talk", url="https://example.org/talk"))
    with reading(site.engine) as connection:
        composed = of_edition(connection, 1, LETTER)
    assert composed is not None
    walk, talk = with_event_pages(
        composed.variant, site.digest.links.event_page_url
    ).items

    pages = {item.title: item.url for item in (walk, talk)}
    assert pages["Talk"] == "https://example.org/talk"
    assert "Lantern walk" in site.text(pages["Lantern walk"].removeprefix(SITE))
    # A site that nobody else can open is printed nowhere.
    assert site.digest.event_page_url((1,)) == ""


def test_a_campaign_that_is_over_says_so_and_asks_nobody_to_join(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    file = OPEN.replace("timezone =", "ends = 2026-07-10\ntimezone =")
    site = ArchivedSite(sqlite_engine, tmp_path, file=file)
    code = site.sends(a_post(), days=1)
    assert "ended on" not in site.text(ARCHIVE)
    site.now = EIGHT + 5 * DAY

    assert "Lantern Week ended on Friday 10 July 2026." in site.text(ARCHIVE)
    assert "sent to you" not in site.text(ARCHIVE)
    assert site.status(f"{ARCHIVE}/{code}") == 200


def test_an_item_that_cannot_be_read_costs_its_edition_and_no_other(
    site: ArchivedSite,
) -> None:
    broken = site.sends(a_post(title="Broken"))
    whole = site.sends(a_post("two", title="Whole"))
    with writing(site.engine) as connection:
        connection.execute(update(item).where(item.c.id == 1).values(content={"k": 1}))
        connection.execute(update(reader).values(language="en-GB"))
    site.now += DAY

    assert site.status(f"{ARCHIVE}/{broken}") == 404
    assert site.status(f"{ARCHIVE}/{whole}") == 200
    assert "Whole" in site.text(ARCHIVE)


def test_what_is_on_is_made_once_a_minute_and_anew_as_soon_as_something_changes(
    site: ArchivedSite,
) -> None:
    site.sends(a_post(), WALK)
    queries = []
    for _ in range(2):
        with counting(site.engine) as statements:
            assert "Lantern walk" in site.text(EVENTS)
            assert b"Lantern walk" in site.client.get(f"{EVENTS}.ics").content
        queries.append(len(statements))
    assert queries[1] < queries[0]

    with writing(site.engine) as connection:
        log.withdraw(connection, 1, site.now)
    assert "Lantern walk" not in site.text(EVENTS)
    assert b"Lantern walk" not in site.client.get(f"{EVENTS}.ics").content
    with writing(site.engine) as connection:
        connection.execute(update(item).values(withdrawn_at=None))
    assert "Lantern walk" in site.text(EVENTS)
    site.now = WALK.starts + 2 * DAY
    assert "Lantern walk" not in site.text(EVENTS)
