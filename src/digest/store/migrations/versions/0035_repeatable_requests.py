"""Programs may ask the API for the same again, and it is done once."""

import sqlalchemy as sa
from alembic import op

from digest.store.base.tables import UtcDateTime

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_table(
        "repeatable_request",
        sa.Column("access_key_id", _NUMBER, nullable=False),
        sa.Column("repeat_key", sa.String(255), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["access_key_id"],
            ["access_key.id"],
            name=op.f("fk_repeatable_request_access_key_id_access_key"),
        ),
        sa.PrimaryKeyConstraint(
            "access_key_id", "repeat_key", name=op.f("pk_repeatable_request")
        ),
    )
    op.create_index(
        op.f("ix_repeatable_request_begun_at"), "repeatable_request", ["begun_at"]
    )


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_table("repeatable_request")
