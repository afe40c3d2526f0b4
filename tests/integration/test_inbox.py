"""The built-in inbox: real SMTP in, exactly the same bytes out."""

import mailbox
import socket
import stat
import threading
from pathlib import Path

import pytest

from digest.deliver import limits
from digest.deliver.carrier import Copy
from digest.deliver.inbox.maildir import Inbox
from digest.deliver.inbox.server import running
from digest.deliver.smtp.connect import SmtpCarrier
from digest.deliver.smtp.mail_server import SmtpServer
from digest.errors import CarrierError, NotFound
from digest.model.delivery.delivery import Accepted, Deferred, Outcome, Refused
from digest.model.editions.mime import on_the_wire

pytestmark = pytest.mark.anyio
SOURCE = (
    b"From: Lantern Week <digest@example.org>\r\n"
    b"To: =?utf-8?q?Zo=C3=AB?= <zoe@example.org>\r\n"
    b"Subject: =?utf-8?q?Caf=C3=A9?= today\r\n"
    b'Content-Type: multipart/alternative; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"The caf=C3=A9 is open.\r\n.dots\r\n"
    b"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>open</p>\r\n--b--\r\n"
)


async def _send(url: str, source: bytes = SOURCE) -> Outcome:
    copy = Copy("1.1", "bounces@example.org", "zoe@example.org", on_the_wire(source))
    connection = await SmtpCarrier(SmtpServer.parse(url)).open()
    outcome = await connection.hand_over(copy)
    await connection.close()
    return outcome


async def test_what_arrives_is_kept_to_the_byte_and_can_be_read(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "inbox")
    with running(inbox) as url:
        assert isinstance(await _send(url), Accepted)

    [listed] = inbox.messages()
    assert (listed.subject, listed.to) == ("Café today", "Zoë <zoe@example.org>")
    assert listed.sender == "Lantern Week <digest@example.org>"
    assert listed.envelope_from == "bounces@example.org"
    assert listed.envelope_to == "zoe@example.org"
    opened = inbox.read(listed.key)
    assert opened.source == SOURCE
    assert opened.text.splitlines() == ["The café is open.", ".dots"]
    assert opened.html.strip() == "<p>open</p>"
    assert opened.date == listed.date


def test_the_newest_message_comes_first(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    keys = [inbox.keep("a@example.org", "b@example.org", SOURCE) for _ in range(5)]

    assert [message.key for message in inbox.messages()] == keys[::-1]
    assert len(inbox) == 5


def test_an_inbox_nobody_has_written_to_is_empty(tmp_path: Path) -> None:
    assert Inbox(tmp_path / "none").messages() == []


def test_any_program_for_maildirs_can_read_it(tmp_path: Path) -> None:
    Inbox(tmp_path).keep("a@example.org", "b@example.org", SOURCE)

    [message] = mailbox.Maildir(tmp_path, create=False)
    assert message["X-Envelope-To"] == "b@example.org"


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("", id="nothing"),
        pytest.param("1.1.00000000", id="not there"),
        pytest.param("../secret", id="a path upwards"),
        pytest.param("/etc/passwd", id="an absolute path"),
        pytest.param("*", id="a pattern"),
        pytest.param("1.1.00000000/../../secret", id="a path at its end"),
        pytest.param("1.1.00000000\n", id="a line end"),
        pytest.param("1.1.0000000\x00", id="a null"),
        pytest.param("9" * 5000, id="far too long"),
    ],
)
def test_no_key_leads_out_of_the_inbox(tmp_path: Path, key: str) -> None:
    (tmp_path / "secret").write_text("sesame")
    inbox = Inbox(tmp_path / "inbox")
    inbox.keep("a@example.org", "b@example.org", SOURCE)

    with pytest.raises(NotFound):
        inbox.read(key)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x00\xff\xfe", id="no mail at all"),
        pytest.param(b"Subject\r\n\r\nx", id="half a header"),
        pytest.param(b"To: <<>>,,;:@\r\n\r\nx", id="an address in pieces"),
        pytest.param(
            b"Content-Type: text/html; charset=nowhere\r\n\r\nx", id="unknown charset"
        ),
        pytest.param(
            b"Content-Type: multipart/mixed\r\n\r\nx", id="parts without a boundary"
        ),
        pytest.param(b"Subject: =?utf-8?q?=FF=0D=0Ax?=\r\n\r\n", id="odd words"),
    ],
)
def test_mail_that_is_not_quite_mail_can_be_looked_at(
    tmp_path: Path, source: bytes
) -> None:
    inbox = Inbox(tmp_path)
    key = inbox.keep("a@example.org", "b@example.org", source)

    assert inbox.messages()[0].key == key
    assert inbox.read(key).source == source


def test_an_address_cannot_add_a_line(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    key = inbox.keep("a@example.org\r\nX-Evil: yes", "b@example.org", SOURCE)

    assert inbox.read(key).envelope_from == "a@example.orgX-Evil: yes"
    assert inbox.read(key).source == SOURCE


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "inbox")
    key = inbox.keep("a@example.org", "b@example.org", SOURCE)

    path = tmp_path / "inbox" / "new" / key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_a_message_beyond_the_size_it_takes_is_refused(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    line = b"x" * 998 + b"\r\n"
    with running(inbox) as url:
        assert isinstance(
            await _send(url, line * (limits.INBOX_MESSAGE_BYTES // 1000 + 1)), Refused
        )

    assert len(inbox) == 0


async def test_an_inbox_that_cannot_be_written_is_a_delay(tmp_path: Path) -> None:
    (tmp_path / "inbox").write_text("in the way")
    with running(Inbox(tmp_path / "inbox")) as url:
        assert isinstance(await _send(url), Deferred)


def test_a_port_that_is_taken_is_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with (
            pytest.raises(CarrierError, match=f"port {port}"),
            running(Inbox(tmp_path), port),
        ):
            pass


def test_many_may_write_at_once(tmp_path: Path) -> None:
    def write() -> None:
        for _ in range(25):
            Inbox(tmp_path).keep("a@example.org", "b@example.org", SOURCE)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({message.key for message in Inbox(tmp_path).messages()}) == 100
