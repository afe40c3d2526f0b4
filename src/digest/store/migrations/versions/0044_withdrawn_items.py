"""Withdrawn items found at once, for pages that anybody may read."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

_WITHDRAWN = sa.text("withdrawn_at IS NOT NULL")


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_index(
        "ix_item_withdrawn",
        "item",
        ["campaign_id", "withdrawn_at"],
        sqlite_where=_WITHDRAWN,
        postgresql_where=_WITHDRAWN,
    )


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_index("ix_item_withdrawn", table_name="item")
