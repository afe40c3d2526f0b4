"""Instants that were written down and never read are dropped."""

import sqlalchemy as sa
from alembic import op

from digest.store.base.tables import UtcDateTime

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_UNREAD = {
    "rendition": "made_at",
    "short_link": "created_at",
    "account_link": "created_at",
}
_LONG_AGO = "1970-01-01 00:00:00+00:00"


def upgrade() -> None:
    """Bring the database to this revision."""
    for table, column in _UNREAD.items():
        op.drop_column(table, column)


def downgrade() -> None:
    """Take the database back to the revision before: what is gone is long ago."""
    for table, column in _UNREAD.items():
        op.add_column(
            table,
            sa.Column(column, UtcDateTime(), nullable=False, server_default=_LONG_AGO),
        )
