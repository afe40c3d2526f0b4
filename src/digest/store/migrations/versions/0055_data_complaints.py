"""Complaints about how somebody's data is used, and by when each has to be answered."""

import sqlalchemy as sa
from alembic import op

from digest.store.base.tables import BigId, UtcDateTime

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

_OPEN = sa.text("closed_at IS NULL")


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_table(
        "data_complaint",
        sa.Column("id", BigId, nullable=False),
        sa.Column("subscriber_id", BigId),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("acknowledge_by", sa.Date(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("acknowledged_on", sa.Date()),
        sa.Column("answered_on", sa.Date()),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("closed_at", UtcDateTime()),
        sa.Column("outcome", sa.String(16)),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_data_complaint_subscriber_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_complaint")),
    )
    op.create_index(
        "ix_data_complaint_subscriber_id", "data_complaint", ["subscriber_id"]
    )
    op.create_index(
        "ix_data_complaint_open",
        "data_complaint",
        ["acknowledge_by"],
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_index("ix_data_complaint_open", "data_complaint")
    op.drop_index("ix_data_complaint_subscriber_id", "data_complaint")
    op.drop_table("data_complaint")
