"""Indexes by which what is few of very much is read, and a trail by who or what."""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

_REVISED = sa.text("revision_fingerprint IS NOT NULL")


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_index("ix_left_out_reader_id", "left_out", ["reader_id"])
    op.create_index("ix_audit_actor_id", "audit", ["actor", "id"])
    op.create_index("ix_audit_act_id", "audit", ["act", "id"])
    op.create_index(
        "ix_item_revised",
        "item",
        ["campaign_id", "id"],
        sqlite_where=_REVISED,
        postgresql_where=_REVISED,
    )


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_index("ix_item_revised", "item")
    op.drop_index("ix_audit_act_id", "audit")
    op.drop_index("ix_audit_actor_id", "audit")
    op.drop_index("ix_left_out_reader_id", "left_out")
