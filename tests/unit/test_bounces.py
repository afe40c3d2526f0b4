"""What a report comes to."""

import pytest

from digest.model.delivery.bounces import DeliveryReport, Fate, Feedback, Kind, judge

ANN, BOB = "ann@example.org", "bob@example.org"


def failed(status: str, diagnostic: str = "", address: str = ANN) -> Fate:
    return Fate((address,), "failed", status, diagnostic)


@pytest.mark.parametrize(
    ("status", "diagnostic", "kind"),
    [
        ("5.1.1", "", Kind.HARD),
        ("5.1.2", "", Kind.HARD),
        ("5.1.3", "", Kind.HARD),
        ("5.1.10", "", Kind.HARD),
        ("5.2.1", "", Kind.HARD),
        ("5.1.100", "", Kind.SOFT),
        ("5.2.2", "mailbox full", Kind.SOFT),
        ("5.4.4", "", Kind.SOFT),
        ("4.4.7", "gave up after five days", Kind.SOFT),
        ("4.1.1", "", Kind.SOFT),
        ("5.7.1", "looks like spam", Kind.OURS),
        ("4.7.0", "", Kind.OURS),
        ("5.6.0", "", Kind.OURS),
        ("5.3.4", "too large", Kind.OURS),
        ("5.1.8", "bad sender", Kind.OURS),
        ("5.0.0", "smtp; 550 5.1.1 unknown", Kind.HARD),
        ("5.0.0", "smtp; 550-5.7.26 not signed", Kind.OURS),
        ("5.0.0", "550 unknown user", Kind.SOFT),
        ("", "550 5.1.1 unknown", Kind.HARD),
        ("", "smtp; 421 from 5.1.1.9", Kind.SOFT),
        ("5.1.1 (bad destination)", "", Kind.HARD),
        ("rubbish", "", Kind.SOFT),
        ("", "", Kind.SOFT),
    ],
)
def test_a_code_says_whom_a_bounce_is_about(
    status: str, diagnostic: str, kind: Kind
) -> None:
    finding = judge(DeliveryReport((failed(status, diagnostic),)), ANN)

    assert finding is not None
    assert finding.kind is kind


@pytest.mark.parametrize(
    ("fates", "kind"),
    [
        pytest.param(
            (failed("5.1.1", address=BOB), failed("4.2.2")),
            Kind.SOFT,
            id="only the reader's own counts, where it is named",
        ),
        pytest.param(
            (failed("5.1.1"), Fate((BOB,), "delivered", "2.0.0")),
            Kind.HARD,
            id="and whatever became of others",
        ),
        pytest.param(
            (failed("5.1.1", address="x@example.net"), failed("5.2.2", address=BOB)),
            Kind.SOFT,
            id="the mildest, where it is not",
        ),
        pytest.param(
            (failed("5.1.1", address=BOB), Fate(("x@example.net",), "relayed")),
            Kind.SOFT,
            id="somebody behind an alias got it",
        ),
        pytest.param((Fate((ANN,), "delayed", "4.4.1"),), Kind.DELAYED, id="delayed"),
        pytest.param((Fate((ANN,), "delivered", "2.1.5"),), None, id="delivered"),
        pytest.param((Fate((ANN,), "expanded"),), None, id="expanded"),
        pytest.param((Fate(),), None, id="nothing"),
    ],
)
def test_of_several_recipients_the_readers_own_counts(
    fates: tuple[Fate, ...], kind: Kind | None
) -> None:
    finding = judge(DeliveryReport(fates), "Ann@Example.org")

    assert (finding and finding.kind) == kind


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("abuse", Kind.COMPLAINT),
        ("Fraud", Kind.COMPLAINT),
        ("opt-out", Kind.COMPLAINT),
        ("not-spam", None),
        ("auth-failure", Kind.OURS),
        ("", Kind.OURS),
    ],
)
def test_a_complaint_is_what_a_reader_meant(said: str, kind: Kind | None) -> None:
    finding = judge(Feedback(said), ANN)

    assert (finding and finding.kind) == kind


def test_words_are_on_one_line_and_say_until_when_it_is_tried() -> None:
    late = Fate((ANN,), "delayed", "4.4.1", "smtp; no\r\n answer\x1b[2J", "Thu, 9 Jul")
    finding = judge(DeliveryReport((late,)), ANN)

    assert finding is not None
    assert finding.words == "delayed, and is tried until Thu, 9 Jul: 4.4.1 no answer[2J"


def test_a_strangers_words_are_cut_short() -> None:
    finding = judge(DeliveryReport((failed("5.1.1", "smtp; " + "x" * 9000),)), ANN)

    assert finding is not None
    assert len(finding.words) < 400
