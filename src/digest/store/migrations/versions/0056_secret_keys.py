"""Secret keys that the database was used with, so that one can replace another."""

import sqlalchemy as sa
from alembic import op

from digest.store.base.tables import UtcDateTime

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_table(
        "secret_key",
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("first_used_at", UtcDateTime()),
        sa.Column("hash_key", sa.Text()),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_secret_key")),
    )
    op.add_column("recovery_code", sa.Column("key_id", sa.String(16)))


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_column("recovery_code", "key_id")
    op.drop_table("secret_key")
