"""What a report comes to."""

from datetime import date, timedelta

import pytest

from digest.model.delivery.bounces import (
    BounceKind,
    DeliveryReport,
    FeedbackReport,
    RecipientReport,
    is_struck_out,
    judge,
)

ANN, BOB = "ann@example.org", "bob@example.org"


def failed(status: str, diagnostic: str = "", address: str = ANN) -> RecipientReport:
    return RecipientReport((address,), "failed", status, diagnostic)


@pytest.mark.parametrize(
    ("status", "diagnostic", "kind"),
    [
        ("5.1.1", "", BounceKind.HARD),
        ("5.1.2", "", BounceKind.HARD),
        ("5.1.3", "", BounceKind.HARD),
        ("5.1.10", "", BounceKind.HARD),
        ("5.2.1", "", BounceKind.HARD),
        ("5.1.100", "", BounceKind.SOFT),
        ("5.2.2", "mailbox full", BounceKind.SOFT),
        ("5.4.4", "", BounceKind.SOFT),
        ("4.4.7", "gave up after five days", BounceKind.SOFT),
        ("4.1.1", "", BounceKind.SOFT),
        ("5.7.1", "looks like spam", BounceKind.OURS),
        ("4.7.0", "", BounceKind.OURS),
        ("5.6.0", "", BounceKind.OURS),
        ("5.3.4", "too large", BounceKind.OURS),
        ("5.1.8", "bad sender", BounceKind.OURS),
        ("5.1.7", "bad sender's address", BounceKind.OURS),
        ("5.1.6", "moved, and no new address", BounceKind.SOFT),
        ("5.1.9", "", BounceKind.SOFT),
        ("5.1.0", "", BounceKind.SOFT),
        ("5.1.4", "", BounceKind.SOFT),
        ("5.2.0", "", BounceKind.SOFT),
        ("5.3.3", "", BounceKind.SOFT),
        ("5.3.5", "", BounceKind.SOFT),
        ("5.0.1", "smtp; 550 5.1.1 unknown", BounceKind.SOFT),
        ("5.1.1", "smtp; 550 5.7.1 not from you", BounceKind.HARD),
        ("5.8.1", "", BounceKind.SOFT),
        ("5.5.1", "", BounceKind.SOFT),
        ("5.0.0", "smtp; 550 5.1.1 unknown", BounceKind.HARD),
        ("5.0.0", "smtp; 550-5.7.26 not signed", BounceKind.OURS),
        ("5.0.0", "550 unknown user", BounceKind.SOFT),
        ("", "550 5.1.1 unknown", BounceKind.HARD),
        ("", "smtp; 421 from 5.1.1.9", BounceKind.SOFT),
        ("5.1.1 (bad destination)", "", BounceKind.HARD),
        ("rubbish", "", BounceKind.SOFT),
        ("", "", BounceKind.SOFT),
    ],
)
def test_a_code_says_whom_a_bounce_is_about(
    status: str, diagnostic: str, kind: BounceKind
) -> None:
    finding = judge(DeliveryReport((failed(status, diagnostic),)), ANN)

    assert finding is not None
    assert finding.kind is kind


@pytest.mark.parametrize(
    ("fates", "kind"),
    [
        pytest.param(
            (failed("5.1.1", address=BOB), failed("4.2.2")),
            BounceKind.SOFT,
            id="only the reader's own counts, where it is named",
        ),
        pytest.param(
            (failed("5.1.1"), RecipientReport((BOB,), "delivered", "2.0.0")),
            BounceKind.HARD,
            id="and whatever became of others",
        ),
        pytest.param(
            (failed("5.1.1", address="x@example.net"), failed("5.2.2", address=BOB)),
            BounceKind.SOFT,
            id="the mildest, where it is not",
        ),
        pytest.param(
            (
                failed("5.1.1", address=BOB),
                RecipientReport(("x@example.net",), "relayed"),
            ),
            BounceKind.SOFT,
            id="somebody behind an alias got it",
        ),
        pytest.param(
            (RecipientReport((ANN,), "delayed", "4.4.1"),),
            BounceKind.DELAYED,
            id="delayed",
        ),
        pytest.param(
            (RecipientReport((ANN,), "delivered", "2.1.5"),), None, id="delivered"
        ),
        pytest.param((RecipientReport((ANN,), "expanded"),), None, id="expanded"),
        pytest.param((RecipientReport(),), None, id="nothing"),
    ],
)
def test_of_several_recipients_the_readers_own_counts(
    fates: tuple[RecipientReport, ...], kind: BounceKind | None
) -> None:
    finding = judge(DeliveryReport(fates), "Ann@Example.org")

    assert (finding and finding.kind) == kind


