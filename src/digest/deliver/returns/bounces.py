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
    judge,
)
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
class IngestedMail:
    """One email that came back: where it is, what became of it, and why.

    `copy` is named where it is known; `cancelled` copies were planned still.
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
    """All that was found, in order."""

    taken: list[IngestedMail] = field(default_factory=list)

    def count(self, standing: ReturnState) -> int:
        """Return how many emails came to that."""
        return sum(one.standing is standing for one in self.taken)


@dataclass(frozen=True, slots=True)
class Bounces:
    """Takes reports in.

    `copy_of` reads an envelope sender of ours and returns None for any other
    address. `leave` ends a reader's subscriptions, for a reason.
    """

    engine: Engine
    copy_of: Callable[[str], CopyRef | None]
    leave: Callable[[Connection, int, datetime, str], bool]

    def ingest(
        self, paths: Iterable[Path], now: datetime, *, dry_run: bool = False
    ) -> IngestReport:
        """Take in every report at these places that was not taken in before.

        What cannot be read or understood is named, and the rest goes on. A dry
        run changes nothing. Raises StoreError.
        """
        ingested = IngestReport()
        for found in emails_in(paths):
            if isinstance(found, UnreadableFile):
                ingested.taken.append(
                    IngestedMail(found.name, ReturnState.UNREAD, found.why)
                )
                continue
            taken = self._take(found, now, dry_run=dry_run)
            if not dry_run:
                taken = _settled(found, taken)
            ingested.taken.append(taken)
        return ingested

    def _take(
        self, found: ReturnedFile, now: datetime, *, dry_run: bool
    ) -> IngestedMail:
        told = self._understood(found)
        if isinstance(told, IngestedMail):
            return told
        with (reading if dry_run else writing)(self.engine) as connection:
            case = _looked_up(connection, found.name, told)
            if isinstance(case, IngestedMail):
                return case
            taken = _as_new(found.name, case)
            if bounces.is_known(connection, told.mark):
                return replace(taken, standing=ReturnState.SEEN, is_suppressed=False)
            if dry_run:
                return taken
            return self._recorded(connection, taken, case, now)

    def _understood(self, found: ReturnedFile) -> "_ReportedCopy | IngestedMail":
        """Return what an email reports of which copy, or why it is left alone."""
        try:
            mail = read(found.source)
            ref = self._copy_named(mail)
        except ValueError as problem:
            return IngestedMail(found.name, ReturnState.NOT_UNDERSTOOD, str(problem))
        if ref is None:
            return IngestedMail(
                found.name, ReturnState.NOT_OURS, "it names no copy of ours"
            )
        if mail.report is None:
            return IngestedMail(found.name, ReturnState.NOT_UNDERSTOOD, mail.why)
        mark = f"{ref.edition_code}-{ref.reader_id}-{mail.mark}"
        return _ReportedCopy(ref, mail.report, mark)

    def _copy_named(self, mail: ReturnedMail) -> CopyRef | None:
        """Return the copy whose signed address it bears: where it was sent, first.

        Raises ValueError where it bears several.
        """
        for addresses in (mail.sent_to, mail.about):
            refs = {ref for one in addresses if (ref := self.copy_of(one))}
            if len(refs) > 1:
                raise ValueError("it names several copies, so it is about none")
            if refs:
                return refs.pop()
        return None

    def _recorded(
        self, connection: Connection, taken: IngestedMail, case: "_Case", now: datetime
    ) -> IngestedMail:
        """Record a report and do what follows, in the transaction that is open."""
        copy, finding = case.copy, case.finding
        if not bounces.record(connection, copy, finding, case.told.mark, now):
            # Another process has taken it in since we looked.
            return replace(taken, standing=ReturnState.SEEN, is_suppressed=False)
        is_complaint, cancelled = finding.kind is BounceKind.COMPLAINT, 0
        if taken.is_suppressed and copy.email_hash is not None:
            why = COMPLAINT if is_complaint else _bounced(finding)
            cancelled = bounces.silence(connection, copy.email_hash, why, now)
        if is_complaint:
            self.leave(connection, copy.key.reader_id, now, COMPLAINT)
        return replace(taken, cancelled=cancelled)


@dataclass(frozen=True, slots=True)
class _ReportedCopy:
    """What is reported of which copy, and what the report is known by."""

    ref: CopyRef
    report: Report
    mark: str


@dataclass(frozen=True, slots=True)
class _Case:
    """A report on a copy that is held, and what it comes to."""

    told: _ReportedCopy
    copy: SentCopy
    finding: BounceVerdict


def _looked_up(
    connection: Connection, name: str, told: _ReportedCopy
) -> _Case | IngestedMail:
    copy = bounces.copy_of(connection, told.ref)
    if copy is None:
        words = "it is about a copy that is not in this database"
        return IngestedMail(name, ReturnState.NOT_OURS, words)
    finding = judge(told.report, copy.email)
    if finding is None:
        words = "it says of nothing that it failed"
        return IngestedMail(name, ReturnState.NOTHING, words, str(copy.key))
    return _Case(told, copy, finding)


def _as_new(name: str, case: _Case) -> IngestedMail:
    copy, finding = case.copy, case.finding
    is_final = finding.kind.ends_it and copy.email_hash is not None
    return IngestedMail(
        name,
        ReturnState.NEW,
        finding.words,
        str(copy.key),
        finding.kind,
        is_suppressed=is_final and _is_at(copy, case.told.report),
    )


def _is_at(copy: SentCopy, report: Report) -> bool:
    """Whether a report is about the address that the person has now."""
    return not copy.has_changed or report.names(copy.email)


def _bounced(finding: BounceVerdict) -> str:
    return f"bounced: {finding.status or 'no such address'}"


def _settled(found: ReturnedFile, taken: IngestedMail) -> IngestedMail:
    """Have an email put away, now that what it says is committed."""
    log.info("returned mail standing=%s copy=%s", taken.standing, taken.copy or "-")
    try:
        found.settle()
    except OSError as problem:
        why = f"{taken.words}; it could not be moved: {problem.strerror}"
        return replace(taken, words=why)
    return taken
