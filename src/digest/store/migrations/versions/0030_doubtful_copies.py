"""Copies that may have arrived without our knowing are found at once."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_DOUBTFUL = sa.text("doubts > 0")


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_index(
        "ix_delivery_doubtful",
        "delivery",
        ["edition_id"],
        sqlite_where=_DOUBTFUL,
        postgresql_where=_DOUBTFUL,
    )


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_index("ix_delivery_doubtful", "delivery")
