"""Taking apart what came back, whoever sent it."""

import random
from contextlib import suppress
from time import process_time

import pytest

from digest.deliver import limits
from digest.deliver.returns.bounce_mail import read
from digest.model.delivery.bounces import (
    DeliveryReport,
    FeedbackReport,
    RecipientReport,
)
from tests.reports import a_complaint, a_fate, a_report

OURS = "bounces+k7qf2mxa-1-0123456789abcdef0123456789abcdef@example.org"


def test_each_recipient_of_a_report_is_read() -> None:
    mail = read(
        a_report(
            OURS,
            a_fate(),
            a_fate("4.2.2", "bob@example.org", "delayed", "452 full")
            + "Original-Recipient: rfc822;Bob@example.org\n"
            + "Will-Retry-Until: Thu, 9 Jul 2026 16:00:00 +0100\n",
        )
    )

    assert mail.sent_to == (OURS,)
    assert mail.report == DeliveryReport(
        (
            RecipientReport(
                ("ann@example.org",), "failed", "5.1.1", "smtp; 550 No such user here"
            ),
            RecipientReport(
                ("Bob@example.org", "bob@example.org"),
                "delayed",
                "4.2.2",
                "smtp; 452 full",
                "Thu, 9 Jul 2026 16:00:00 +0100",
            ),
        )
    )


def test_a_complaint_is_read_with_the_sender_it_gives() -> None:
    mail = read(a_complaint(OURS))

    assert mail.report == FeedbackReport("abuse")
    assert mail.about == (OURS,)


def test_a_report_of_an_address_beyond_ascii_is_read() -> None:
    source = a_report(OURS, a_fate(), a_fate("5.2.2", "bob@example.org"))
    mail = read(
        source.replace(b"message/delivery-status", b"message/global-delivery-status")
    )

    assert isinstance(mail.report, DeliveryReport)
    assert [fate.status for fate in mail.report.fates] == ["5.1.1", "5.2.2"]


def test_a_server_that_writes_no_report_is_understood_by_its_code() -> None:
    source = (
        b"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.org\nTo: "
        + OURS.encode()
        + b"\n"
        b"Subject: failure notice\n\nHi. This is the qmail-send program.\n\n"
        b"<ann@example.org>:\n192.0.2.7 does not like recipient.\n"
        b"Remote host said: 550 #5.1.1 unknown user\n"
    )
    mail = read(source)

    assert isinstance(mail.report, DeliveryReport)
    assert mail.report.fates[0].status == "5.1.1"


@pytest.mark.parametrize(
    "source",
    [
        b"From: Ann <ann@example.org>\n\nI am away. My code is 5.1.1 today.\n",
        b"From: MAILER-DAEMON@mx.example.org\n\nSomething went wrong.\n",
        b"From: MAILER-DAEMON@mx.example.org\n\nPlease ask 5.1.1.1 about it.\n",
        b"",
        b"\n",
        b"\0" * 5000,
        b"Subject: \xff\xfe\nContent-Type: text/plain; charset=klingon\n\n\xff",
        b"Content-Type: multipart/report; boundary=\n\n--\n--\n--\n",
        b"Content-Type: multipart/report\n\nnothing\n",
        b"Content-Type: message/delivery-status\n\n",
        b"Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n",
        b"Content-Type: multipart/x; boundary=a\n\n--a\nContent-Type: message/rfc822\n",
        b"Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n",
    ],
)
def test_what_is_no_report_is_none_and_says_why(source: bytes) -> None:
    mail = read(source)

    assert mail.report is None
    assert mail.why.startswith("it holds no report: ")


@pytest.mark.parametrize("levels", [7, 300, 5000])
def test_parts_nested_without_end_are_refused_in_words(levels: int) -> None:
    nested = b"".join(
        b"Content-Type: multipart/x; boundary=b%d\n\n--b%d\n" % (level, level)
        for level in range(levels)
    )
    with pytest.raises(ValueError, match="cannot be taken apart"):
        read(nested)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(a_report(OURS) + b"x" * 30_000_000, id="a long tail"),
        pytest.param(b"To: " + b"a@b.example, " * 1_000_000, id="a long header"),
        pytest.param(b"X: y\n" * 1_000_000, id="many headers"),
        pytest.param(
            b"From: MAILER-DAEMON@x\n\nfailed addresses follow:\n" + b"a" * 250_000,
            id="a long word",
        ),
        pytest.param(
            b"Content-Type: multipart/x; boundary=b\n\n" + b"--b\n\n\n" * 500_000,
            id="many parts",
        ),
        pytest.param(
            b"Content-Type: message/delivery-status\n\n" + b"a: b\n\n" * 500_000,
            id="many recipients",
        ),
    ],
)
def test_what_is_huge_is_read_from_its_front_and_in_no_time(source: bytes) -> None:
    began = process_time()
    mail = read(source)

    assert process_time() - began < 10
    assert mail.report is None or len(source) > limits.RETURNED_MAIL_BYTES


def test_rubbish_in_the_middle_of_a_report_is_read_or_refused() -> None:
    whole, rubbish = a_report(OURS), random.Random(1)  # noqa: S311 - no secret
    for cut in range(0, len(whole), 7):
        with suppress(ValueError):
            read(whole[:cut] + rubbish.randbytes(20) + whole[cut + 9 :])


def test_one_report_in_two_places_has_one_mark() -> None:
    first = read(a_report(OURS))
    brought = read(b"Delivered-To: x@example.org\nX-Seen: yes\n" + a_report(OURS))
    without = a_report(OURS).replace(b"Message-ID", b"X-Other")

    assert first.mark == brought.mark != read(a_report(OURS, name="report-2")).mark
    assert read(without).mark == read(b"X-More: 1\n" + without).mark
