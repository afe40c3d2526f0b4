"""What helps people read or understand, and when to ask them again."""

import sqlalchemy as sa
from alembic import op

from digest.store.base.tables import BigId, UtcDateTime

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_LIVE = sa.text("ended_at IS NULL")


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_table(
        "need",
        sa.Column("id", BigId, nullable=False),
        sa.Column("subscriber_id", BigId, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("may_share", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("ended_at", UtcDateTime()),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name=op.f("fk_need_subscriber_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need")),
    )
    op.create_index("ix_need_subscriber_id", "need", ["subscriber_id"])
    op.create_index(
        "ix_need_review_on",
        "need",
        ["review_on", "id"],
        sqlite_where=_LIVE,
        postgresql_where=_LIVE,
    )


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_index("ix_need_review_on", "need")
    op.drop_index("ix_need_subscriber_id", "need")
    op.drop_table("need")
