"""What a person agreed to themselves, as their own row and their lists have it.

Letters in place of emails, and calls, need their own permission.
"""

from sqlalchemy import ColumnElement, and_, case, exists, false, func, not_, or_

from digest.model.formats import FORMATS, PHONE
from digest.model.people.channel_choice import LETTERS
from digest.model.people.person import A_CONSENT, DID_NOT_ASK, NO_CONSENT
from digest.store.base.tables import subscriber, subscription

# In place of these a letter may go.
_MAY_BE_LETTERS = [fmt.name for fmt in FORMATS.values() if fmt.otherwise]


def agreed_to_letters(has_address: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that a permission of a subscriber's names letters.

    The same as model.people.channel_offers.agreement_on_record; looked for only where
    it may be of use.
    """
    columns = subscription.c
    basis = func.lower(func.coalesce(columns.consent_basis, ""))
    names_letters = exists().where(
        *_on_a_list(),
        func.lower(columns.consent_wording).regexp_match(LETTERS),
        basis.regexp_match(A_CONSENT),
        not_(basis.regexp_match(NO_CONSENT)),
    )
    is_of_use = and_(
        has_address,
        or_(subscriber.c.format.is_(None), subscriber.c.format.in_(_MAY_BE_LETTERS)),
    )
    return case((is_of_use, names_letters), else_=false())


def agreed_to_calls() -> ColumnElement[bool]:
    """Return the condition that a subscriber asked to be rung.

    It is what they need, by their own word: a number alone is no such thing, nor is
    what somebody was put down for whom nobody asked.
    """
    was_there_asked = exists().where(
        *_on_a_list(), subscription.c.consent_basis.is_distinct_from(DID_NOT_ASK)
    )
    is_needed = subscriber.c.format == PHONE.name
    return case((is_needed, was_there_asked), else_=false())


def _on_a_list() -> tuple[ColumnElement[bool], ...]:
    return (
        subscription.c.subscriber_id == subscriber.c.id,
        subscription.c.ended_at.is_(None),
    )
