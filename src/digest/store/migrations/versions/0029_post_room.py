"""Print batches are of one organiser, and say when they were printed."""

import sqlalchemy as sa
from alembic import op

from digest.store.base.tables import UtcDateTime

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    op.add_column("print_batch", sa.Column("printed_at", UtcDateTime(), nullable=True))
    for name in ("organiser", "organiser_key"):
        op.add_column(
            "print_batch",
            sa.Column(name, sa.Text(), nullable=False, server_default=""),
        )
    op.add_column("account", sa.Column("organiser", sa.Text(), nullable=True))


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_column("account", "organiser")
    for name in ("organiser_key", "organiser", "printed_at"):
        op.drop_column("print_batch", name)
