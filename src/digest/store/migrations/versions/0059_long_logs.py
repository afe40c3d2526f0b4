"""An index by which a long log is listed from its newest on."""

from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_index("ix_item_campaign_id_id", "item", ["campaign_id", "id"])


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_index("ix_item_campaign_id_id", "item")
