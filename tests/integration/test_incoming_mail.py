"""What people and programs write to our addresses, and what is made of it."""

import socket
import ssl
from contextlib import ExitStack, nullcontext, suppress
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from smtplib import LMTP, SMTP

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from sqlalchemy import Engine, insert, select, update

from digest.audience.erasing import erase
from digest.deliver import limits
from digest.deliver.returns.bounce_files import ReturnedFile
from digest.deliver.returns.listener_certificate import ListenerCertificate
from digest.deliver.returns.mail_intake import TooManyRepliesError
from digest.deliver.returns.mail_listener import listening
from digest.deliver.returns.mailbox_url import ListenAddress
from digest.errors import MailboxError
from digest.model.delivery.delivery import DeliveryState
from digest.model.delivery.incoming_mail import IncomingState, MailDoor
from digest.model.people.reader_marks import ReaderRef
from digest.schedule.readers.replies import ReplyForwarder
from digest.schedule.reports.troubles.of_incoming import incoming_troubles
from digest.store.base.engine import reading, writing
from digest.store.base.tables import (
    delivery,
    departure,
    incoming_mail,
    need,
    subscriber,
)
from digest.store.delivery.incoming import incoming_mail as mails
from tests.builders import EIGHT
from tests.fakes.carrier import ScriptedCarrier
from tests.lists import HASHER
from tests.mail_services import a_certificate, a_private_key
from tests.reports import LINKS, a_leaving_mail, a_reply, a_report, an_intake
from tests.rows import PlannedEdition, a_planned_edition

LATER = EIGHT + timedelta(hours=1)


@pytest.fixture
def planned(engine: Engine) -> PlannedEdition:
    return a_planned_edition(engine, emails=2)


def made_of(engine: Engine, *sources: bytes) -> list[IncomingState]:
    intake = an_intake(engine, LINKS)
    return [
        intake.take(ReturnedFile("a mail", each), MailDoor.MAILBOX, LATER).standing
        for each in sources
    ]


def who_left(engine: Engine) -> list[tuple[int, str]]:
    with reading(engine) as connection:
        rows = connection.execute(select(departure.c.subscriber_id, departure.c.means))
        return [(row.subscriber_id, row.means) for row in rows]


def test_who_writes_to_the_address_to_leave_by_has_left_and_nobody_else(
    engine: Engine, planned: PlannedEdition
) -> None:
    first, second = map(ReaderRef, planned.readers[:2])
    mailto = LINKS.unsubscribe_mailto(first, "example.org")
    forged = mailto.replace(f"+{first.reader_id}-", f"+{second.reader_id}-")
    bounce = LINKS.envelope_sender("k7qf2mxa", second).replace("bounces+", "leave+")
    harmless = [
        a_leaving_mail(forged, "forged"),
        a_leaving_mail(f"mailto:{bounce}", "of another purpose"),
        a_leaving_mail(mailto, "away", "Auto-Submitted: auto-replied\n"),
        a_leaving_mail(mailto, "bounced", "Return-Path: <>\n"),
        a_report(mailto.removeprefix("mailto:")),
    ]

    assert IncomingState.LEFT not in made_of(engine, *harmless)
    assert who_left(engine) == []
    generated = "Auto-Submitted: auto-generated\n"
    wishes = [
        a_leaving_mail(mailto.upper(), "one", generated),
        a_leaving_mail(mailto, "2"),
    ]
    assert made_of(engine, *wishes) == [IncomingState.LEFT, IncomingState.SEEN]
    assert who_left(engine) == [(planned.subscribers[0], "mail")]


@pytest.mark.usefixtures("planned")
@pytest.mark.parametrize(
    "more",
    [
        "Auto-Submitted: auto-replied (vacation)\n",
        "Precedence: bulk\n",
        "List-Id: <others.example.net>\n",
        "X-Digest-Forwarded: example.org\n",
        "Return-Path: <>\n",
        "Content-Type: multipart/report; boundary=x\n",
        "Sender: x\nX-Autoreply: yes\n",
    ],
)
def test_what_a_program_wrote_is_passed_on_to_nobody(engine: Engine, more: str) -> None:
    assert made_of(engine, a_reply("digest@example.org", more=more)) == [
        IncomingState.AUTOMATIC
    ]


