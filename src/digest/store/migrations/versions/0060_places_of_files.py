"""From where a campaign's file was applied, and up to which version it knows."""

import sqlalchemy as sa
from alembic import op

from digest.store.base.tables import BigId

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision.

    From where files came was not written down: all of one base count as from one place,
    and know of what was there when the last of them was applied.
    """
    op.create_table(
        "campaign_file_place",
        sa.Column("campaign_id", BigId, nullable=False),
        sa.Column("place", sa.String(64), nullable=False),
        sa.Column("base", sa.String(12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.id"],
            name=op.f("fk_campaign_file_place_campaign_id"),
        ),
        sa.PrimaryKeyConstraint(
            "campaign_id", "place", "base", name=op.f("pk_campaign_file_place")
        ),
    )
    op.execute(
        """
        INSERT INTO campaign_file_place (campaign_id, place, base, number)
        SELECT campaign_id, '', base, max(number) FROM campaign_version
        WHERE door = 'file' GROUP BY campaign_id, base
        """
    )


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_table("campaign_file_place")