@pytest.mark.parametrize(
    ("feedback_type", "kind"),
    [
        ("abuse", BounceKind.COMPLAINT),
        ("Fraud", BounceKind.COMPLAINT),
        ("opt-out", BounceKind.COMPLAINT),
        ("not-spam", None),
        ("auth-failure", BounceKind.OURS),
        ("", BounceKind.OURS),
    ],
)
def test_a_complaint_is_what_a_reader_meant(
    feedback_type: str, kind: BounceKind | None
) -> None:
    finding = judge(FeedbackReport(feedback_type), ANN)

    assert (finding and finding.kind) == kind


def test_words_are_on_one_line_and_say_until_when_it_is_tried() -> None:
    late = RecipientReport(
        (ANN,), "delayed", "4.4.1", "smtp; no\r\n answer\x1b[2J", "Thu, 9 Jul"
    )
    finding = judge(DeliveryReport((late,)), ANN)

    assert finding is not None
    assert finding.words == "delayed, and is tried until Thu, 9 Jul: 4.4.1 no answer[2J"


def test_a_strangers_words_are_cut_short() -> None:
    finding = judge(DeliveryReport((failed("5.1.1", "smtp; " + "x" * 9000),)), ANN)

    assert finding is not None
    assert len(finding.words) < 400


@pytest.mark.parametrize(
    ("kind", "ends"),
    [
        (BounceKind.HARD, True),
        (BounceKind.COMPLAINT, True),
        (BounceKind.SOFT, False),
        (BounceKind.OURS, False),
        (BounceKind.DELAYED, False),
    ],
)
def test_nobody_is_written_to_who_is_not_there_or_complained(
    kind: BounceKind, *, ends: bool
) -> None:
    assert kind.ends_it is ends


@pytest.mark.parametrize(
    ("status", "diagnostic", "words"),
    [
        pytest.param("5.1.1", "", "bounced for good: 5.1.1", id="a code alone"),
        pytest.param(
            "5.1.1",
            "smtp; 550 5.1.1 no such user",
            "bounced for good: 550 5.1.1 no such user",
            id="a code that the words hold is said once",
        ),
        pytest.param(
            "5.2.2",
            "x-unix; quota",
            "bounced for now: 5.2.2 quota",
            id="a code that they do not hold is put before them",
        ),
        pytest.param("", "full", "bounced for now: full", id="no code"),
        pytest.param("", "", "bounced for now: no reason was given", id="nothing"),
        pytest.param(
            "5.7.1", "spam", "bounced for a reason of ours: 5.7.1 spam", id="about us"
        ),
    ],
)
def test_staff_read_why_in_the_servers_own_words(
    status: str, diagnostic: str, words: str
) -> None:
    finding = judge(DeliveryReport((failed(status, diagnostic),)), ANN)

    assert finding is not None
    assert (finding.words, finding.status) == (words, status)


@pytest.mark.parametrize(
    ("reported", "words"),
    [
        ("abuse", "complaint: the reader called it spam"),
        ("virus\r\n", "a mail service reported: virus"),
        ("", "a mail service reported: of no kind"),
    ],
)
def test_staff_read_what_a_reader_told_their_mail_service(
    reported: str, words: str
) -> None:
    finding = judge(FeedbackReport(reported), ANN)

    assert finding is not None
    assert finding.words == words


def test_who_is_named_in_a_report_is_known_by_it_in_any_case() -> None:
    report = DeliveryReport((failed("5.1.1"),))

    assert report.names("ANN@example.org")
    assert not report.names(BOB)
    assert not FeedbackReport("abuse").names(ANN)


def test_a_delay_without_an_end_is_told_without_one() -> None:
    late = RecipientReport((ANN,), "delayed")
    finding = judge(DeliveryReport((late,)), ANN)

    assert finding is not None
    assert (finding.words, finding.status) == ("delayed: no reason was given", "")


@pytest.mark.parametrize(
    ("days", "is_over"),
    [
        pytest.param([], False, id="none"),
        pytest.param([0, 3, 6, 9, 10], True, id="five over ten days"),
        pytest.param([0, 3, 6, 9], False, id="four"),
        pytest.param([0, 2, 4, 6, 9], False, id="five within nine days"),
        pytest.param([0, 12, 24, 36, 45], True, id="five within 45 days"),
        pytest.param([0, 12, 24, 36, 46], False, id="the first is too old"),
        pytest.param([0, 12, 24, 36, 46, 47], True, id="five without the first"),
    ],
)
def test_an_address_is_given_up_that_took_nothing_for_weeks(
    days: list[int], *, is_over: bool
) -> None:
    assert is_struck_out({date(2026, 7, 1) + timedelta(day) for day in days}) is is_over
