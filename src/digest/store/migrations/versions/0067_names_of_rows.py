"""What is to be told of a row of an import says of whom the row is."""

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    op.add_column(
        "list_import_fault",
        sa.Column("name", sa.Text(), server_default="", nullable=False),
    )


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_column("list_import_fault", "name")
