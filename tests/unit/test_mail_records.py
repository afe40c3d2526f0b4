"""What a mail server's own record says that it took, line by line."""

import pytest

from digest.model.delivery.mail_records import UNCONFIRMED, UNKNOWN, read_record
from digest.model.editions.references import MessageReference

ANN = MessageReference(31, "0abc9z", "k7hw3m9p")
BOB = MessageReference(32, "1abc9z", "k7hw3m9p")
# As Postfix 3.7 of Debian 12 writes it, by rsyslog; names and addresses reserved.
POSTFIX = [
    f"Jul  6 16:00:01 mail postfix/{line}"
    for line in (
        "smtpd[211]: connect from unknown[192.0.2.7]",
        "smtpd[211]: 4Q2aXk5zVQzF3: client=unknown[192.0.2.7]",
        f"cleanup[214]: 4Q2aXk5zVQzF3: message-id=<{ANN}@example.org>",
        "qmgr[98]: 4Q2aXk5zVQzF3: from=<bounces+k7hw3m9p-v-00@example.org>, "
        "size=8123, nrcpt=1 (queue active)",
        "smtp[215]: 4Q2aXk5zVQzF3: to=<ann@example.org>, "
        "relay=mx.example.org[192.0.2.9]:25, delay=0.4, delays=0.1/0/0.1/0.2, "
        "dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as 9F1)",
        "qmgr[98]: 4Q2aXk5zVQzF3: removed",
    )
] + ["Jul  6 16:00:03 mail dovecot: imap-login: Login: user=<ann>"]


def test_a_postfix_log_is_read_as_postfix_writes_it() -> None:
    record = read_record(POSTFIX)

    assert record.references == {ANN: 3}
    assert record.recipients == {}
    assert record.faults == []
    assert record.others == 5


@pytest.mark.parametrize(
    "sign",
    [
        "from=<b@example.org>, size=8, nrcpt=1 (queue active)",
        "to=<ann@example.org>, relay=none, delay=9, dsn=4.4.1, status=deferred (no)",
        "to=<ann@example.org>, relay=mx[192.0.2.9]:25, dsn=5.1.1, status=bounced (550)",
    ],
)
@pytest.mark.parametrize(
    "head",
    [
        "Jul  6 16:00:01 mail postfix/{}[9]: 9F1A2B3C: {}",
        "2026-07-06T16:00:01.123456+01:00 mail postfix/submission/{}[9]: 9F1A2B3C: {}",
        "Jul 06 16:00:01 mail postfix-out/{}[9]: 9F1A2B3C: {}",
    ],
)
def test_a_message_counts_once_the_queue_has_it_whole(head: str, sign: str) -> None:
    named = head.format("cleanup", f"message-id=<{ANN}@example.org>")

    assert read_record([named, head.format("x", sign)]).references == {ANN: 1}
    assert read_record([named]).references == {}


def test_a_message_that_was_never_taken_whole_is_named_and_not_counted() -> None:
    record = read_record(
        [
            f"Jul  6 16:00:01 m postfix/cleanup[9]: 9F1A2B3C: message-id=<{ANN}@a.b>",
            "Jul  6 16:00:01 m postfix/cleanup[9]: 9F1A2B3C: milter-reject: END",
        ]
    )

    assert record.references == {}
    assert [(fault.line, fault.why) for fault in record.faults] == [(1, UNCONFIRMED)]


def test_a_name_of_the_queue_that_is_given_again_means_the_later_message() -> None:
    cleanup = "Jul  6 16:00:01 mail postfix/cleanup[9]: 9F1A2B3C: message-id=<{}@a.b>"
    whole = (
        "Jul  6 16:00:01 mail postfix/qmgr[9]: 9F1A2B3C: from=<b@a.b> (queue active)"
    )
    record = read_record([cleanup.format(ANN), whole, cleanup.format(BOB), whole])

    assert record.references == {ANN: 1, BOB: 3}


def test_lists_of_message_ids_and_recipients_are_read_one_a_line() -> None:
    record = read_record(
        [
            "\ufeff# taken between 16:00 and 17:00",
            "",
            f"<{ANN}@example.org>",
            f"Message-ID: <{BOB}@mail.example.org>\r\n",
            "Cy@Example.org",
            "<dee+news@example.org>",
        ]
    )

    assert record.references == {ANN: 3, BOB: 4}
    assert record.recipients == {"Cy@Example.org": 5, "dee+news@example.org": 6}
    assert record.faults == []


@pytest.mark.parametrize(
    "line",
    ["rubbish", "email", "ann@example.org,bob@example.org", "31.12", "@", "\0\0"],
)
def test_what_is_not_understood_is_named_with_its_line(line: str) -> None:
    record = read_record(["ann@example.org", line])

    assert [(fault.line, fault.why) for fault in record.faults] == [(2, UNKNOWN)]


def test_faults_are_told_in_the_order_of_their_lines() -> None:
    cleanup = f"Jul  6 16:00:01 m postfix/cleanup[9]: 9F1A2B3C: message-id=<{ANN}@a.b>"
    record = read_record(["rubbish", cleanup, "more rubbish"])

    assert [fault.line for fault in record.faults] == [1, 2, 3]


def test_mail_of_others_is_counted_and_no_fault() -> None:
    record = read_record(
        [
            "Jul  6 16:00:01 m postfix/cleanup[9]: 9F1A2B3D: message-id=<x@a.b>",
            "Jul  6 16:00:01 m postfix/qmgr[9]: 9F1A2B3D: from=<y@z.q> (queue active)",
            "Jul  6 16:00:01 m sshd[7]: Connection closed",
        ]
    )

    assert (record.others, record.faults, record.references) == (3, [], {})


def test_a_line_with_two_headers_is_not_understood() -> None:
    record = read_record([f"Message-ID: Message-ID: <{ANN}@example.org>"])

    assert [fault.line for fault in record.faults] == [1]