@pytest.mark.usefixtures("planned")
def test_what_comes_from_the_campaigns_own_addresses_does_not_go_round(
    engine: Engine,
) -> None:
    source = a_reply("digest@example.org").replace(
        b"reply-1@example.net", b"Team@example.org"
    )

    assert made_of(engine, source) == [IncomingState.AUTOMATIC]


@pytest.mark.usefixtures("planned")
def test_a_sender_without_end_is_a_loop_and_the_tenth_is_no_less_passed_on(
    engine: Engine,
) -> None:
    sources = [
        a_reply("digest@example.org").replace(b"re-", b"re-%d-" % number)
        for number in range(11)
    ]

    states = made_of(engine, *sources)
    assert states == [IncomingState.REPLY] * 10 + [IncomingState.AUTOMATIC]


@pytest.mark.usefixtures("planned")
def test_who_brings_us_more_of_a_sender_than_that_keeps_it_for_an_hour(
    engine: Engine,
) -> None:
    def brought(number: int, hours: int = 0) -> IncomingState:
        source = a_reply("digest@example.org").replace(b"re-", b"re-%d-" % number)
        file, now = ReturnedFile("a mail", source), LATER + timedelta(hours=hours)
        return an_intake(engine, LINKS).take(file, MailDoor.LISTENER, now).standing

    for number in range(10):
        assert brought(number) is IncomingState.REPLY
    with pytest.raises(TooManyRepliesError):
        brought(10)
    assert brought(10, hours=1) is IncomingState.REPLY


def test_a_reply_is_kept_until_the_campaigns_people_have_it(
    engine: Engine, planned: PlannedEdition
) -> None:
    sender = LINKS.envelope_sender("k7qf2mxa", ReaderRef(planned.readers[0]))
    carrier = ScriptedCarrier()
    forwarder = ReplyForwarder(engine, lambda: nullcontext(carrier))
    source = a_reply(sender)
    assert made_of(engine, source, source) == [IncomingState.REPLY, IncomingState.SEEN]

    carrier.turns_away = "no"
    assert forwarder.send_due(LATER) == 0
    with reading(engine) as connection:
        troubles = list(
            incoming_troubles(connection, LATER + timedelta(hours=2), "UTC")
        )
        [entry] = mails.listed(connection, 9)
    assert [trouble.what[:34] for trouble in troubles] == [
        "1 reply of a reader could not be p"
    ]
    assert (entry.is_waiting, entry.failure) == (True, "no")

    carrier.turns_away = ""
    assert forwarder.send_due(LATER + timedelta(minutes=9)) == 0
    assert forwarder.send_due(LATER + timedelta(minutes=10)) == 1
    assert forwarder.send_due(LATER + timedelta(days=9)) == 0
    [copy] = carrier.copies
    passed_on = message_from_bytes(copy.payload, policy=policy.default)
    assert (copy.envelope_sender, copy.recipient) == ("", "team@example.org")
    assert passed_on["Reply-To"] == "reply-1@example.net"
    assert passed_on["Auto-Submitted"] == "auto-generated"
    assert b"> Is there a ramp?" in copy.payload
    [attached] = passed_on.iter_attachments()
    assert attached.get_content() == source
    with reading(engine) as connection:
        assert connection.scalars(select(incoming_mail.c.content)).all() == [None]
    # Were it to come back, it would not go round.
    assert made_of(engine, b"Delivered-To: digest@example.org\n" + copy.payload) == [
        IncomingState.AUTOMATIC
    ]


