"""Why somebody left, if they liked to say."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    op.add_column("departure", sa.Column("reason", sa.String(length=20), nullable=True))


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_column("departure", "reason")
