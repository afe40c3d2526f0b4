"""What came in by mail, replies that wait to be forwarded, and how a mailbox stands."""

import sqlalchemy as sa
from alembic import op

from digest.store.base.tables import BigId, UtcDateTime

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

_WAITS = sa.text("forward_at IS NOT NULL")


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_table(
        "incoming_mail",
        sa.Column("id", BigId, nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("door", sa.String(12), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("campaign_id", BigId, nullable=True),
        sa.Column("edition_id", BigId, nullable=True),
        sa.Column("reader_id", BigId, nullable=True),
        sa.Column("sender_hash", sa.String(32), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("forward_at", UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("forwarded_at", UtcDateTime(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.id"],
            name=op.f("fk_incoming_mail_campaign_id_campaign"),
        ),
        sa.ForeignKeyConstraint(
            ["edition_id"],
            ["edition.id"],
            name=op.f("fk_incoming_mail_edition_id_edition"),
        ),
        sa.ForeignKeyConstraint(
            ["reader_id"],
            ["reader.id"],
            name=op.f("fk_incoming_mail_reader_id_reader"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming_mail")),
        sa.UniqueConstraint("mark", name=op.f("uq_incoming_mail_mark")),
    )
    op.create_index("ix_incoming_mail_received_at", "incoming_mail", ["received_at"])
    op.create_index("ix_incoming_mail_reader_id", "incoming_mail", ["reader_id"])
    op.create_index(
        "ix_incoming_mail_sender_hash", "incoming_mail", ["sender_hash", "received_at"]
    )
    op.create_index(
        "ix_incoming_mail_forward_at",
        "incoming_mail",
        ["forward_at"],
        sqlite_where=_WAITS,
        postgresql_where=_WAITS,
    )
    op.create_table(
        "mailbox",
        sa.Column("name", sa.String(320), nullable=False),
        sa.Column("generation", BigId, nullable=False),
        sa.Column("upto", BigId, nullable=False),
        sa.Column("next_look_at", UtcDateTime(), nullable=True),
        sa.Column("reached_at", UtcDateTime(), nullable=True),
        sa.Column("failing_since", UtcDateTime(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mailbox")),
    )


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_table("mailbox")
    op.drop_table("incoming_mail")
