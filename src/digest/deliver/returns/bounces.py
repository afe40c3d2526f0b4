"""Bounces and complaints: each report is taken once, with all that follows from it.

What is recorded and what follows are one transaction. So a kill at any instant
repeats nothing and loses nothing: a report is in the database whole, or it is
still where it was.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from digest.model.delivery.bounces import (
    BounceKind,
    BounceVerdict,
    CopyRef,
    Report,
    is_struck_out,
    judge,
)
from digest.model.delivery.incoming_mail import IncomingState
from digest.model.people.departure import LeavingMeans
from digest.store.delivery.returns import bounces
from digest.store.delivery.returns.bounces import SentCopy

COMPLAINT = "complaint"


@dataclass(frozen=True, slots=True)
class ReturnedMailEntry:
    """One email that came back: where it is, what became of it, and why.

    `copy` names the copy it is about, if it names one; `cancelled` copies were
    planned still.
    """

    name: str
    standing: IncomingState
    words: str = ""
    copy: str = ""
    kind: BounceKind | None = None
    is_suppressed: bool = False
    cancelled: int = 0


@dataclass(frozen=True, slots=True)
class ReportedCopy:
    """What `name` reports of which copy, and the mark by which to know it again."""

    name: str
    ref: CopyRef
    report: Report
    mark: str


@dataclass(frozen=True, slots=True)
class Bounces:
    """Takes reports in, in the transaction that is open.

    `unsubscribe` has a reader leave their campaign.
    """

    unsubscribe: Callable[[Connection, int, datetime, LeavingMeans], bool]

    def take(
        self,
        connection: Connection,
        reported: ReportedCopy,
        now: datetime,
        *,
        dry_run: bool = False,
    ) -> ReturnedMailEntry:
        """Record what is reported of a copy, if it was not before, and what follows.

        A dry run says the same and changes nothing.
        """
        judged = _judged(connection, reported)
        if isinstance(judged, ReturnedMailEntry):
            return judged
        mail = _as_new(connection, judged, now)
        if bounces.is_known(connection, reported.mark):
            return replace(mail, standing=IncomingState.SEEN, is_suppressed=False)
        return mail if dry_run else self._recorded(connection, mail, judged, now)

    def _recorded(
        self,
        connection: Connection,
        mail: ReturnedMailEntry,
        judged: "_JudgedReport",
        now: datetime,
    ) -> ReturnedMailEntry:
        """Record a report and do what follows, in the transaction that is open."""
        copy, verdict = judged.copy, judged.verdict
        if not bounces.record(connection, copy, verdict, judged.reported.mark, now):
            # Another process has taken it in since we looked.
            return replace(mail, standing=IncomingState.SEEN, is_suppressed=False)
        is_complaint, cancelled = verdict.kind is BounceKind.COMPLAINT, 0
        if mail.is_suppressed and copy.email_hash is not None:
            why = COMPLAINT if is_complaint else _why(verdict)
            cancelled = bounces.silence(connection, copy.email_hash, why, now)
        if is_complaint and not copy.is_rehearsal:
            self.unsubscribe(
                connection, copy.key.reader_id, now, LeavingMeans.COMPLAINT
            )
        return replace(mail, cancelled=cancelled)


@dataclass(frozen=True, slots=True)
class _JudgedReport:
    """A report on a copy of ours, and what it comes to."""

    reported: ReportedCopy
    copy: SentCopy
    verdict: BounceVerdict


def _judged(
    connection: Connection, reported: ReportedCopy
) -> _JudgedReport | ReturnedMailEntry:
    name, copy = reported.name, bounces.copy_of(connection, reported.ref)
    if copy is None:
        words = "it is about a copy that is not in this database"
        return ReturnedMailEntry(name, IncomingState.NOT_OURS, words)
    verdict = judge(reported.report, copy.email)
    if verdict is None:
        words = "it says of nothing that it failed"
        return ReturnedMailEntry(name, IncomingState.NOTHING, words, str(copy.key))
    return _JudgedReport(reported, copy, verdict)


def _as_new(
    connection: Connection, judged: _JudgedReport, now: datetime
) -> ReturnedMailEntry:
    copy, verdict = judged.copy, judged.verdict
    ends_it = verdict.kind.ends_it
    if verdict.kind is BounceKind.SOFT and not copy.is_erased:
        days = bounces.strike_days(connection, copy, now)
        ends_it = is_struck_out(days | {now.date()})
    # The address that the person has now may not be the one that was written to.
    is_current = not copy.has_changed or judged.reported.report.names(copy.email)
    return ReturnedMailEntry(
        judged.reported.name,
        IncomingState.NEW,
        verdict.words,
        str(copy.key),
        verdict.kind,
        is_suppressed=ends_it
        and is_current
        and not copy.is_rehearsal
        and copy.email_hash is not None,
    )


def _why(verdict: BounceVerdict) -> str:
    """Return why nothing more goes there, which names nobody."""
    if verdict.kind is BounceKind.SOFT:
        code = verdict.status or "no code"
        return f"bounced again and again for weeks: {code}"
    return f"bounced: {verdict.status or 'no such address'}"
