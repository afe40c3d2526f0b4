"""How many readers of each list get no email, as the basis on record is not enough."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, literal, not_, select, text, union_all

from digest.model.formats import FORMATS, HTML
from digest.model.people.lawful_basis import BasisGap, LawfulBasis, rights_of
from digest.store.base.asked_together import Asked, rows_of
from digest.store.base.tables import (
    NEEDS_A_CAMPAIGNS_WORD,
    mailing_list,
    reader,
    subscriber,
    subscription,
)
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.people.departures import has_left
from digest.store.people.kinds import bases

_BY_EMAIL = [each.name for each in FORMATS.values() if each.channel is HTML.channel]


@dataclass(frozen=True, slots=True)
class UnmailedReaders:
    """Readers of a campaign, on one list, who get no email: how many, and why."""

    campaign_id: int
    list_name: str
    gap: BasisGap
    readers: int


def of_campaigns(
    connection: Connection, stored: Sequence[StoredCampaign]
) -> list[UnmailedReaders]:
    """Return whom these campaigns do not email for want of a basis, the most first.

    Only who would get emails else. Where nobody can be meant, little is asked.
    """
    gaps: dict[str, set[str]] = {}
    for row in rows_of(connection, _on_such_bases):
        gaps.setdefault(row.name, set()).add(row.gap)
    affected = [each for each in stored if _may_lack(each, gaps)]
    if not affected:
        return []
    names = select(mailing_list.c.name, mailing_list.c.id)
    list_ids = {row.name: row.id for row in connection.execute(names)}
    questions = [_unmailed(each, _lists_of(each, list_ids)) for each in affected]
    rows = connection.execute(union_all(*questions)).all()
    unmailed = [
        UnmailedReaders(row.campaign_id, row.name, BasisGap(row.gap), row.readers)
        for row in rows
    ]
    return sorted(unmailed, key=lambda each: (-each.readers, each.list_name, each.gap))


def _on_such_bases(_connection: Connection) -> Select[Any]:
    """Return which lists somebody is on for a basis that needs a campaign's word."""
    gap = bases.gap_of_row(())
    each = (
        select(mailing_list.c.name, gap.label("gap"))
        .join(subscription, subscription.c.mailing_list_id == mailing_list.c.id)
        # As text: SQLite takes the index for nothing else.
        .where(subscription.c.ended_at.is_(None), text(NEEDS_A_CAMPAIGNS_WORD))
        .distinct()
        # What is asked beside it has columns that PostgreSQL cannot tell apart.
        .subquery()
    )
    return select(*each.c)


# What is asked of all lists, to be asked with others.
QUESTIONS: tuple[Asked, ...] = ((_on_such_bases,),)


def _lists_of(stored: StoredCampaign, list_ids: Mapping[str, int]) -> list[int]:
    return [list_ids[name] for name in stored.campaign.lists if name in list_ids]


def _may_lack(stored: StoredCampaign, gaps: Mapping[str, set[str]]) -> bool:
    """Whether what is on its lists can be more than the campaign may write on."""
    cured = {
        LawfulBasis.PUBLIC_TASK: BasisGap.NO_TASK,
        LawfulBasis.SOFT_OPT_IN: BasisGap.NO_CHARITY,
    }
    harmless = {cured[basis] for basis in rights_of(stored.campaign) if basis in cured}
    return any(gaps.get(name, set()) - harmless for name in stored.campaign.lists)


def _unmailed(stored: StoredCampaign, lists: Sequence[int]) -> Select[Any]:
    rights = rights_of(stored.campaign)
    who, tie = subscriber.c.id, subscription.alias("tie")
    gap = bases.gap_of_row(rights, tie)
    each = (
        select(mailing_list.c.name, gap.label("gap"))
        .select_from(tie)
        .join(mailing_list, mailing_list.c.id == tie.c.mailing_list_id)
        .join(subscriber, who == tie.c.subscriber_id)
        .join(reader, reader.c.subscriber_id == who)
        .where(
            tie.c.mailing_list_id.in_(lists),
            tie.c.ended_at.is_(None),
            text(NEEDS_A_CAMPAIGNS_WORD),
            gap != bases.ENOUGH,
            reader.c.campaign_id == stored.id,
            reader.c.format.in_(_BY_EMAIL),
            subscriber.c.email.is_not(None),
            subscriber.c.erased_at.is_(None),
            subscriber.c.merged_into.is_(None),
            not_(has_left(who, stored.id)),
            not_(bases.is_fit(who, rights, lists)),
        )
        .subquery()
    )
    campaign_id = literal(stored.id).label("campaign_id")
    return select(campaign_id, *each.c, func.count().label("readers")).group_by(*each.c)
