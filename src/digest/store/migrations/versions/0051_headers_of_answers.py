"""The headers of what a program was answered, for when it asks again."""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    op.add_column("repeatable_request", sa.Column("headers", sa.JSON()))


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_column("repeatable_request", "headers")
