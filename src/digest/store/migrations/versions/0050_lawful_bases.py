"""The lawful basis of each subscription in the same words, and its conditions."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

_NEEDS_A_CAMPAIGNS_WORD = sa.text(
    "consent_basis IN ('charitable soft opt-in', 'public task')"
)
# As bases were understood when this was written. What denies a basis is none, and of a
# commercial soft opt-in no conditions are kept: both stay in their own words.
_DENIED = re.compile(r"\bno\b|\bnot\b|\bwithout\b", re.IGNORECASE)
_SOFT = re.compile(r"\bsoft[\s-]*opt", re.IGNORECASE)
_COMMERCIAL = re.compile(r"\bcommercial\b|\bcustomers?\b|\bsales?\b", re.IGNORECASE)
_PUBLIC = re.compile(
    r"\bpublic[\s-]+(?:interest[\s-]+)?task\b|\btask in the public interest\b",
    re.IGNORECASE,
)
_SAME = ("consent", "charitable soft opt-in", "public task", "did not ask")

_subscription = sa.table("subscription", sa.column("consent_basis", sa.Text()))


def _in_words_of_now(written: str) -> str:
    plain = written.strip().casefold()
    if plain in _SAME:
        return plain
    if _DENIED.search(written):
        return written
    if _SOFT.search(written):
        is_commercial = _COMMERCIAL.search(written)
        return written if is_commercial else "charitable soft opt-in"
    return "public task" if _PUBLIC.search(written) else written


def upgrade() -> None:
    """Bring the database to this revision."""
    op.add_column("subscription", sa.Column("consent_conditions", sa.Text()))
    op.add_column("subscription", sa.Column("consent_on", sa.Date()))
    op.add_column("consent", sa.Column("conditions", sa.Text()))
    # What was written down of them stays in the records of consent, word for word.
    basis = _subscription.c.consent_basis
    written = op.get_bind().scalars(sa.select(basis).distinct()).all()
    for words in filter(None, written):
        if (now := _in_words_of_now(words)) != words:
            op.execute(
                sa.update(_subscription).where(basis == words).values(consent_basis=now)
            )
    op.create_index(
        "ix_subscription_basis",
        "subscription",
        ["mailing_list_id"],
        sqlite_where=_NEEDS_A_CAMPAIGNS_WORD,
        postgresql_where=_NEEDS_A_CAMPAIGNS_WORD,
    )


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_index("ix_subscription_basis", "subscription")
    op.drop_column("consent", "conditions")
    op.drop_column("subscription", "consent_on")
    op.drop_column("subscription", "consent_conditions")
