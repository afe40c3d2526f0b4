"""The same post in two sources, or in one under two ids: found as it comes in."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from digest.model.posts.duplicates import (
    DuplicateEvidence,
    is_same_elsewhere,
    is_same_here,
)
from digest.model.posts.item_json import item_from_json
from digest.model.posts.items import Item
from digest.store import limits
from digest.store.base.tables import item


@dataclass(frozen=True, slots=True)
class LoggedItem:
    """An item that is in the log, and what it is recognised by."""

    id: int
    source_id: int
    marks: DuplicateEvidence
    is_waiting: bool
    passed_over: bool


def logged(
    connection: Connection, campaign_id: int, source_id: int, fresh: Sequence[Item]
) -> dict[str, LoggedItem]:
    """Return by key those of the items that the campaign's log holds already.

    An address that several items of one source share tells none of them apart.
    What another source had before the campaign took notice is not held.
    """
    marks = _telling({entry.key: DuplicateEvidence.of(entry) for entry in fresh})
    candidates = _candidates(connection, campaign_id, list(marks.values()))
    duplicates = {}
    for key, own in marks.items():
        for candidate in candidates:
            if _is_duplicate(own, candidate, source_id):
                duplicates[key] = candidate
                break
    return duplicates


def echoes(fresh: Sequence[Item]) -> dict[str, str]:
    """Return by key those items that repeat another of the same reading, and which."""
    by_words: dict[str, list[tuple[str, DuplicateEvidence]]] = {}
    repeated = {}
    for entry in fresh:
        own = DuplicateEvidence.of(entry)
        before = by_words.setdefault(own.words, [])
        first = next((key for key, its in before if is_same_here(own, its)), None)
        if first is None:
            before.append((entry.key, own))
        else:
            repeated[entry.key] = first
    return repeated


def _is_duplicate(own: DuplicateEvidence, logged: LoggedItem, source_id: int) -> bool:
    if logged.source_id == source_id:
        return is_same_here(own, logged.marks)
    return not logged.passed_over and is_same_elsewhere(own, logged.marks)


def _candidates(
    connection: Connection, campaign_id: int, marks: Sequence[DuplicateEvidence]
) -> list[LoggedItem]:
    rows: dict[int, Row[Any]] = {}
    for start in range(0, len(marks), limits.DUPLICATES_LOOKED_UP_AT_ONCE):
        part = marks[start : start + limits.DUPLICATES_LOOKED_UP_AT_ONCE]
        same = or_(
            item.c.address_mark.in_(
                [evidence.address for evidence in part if evidence.address]
            ),
            item.c.words_mark.in_(
                [evidence.words for evidence in part if evidence.words]
            ),
        )
        matching = connection.execute(
            select(item).where(
                item.c.campaign_id == campaign_id,
                item.c.duplicate_of.is_(None),
                item.c.correction == 0,
                same,
            )
        )
        rows.update({row.id: row for row in matching})
    shared = Counter((row.source_id, row.address_mark) for row in rows.values())
    return [
        _logged_item(row, is_telling=shared[row.source_id, row.address_mark] == 1)
        for _, row in sorted(rows.items())
    ]


def _logged_item(row: Row[Any], *, is_telling: bool) -> LoggedItem:
    published = getattr(item_from_json(row.content), "published", None)
    address = row.address_mark if is_telling else ""
    is_waiting = (
        row.position is None
        and row.held_at is None
        and row.withdrawn_at is None
        and not row.passed_over
    )
    marks = DuplicateEvidence(address or "", row.words_mark or "", published)
    return LoggedItem(row.id, row.source_id, marks, is_waiting, row.passed_over)


def _telling(marks: Mapping[str, DuplicateEvidence]) -> dict[str, DuplicateEvidence]:
    shared = Counter(evidence.address for evidence in marks.values())
    return {
        key: evidence
        if shared[evidence.address] == 1
        else replace(evidence, address="")
        for key, evidence in marks.items()
    }
