"""Pairs of people who may be one, found by what both have: never all against all.

Each sign is a key of the row's own. An index has the rows of one key side by side, so
that what is read is the index, and the rows of those few who share a key with others.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    not_,
    or_,
    select,
    tuple_,
    union_all,
)

from digest.model.people.likeness import DoubleSign
from digest.store import limits
from digest.store.base.tables import known_apart, subscriber

_PLACE = re.compile(
    rf"([0-{len(DoubleSign) - 1}])-([0-9]{{1,18}})-([0-9]{{1,18}})", re.ASCII
)
_first, _second = subscriber.alias("one"), subscriber.alias("other")


@dataclass(frozen=True, slots=True)
class DoublePair:
    """Two people who may be one, by their numbers in order, and the surest sign."""

    sign: DoubleSign
    first_id: int
    second_id: int

    @property
    def place(self) -> str:
        """Where it stands in the list of all, as one word."""
        return f"{_rank(self.sign)}-{self.first_id}-{self.second_id}"

    @classmethod
    def at(cls, place: str) -> "DoublePair | None":
        """Return the pair of that `place`; None for what is none."""
        match = _PLACE.fullmatch(place)
        if match is None:
            return None
        sign = list(DoubleSign)[int(match[1])]
        return cls(sign, int(match[2]), int(match[3]))


def pairs(
    connection: Connection, limit: int, after: DoublePair | None = None
) -> list[DoublePair]:
    """Return pairs past that one, those with the surest signs first; each once.

    None of whom staff know that they are two, nor of people who were erased.
    """
    page: list[DoublePair] = []
    for sign in DoubleSign:
        if after is not None and _rank(sign) < _rank(after.sign):
            continue
        begins = after if after is not None and after.sign is sign else None
        query = _of_sign(sign, begins).limit(limit - len(page))
        page += (DoublePair(sign, *row) for row in connection.execute(query))
        if len(page) >= limit:
            break
    return page


def _rank(sign: DoubleSign) -> int:
    return list(DoubleSign).index(sign)


def _of_sign(sign: DoubleSign, after: DoublePair | None) -> Select[int, int]:
    ids = _mailbox_pairs() if sign is DoubleSign.MAILBOX else _group_pairs(sign)
    surer = list(DoubleSign)[: _rank(sign)]
    first, second = ids.c.first_id, ids.c.second_id
    query = (
        select(first, second)
        .join(_first, _first.c.id == first)
        .join(_second, _second.c.id == second)
        .where(
            _first.c.name_key.is_not(None),
            _second.c.name_key.is_not(None),
            not_(
                exists().where(
                    known_apart.c.first_id == first, known_apart.c.second_id == second
                )
            ),
            *(func.coalesce(_shares(each), false()).is_(false()) for each in surer),
        )
        .order_by(first, second)
    )
    if sign is DoubleSign.NAME:
        query = query.where(not_(_are_told_apart()))
    if after is not None:
        query = query.where(tuple_(first, second) > (after.first_id, after.second_id))
    return query


def _group_pairs(sign: DoubleSign) -> FromClause:
    """Return the pairs of each few people who have the keys of a sign in common."""
    mine = [subscriber.c[name] for name in _KEYS[sign]]
    groups = (
        select(*mine)
        .where(*(key.is_not(None) for key in mine))
        .group_by(*mine)
        .having(func.count().between(2, limits.DOUBLES_IN_A_GROUP))
        .subquery()
    )
    first, second = subscriber.alias(), subscriber.alias()
    same = [
        and_(row.c[name] == groups.c[name])
        for row in (first, second)
        for name in _KEYS[sign]
    ]
    return (
        select(first.c.id.label("first_id"), second.c.id.label("second_id"))
        .select_from(groups)
        .join(first, and_(*same[: len(mine)]))
        .join(second, and_(*same[len(mine) :], second.c.id > first.c.id))
        .subquery()
    )


def _mailbox_pairs() -> FromClause:
    """Return the pairs of who has the same mailbox, though another address of it."""
    first, second = subscriber.alias(), subscriber.alias()
    is_first = first.c.id < second.c.id
    first_id = case((is_first, first.c.id), else_=second.c.id).label("first_id")
    second_id = case((is_first, second.c.id), else_=first.c.id).label("second_id")
    has_other = first.c.mailbox.is_not(None)
    by_its_name = second.c.identity == "email:" + first.c.mailbox
    rows = (
        select(first_id, second_id)
        .join(second, and_(condition, first.c.id != second.c.id))
        .where(has_other)
        for condition in (
            by_its_name,
            and_(second.c.mailbox == first.c.mailbox, is_first),
        )
    )
    return union_all(*rows).subquery()


_KEYS: dict[DoubleSign, Sequence[str]] = {
    DoubleSign.MAILBOX: ("mailbox",),
    DoubleSign.NAME_AND_POSTCODE: ("post_hash",),
    DoubleSign.NAME_AND_PHONE: ("phone_hash",),
    DoubleSign.PHONE: ("phone_digits",),
    DoubleSign.LOOK_ALIKE: ("postcode", "name_sound"),
    DoubleSign.NAME: ("name_key",),
}


def _shares(sign: DoubleSign) -> ColumnElement[bool]:
    """Return the condition that a pair has a sign, null where it cannot."""
    if sign is DoubleSign.MAILBOX:
        mailboxes = (
            func.coalesce(row.c.mailbox, row.c.email_key) for row in (_first, _second)
        )
        return next(mailboxes) == next(mailboxes)
    return and_(*(_first.c[name] == _second.c[name] for name in _KEYS[sign]))


def _are_told_apart() -> ColumnElement[bool]:
    """Return the condition that a pair of one name has something that differs."""
    has_email = (row.c.email_key.is_not(None) for row in (_first, _second))
    both_have_email = and_(*has_email)
    differ = (
        func.coalesce(_first.c[name] != _second.c[name], false())
        for name in ("postcode", "phone_digits")
    )
    return or_(both_have_email, *differ)