def test_of_somebody_erased_no_reply_is_kept(
    engine: Engine, planned: PlannedEdition
) -> None:
    with writing(engine) as connection:
        connection.execute(
            update(subscriber)
            .where(subscriber.c.id == planned.subscribers[0])
            .values(email_key="reply-1@example.net")
        )
    made_of(engine, a_reply("digest@example.org"))
    erase(engine, HASHER, str(planned.subscribers[0]), LATER)

    with reading(engine) as connection:
        [row] = connection.execute(select(incoming_mail))
    assert (row.content, row.words, row.forward_at) == (None, None, None)


def test_nor_of_who_was_merged_into_them(
    engine: Engine, planned: PlannedEdition
) -> None:
    survivor, absorbed = planned.subscribers
    with writing(engine) as connection:
        connection.execute(
            update(subscriber)
            .where(subscriber.c.id == absorbed)
            .values(email_key="reply-1@example.net", merged_into=survivor)
        )
        connection.execute(
            insert(need).values(
                subscriber_id=absorbed,
                words="A lift",
                may_share=False,
                recorded_at=EIGHT,
                review_on=EIGHT.date(),
            )
        )
    made_of(engine, a_reply("digest@example.org"))
    erase(engine, HASHER, str(survivor), LATER)

    with reading(engine) as connection:
        [row] = connection.execute(select(incoming_mail))
        assert connection.execute(select(need)).all() == []
        states = connection.scalars(select(delivery.c.state)).all()
    assert (row.content, row.words, row.forward_at) == (None, None, None)
    assert states == [DeliveryState.CANCELLED] * 2


@pytest.mark.parametrize("protocol", [LMTP, SMTP])
def test_a_listener_takes_mail_to_our_addresses_and_for_nobody_else(
    engine: Engine, planned: PlannedEdition, protocol: type[SMTP]
) -> None:
    address = ListenAddress("127.0.0.1", 0, is_lmtp=protocol is LMTP)
    ours = LINKS.unsubscribe_mailto(ReaderRef(planned.readers[0]))[7:]
    wish = a_leaving_mail(ours, "by-listener").decode()
    with (
        listening(address, an_intake(engine, LINKS), lambda: LATER) as port,
        protocol("127.0.0.1", port) as client,
    ):
        client.ehlo_or_helo_if_needed()
        assert client.mail("bob@example.net")[0] == 250
        for stranger in ("ann@example.com", ours.replace("leave+", "bounces+")):
            assert client.rcpt(stranger)[0] == 550
        assert client.rcpt(ours.upper())[0] == 250
        assert client.rcpt("digest@example.org")[0] == 452
        assert client.data(wish)[0] == 250
        # Where the database is away its sender keeps it.
        client.mail("bob@example.net")
        client.rcpt("digest@example.org")
        with writing(engine) as connection:
            connection.exec_driver_sql("ALTER TABLE incoming_mail RENAME TO away")
        assert client.data("Subject: x\r\n\r\nhello")[0] == 451
        with writing(engine) as connection:
            connection.exec_driver_sql("ALTER TABLE away RENAME TO incoming_mail")

    assert who_left(engine) == [(planned.subscribers[0], "mail")]


