"""Other systems are told what happens, by webhooks."""

import sqlalchemy as sa
from alembic import op

from digest.store.base.tables import UtcDateTime

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_table(
        "webhook_endpoint",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("secret_before", sa.Text(), nullable=True),
        sa.Column("before_ends_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("failing_since", UtcDateTime(), nullable=True),
        sa.Column("retry_at", UtcDateTime(), nullable=True),
        sa.Column("paused_at", UtcDateTime(), nullable=True),
        sa.Column("paused_because", sa.Text(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_endpoint")),
        sa.UniqueConstraint("name", name=op.f("uq_webhook_endpoint_name")),
    )
    op.create_table(
        "webhook_choice",
        _endpoint(),
        sa.Column("kind", sa.String(40), nullable=False),
        _to_endpoint("webhook_choice"),
        sa.PrimaryKeyConstraint(
            "webhook_endpoint_id", "kind", name=op.f("pk_webhook_choice")
        ),
    )
    op.create_index(op.f("ix_webhook_choice_kind"), "webhook_choice", ["kind"])
    op.create_table(
        "webhook_message",
        sa.Column("id", _NUMBER, nullable=False),
        _endpoint(),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("happened_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", UtcDateTime(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        _to_endpoint("webhook_message"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_message")),
    )
    op.create_index(
        "ix_webhook_message_log", "webhook_message", ["webhook_endpoint_id", "id"]
    )
    op.create_index(
        "ix_webhook_message_due", "webhook_message", ["state", "next_attempt_at"]
    )


def _endpoint() -> sa.Column[int]:
    return sa.Column("webhook_endpoint_id", _NUMBER, nullable=False)


def _to_endpoint(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["webhook_endpoint_id"],
        ["webhook_endpoint.id"],
        name=op.f(f"fk_{table}_webhook_endpoint_id_webhook_endpoint"),
    )


def downgrade() -> None:
    """Take the database back to the revision before."""
    for table in ("webhook_message", "webhook_choice", "webhook_endpoint"):
        op.drop_table(table)
