"""Bounces and complaints: each report is taken once, with all that follows from it.

What is recorded and what follows are one transaction. So a kill at any instant
repeats nothing and loses nothing: a report is in the database whole, or it is
still where it was.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, Engine

from digest.deliver.returns.bounce_files import ReturnedFile, UnreadableFile, emails_in
from digest.deliver.returns.bounce_mail import ReturnedMail, read
from digest.model.delivery.bounces import (
    BounceKind,
    BounceVerdict,
    CopyRef,
    Report,
    is_struck_out,
    judge,
)
from digest.model.people.departure import LeavingMeans
from digest.store.base.engine import reading, writing
from digest.store.delivery import bounces
from digest.store.delivery.bounces import SentCopy

log = logging.getLogger(__name__)

COMPLAINT = "complaint"


class ReturnState(StrEnum):
    """What became of an email that came back."""

    NEW = "new"
    SEEN = "seen before"
    NOTHING = "nothing to do"
    NOT_OURS = "not ours"
    NOT_UNDERSTOOD = "not understood"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class ReturnedMailEntry:
    """One email that came back: where it is, what became of it, and why.

    `copy` names the copy it is about, if it names one; `cancelled` copies were
    planned still.
    """

    name: str
    standing: ReturnState
    words: str = ""
    copy: str = ""
    kind: BounceKind | None = None
    is_suppressed: bool = False
    cancelled: int = 0


@dataclass(slots=True)
class IngestReport:
    """What became of every email that came back, in order."""

    mails: list[ReturnedMailEntry] = field(default_factory=list)

    def count(self, standing: ReturnState) -> int:
        """Return how many emails came to that."""
        return sum(mail.standing is standing for mail in self.mails)


@dataclass(frozen=True, slots=True)
class Bounces:
    """Takes reports in.

    `copy_of` reads an envelope sender of ours and returns None for any other
    address. `unsubscribe` has a reader leave their campaign.
    """

    engine: Engine
    copy_of: Callable[[str], CopyRef | None]
    unsubscribe: Callable[[Connection, int, datetime, LeavingMeans], bool]

    def ingest(
        self, paths: Iterable[Path], now: datetime, *, dry_run: bool = False
    ) -> IngestReport:
        """Take in every report at these places that was not taken in before.

        What cannot be read or understood is named, and the rest goes on. A dry
        run changes nothing. Raises StoreError.
        """
        report = IngestReport()
        for file in emails_in(paths):
            if isinstance(file, UnreadableFile):
                report.mails.append(
                    ReturnedMailEntry(file.name, ReturnState.UNREAD, file.why)
                )
                continue
            mail = self._ingest(file, now, dry_run=dry_run)
            if not dry_run:
                mail = _settled(file, mail)
            report.mails.append(mail)
        return report

    def _ingest(
        self, file: ReturnedFile, now: datetime, *, dry_run: bool
    ) -> ReturnedMailEntry:
        reported = self._understood(file)
        if isinstance(reported, ReturnedMailEntry):
            return reported
        with (reading if dry_run else writing)(self.engine) as connection:
            judged = _judged(connection, file.name, reported)
            if isinstance(judged, ReturnedMailEntry):
                return judged
            mail = _as_new(connection, file.name, judged, now)
            if bounces.is_known(connection, reported.mark):
                return replace(mail, standing=ReturnState.SEEN, is_suppressed=False)
            if dry_run:
                return mail
            return self._recorded(connection, mail, judged, now)

    def _understood(self, file: ReturnedFile) -> "_ReportedCopy | ReturnedMailEntry":
        """Return what an email reports of which copy, or why it is passed over."""
        try:
            mail = read(file.source)
            ref = self._copy_named(mail)
        except ValueError as problem:
            return ReturnedMailEntry(
                file.name, ReturnState.NOT_UNDERSTOOD, str(problem)
            )
        if ref is None:
            return ReturnedMailEntry(
                file.name, ReturnState.NOT_OURS, "it names no copy of ours"
            )
        if mail.report is None:
            return ReturnedMailEntry(file.name, ReturnState.NOT_UNDERSTOOD, mail.why)
        mark = f"{ref.edition_code}-{ref.reader.reader_id}-{mail.mark}"
        return _ReportedCopy(ref, mail.report, mark)

    def _copy_named(self, mail: ReturnedMail) -> CopyRef | None:
        """Return the copy whose signed address it bears: where it was sent, first.

        Raises ValueError where it bears several.
        """
        for addresses in (mail.sent_to, mail.about):
            refs = {ref for address in addresses if (ref := self.copy_of(address))}
            if len(refs) > 1:
                raise ValueError("it names several copies, so it is about none")
            if refs:
                return refs.pop()
        return None

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
            return replace(mail, standing=ReturnState.SEEN, is_suppressed=False)
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
class _ReportedCopy:
    """What is reported of which copy, and the mark by which to know it again."""

    ref: CopyRef
    report: Report
    mark: str


@dataclass(frozen=True, slots=True)
class _JudgedReport:
    """A report on a copy of ours, and what it comes to."""

    reported: _ReportedCopy
    copy: SentCopy
    verdict: BounceVerdict


def _judged(
    connection: Connection, name: str, reported: _ReportedCopy
) -> _JudgedReport | ReturnedMailEntry:
    copy = bounces.copy_of(connection, reported.ref)
    if copy is None:
        words = "it is about a copy that is not in this database"
        return ReturnedMailEntry(name, ReturnState.NOT_OURS, words)
    verdict = judge(reported.report, copy.email)
    if verdict is None:
        words = "it says of nothing that it failed"
        return ReturnedMailEntry(name, ReturnState.NOTHING, words, str(copy.key))
    return _JudgedReport(reported, copy, verdict)


def _as_new(
    connection: Connection, name: str, judged: _JudgedReport, now: datetime
) -> ReturnedMailEntry:
    copy, verdict = judged.copy, judged.verdict
    ends_it = verdict.kind.ends_it
    if verdict.kind is BounceKind.SOFT and not copy.is_erased:
        days = bounces.strike_days(connection, copy, now)
        ends_it = is_struck_out(days | {now.date()})
    # The address that the person has now may not be the one that was written to.
    is_current = not copy.has_changed or judged.reported.report.names(copy.email)
    return ReturnedMailEntry(
        name,
        ReturnState.NEW,
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


def _settled(file: ReturnedFile, mail: ReturnedMailEntry) -> ReturnedMailEntry:
    """Have an email put away, now that what it says is committed."""
    log.info("returned mail standing=%s copy=%s", mail.standing, mail.copy or "-")
    try:
        file.settle()
    except OSError as problem:
        why = f"{mail.words}; it could not be moved: {problem.strerror}"
        return replace(mail, words=why)
    return mail
