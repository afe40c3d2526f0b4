"""Approvers are told by mail of editions that wait."""

import sqlalchemy as sa
from alembic import op

from digest.store.base.tables import UtcDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_table(
        "nudge",
        sa.Column(
            "edition_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name=op.f("fk_nudge_edition_id")
        ),
        sa.PrimaryKeyConstraint("edition_id", "kind", name=op.f("pk_nudge")),
    )


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_table("nudge")
