"""Schedules that were added late or renamed.

One that has planned nothing began when its slots did: newcomers on it begin where
its campaign's other schedules stood then. Any other has a place of its own.
"""

import sqlalchemy as sa
from alembic import op

from digest.store.base.tables import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    op.add_column("schedule", sa.Column("began_at", UtcDateTime(), nullable=True))
    op.add_column(
        "schedule",
        sa.Column(
            "former_names", sa.JSON(), server_default=sa.text("'[]'"), nullable=False
        ),
    )
    op.execute(
        "UPDATE schedule SET began_at = slots_since WHERE NOT EXISTS (SELECT 1 FROM "
        "edition WHERE schedule_id = schedule.id AND planned_at IS NOT NULL)"
    )


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_column("schedule", "former_names")
    op.drop_column("schedule", "began_at")
