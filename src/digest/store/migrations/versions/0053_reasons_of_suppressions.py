"""Suppressions: a row for each reason, so that one taken back leaves the others."""

import sqlalchemy as sa
from alembic import op

from digest.store.base.tables import BigId, UtcDateTime

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

_COLUMNS = "channel, target_hash, reason, created_at"


def upgrade() -> None:
    """Bring the database to this revision."""
    _set_aside("pk_suppression")
    op.create_table(
        "suppression",
        sa.Column("id", BigId, nullable=False),
        *_columns(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression")),
    )
    op.execute(
        f"INSERT INTO suppression ({_COLUMNS}) SELECT {_COLUMNS} FROM suppression_before"  # noqa: S608 - names of ours
        " ORDER BY created_at, channel, target_hash"
    )
    op.drop_table("suppression_before")
    op.create_index("ix_suppression_target", "suppression", ["target_hash", "channel"])


def downgrade() -> None:
    """Take the database back to the one before, which knows the first reason alone."""
    op.drop_index("ix_suppression_target", "suppression")
    _set_aside("pk_suppression")
    op.create_table(
        "suppression",
        *_columns(),
        sa.PrimaryKeyConstraint("channel", "target_hash", name=op.f("pk_suppression")),
    )
    op.execute(
        f"INSERT INTO suppression ({_COLUMNS}) SELECT {_COLUMNS} FROM suppression_before"  # noqa: S608 - names of ours
        " WHERE id IN"
        " (SELECT min(id) FROM suppression_before GROUP BY channel, target_hash)"
    )
    op.drop_table("suppression_before")


def _columns() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("target_hash", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
    )


def _set_aside(key: str) -> None:
    """Give the table that there is another name, and the name of its key free."""
    op.rename_table("suppression", "suppression_before")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(key, "suppression_before")
