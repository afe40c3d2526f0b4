"""Keys are for something, may end by themselves, and say when they were used."""

import sqlalchemy as sa
from alembic import op

from digest.store.base.tables import UtcDateTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision: keys that are there may do all of it."""
    with op.batch_alter_table("access_key") as table:
        table.add_column(
            sa.Column(
                "scopes",
                sa.JSON(),
                nullable=False,
                server_default=sa.text('\'["read", "write"]\''),
            )
        )
        table.add_column(sa.Column("ends_at", UtcDateTime(), nullable=True))
        table.add_column(sa.Column("used_at", UtcDateTime(), nullable=True))
    with op.batch_alter_table("access_key") as table:
        table.alter_column("scopes", server_default=None)


def downgrade() -> None:
    """Take the database back to the revision before."""
    with op.batch_alter_table("access_key") as table:
        for name in ("scopes", "ends_at", "used_at"):
            table.drop_column(name)
