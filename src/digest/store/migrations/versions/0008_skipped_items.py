"""What the last reading of a source could not take, so that a person is told."""

import sqlalchemy as sa
from alembic import op

from digest.store.base.tables import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    op.add_column("source", sa.Column("skipped", sa.Text(), nullable=True))
    op.add_column("source", sa.Column("skipped_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Take the database back to the revision before."""
    with op.batch_alter_table("source", schema=None) as batch_op:
        batch_op.drop_column("skipped_at")
        batch_op.drop_column("skipped")
