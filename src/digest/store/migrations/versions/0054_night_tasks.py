"""What is done each night: when next, and what came of it."""

import sqlalchemy as sa
from alembic import op

from digest.store.base.tables import UtcDateTime

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_table(
        "night_task",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.Column("done_at", UtcDateTime()),
        sa.Column("amount", sa.Integer()),
        sa.Column("failing_since", UtcDateTime()),
        sa.Column("failures", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("failure", sa.Text()),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_night_task")),
    )


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_table("night_task")