def certificate_in(folder: Path, name: str) -> ListenerCertificate:
    """Write a certificate of that name and its key, and return them."""
    chain, key = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(a_certificate(name))
    key.write_bytes(
        a_private_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return ListenerCertificate(chain, key)


def shown_name(port: int) -> str:
    """Return the name in the certificate that a listener shows, spoken to by TLS."""
    believes = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    believes.check_hostname, believes.verify_mode = False, ssl.CERT_NONE
    with SMTP("127.0.0.1", port) as client:
        client.starttls(context=believes)
        assert isinstance(client.sock, ssl.SSLSocket)
        content = client.sock.getpeercert(binary_form=True) or b""
        assert client.ehlo()[0] == 250
        assert client.mail("bob@example.net")[0] == 250
        assert client.rcpt("ann@example.com")[0] == 550
    return "new" if b"new.example.org" in content else "old"


def test_a_listener_offers_tls_by_its_own_files_and_reads_renewed_ones(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    certificate = certificate_in(tmp_path, "old.example.org")
    address = ListenAddress("127.0.0.1", 0, is_lmtp=False)
    intake = an_intake(sqlite_engine, LINKS)
    with listening(address, intake, lambda: LATER, certificate) as port:
        assert shown_name(port) == "old"
        certificate_in(tmp_path, "new.example.org")
        assert shown_name(port) == "new"
        certificate.key.write_bytes(b"half a")
        assert shown_name(port) == "new"

    broken = ListenerCertificate(certificate.chain, tmp_path / "nothing.pem")
    address = ListenAddress("127.0.0.1", 0, is_lmtp=False)
    with (
        pytest.raises(MailboxError, match="DIGEST_MAIL_LISTEN_KEY"),
        listening(address, intake, lambda: LATER, broken),
    ):
        pass


def test_who_falls_silent_in_the_middle_of_starting_tls_leaves_their_place(
    sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAIL_CONNECTIONS", 1)
    monkeypatch.setattr(limits, "MAIL_COMMAND_SECONDS", 0.2)
    certificate = certificate_in(tmp_path, "old.example.org")
    address = ListenAddress("127.0.0.1", 0, is_lmtp=False)
    intake = an_intake(sqlite_engine, LINKS)
    with (
        listening(address, intake, lambda: LATER, certificate) as port,
        socket.create_connection(("127.0.0.1", port), timeout=20) as silent,
    ):
        silent.recv(999)
        for command in (b"EHLO x\r\n", b"STARTTLS\r\n"):
            silent.sendall(command)
            silent.recv(999)
        with suppress(ConnectionResetError):
            while silent.recv(999):
                pass
        with socket.create_connection(("127.0.0.1", port), timeout=20) as following:
            assert following.recv(3) == b"220"


def test_a_listener_turns_away_one_too_many_and_whoever_never_ends(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAIL_CONNECTIONS", 3)
    address = ListenAddress("127.0.0.1", 0, is_lmtp=True)
    intake = an_intake(sqlite_engine, LINKS)
    with listening(address, intake, lambda: LATER) as port, ExitStack() as opened:

        def greeting() -> bytes:
            connection = socket.create_connection(("127.0.0.1", port), timeout=20)
            return opened.enter_context(connection).recv(3)

        assert [greeting() for _ in range(5)] == [b"220"] * 3 + [b"421"] * 2
        monkeypatch.setattr(limits, "MAIL_CONNECTIONS", 9)
        monkeypatch.setattr(limits, "MAIL_SESSION_SECONDS", 0.05)
        silent = opened.enter_context(
            socket.create_connection(("127.0.0.1", port), timeout=20)
        )
        with suppress(ConnectionResetError):
            while silent.recv(999):
                pass


def test_what_a_program_wrote_to_the_listener_is_kept_as_no_mailbox_has_it(
    engine: Engine, planned: PlannedEdition
) -> None:
    away = a_reply("digest@example.org", more="Auto-Submitted: auto-replied\n")
    for door in (MailDoor.MAILBOX, MailDoor.LISTENER):
        source = away.replace(b"re-", f"{door}-".encode())
        entry = an_intake(engine, LINKS).take(ReturnedFile("a", source), door, LATER)
        assert entry.standing is IncomingState.AUTOMATIC
    with reading(engine) as connection:
        assert mails.content_of(connection, 1) is None
        assert b"Is there a ramp?" in (mails.content_of(connection, 2) or b"")
        assert mails.claim_reply(connection, LATER) is None
    with writing(engine) as connection:
        theirs = update(subscriber).where(subscriber.c.id == planned.subscribers[0])
        connection.execute(theirs.values(email_key="reply-1@example.net"))
    erase(engine, HASHER, str(planned.subscribers[0]), LATER)
    with reading(engine) as connection:
        assert mails.content_of(connection, 2) is None
