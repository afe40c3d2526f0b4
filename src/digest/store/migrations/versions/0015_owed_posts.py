"""What a copy owes that ended without having left.

Copies that had ended before owe nothing: what they held was given up then.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    op.add_column(
        "variant",
        sa.Column("had", sa.JSON(), server_default="[]", nullable=False),
    )
    op.add_column(
        "delivery",
        sa.Column(
            "owes", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
    )
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("delivery", sa.Column("carried_by", kind, nullable=True))
    op.create_index(
        "ix_delivery_owed",
        "delivery",
        ["reader_id"],
        sqlite_where=sa.text("owes = 1"),
        postgresql_where=sa.text("owes"),
    )


def downgrade() -> None:
    """Take the database back to the revision before.

    Fails, having changed nothing, where posts are owed: the revision before
    would never send them.
    """
    connection = op.get_bind()
    owed = connection.scalar(sa.text("SELECT count(*) FROM delivery WHERE owes"))
    if owed:
        raise RuntimeError(f"{owed} copies owe posts that would never be sent")
    op.drop_index("ix_delivery_owed", "delivery")
    op.drop_column("delivery", "carried_by")
    op.drop_column("delivery", "owes")
    op.drop_column("variant", "had")
