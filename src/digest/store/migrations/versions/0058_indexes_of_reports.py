"""Indexes of what reports count: readers by format and by when they came, and erased."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

_ERASED = sa.text("erased_at IS NOT NULL")


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_index(
        "ix_reader_format", "reader", ["campaign_id", "format", "subscriber_id"]
    )
    op.create_index("ix_reader_joined_at", "reader", ["campaign_id", "joined_at"])
    op.create_index(
        "ix_subscriber_erased_at",
        "subscriber",
        ["erased_at"],
        sqlite_where=_ERASED,
        postgresql_where=_ERASED,
    )


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_index("ix_subscriber_erased_at", "subscriber")
    op.drop_index("ix_reader_joined_at", "reader")
    op.drop_index("ix_reader_format", "reader")
