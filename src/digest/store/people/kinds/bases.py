"""On which lawful bases somebody may be emailed: asked of each reader of an edition.

Letters need none of it: the rule is of electronic mail (see model.people.lawful_basis).
"""

from collections.abc import Mapping, Sequence
from itertools import chain

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    exists,
    or_,
    select,
    text,
    true,
)

from digest.model.people.lawful_basis import (
    NEED_A_CAMPAIGNS_WORD,
    CampaignRights,
    LawfulBasis,
)
from digest.store.base.tables import NEEDS_A_CAMPAIGNS_WORD, reader, subscription
from digest.store.campaigns.campaigns import StoredCampaign


def may_be_emailed(
    connection: Connection,
    who: ColumnElement[int],
    campaign: CampaignRights,
    lists: Sequence[int],
) -> ColumnElement[bool]:
    """Return the condition that `who` may be emailed by one of a campaign's lists.

    Nothing is asked of anybody where nobody on them is there on a basis that needs the
    campaign's word.
    """
    return is_fit(who, campaign, lists) if are_asked_of(connection, lists) else true()


def may_be_emailed_by(
    connection: Connection,
    stored: Sequence[StoredCampaign],
    list_ids: Mapping[str, int],
) -> ColumnElement[bool]:
    """Return the condition on a reader that they may be emailed by their campaign.

    It is one of these; `list_ids` are those of all mailing lists, by name.
    """
    lists_of = {
        each.id: [list_ids[name] for name in each.campaign.lists if name in list_ids]
        for each in stored
    }
    if not stored or not are_asked_of(connection, [*chain(*lists_of.values())]):
        return true()
    who = reader.c.subscriber_id
    fit = (
        (reader.c.campaign_id == each.id, is_fit(who, each.campaign, lists_of[each.id]))
        for each in stored
    )
    return case(*fit, else_=true())


def are_asked_of(connection: Connection, lists: Sequence[int]) -> bool:
    """Whether somebody on these lists is there on a basis that needs such a word."""
    some = select(1).where(
        subscription.c.mailing_list_id.in_(lists),
        subscription.c.ended_at.is_(None),
        # As text: SQLite takes the index for nothing else.
        text(NEEDS_A_CAMPAIGNS_WORD),
    )
    return connection.execute(some.limit(1)).first() is not None


def is_fit(
    who: ColumnElement[int], campaign: CampaignRights, lists: Sequence[int]
) -> ColumnElement[bool]:
    """Return the condition that `who` is on a list on a basis fit for its emails."""
    basis = subscription.c.consent_basis
    fit: list[ColumnElement[bool]] = [
        basis.is_(None),
        basis.not_in(NEED_A_CAMPAIGNS_WORD),
    ]
    if campaign.may_use(LawfulBasis.SOFT_OPT_IN):
        has_conditions = subscription.c.consent_conditions.is_not(None)
        fit.append(and_(basis == LawfulBasis.SOFT_OPT_IN, has_conditions))
    if campaign.may_use(LawfulBasis.PUBLIC_TASK):
        fit.append(basis == LawfulBasis.PUBLIC_TASK)
    return exists().where(
        subscription.c.subscriber_id == who,
        subscription.c.mailing_list_id.in_(lists),
        subscription.c.ended_at.is_(None),
        or_(*fit),
    )
