"""People join on the web; each consent is kept as a record of its own."""

import sqlalchemy as sa
from alembic import op

from digest.store.base.tables import UtcDateTime

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_table(
        "consent",
        sa.Column("id", _ID, nullable=False),
        sa.Column("subscriber_id", _ID, nullable=False),
        sa.Column("mailing_list_id", _ID, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("said_at", sa.Text(), nullable=True),
        sa.Column("wording", sa.Text(), nullable=True),
        sa.Column("wording_version", sa.String(length=12), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_consent_subscriber_id_subscriber"),
        ),
        sa.ForeignKeyConstraint(
            ["mailing_list_id"],
            ["mailing_list.id"],
            name=op.f("fk_consent_mailing_list_id_mailing_list"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index("ix_consent_subscriber_id", "consent", ["subscriber_id"])
    op.create_table(
        "joining_request",
        sa.Column("id", _ID, nullable=False),
        sa.Column("campaign_id", _ID, nullable=False),
        sa.Column("pending_key", sa.String(length=90), nullable=True),
        sa.Column("address_hash", sa.String(length=64), nullable=True),
        sa.Column("domain_hash", sa.String(length=64), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("way", sa.String(length=12), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("mail_due_at", UtcDateTime(), nullable=True),
        sa.Column("mailed_at", UtcDateTime(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("subscriber_id", _ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.id"],
            name=op.f("fk_joining_request_campaign_id_campaign"),
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_joining_request_subscriber_id_subscriber"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joining_request")),
        sa.UniqueConstraint("pending_key", name=op.f("uq_joining_request_pending_key")),
    )
    for columns in (["address_hash", "mailed_at"], ["mailed_at"], ["mail_due_at"]):
        name = f"ix_joining_request_{columns[0]}"
        op.create_index(name, "joining_request", columns)
    op.create_table(
        "joining_tally",
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("since", name=op.f("pk_joining_tally")),
    )


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_table("joining_tally")
    op.drop_table("joining_request")
    op.drop_table("consent")
