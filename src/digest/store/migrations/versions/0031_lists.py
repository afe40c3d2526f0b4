"""Those who have left a list are counted by themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_ENDED = sa.text("ended_at IS NOT NULL")


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_index(
        "ix_subscription_ended",
        "subscription",
        ["mailing_list_id"],
        sqlite_where=_ENDED,
        postgresql_where=_ENDED,
    )


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_index("ix_subscription_ended", "subscription")
