"""Practice mode while a real mail server is set: who is named to it, and who not."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise, product
from pathlib import Path

import pytest
from pydantic import SecretStr

from digest.bootstrap import App, opened
from digest.deliver.carrier import Copy
from digest.deliver.practice import PracticeCarrier
from digest.deliver.sending.run_state import RunTally
from digest.deliver.smtp.connect import SmtpCarrier
from digest.deliver.smtp.mail_server import SmtpServer
from digest.model.delivery.delivery import Accepted
from digest.schedule.editions.publishing import publish
from digest.settings import Settings
from tests.builders import EIGHT, a_post
from tests.fakes.mail_server import MailServer, at, mail_server
from tests.stored import a_reader, a_stored_campaign, posts_accepted

ALLOW = ("ann@example.org", "@team.example.org")
ALLOWED = {"ann@example.org", "eve@team.example.org"}
OTHERS = {"bob@example.org", "cat@x.team.example.org", "dan@example.com"}
PAYLOAD = b"Subject: hello\r\n\r\nhello\r\n"
# It takes the next copy's envelope behind this copy's words (RFC 2920).
PIPELINED = at("EHLO", "250-hello\r\n250 PIPELINING")


@contextmanager
def program_for(folder: Path, url: str, **settings: object) -> Iterator[App]:
    """Yield a program with that mail server and an edition planned for everybody."""
    fields = {"data_dir": folder, "smtp_url": SecretStr(url), "smtp_connections": 1}
    now = EIGHT + timedelta(hours=1)
    with opened(Settings.model_validate(fields | settings), now, migrating=True) as app:
        a_stored_campaign(app.engine)
        for number, email in enumerate(sorted(ALLOWED | OTHERS)):
            a_reader(app.engine, f"reader {number}", email=email)
        posts_accepted(app.engine, [a_post()])
        publish(app.engine, "lantern-week", "daily", EIGHT)
        yield app


def sent(app: App) -> RunTally:
    """Send all that is due and return how it went."""
    with app.work() as work:
        return work.once(threading.Event()).emails


def in_inbox(app: App) -> list[str]:
    """Return whom the mail in the built-in inbox was for."""
    return sorted(message.envelope_to for message in app.inbox.messages())


def test_practice_mode_names_nobody_off_the_allow_list_to_the_mail_server(
    tmp_path: Path,
) -> None:
    with (
        mail_server(PIPELINED) as server,
        program_for(tmp_path, server.url, allow=ALLOW) as app,
    ):
        assert sent(app) == RunTally(accepted=5)

        assert sorted(server.recipients) == sorted(ALLOWED)
        assert sorted(to for to, _ in server.messages) == sorted(ALLOWED)
        assert in_inbox(app) == sorted(OTHERS)


def test_practice_mode_with_nobody_on_the_allow_list_never_connects(
    tmp_path: Path,
) -> None:
    with mail_server() as server, program_for(tmp_path, server.url) as app:
        assert sent(app) == RunTally(accepted=5)

        assert server.connections == 0
        assert in_inbox(app) == sorted(ALLOWED | OTHERS)


def test_a_mail_server_that_is_down_keeps_no_rehearsal_from_the_inbox(
    tmp_path: Path,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closing:
        port = closing.getsockname()[1]
    url = f"smtp://127.0.0.1:{port}?tls=none"

    with program_for(tmp_path, url) as app:
        assert sent(app) == RunTally(accepted=5)


def test_once_live_everybody_is_written_to_and_nothing_stays_in_the_inbox(
    tmp_path: Path,
) -> None:
    key = SecretStr("a key of the test's own, 32 characters long")
    live = {"live": True, "secret_key": key, "base_url": "https://news.example.org"}
    with (
        mail_server(PIPELINED) as server,
        program_for(tmp_path, server.url, **live) as app,
    ):
        assert sent(app) == RunTally(accepted=5)

        assert sorted(server.recipients) == sorted(ALLOWED | OTHERS)
        assert in_inbox(app) == []


@pytest.mark.anyio
async def test_nothing_is_opened_outside_before_it_is_needed() -> None:
    with mail_server() as inbox, mail_server() as outside:
        connection = await practice(inbox, outside).open()
        await connection.hand_over(a_copy("bob@example.org"))
        before = outside.connections
        await connection.hand_over(a_copy("ann@example.org"))
        await connection.close()

    assert before == 0
    assert outside.connections == 1


@pytest.mark.anyio
@pytest.mark.parametrize(
    "recipients",
    [
        pytest.param(recipients, id=" ".join(who[:3] for who in recipients))
        for recipients in product(["ann@example.org", "bob@example.org"], repeat=4)
    ],
)
async def test_a_copy_is_announced_to_no_server_but_the_one_it_goes_to(
    recipients: tuple[str, ...],
) -> None:
    copies = [a_copy(recipient) for recipient in recipients]
    with mail_server(PIPELINED) as inbox, mail_server(PIPELINED) as outside:
        connection = await practice(inbox, outside).open()
        for copy, following in pairwise([*copies, None]):
            assert copy is not None
            outcome = await connection.hand_over(copy, following)
            assert isinstance(outcome, Accepted)
        await connection.close()

    for server, who in ((outside, "ann@example.org"), (inbox, "bob@example.org")):
        assert server.recipients == [who] * recipients.count(who)
        assert [to for to, _ in server.messages] == server.recipients


def practice(inbox: MailServer, outside: MailServer) -> PracticeCarrier:
    """Return practice mode's carrier over two servers, as they are on the wire."""
    inside, real = (
        SmtpCarrier(SmtpServer.parse(server.url)) for server in (inbox, outside)
    )
    return PracticeCarrier(inside, real, ALLOW)


def a_copy(recipient: str) -> Copy:
    """Return a copy for that address."""
    return Copy("1.1", "bounces@example.org", recipient, PAYLOAD)
