"""The lawful basis of each subscription in the same words, and its conditions."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

_NEEDS_A_CAMPAIGNS_WORD = sa.text(
    "consent_basis IN ('charitable soft opt-in', 'public task')"
)
_SOFT_OPT_IN = """
UPDATE subscription SET consent_basis = 'charitable soft opt-in'
WHERE (lower(consent_basis) LIKE '%soft opt%'
    OR lower(consent_basis) LIKE '%soft-opt%')
AND lower(consent_basis) NOT LIKE '%commercial%'
"""
_PUBLIC_TASK = """
UPDATE subscription SET consent_basis = 'public task'
WHERE lower(consent_basis) LIKE '%public task%'
"""


def upgrade() -> None:
    """Bring the database to this revision."""
    op.add_column("subscription", sa.Column("consent_conditions", sa.Text()))
    op.add_column("consent", sa.Column("conditions", sa.Text()))
    # What was written down of them stays in the records of consent, word for word.
    op.execute(_SOFT_OPT_IN)
    op.execute(_PUBLIC_TASK)
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
    op.drop_column("subscription", "consent_conditions")
