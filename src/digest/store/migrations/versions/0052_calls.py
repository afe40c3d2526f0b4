"""Calls: readers who are rung, and what came of it."""

import sqlalchemy as sa
from alembic import op

from digest.store.base.tables import BigId, UtcDateTime

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

_CALLS = sa.text("channel = 'phone'")


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_table(
        "call_attempt",
        sa.Column("id", BigId, nullable=False),
        sa.Column("edition_id", BigId, nullable=False),
        sa.Column("reader_id", BigId, nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("again_at", UtcDateTime()),
        sa.Column("note", sa.Text()),
        sa.Column("format", sa.String(20)),
        sa.Column("format_before", sa.String(20)),
        sa.Column("has_left", sa.Boolean()),
        sa.Column("moved_to", sa.String(16)),
        sa.Column("phone_hash", sa.String(64)),
        sa.Column("tries_before", sa.Integer(), nullable=False),
        sa.Column("reply_before", sa.Text()),
        sa.Column("next_attempt_before", UtcDateTime()),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name=op.f("fk_call_attempt_edition_id")
        ),
        sa.ForeignKeyConstraint(
            ["reader_id"], ["reader.id"], name=op.f("fk_call_attempt_reader_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_attempt")),
    )
    op.create_index(
        "ix_call_attempt_edition_id", "call_attempt", ["edition_id", "reader_id"]
    )
    op.create_index("ix_call_attempt_reader_id", "call_attempt", ["reader_id"])
    op.create_index("ix_call_attempt_at", "call_attempt", ["at"])
    op.create_index(
        "ix_delivery_calls",
        "delivery",
        ["edition_id", "state"],
        sqlite_where=_CALLS,
        postgresql_where=_CALLS,
    )


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_index("ix_delivery_calls", "delivery")
    op.drop_table("call_attempt")
