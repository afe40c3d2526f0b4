"""Whoever goes while a run is going, by whichever door, gets no copy that had not left.

The mail server offers PIPELINING, so that the next copy has been announced to it
already when somebody goes: the hardest moment at which a copy can be stopped.
"""

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, select

from digest.audience.erasing import erase
from digest.audience.suppressing import suppress
from digest.bootstrap import App
from digest.model.delivery.delivery import DeliveryState
from digest.model.people.reader_marks import ReaderRef
from digest.schedule.editions.publishing import publish
from digest.settings import Settings
from digest.store.base.engine import reading
from digest.store.base.tables import edition, item, reader
from digest.store.posts import log
from digest.store.reports.editions import listed_copies
from tests.builders import EIGHT, a_post
from tests.fakes.mail_server import MailServer, mail_server
from tests.lists import imported
from tests.reports import a_complaint, a_fate, a_report
from tests.rows import states
from tests.stored import FILE, a_stored_campaign, posts_accepted

NAMES = ("ann", "bob", "cy", "dee")
NOW = EIGHT + timedelta(minutes=1)
# That of the hashes in tests/lists.py.
SECRET = "a secret of the test's own"  # noqa: S105 - it guards nothing


def an_app(engine: Engine, place: Path, server: MailServer | None = None) -> App:
    """Return the program, with one connection to a mail server."""
    settings = Settings(
        data_dir=place,
        smtp_url=SecretStr(server.url) if server else None,
        smtp_connections=1,
        allow=("@example.org",),
    )
    return App(settings, engine, lambda: NOW, SECRET)


@pytest.fixture
def planned(engine: Engine, tmp_path: Path) -> App:
    """Return a program with an edition of two posts planned for four people."""
    app = an_app(engine, tmp_path)
    a_stored_campaign(engine, FILE)
    lines = [f"{name.title()} Example,{name}@example.org" for name in NAMES]
    report = imported(engine, *lines, head="name,email")
    assert report.added == len(NAMES)
    posts = [a_post("one", title="Lantern"), a_post("two", title="Kettle")]
    posts_accepted(engine, posts)
    publish(engine, "lantern-week", "daily", EIGHT)
    return app


def reader_of(app: App, name: str) -> int:
    """Return the id of a reader."""
    wanted = select(reader.c.id).where(reader.c.subscriber_id == NAMES.index(name) + 1)
    with app.reading() as connection:
        return int(connection.scalars(wanted).one())


def sent_from(app: App, name: str) -> str:
    """Return the envelope sender of somebody's copy."""
    with app.reading() as connection:
        code = connection.scalars(select(edition.c.code)).one()
    return app.links.envelope_sender(code, ReaderRef(reader_of(app, name)))


def leave_by_link(app: App, name: str) -> None:
    """Click the link at the end of an email."""
    app.unsubscribe_links.unsubscribe(
        app.links.unsubscribe_url(ReaderRef(reader_of(app, name))).rpartition("/")[2]
    )


def are_erased(app: App, name: str) -> None:
    """Have everything about them removed."""
    erase(app.engine, app.hasher, f"{name} example", NOW)


def are_suppressed(app: App, name: str) -> None:
    """Have a person never written to again."""
    with app.writing() as connection:
        suppress(connection, app.hasher, f"{name} example", "rang", NOW)


def their_address_is_suppressed(app: App, name: str) -> None:
    """Have an address never written to again, whosever it is."""
    with app.writing() as connection:
        suppress(connection, app.hasher, f"{name}@example.org", "rang", NOW)


def bounce(app: App, name: str) -> None:
    """Have a report imported in that nobody is there."""
    fate = a_fate(address=f"{name}@example.org")
    _take_in(app, a_report(sent_from(app, name), fate))


def complain(app: App, name: str) -> None:
    """Have a report imported in that they called it spam."""
    _take_in(app, a_complaint(sent_from(app, name)))


def _take_in(app: App, report: bytes) -> None:
    path = app.settings.data_dir / "report.eml"
    path.write_bytes(report)
    [mail] = app.mail_intake.ingest([path], NOW).mails
    assert mail.is_suppressed


def once(act: Callable[[], object]) -> Callable[[str, str], str | None]:
    """Return a script of a server that pipelines, and acts at the first final dot."""
    first = threading.Lock()

    def script(step: str, _words: str) -> str | None:
        if step == "EHLO":
            return "250-hello\r\n250 PIPELINING"
        if step == "BODY" and first.acquire(blocking=False):
            act()
        return None

    return script


@pytest.mark.parametrize("name", ["bob", "cy"], ids=["announced", "in line"])
@pytest.mark.parametrize(
    "go",
    [
        leave_by_link,
        are_erased,
        are_suppressed,
        their_address_is_suppressed,
        bounce,
        complain,
    ],
)
def test_who_goes_gets_nothing_more(
    planned: App, tmp_path: Path, go: Callable[[App, str], None], name: str
) -> None:
    with (
        mail_server(once(lambda: go(planned, name))) as server,
        an_app(planned.engine, tmp_path, server).work() as work,
    ):
        tally = work.once(threading.Event()).emails

    assert tally.accepted == len(NAMES) - 1
    assert [who for who, _ in server.messages] == [
        f"{other}@example.org" for other in NAMES if other != name
    ]
    assert states(planned.engine, 1)[DeliveryState.CANCELLED] == 1
    with reading(planned.engine) as connection:
        [cancelled] = listed_copies.listed(connection, 1, [DeliveryState.CANCELLED])
    assert cancelled.reason


def test_what_is_withdrawn_is_in_no_copy_that_had_not_left(
    planned: App, tmp_path: Path
) -> None:
    def withdraw() -> None:
        with planned.writing() as connection:
            kettle = connection.scalars(select(item.c.id).where(item.c.key == "two"))
            log.withdraw(connection, kettle.one(), NOW)

    with (
        mail_server(once(withdraw)) as server,
        an_app(planned.engine, tmp_path, server).work() as work,
    ):
        work.once(threading.Event())

    assert [b"Kettle" in body for _, body in server.messages] == [True] + 3 * [False]
    assert all(b"Lantern" in body for _, body in server.messages)


def test_of_an_edition_withdrawn_whole_no_further_copy_leaves(
    planned: App, tmp_path: Path
) -> None:
    def withdraw_all() -> None:
        with planned.writing() as connection:
            for item_id in connection.scalars(select(item.c.id)).all():
                log.withdraw(connection, item_id, NOW)

    with (
        mail_server(once(withdraw_all)) as server,
        an_app(planned.engine, tmp_path, server).work() as work,
    ):
        work.once(threading.Event())

    assert [who for who, _ in server.messages] == ["ann@example.org"]
    assert states(planned.engine, 1) == {
        DeliveryState.ACCEPTED: 1,
        DeliveryState.CANCELLED: 3,
    }
