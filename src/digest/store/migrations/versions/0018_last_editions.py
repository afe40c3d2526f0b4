"""Last editions, and slots beside a schedule's times.

The slots up to a schedule's latest edition are settled, so that none of the past is
looked at again.
"""

import sqlalchemy as sa
from alembic import op

from digest.store.base.tables import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    op.add_column("schedule", sa.Column("extra_slot", UtcDateTime(), nullable=True))
    op.add_column(
        "edition",
        sa.Column(
            "is_last", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
    )
    latest = "(SELECT max(slot) FROM edition WHERE schedule_id = schedule.id)"
    op.execute(
        f"UPDATE schedule SET slots_since = {latest} WHERE slots_since < {latest}"  # noqa: S608 - our own words
    )


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_column("edition", "is_last")
    op.drop_column("schedule", "extra_slot")
