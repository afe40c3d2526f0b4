"""On which lawful bases somebody may be emailed: asked of each reader of an edition.

Letters need none of it: the rule is of electronic mail. It is that of
model.people.lawful_basis, in words of the database.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    text,
)

from digest.model.people.lawful_basis import (
    ALL_CONDITIONS,
    SOFT_OPT_IN_SINCE,
    BasisGap,
    CampaignRights,
    LawfulBasis,
    rights_of,
)
from digest.store.base.asked_together import Asked, rows_of
from digest.store.base.tables import NEEDS_A_CAMPAIGNS_WORD, reader, subscription
from digest.store.campaigns.campaigns import StoredCampaign

# What the database says where nothing is missing.
ENOUGH = ""


def basis_gap(
    connection: Connection,
    who: ColumnElement[int],
    campaign: CampaignRights,
    lists: Sequence[int],
) -> ColumnElement[str]:
    """Return why `who` may not be emailed by any of a campaign's lists; else ENOUGH.

    Nothing is asked of anybody where nobody on them is there on a basis that needs the
    campaign's word.
    """
    if not are_asked_of(connection, lists):
        return literal(ENOUGH)
    return gap(who, rights_of(campaign), lists)


def basis_gap_by(
    connection: Connection,
    stored: Sequence[StoredCampaign],
    list_ids: Mapping[str, int],
) -> ColumnElement[str]:
    """Return why a reader may not be emailed by their campaign; else ENOUGH.

    It is one of these; `list_ids` are those of all mailing lists, by name.
    """
    lists_of = _lists_of(stored, list_ids)
    if not stored or not are_asked_of(connection, [*chain(*lists_of.values())]):
        return literal(ENOUGH)
    who = reader.c.subscriber_id
    gaps = (
        (
            reader.c.campaign_id == each.id,
            gap(who, rights_of(each.campaign), lists_of[each.id]),
        )
        for each in stored
    )
    return case(*gaps, else_=ENOUGH)


def bases_asked(
    stored: Sequence[StoredCampaign], list_ids: Mapping[str, int]
) -> tuple[Asked, ...]:
    """Return what `basis_gap_by` asks, to be asked with others."""
    lists = tuple(chain(*_lists_of(stored, list_ids).values()))
    return (bases_asked_of(lists),) if lists else ()


def bases_asked_of(lists: Sequence[int]) -> Asked:
    """Return what `basis_gap` asks of these lists, to be asked with others."""
    return (_that_need_a_word, tuple(lists))


def _lists_of(
    stored: Sequence[StoredCampaign], list_ids: Mapping[str, int]
) -> dict[int, list[int]]:
    return {
        each.id: [list_ids[name] for name in each.campaign.lists if name in list_ids]
        for each in stored
    }


def are_asked_of(connection: Connection, lists: Sequence[int]) -> bool:
    """Whether somebody on these lists is there on a basis that needs such a word."""
    return bool(rows_of(connection, _that_need_a_word, tuple(lists)))


def _that_need_a_word(_connection: Connection, lists: Sequence[int]) -> Select[Any]:
    some = exists().where(
        subscription.c.mailing_list_id.in_(lists),
        subscription.c.ended_at.is_(None),
        # As text: SQLite takes the index for nothing else.
        text(NEEDS_A_CAMPAIGNS_WORD),
    )
    return select(literal(1).label("asked")).where(some)


def in_use(connection: Connection, lists: Sequence[int]) -> set[str]:
    """Return on which bases people are on these lists; "" where none is on record."""
    words = select(subscription.c.consent_basis).where(
        subscription.c.mailing_list_id.in_(lists), subscription.c.ended_at.is_(None)
    )
    return {basis or "" for basis in connection.scalars(words.distinct())}


def gap(
    who: ColumnElement[int], rights: Collection[LawfulBasis], lists: Sequence[int]
) -> ColumnElement[str]:
    """Return why `who` may not be emailed on these rights by any of the lists.

    ENOUGH where one is enough, or where they are on none.
    """
    least = select(func.min(gap_of_row(rights))).where(*_on(who, lists))
    return func.coalesce(least.scalar_subquery(), ENOUGH)


def is_fit(
    who: ColumnElement[int], rights: Collection[LawfulBasis], lists: Sequence[int]
) -> ColumnElement[bool]:
    """Return the condition that `who` is on a list on a basis fit for an email."""
    return exists().where(*_on(who, lists), gap_of_row(rights) == ENOUGH)


def gap_of_row(
    rights: Collection[LawfulBasis], rows: FromClause = subscription
) -> ColumnElement[str]:
    """Return what a subscription's basis lacks, as `lawful_basis.gap_of` says it.

    `rows` is another name of their table, where it has one.
    """
    columns = rows.c
    soft_opt_in = LawfulBasis.SOFT_OPT_IN

    def unless(basis: LawfulBasis, missing: BasisGap) -> str:
        return ENOUGH if basis in rights else missing.value

    return case(
        (
            columns.consent_basis == LawfulBasis.PUBLIC_TASK,
            unless(LawfulBasis.PUBLIC_TASK, BasisGap.NO_TASK),
        ),
        (columns.consent_basis.is_distinct_from(soft_opt_in), ENOUGH),
        (
            columns.consent_conditions.is_distinct_from(ALL_CONDITIONS),
            BasisGap.NO_CONDITIONS.value,
        ),
        (
            or_(columns.consent_on.is_(None), columns.consent_on < SOFT_OPT_IN_SINCE),
            BasisGap.TOO_EARLY.value,
        ),
        else_=unless(soft_opt_in, BasisGap.NO_CHARITY),
    )


def _on(
    who: ColumnElement[int], lists: Sequence[int]
) -> tuple[ColumnElement[bool], ...]:
    return (
        subscription.c.subscriber_id == who,
        subscription.c.mailing_list_id.in_(lists),
        subscription.c.ended_at.is_(None),
    )
