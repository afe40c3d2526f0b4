"""How each source stands, and where it has moved to."""

import sqlalchemy as sa
from alembic import op

from digest.store.base.tables import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    for column in (
        sa.Column("moved_to", sa.Text(), nullable=True),
        sa.Column("state", sa.String(8), server_default="active", nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failing_since", UtcDateTime(), nullable=True),
        sa.Column("next_try_at", UtcDateTime(), nullable=True),
        sa.Column("wait_until", UtcDateTime(), nullable=True),
    ):
        op.add_column("source", column)
    op.execute(
        "UPDATE source SET state = 'failing', failures = 1, "
        "failing_since = last_failed_at WHERE failure IS NOT NULL"
    )


def downgrade() -> None:
    """Take the database back to the revision before."""
    with op.batch_alter_table("source", schema=None) as batch_op:
        for name in (
            "wait_until",
            "next_try_at",
            "failing_since",
            "failures",
            "state",
            "moved_to",
        ):
            batch_op.drop_column(name)
