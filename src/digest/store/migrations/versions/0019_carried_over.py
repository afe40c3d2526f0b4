"""Editions keep posts for the next one."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the database to this revision."""
    op.add_column("edition", sa.Column("carried_in", sa.JSON(), nullable=True))
    op.create_table(
        "carried_over",
        sa.Column("reader_id", _ID, nullable=False),
        sa.Column("edition_id", _ID, nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("since", _ID, nullable=False),
        sa.Column("upto", _ID, nullable=False),
        sa.Column("had", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reader_id"], ["reader.id"], name=op.f("fk_carried_over_reader_id")
        ),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name=op.f("fk_carried_over_edition_id")
        ),
        sa.PrimaryKeyConstraint(
            "reader_id", "edition_id", name=op.f("pk_carried_over")
        ),
    )


def downgrade() -> None:
    """Take the database back to the revision before.

    Fails, having changed nothing, where posts are kept for a next edition: the
    revision before would never send them.
    """
    connection = op.get_bind()
    waiting = connection.scalar(sa.text("SELECT count(*) FROM carried_over"))
    if waiting:
        raise RuntimeError(f"{waiting} readers would never get what is kept for them")
    op.drop_table("carried_over")
    op.drop_column("edition", "carried_in")
