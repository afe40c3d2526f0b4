"""The mailbox of mail that comes back, on a real Dovecot, cut off at every step."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from digest.deliver.returns.mailbox_url import MailboxUrl
from digest.errors import MailboxError
from digest.model.delivery.delivery import DeliveryState
from digest.model.people.reader_marks import ReaderRef
from digest.schedule.readers.mailbox_watch import MailboxWatch
from digest.store.base.engine import reading, writing
from digest.store.base.tables import bounce, departure, incoming_mail
from digest.store.delivery import deliveries
from digest.store.delivery.deliveries import DeliveryMove
from digest.store.delivery.incoming import mailboxes
from tests import dovecot
from tests.builders import EIGHT
from tests.dovecot import Dovecot
from tests.reports import LINKS, a_fate, a_leaving_mail, a_reply, a_report, an_intake
from tests.rows import PlannedEdition, a_planned_edition

CODE = "k7qf2mxa"
# Of a look at three emails: no look has more commands than that.
STEPS = 18


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    try:
        with dovecot.running() as running:
            yield running
    except LookupError as problem:
        pytest.skip(str(problem))


@pytest.fixture
def planned(engine: Engine) -> PlannedEdition:
    planned = a_planned_edition(engine, emails=2)
    with writing(engine) as connection:
        for to in (DeliveryState.HANDING_OVER, DeliveryState.ACCEPTED):
            deliveries.move(connection, DeliveryMove(planned.key(0), to), EIGHT)
    return planned


def a_watch(engine: Engine, url: str) -> MailboxWatch:
    intake = an_intake(engine, LINKS)
    return MailboxWatch(engine, MailboxUrl.parse(url), intake, lambda: EIGHT)


def mails(planned: PlannedEdition, name: str) -> list[bytes]:
    """Return a bounce, a mail of somebody who leaves, a reply, and a stray one."""
    first, second = map(ReaderRef, planned.readers)
    sender = LINKS.envelope_sender(CODE, first, "example.org")
    return [
        a_report(sender, a_fate("5.2.2"), name=name),
        a_leaving_mail(LINKS.unsubscribe_mailto(second), name),
        a_reply("digest@example.org", name),
        a_reply("somebody-else@example.org", f"{name}-stray"),
    ]


def counted(engine: Engine) -> dict[str, int]:
    with reading(engine) as connection:
        rows = connection.execute(
            select(incoming_mail.c.state, func.count()).group_by(incoming_mail.c.state)
        )
        states = {row[0]: row[1] for row in rows}
        states["bounces"] = connection.scalar(select(func.count()).select_from(bounce))
        states["gone"] = connection.scalar(select(func.count()).select_from(departure))
    return states


def test_whatever_step_a_connection_is_cut_at_each_mail_is_taken_once(
    engine: Engine, planned: PlannedEdition, server: Dovecot
) -> None:
    """Before a command is there, or before its answer is here: by turns."""
    name, cuts = f"{engine.dialect.name}-", 0
    for number, step in enumerate(range(1, STEPS), 1):
        is_done = (step + len(engine.dialect.name)) % 2 == 0
        user = f"{name}{number}"
        server.bring(user, *mails(planned, user))
        with dovecot.cut_at(server.port, step, is_done=is_done) as port:
            try:
                a_watch(engine, server.url(user, port)).look(at_once=True)
            except MailboxError:
                cuts += 1
        a_watch(engine, server.url(user)).look(at_once=True)

        assert (server.count(user), server.count(user, "Digest")) == (1, 3), step
        # Of the second who leaves it is known that they have left.
        states = counted(engine)
        leavings = {"left": 1} | ({"seen before": number - 1} if number > 1 else {})
        counts = dict.fromkeys(("new", "reply", "not ours", "bounces"), number)
        assert states == {**counts, "gone": 1, **leavings}, step
    # The last steps are behind the end of a look: they cut nothing off.
    assert STEPS / 2 < cuts < STEPS - 1


def test_a_mailbox_that_cannot_be_reached_is_told_until_it_can(
    engine: Engine, server: Dovecot
) -> None:
    wrong = server.url("ann").replace("a-secret", "another")
    with pytest.raises(MailboxError, match="ann at 127"):
        a_watch(engine, wrong).look()
    with reading(engine) as connection:
        [trouble] = mailboxes.in_trouble(connection)
    assert "another" not in trouble.failure
    assert trouble.failing_since == EIGHT

    a_watch(engine, server.url("ann")).look(at_once=True)
    with reading(engine) as connection:
        assert mailboxes.in_trouble(connection) == []


def test_it_is_looked_into_by_one_process_at_a_time_and_not_before_its_time(
    engine: Engine, planned: PlannedEdition, server: Dovecot
) -> None:
    name = f"bob-{engine.dialect.name}"  # the server's mailboxes last for all tests
    watch = a_watch(engine, server.url(name))

    assert watch.look() == []
    assert watch.look() is None
    server.bring(name, *mails(planned, name))
    assert len(watch.look(at_once=True) or []) == 4
    assert watch.look(at_once=True) == []


def test_a_maildir_is_looked_into_too(
    engine: Engine, planned: PlannedEdition, tmp_path: Path
) -> None:
    watch = a_watch(engine, f"maildir://{tmp_path}/mail")
    with pytest.raises(MailboxError, match="cannot be read"):
        watch.look()
    for folder in ("new", "cur"):
        (tmp_path / "mail" / folder).mkdir(parents=True)
    bounce, _, _, stray = mails(planned, "in-files")
    (tmp_path / "mail" / "new" / "1").write_bytes(bounce)
    (tmp_path / "mail" / "new" / "2").write_bytes(stray)

    assert len(watch.look(at_once=True) or []) == 2
    # What is not ours stays for whoever it is for.
    places = [path.relative_to(tmp_path) for path in tmp_path.rglob("mail/*/*")]
    assert sorted(map(str, places)) == ["mail/cur/1:2,S", "mail/new/2"]
