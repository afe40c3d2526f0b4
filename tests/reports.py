"""Emails that came back, as mail servers and mail services write them."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine

from digest.audience.signed_links import SignedLinks
from digest.audience.unsubscribing import unsubscribe
from digest.deliver.returns.mail_intake import MailIntake, OwnAddresses
from digest.model.delivery.bounces import BounceKind
from digest.model.people.departure import LeavingMeans
from tests.lists import HASHER

LINKS = SignedLinks("a secret of the test's own", "https://digest.example.org")
BODY = """\
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-ID: <{name}@mx.example.org>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=edge"

--=edge
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--=edge
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
Arrival-Date: Mon, 6 Jul 2026 16:00:01 +0100

{fates}
--=edge
Content-Type: text/rfc822-headers

Return-Path: <{about}>
Subject: Today

--=edge--
"""
FATE = """\
Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {diagnostic}
"""
COMPLAINT = """\
From: feedback@example.net
To: abuse@example.org
Subject: complaint about a message
Message-ID: <{name}@example.net>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="=edge"

--=edge
Content-Type: text/plain

This is an email abuse report.

--=edge
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Mail-From: <{about}>
Original-Rcpt-To: <redacted@example.net>

--=edge
Content-Type: message/rfc822

From: digest@example.org
Subject: Today

The kettle is always on.

--=edge--
"""


def _loose(sender: str, words: str) -> bytes:
    return f"From: {sender}\nSubject: failure notice\n\n{words}".encode()


# In plain words, after those of qmail, Exim, Yahoo, Microsoft, an old Postfix: what
# each comes to for ann@example.org.
LOOSE = {
    "no code": (
        _loose(
            "MAILER-DAEMON@mx.example.net",
            "Hi. This is the qmail-send program at mx.example.net.\n"
            "I'm afraid I wasn't able to deliver your message.\n\n"
            "<ann@example.org>:\nSorry, no mailbox here by that name.\n\n"
            "--- Below this line is a copy of the message.\n\nSubject: Today\n",
        ),
        BounceKind.SOFT,
    ),
    "a code": (
        _loose(
            "MAILER-DAEMON@mail.example",
            "Unable to deliver message to the following address(es).\n\n"
            "<ann@example.org>:\nRemote host said: 550 5.1.1 unknown\n\n"
            "--- Original message follows.\n",
        ),
        BounceKind.HARD,
    ),
    "a policy": (
        _loose(
            "postmaster@mx.example.net",
            "Delivery to the following recipients failed.\n\n"
            "       ann@example.org\n\n554 5.7.1 refused by policy\n",
        ),
        BounceKind.OURS,
    ),
    "a delay": (
        _loose(
            "Mail Delivery System <Mailer-Daemon@mx.example.net>",
            "This message was created automatically by mail delivery software.\n"
            "A message that you sent has not yet been delivered to one or more of its\n"
            "recipients after more than 24 hours on the queue on mx.example.net.\n\n"
            "The address to which the message has not yet been delivered is:\n\n"
            "  ann@example.org\n\nNo action is required on your part.\n",
        ),
        BounceKind.DELAYED,
    ),
    "somebody behind an alias": (
        _loose(
            "System Administrator <admin@mx.example.net>",
            "The following addresses had permanent fatal errors\n<bob@example.org>\n\n"
            "transcript of session follows\n",
        ),
        BounceKind.SOFT,
    ),
}


def a_fate(
    status: str = "5.1.1",
    address: str = "ann@example.org",
    action: str = "failed",
    diagnostic: str = "550 No such user here",
    more: str = "",
) -> str:
    """Return what a report says of one recipient."""
    fields = {"status": status, "address": address, "action": action}
    return FATE.format(**fields, diagnostic=diagnostic) + more


def a_report(
    to: str = "postmaster@example.org",
    *fates: str,
    about: str = "",
    name: str = "report-1",
) -> bytes:
    """Return a mail server's report, that nobody is there unless it says otherwise."""
    joined = "\n".join(fates or (a_fate(),))
    return BODY.format(to=to, fates=joined, about=about, name=name).encode()


def a_complaint(about: str, kind: str = "abuse", name: str = "complaint-1") -> bytes:
    """Return a mail service's report that a reader called a message spam."""
    return COMPLAINT.format(about=about, kind=kind, name=name).encode()


def a_leaving_mail(mailto: str, name: str, more: str = "") -> bytes:
    """Return what a mail program writes to the address of somebody who leaves."""
    to = mailto.removeprefix("mailto:")
    head = f"From: Bob <bob@example.net>\nTo: {to}\nMessage-ID: <{name}@example.net>\n"
    return f"{head}{more}Subject: unsubscribe\n\n".encode()


def a_reply(to: str, name: str = "reply-1", more: str = "") -> bytes:
    """Return what a person writes in answer."""
    head = f"From: Ann <{name}@example.net>\nTo: {to}\nMessage-ID: <re-{name}@x>\n"
    return f"{head}{more}Subject: Re: Today\n\nIs there a ramp?\n".encode()


def a_maildir(place: Path, *messages: bytes) -> Path:
    """Return a new Maildir with these messages, none of them seen."""
    for name in ("new", "cur", "tmp"):
        (place / name).mkdir(parents=True)
    for number, message in enumerate(messages, 1):
        (place / "new" / f"17{number:08}.M1P1.example").write_bytes(message)
    return place


def an_intake(
    engine: Engine,
    links: SignedLinks,
    leave: Callable[[Connection, int, datetime, LeavingMeans], bool] = unsubscribe,
) -> MailIntake:
    """Return what takes in the mail that comes to these addresses."""
    addresses = OwnAddresses(
        links.read_envelope_sender, links.read_unsubscribe_address, HASHER.of_address
    )
    return MailIntake(engine, addresses, leave)
