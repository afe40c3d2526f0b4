"""What came back of copies that had left."""

import sqlalchemy as sa
from alembic import op

from digest.store.base.tables import BigId, UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_table(
        "bounce",
        sa.Column("id", BigId, nullable=False),
        sa.Column("mark", sa.String(100), nullable=False),
        sa.Column("edition_id", BigId, nullable=False),
        sa.Column("reader_id", BigId, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["edition.id"], name=op.f("fk_bounce_edition_id_edition")
        ),
        sa.ForeignKeyConstraint(
            ["reader_id"], ["reader.id"], name=op.f("fk_bounce_reader_id_reader")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bounce")),
        sa.UniqueConstraint("mark", name=op.f("uq_bounce_mark")),
    )
    for columns in (("edition_id", "reader_id"), ("reader_id",)):
        name = f"ix_bounce_{'_'.join(columns)}"
        op.create_index(name, "bounce", columns)


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_table("bounce")
