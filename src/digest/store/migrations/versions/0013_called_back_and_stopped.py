"""Editions are held back for a while, called back and stopped."""

import sqlalchemy as sa
from alembic import op

from digest.store.base.tables import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_COLUMNS = ("leaves_at", "recalled_at", "stopped_at")


def upgrade() -> None:
    """Bring the database to this revision."""
    for name in _COLUMNS:
        op.add_column("edition", sa.Column(name, UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Take the database back to the revision before."""
    for name in reversed(_COLUMNS):
        op.drop_column("edition", name)
