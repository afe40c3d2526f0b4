"""What a refusal is about: nobody is blamed for what is not about them."""

import pytest

from digest.model.delivery.smtp_codes import About, Phase, about, is_final


@pytest.mark.parametrize(
    ("reply", "phase", "expected", "final"),
    [
        ("550 5.1.1 no such user", Phase.RCPT, About.HARD, True),
        ("550 5.1.2 no such host", Phase.RCPT, About.HARD, True),
        ("553 5.1.3 bad address", Phase.RCPT, About.HARD, True),
        ("550 5.1.10 null MX", Phase.RCPT, About.HARD, True),
        ("550 5.2.1 disabled", Phase.RCPT, About.HARD, True),
        ("550 no such user", Phase.RCPT, About.HARD, True),
        ("556 no mail here", Phase.RCPT, About.HARD, True),
        ("550 5.1.1 no such user", Phase.DOT, About.HARD, True),
        ("550 5.2.2 full", Phase.RCPT, About.SOFT, True),
        ("554 no", Phase.RCPT, About.SOFT, True),
        ("552 too much mail", Phase.RCPT, About.SOFT, False),
        ("552 5.2.2 full", Phase.RCPT, About.SOFT, False),
        ("552 5.3.4 too big", Phase.RCPT, About.MESSAGE, True),
        ("552 5.2.2 full", Phase.DOT, About.SOFT, True),
        ("552 too big", Phase.DOT, About.MESSAGE, True),
        ("552 5.3.4 too big", Phase.DOT, About.MESSAGE, True),
        ("554 5.6.0 bad content", Phase.DOT, About.MESSAGE, True),
        ("554 no", Phase.DOT, About.MESSAGE, True),
        ("550 no", Phase.DATA, About.MESSAGE, True),
        ("550 5.7.1 not from you", Phase.RCPT, About.US, True),
        ("554 5.7.26 no DKIM", Phase.DOT, About.US, True),
        ("421 4.3.2 closing", Phase.RCPT, About.US, False),
        ("454 4.7.0 no TLS just now", Phase.DATA, About.US, False),
        ("530 5.7.0 log in first", Phase.RCPT, About.US, True),
        ("550 5.1.8 bad sender", Phase.MAIL, About.US, True),
        ("451 later", Phase.MAIL, About.US, False),
        ("450 4.2.0 greylisted", Phase.RCPT, About.NOW, False),
        ("451 4.2.1 Grey-listed, come back", Phase.RCPT, About.NOW, False),
        ("450 4.1.1 graylisting in action", Phase.RCPT, About.NOW, False),
        ("450 4.7.1 try again later", Phase.RCPT, About.NOW, False),
        ("450 try again", Phase.RCPT, About.NOW, False),
        ("451 try again", Phase.RCPT, About.NOW, False),
        ("451 4.3.0 disk trouble", Phase.DOT, About.NOW, False),
        ("451 4.4.1 no answer", Phase.RCPT, About.NOW, False),
        ("452 4.2.2 full", Phase.RCPT, About.SOFT, False),
        ("452 too many", Phase.RCPT, About.SOFT, False),
        ("450 4.2.1 resting", Phase.RCPT, About.SOFT, False),
        ("452 no room", Phase.DOT, About.NOW, False),
    ],
)
def test_a_refusal_is_about_somebody(
    reply: str,
    phase: Phase,
    expected: About,
    final: bool,  # noqa: FBT001
) -> None:
    code, words = int(reply[:3]), reply[4:]

    assert about(code, words, phase) is expected
    assert is_final(code, words, phase) is final


def test_figures_that_are_no_enhanced_code_say_nothing() -> None:
    assert about(550, "5.7.1111 lines is too many", Phase.RCPT) is About.HARD
    assert about(550, "version 5.7.1 says no", Phase.RCPT) is About.HARD
