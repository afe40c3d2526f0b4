"""What a report about a copy that had left says, and what follows from it.

RFC 3464 for the reports of mail servers, RFC 3463 for their codes, RFC 5965 for
what readers complain of.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from digest.model import limits
from digest.model.people.reader_marks import ReaderRef


class BounceKind(StrEnum):
    """What a report comes to.

    HARD: there is no such address, or it takes no mail any more. SOFT: it takes
    none just now. OURS: it is about us, or about what we wrote. DELAYED: the
    mail server goes on trying. COMPLAINT: the reader called it spam.
    """

    HARD = "hard"
    SOFT = "soft"
    OURS = "ours"
    DELAYED = "delayed"
    COMPLAINT = "complaint"

    @property
    def ends_it(self) -> bool:
        """Whether the address is not to be written to any more."""
        return self in (BounceKind.HARD, BounceKind.COMPLAINT)


@dataclass(frozen=True, slots=True)
class CopyRef:
    """Whose copy of which edition an envelope sender speaks of."""

    edition_code: str
    reader: ReaderRef


@dataclass(frozen=True, slots=True)
class RecipientReport:
    """What became of a message on its way to one recipient; "" where it is not said.

    `addresses` are those by which the recipient is named: the one that was
    written to, and the one that it led to.
    """

    addresses: tuple[str, ...] = ()
    action: str = ""
    status: str = ""
    diagnostic: str = ""
    retry_until: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """A mail server's report on one message, by recipient.

    `is_guess` says that it wrote none, and its words were read for one.
    """

    fates: tuple[RecipientReport, ...]
    is_guess: bool = False

    def of(self, address: str) -> tuple[RecipientReport, ...]:
        """Return what it says of that address; of all where it does not name it."""
        return self._naming(address) or self.fates

    def names(self, address: str) -> bool:
        """Whether it says something of that address by name."""
        return bool(self._naming(address))

    def _naming(self, address: str) -> tuple[RecipientReport, ...]:
        wanted = address.lower()
        return tuple(
            fate for fate in self.fates if wanted in map(str.lower, fate.addresses)
        )


@dataclass(frozen=True, slots=True)
class FeedbackReport:
    """What a reader told their mail service of a message."""

    kind: str

    def names(self, _address: str) -> bool:
        """Return False: services leave out who it was."""
        return False


Report = DeliveryReport | FeedbackReport


@dataclass(frozen=True, slots=True)
class BounceVerdict:
    """What a report comes to for a copy; `words` are for staff, on one line."""

    kind: BounceKind
    words: str
    status: str = ""


# Days on which a copy bounced for now, after which the address is given up.
STRIKES = 5
STRIKES_WITHIN = timedelta(days=45)
STRIKES_SPAN = timedelta(days=10)
# What a reader means who presses such a button; RFC 5965 §7.3 and its registry.
_COMPLAINTS = frozenset({"abuse", "fraud", "opt-out", "opt-out-list"})
_NO_COMPLAINT = frozenset({"not-spam"})
_HARD = frozenset({(1, 1), (1, 2), (1, 3), (1, 10), (2, 1)})
# The sender's address; a message too large.
_OURS = frozenset({(1, 7), (1, 8), (3, 4)})
_CONTENT, _POLICY = 6, 7
_CODE = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
# What kind of diagnostic it is: "smtp; 550 …".
_TYPE = re.compile(r"^\s*[\w-]+;\s*")
_GRAVITY = (BounceKind.OURS, BounceKind.SOFT, BounceKind.HARD)
_GUESSED = "guessed from its words, as it holds no report"
_SAID = {
    BounceKind.HARD: "bounced for good",
    BounceKind.SOFT: "bounced for now",
    BounceKind.OURS: "bounced for a reason of ours",
}


def judge(report: Report, address: str) -> BounceVerdict | None:
    """Return what the report comes to for a copy to `address`; None for nothing.

    Where it speaks of several recipients and names none of them so, the mildest
    counts: somebody behind an alias may well have got it.
    """
    if isinstance(report, FeedbackReport):
        return _complaint(report)
    fates = report.of(address)
    failed = [fate for fate in fates if fate.action == "failed"]
    verdict = _failure(failed, len(fates)) if failed else _delay(fates)
    if verdict and report.is_guess:
        return replace(verdict, words=f"{verdict.words} ({_GUESSED})")
    return verdict


def _failure(failed: Sequence[RecipientReport], reported: int) -> BounceVerdict:
    kinds = [(_kind_of(fate), fate) for fate in failed]
    kind, fate = min(kinds, key=lambda failure: _GRAVITY.index(failure[0]))
    if kind is BounceKind.HARD and len(failed) < reported:
        kind = BounceKind.SOFT
    return BounceVerdict(kind, f"{_SAID[kind]}: {_reason(fate)}", code_in(fate.status))


def is_struck_out(days: Collection[date]) -> bool:
    """Whether an address that took nothing on those days is not there any more.

    Five days within 45, the first and the last of them ten or more apart: a mailbox
    that was full for a week is written to again, and what is older counts no more.
    """
    if not days:
        return False
    lately = {day for day in days if max(days) - day <= STRIKES_WITHIN}
    is_lasting = max(lately) - min(lately) >= STRIKES_SPAN
    return len(lately) >= STRIKES and is_lasting


def code_in(text: str) -> str:
    """Return the first enhanced status code in a text, or ""."""
    code = _CODE.search(text)
    return code[0] if code else ""


def on_one_line(text: str) -> str:
    """Return what a stranger wrote, as far as it can be shown, and not too long."""
    line = " ".join(text.split())
    return "".join(filter(str.isprintable, line))[: limits.BOUNCE_WORDS_LENGTH]


def _complaint(feedback: FeedbackReport) -> BounceVerdict | None:
    kind = feedback.kind.lower()
    if kind in _COMPLAINTS:
        return BounceVerdict(
            BounceKind.COMPLAINT, "complaint: the reader called it spam"
        )
    if kind in _NO_COMPLAINT:
        return None
    shown_kind = on_one_line(feedback.kind) or "of no kind"
    return BounceVerdict(BounceKind.OURS, f"a mail service reported: {shown_kind}")


def _delay(fates: Sequence[RecipientReport]) -> BounceVerdict | None:
    for fate in fates:
        if fate.action == "delayed":
            until = on_one_line(fate.retry_until)
            when = f", and is tried until {until}" if until else ""
            return BounceVerdict(
                BounceKind.DELAYED,
                f"delayed{when}: {_reason(fate)}",
                code_in(fate.status),
            )
    return None


def _kind_of(fate: RecipientReport) -> BounceKind:
    code = _CODE.search(fate.status)
    # A server that does not know better than "other" may quote one that does.
    if code is None or code.group(2, 3) == ("0", "0"):
        code = _CODE.search(fate.diagnostic) or code
    if code is None:
        return BounceKind.SOFT
    about = int(code[2]), int(code[3])
    if about[0] in (_CONTENT, _POLICY) or about in _OURS:
        return BounceKind.OURS
    return BounceKind.HARD if code[1] == "5" and about in _HARD else BounceKind.SOFT


def _reason(fate: RecipientReport) -> str:
    diagnostic = on_one_line(_TYPE.sub("", fate.diagnostic))
    status = code_in(fate.status)
    if status and status not in diagnostic:
        diagnostic = f"{status} {diagnostic}".strip()
    return diagnostic or "no reason was given"
