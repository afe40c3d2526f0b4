"""Offers of another channel, and that somebody looked at an email nobody could read."""

import sqlalchemy as sa
from alembic import op

from digest.store.base.tables import BigId, UtcDateTime

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_table(
        "channel_offer",
        sa.Column("subscriber_id", BigId, nullable=False),
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("means", sa.String(8), nullable=True),
        sa.Column("format_before", sa.String(20), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_channel_offer_subscriber_id_subscriber"),
        ),
        sa.PrimaryKeyConstraint(
            "subscriber_id", "channel", "since", name=op.f("pk_channel_offer")
        ),
    )
    op.create_index("ix_channel_offer_settled_at", "channel_offer", ["settled_at"])
    with op.batch_alter_table("incoming_mail") as table:
        table.add_column(sa.Column("seen_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Take the database back to the one before."""
    with op.batch_alter_table("incoming_mail") as table:
        table.drop_column("seen_at")
    op.drop_table("channel_offer")
