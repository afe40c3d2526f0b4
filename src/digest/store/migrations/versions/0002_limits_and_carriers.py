"""How long a copy is of use, how fast copies may leave, which carriers rest."""

import sqlalchemy as sa
from alembic import op

from digest.store.base.tables import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    # Editions that are planned already have no such instant: they do not expire.
    op.add_column("edition", sa.Column("deliver_by", UtcDateTime(), nullable=True))
    op.add_column(
        "delivery",
        sa.Column("doubts", sa.Integer(), server_default="0", nullable=False),
    )
    op.create_table(
        "carrier",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("paused_until", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("since", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_carrier")),
    )
    op.create_table(
        "pace",
        sa.Column("scope", sa.String(length=300), nullable=False),
        sa.Column("ledger", sa.JSON(), nullable=False),
        sa.Column("idle_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_pace")),
    )
    op.create_table(
        "slow_start",
        sa.Column("domain", sa.String(length=255), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("domain", name=op.f("pk_slow_start")),
    )


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_table("slow_start")
    op.drop_table("pace")
    op.drop_table("carrier")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_column("doubts")
    with op.batch_alter_table("edition", schema=None) as batch_op:
        batch_op.drop_column("deliver_by")
