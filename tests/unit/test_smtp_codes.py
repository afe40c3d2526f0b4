"""What a refusal is about: nobody is blamed for what is not about them."""

import pytest

from digest.model.delivery.smtp_codes import RefusalSubject, SmtpPhase, about, is_final


@pytest.mark.parametrize(
    ("reply", "phase", "expected", "final"),
    [
        ("550 5.1.1 no such user", SmtpPhase.RCPT, RefusalSubject.HARD, True),
        ("550 5.1.2 no such host", SmtpPhase.RCPT, RefusalSubject.HARD, True),
        ("553 5.1.3 bad address", SmtpPhase.RCPT, RefusalSubject.HARD, True),
        ("550 5.1.10 null MX", SmtpPhase.RCPT, RefusalSubject.HARD, True),
        ("550 5.2.1 disabled", SmtpPhase.RCPT, RefusalSubject.HARD, True),
        ("550 no such user", SmtpPhase.RCPT, RefusalSubject.HARD, True),
        ("556 no mail here", SmtpPhase.RCPT, RefusalSubject.HARD, True),
        ("550 5.1.1 no such user", SmtpPhase.DOT, RefusalSubject.HARD, True),
        ("550 5.2.2 full", SmtpPhase.RCPT, RefusalSubject.SOFT, True),
        ("554 no", SmtpPhase.RCPT, RefusalSubject.SOFT, True),
        ("552 too much mail", SmtpPhase.RCPT, RefusalSubject.SOFT, False),
        ("552 5.2.2 full", SmtpPhase.RCPT, RefusalSubject.SOFT, False),
        ("552 5.3.4 too big", SmtpPhase.RCPT, RefusalSubject.MESSAGE, True),
        ("552 5.2.2 full", SmtpPhase.DOT, RefusalSubject.SOFT, True),
        ("552 too big", SmtpPhase.DOT, RefusalSubject.MESSAGE, True),
        ("552 5.3.4 too big", SmtpPhase.DOT, RefusalSubject.MESSAGE, True),
        ("554 5.6.0 bad content", SmtpPhase.DOT, RefusalSubject.MESSAGE, True),
        ("554 no", SmtpPhase.DOT, RefusalSubject.MESSAGE, True),
        ("550 no", SmtpPhase.DATA, RefusalSubject.MESSAGE, True),
        ("550 5.7.1 not from you", SmtpPhase.RCPT, RefusalSubject.US, True),
        ("554 5.7.26 no DKIM", SmtpPhase.DOT, RefusalSubject.US, True),
        ("421 4.3.2 closing", SmtpPhase.RCPT, RefusalSubject.US, False),
        ("454 4.7.0 no TLS just now", SmtpPhase.DATA, RefusalSubject.US, False),
        ("530 5.7.0 log in first", SmtpPhase.RCPT, RefusalSubject.US, True),
        ("550 5.1.8 bad sender", SmtpPhase.MAIL, RefusalSubject.US, True),
        ("451 later", SmtpPhase.MAIL, RefusalSubject.US, False),
        ("450 4.2.0 greylisted", SmtpPhase.RCPT, RefusalSubject.NOW, False),
        ("451 4.2.1 Grey-listed, come back", SmtpPhase.RCPT, RefusalSubject.NOW, False),
        ("450 4.1.1 graylisting in action", SmtpPhase.RCPT, RefusalSubject.NOW, False),
        ("450 4.7.1 try again later", SmtpPhase.RCPT, RefusalSubject.NOW, False),
        ("450 try again", SmtpPhase.RCPT, RefusalSubject.NOW, False),
        ("451 try again", SmtpPhase.RCPT, RefusalSubject.NOW, False),
        ("451 4.3.0 disk trouble", SmtpPhase.DOT, RefusalSubject.NOW, False),
        ("451 4.4.1 no answer", SmtpPhase.RCPT, RefusalSubject.NOW, False),
        ("452 4.2.2 full", SmtpPhase.RCPT, RefusalSubject.SOFT, False),
        ("452 too many", SmtpPhase.RCPT, RefusalSubject.SOFT, False),
        ("450 4.2.1 resting", SmtpPhase.RCPT, RefusalSubject.SOFT, False),
        ("452 no room", SmtpPhase.DOT, RefusalSubject.NOW, False),
    ],
)
def test_a_refusal_is_about_somebody(
    reply: str,
    phase: SmtpPhase,
    expected: RefusalSubject,
    final: bool,  # noqa: FBT001
) -> None:
    code, words = int(reply[:3]), reply[4:]

    assert about(code, words, phase) is expected
    assert is_final(code, words, phase) is final


def test_figures_that_are_no_enhanced_code_say_nothing() -> None:
    assert (
        about(550, "5.7.1111 lines is too many", SmtpPhase.RCPT) is RefusalSubject.HARD
    )
    assert about(550, "version 5.7.1 says no", SmtpPhase.RCPT) is RefusalSubject.HARD
