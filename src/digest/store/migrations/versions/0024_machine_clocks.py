"""Each machine says how far its clock is from the database's."""

import sqlalchemy as sa
from alembic import op

from digest.store.base.tables import UtcDateTime

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_table(
        "machine_clock",
        sa.Column("machine", sa.String(length=200), nullable=False),
        sa.Column("ahead_seconds", sa.Float(), nullable=False),
        sa.Column("compared_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("machine", name=op.f("pk_machine_clock")),
    )


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_table("machine_clock")
