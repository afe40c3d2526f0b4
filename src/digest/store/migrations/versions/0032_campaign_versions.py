"""Every file of a campaign that was applied is kept, with when, by whom and whence."""

import hashlib

import sqlalchemy as sa
from alembic import op

from digest.store.base.tables import BigId, UtcDateTime

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision: what is applied now is the first version."""
    op.create_table(
        "campaign_version",
        sa.Column("id", BigId, nullable=False),
        sa.Column("campaign_id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("file", sa.JSON(), nullable=False),
        sa.Column("mark", sa.String(12), nullable=False),
        sa.Column("applied_at", UtcDateTime(), nullable=False),
        sa.Column("actor", sa.String(120), nullable=False),
        sa.Column("door", sa.String(10), nullable=False),
        sa.Column("base", sa.String(12), nullable=False, server_default=""),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["campaign.id"],
            name=op.f("fk_campaign_version_campaign_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_version")),
        sa.UniqueConstraint(
            "campaign_id", "number", name=op.f("uq_campaign_version_campaign_id_number")
        ),
    )
    connection = op.get_bind()
    campaigns = sa.table(
        "campaign",
        sa.column("id", BigId),
        sa.column("file", sa.JSON()),
        sa.column("applied_at", UtcDateTime()),
    )
    versions = sa.table(
        "campaign_version",
        *(sa.column(name) for name in ("campaign_id", "number", "mark", "actor")),
        *(sa.column("door"), sa.column("file", sa.JSON())),
        sa.column("applied_at", UtcDateTime()),
    )
    for row in connection.execute(sa.select(campaigns)).all():
        text = row.file.get("text", "") if isinstance(row.file, dict) else ""
        connection.execute(
            versions.insert().values(
                campaign_id=row.id,
                number=1,
                file=row.file,
                mark=hashlib.sha256(str(text).encode()).hexdigest()[:12],
                applied_at=row.applied_at,
                actor="the program",
                door="file",
            )
        )


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_table("campaign_version")
