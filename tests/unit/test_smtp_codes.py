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
        ("500 what?", SmtpPhase.DATA, RefusalSubject.US, True),
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
        ("450 4.1.1 not known just now", SmtpPhase.RCPT, RefusalSubject.SOFT, False),
        ("499 first digits decide", SmtpPhase.RCPT, RefusalSubject.NOW, False),
        ("550 5.6.1 no such media", SmtpPhase.RCPT, RefusalSubject.MESSAGE, True),
        ("550 5.5.0 protocol", SmtpPhase.RCPT, RefusalSubject.SOFT, True),
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


# RFC 5321 §4.2.3, RFC 4954 §6 and RFC 7504 §3: what each says without more words.
ABOUT_US = (421, 454, 455, 500, 502, 503, 504, 521, 530, 534, 535, 538, 555)
NO_SUCH_READER = (501, 550, 551, 553, 556)


@pytest.mark.parametrize("code", range(400, 600))
def test_a_bare_code_at_a_recipient_is_about_what_its_standard_says(code: int) -> None:
    if code in ABOUT_US:
        expected = RefusalSubject.US
    elif code in NO_SUCH_READER:
        expected = RefusalSubject.HARD
    elif code >= 500 or code == 452:
        expected = RefusalSubject.SOFT
    else:
        expected = RefusalSubject.NOW

    assert about(code, "", SmtpPhase.RCPT) is expected


def test_figures_that_are_no_enhanced_code_say_nothing() -> None:
    assert (
        about(550, "5.7.1111 lines is too many", SmtpPhase.RCPT) is RefusalSubject.HARD
    )
    assert about(550, "version 5.7.1 says no", SmtpPhase.RCPT) is RefusalSubject.HARD
