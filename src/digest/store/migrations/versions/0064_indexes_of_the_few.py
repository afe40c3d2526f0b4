"""Indexes of the few among a million: put off, and of a need."""

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None

_PUT_OFF = sa.text("next_attempt_at IS NOT NULL")
_WITH_A_NEED = sa.text("format IS NOT NULL")


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_index(
        "ix_delivery_put_off",
        "delivery",
        ["edition_id"],
        sqlite_where=_PUT_OFF,
        postgresql_where=_PUT_OFF,
    )
    op.create_index(
        "ix_subscriber_format",
        "subscriber",
        ["format", "id"],
        sqlite_where=_WITH_A_NEED,
        postgresql_where=_WITH_A_NEED,
    )


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_index("ix_subscriber_format", "subscriber")
    op.drop_index("ix_delivery_put_off", "delivery")
