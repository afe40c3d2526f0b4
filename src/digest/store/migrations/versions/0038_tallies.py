"""What became of an ended edition's readers is counted once, and kept."""

import sqlalchemy as sa
from alembic import op

from digest.store.base.tables import BigId

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision; a timetable counts what has ended."""
    op.add_column(
        "edition",
        sa.Column(
            "is_tallied", sa.Boolean(), nullable=False, server_default=sa.text("false")
        ),
    )
    op.create_table(
        "tally",
        sa.Column("id", BigId, nullable=False),
        sa.Column("edition_id", BigId, nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("channel", sa.String(8), nullable=False),
        sa.Column("format", sa.String(20), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("readers", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name="fk_tally_edition_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_tally"),
    )
    op.create_index("ix_tally_edition_id", "tally", ["edition_id"])


def downgrade() -> None:
    """Take the database back to the revision before: counts are made anew."""
    op.drop_table("tally")
    op.drop_column("edition", "is_tallied")
