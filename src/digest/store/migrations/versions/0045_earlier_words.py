"""What a post said before staff's latest edit."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    op.add_column("item", sa.Column("earlier", sa.JSON()))


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_column("item", "earlier")
