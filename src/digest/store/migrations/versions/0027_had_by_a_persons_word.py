"""A campaign knows up to where a person said that its readers had its posts."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision: what readers had is their campaign's too."""
    op.add_column(
        "campaign",
        sa.Column(
            "had_upto",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
    )
    op.execute(
        "UPDATE campaign SET had_upto = COALESCE((SELECT MAX(reader.had_upto) "
        "FROM reader WHERE reader.campaign_id = campaign.id), 0)"
    )


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_column("campaign", "had_upto")
