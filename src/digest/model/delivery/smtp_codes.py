"""What a mail server's refusal is about: the reader, the message, us, or only now.

RFC 5321 §4.2 for the reply's code, RFC 3463 for the enhanced one, which says
more where it is given.
"""

import re
from enum import StrEnum


class SmtpPhase(StrEnum):
    """The step of a hand-over that was refused."""

    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    DOT = "dot"


class RefusalSubject(StrEnum):
    """What a refusal is about, and so whom it may be held against.

    HARD: the reader's address does not exist. SOFT: it does, and takes nothing
    just now. MESSAGE: what we wrote. US: who we are, or how we are set up. NOW:
    the server's moment, greylisting among them. Only the first two count
    against a reader.
    """

    HARD = "hard"
    SOFT = "soft"
    MESSAGE = "message"
    US = "us"
    NOW = "now"


_ENHANCED = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})(?!\d)")
_GREYLIST = re.compile(r"gr[ea]y[\s-]?list", re.IGNORECASE)
# Going away, does not know us or our commands, wants a login or TLS first.
_ABOUT_US = frozenset({421, 454, 455, 500, 502, 503, 504, 521, 530, 534, 535, 538, 555})
_MAILBOX_FULL = 552
_NO_SUCH_READER = frozenset({501, 550, 551, 553, 556})
_OVER_QUOTA_NOW = 452
_TOO_BIG = (3, 4)


def about(code: int, words: str, phase: SmtpPhase) -> RefusalSubject:
    """Return what a refusal with a 4yz or 5yz code is about."""
    if phase is SmtpPhase.MAIL or code in _ABOUT_US:
        return RefusalSubject.US
    enhanced = _enhanced(words)
    if code < 500:
        return _about_a_delay(code, enhanced, words, phase)
    return _about_a_refusal(code, enhanced, phase)


def is_final(code: int, words: str, phase: SmtpPhase) -> bool:
    """Whether the same copy would be refused again.

    RFC 5321 §4.5.3.1.10: 552 at RCPT is about now, whatever it begins with;
    not where it says outright that the message is too big.
    """
    is_full = code == _MAILBOX_FULL and phase is SmtpPhase.RCPT
    return code >= 500 and not (is_full and _enhanced(words) != _TOO_BIG)


def _enhanced(words: str) -> tuple[int, int] | None:
    match = _ENHANCED.match(words)
    return (int(match[2]), int(match[3])) if match else None


def _about_a_delay(
    code: int, enhanced: tuple[int, int] | None, words: str, phase: SmtpPhase
) -> RefusalSubject:
    if _GREYLIST.search(words):
        return RefusalSubject.NOW
    if enhanced is not None and enhanced[0] in (1, 2):
        return RefusalSubject.SOFT
    if enhanced is None and code == _OVER_QUOTA_NOW and phase is SmtpPhase.RCPT:
        return RefusalSubject.SOFT
    return RefusalSubject.NOW


def _about_a_refusal(
    code: int, enhanced: tuple[int, int] | None, phase: SmtpPhase
) -> RefusalSubject:
    match enhanced:
        case (7, _):
            return RefusalSubject.US
        case (6, _) | (3, 4):
            return RefusalSubject.MESSAGE
        case (1, _) | (2, 1):
            return RefusalSubject.HARD
        case (2, _):
            return RefusalSubject.SOFT
        case _:
            pass
    if phase is not SmtpPhase.RCPT:
        return RefusalSubject.MESSAGE
    return (
        RefusalSubject.HARD
        if enhanced is None and code in _NO_SUCH_READER
        else RefusalSubject.SOFT
    )


_REFUSAL_WORDS = {
    RefusalSubject.HARD: "There is no such address",
    RefusalSubject.SOFT: "The mailbox takes nothing: it is full or shut",
    RefusalSubject.MESSAGE: "What we wrote was not taken",
    RefusalSubject.US: "We were turned away",
    RefusalSubject.NOW: "The server took nothing just then",
}
_CODE = re.compile(r"([245]\d\d)\b")


def why_refused(reply: str) -> str:
    """Return why a copy was refused, as staff read it, by the codes of the answer.

    What begins with no code is our own: the address itself is not fit for mail.
    """
    code = _CODE.match(reply)
    if code is None:
        return "The address is not one that mail can go to"
    subject = about(int(code[1]), reply[code.end() :], SmtpPhase.RCPT)
    return _REFUSAL_WORDS[subject]
