"""Copies that are accepted write to no index: those that are not are found by one."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_TROUBLED = sa.text("state IN ('refused','uncertain','cancelled','expired')")
_LETTERS = sa.text("channel = 'post'")


def upgrade() -> None:
    """Bring the database to this revision."""
    op.drop_index("ix_delivery_edition_id_state", "delivery")
    op.create_index(
        "ix_delivery_troubled",
        "delivery",
        ["edition_id", "state"],
        sqlite_where=_TROUBLED,
        postgresql_where=_TROUBLED,
    )
    op.create_index(
        "ix_delivery_letters",
        "delivery",
        ["edition_id", "state"],
        sqlite_where=_LETTERS,
        postgresql_where=_LETTERS,
    )


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_index("ix_delivery_letters", "delivery")
    op.drop_index("ix_delivery_troubled", "delivery")
    op.create_index("ix_delivery_edition_id_state", "delivery", ["edition_id", "state"])
