"""What a source's reader notes down at one reading for the next."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    op.add_column("source", sa.Column("notebook", sa.Text(), nullable=True))


def downgrade() -> None:
    """Take the database back to the revision before."""
    with op.batch_alter_table("source", schema=None) as batch_op:
        batch_op.drop_column("notebook")
