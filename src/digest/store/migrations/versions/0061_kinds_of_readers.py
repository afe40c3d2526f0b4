"""Indexes by which readers are counted by kinds: who is on a list, who is suppressed."""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

_LIVE = sa.text("ended_at IS NULL")


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_index(
        "ix_subscription_live",
        "subscription",
        ["subscriber_id", "mailing_list_id"],
        sqlite_where=_LIVE,
        postgresql_where=_LIVE,
    )
    op.create_index("ix_subscriber_email_hash", "subscriber", ["email_hash"])


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_index("ix_subscriber_email_hash", "subscriber")
    op.drop_index("ix_subscription_live", "subscription")
