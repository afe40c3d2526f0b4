"""The one table of what is kept for how long, and the removing of what is over it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from digest.audience.limits import IMPORT_UNDOABLE, MERGE_UNDOABLE
from digest.deliver.inbox.maildir import Inbox
from digest.deliver.printing.print_room import PrintRoom
from digest.deliver.printing.taking_out import remove_old_files
from digest.model.retention import RetentionSpans
from digest.schedule.limits import OPERATOR_MAIL_KEPT, REMOVED_AT_ONCE
from digest.schedule.readers.erasure import Erasures
from digest.store import limits
from digest.store.base.engine import reading, writing
from digest.store.delivery.incoming import incoming_mail
from digest.store.delivery.printing import print_batches
from digest.store.people.doubles import merges
from digest.store.people.imports import list_imports
from digest.store.people.joining import joining_requests, joining_tallies
from digest.store.posts import pictures
from digest.store.retention import off_lists, past_copies
from digest.store.staff import operators, sessions
from digest.store.upkeep.overdue_rows import OverdueCount, OverdueRows
from digest.store.webhooks import outbox

# Handed before when; the second is handed the instant and how many at most as well.
Count = Callable[[datetime], OverdueCount]
Remove = Callable[[datetime, datetime, int], int]
CountRows = Callable[[Connection, datetime], OverdueCount]
RemoveRows = Callable[[Connection, datetime, int], int]


@dataclass(frozen=True, slots=True)
class RetentionKind:
    """What is kept for a span: how much is over it, and what removes some of that."""

    name: str
    words: str
    span: timedelta
    count: Count
    remove: Remove


@dataclass(frozen=True, slots=True)
class RetentionFinding:
    """How much of a kind is over its time now, and since when the oldest counts."""

    kind: RetentionKind
    amount: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Retention:
    """Every kind, in the order in which they are looked through."""

    engine: Engine
    clock: Callable[[], datetime]
    kinds: tuple[RetentionKind, ...]

    def findings(self) -> list[RetentionFinding]:
        """Return how much of each kind is over its time; changes nothing."""
        now = self.clock()
        counts = ((kind, kind.count(now - kind.span)) for kind in self.kinds)
        return [
            RetentionFinding(kind, overdue.amount, overdue.oldest)
            for kind, overdue in counts
        ]

    def apply(self, kind: RetentionKind) -> int:
        """Remove what is over its time, some at a time; return how much that was."""
        now, removed = self.clock(), 0
        while some := kind.remove(now - kind.span, now, REMOVED_AT_ONCE):
            removed += some
        return removed


@dataclass(frozen=True, slots=True)
class RetentionPlaces:
    """Where what is kept lies: the database, and what is beside it."""

    engine: Engine
    erasures: Erasures
    inbox: Inbox
    print_room: Callable[[], PrintRoom]

    def kinds(self, spans: RetentionSpans) -> tuple[RetentionKind, ...]:
        """Return the table: each kind with how long it is kept, by those spans."""
        return (*self._settable(spans), *self._fixed())

    def _settable(self, spans: RetentionSpans) -> tuple[RetentionKind, ...]:
        def letters_over(before: datetime) -> OverdueCount:
            with reading(self.engine) as connection:
                over = print_batches.over_since(connection, before)
            return OverdueCount(len(over), over[0][1] if over else None)

        def mail_over(before: datetime) -> OverdueCount:
            old = self.inbox.older_than(before)
            return OverdueCount(len(old), old[0] if old else None)

        return (
            RetentionKind(
                "people",
                "who is on no mailing list any more: they are erased",
                spans.people,
                self._counted(off_lists.count),
                lambda before, _now, most: self.erasures.erase_off_lists(before, most),
            ),
            RetentionKind(
                "letters",
                "files of print batches that were posted or stopped, and of proofs",
                spans.letters,
                letters_over,
                lambda before, now, most: remove_old_files(
                    self.print_room(), before, now, most
                ),
            ),
            RetentionKind(
                "inbox",
                "messages in the built-in inbox",
                spans.inbox,
                mail_over,
                lambda before, _now, most: self.inbox.remove_older(before, most),
            ),
            RetentionKind(
                "renditions",
                "editions as they were rendered, to be made again when wanted",
                spans.renditions,
                self._counted(past_copies.count_renditions),
                self._some(past_copies.remove_renditions),
            ),
            self._rows(
                "incoming",
                "what came in by mail, but for replies that wait",
                spans.incoming,
                incoming_mail.OVERDUE,
            ),
            RetentionKind(
                "history",
                "who got what of past editions; their counts stay",
                spans.history,
                self._counted(past_copies.count_copies),
                self._some(past_copies.remove_copies),
            ),
        )

    def _fixed(self) -> tuple[RetentionKind, ...]:
        return (
            self._rows(
                "sign-ups",
                "what was typed to sign up, and nobody confirmed",
                limits.UNCONFIRMED_KEPT,
                joining_requests.UNCONFIRMED,
            ),
            self._rows(
                "settled sign-ups",
                "that somebody asked to sign up, without who",
                limits.SETTLED_JOINING_KEPT,
                joining_requests.SETTLED,
            ),
            self._rows(
                "counts of sign-ups",
                "how many signed up in ten minutes",
                limits.JOINING_TALLY_KEPT,
                joining_tallies.OVERDUE,
            ),
            RetentionKind(
                "imports",
                "files of people that came in, and what would undo them",
                IMPORT_UNDOABLE,
                self._counted(list_imports.count_old),
                self._removed(list_imports.forget_old),
            ),
            RetentionKind(
                "merges",
                "what would undo that two people were made one",
                MERGE_UNDOABLE,
                self._counted(merges.count_old),
                self._some(merges.forget_old),
            ),
            RetentionKind(
                "pictures",
                "pictures that no post shows, and logos of no campaign",
                limits.UNUSED_PICTURES_KEPT,
                self._counted(pictures.count_unused),
                self._some(pictures.remove_unused),
            ),
            self._rows(
                "webhooks",
                "what other systems were told",
                limits.WEBHOOKS_KEPT,
                outbox.OVERDUE,
            ),
            self._rows(
                "operators",
                "mails to the operators",
                OPERATOR_MAIL_KEPT,
                operators.OVERDUE,
            ),
            self._rows(
                "sessions", "sessions that have ended", timedelta(), sessions.OVERDUE
            ),
        )

    def _rows(
        self,
        name: str,
        words: str,
        span: timedelta,
        rows: OverdueRows,
    ) -> RetentionKind:
        count, remove = self._counted(rows.count), self._removed(rows.remove)
        return RetentionKind(name, words, span, count, remove)

    def _counted(self, count: CountRows) -> Count:
        def counted(before: datetime) -> OverdueCount:
            with reading(self.engine) as connection:
                return count(connection, before)

        return counted

    def _some(self, remove: RemoveRows) -> Remove:
        return self._removed(
            lambda connection, before, _now, most: remove(connection, before, most)
        )

    def _removed(
        self, remove: Callable[[Connection, datetime, datetime, int], int]
    ) -> Remove:
        def removed(before: datetime, now: datetime, most: int) -> int:
            with writing(self.engine) as connection:
                return remove(connection, before, now, most)

        return removed
