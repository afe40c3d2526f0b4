"""Staff steer editions before they go."""

import sqlalchemy as sa
from alembic import op

from digest.store.base.tables import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_table(
        "steering",
        sa.Column("id", _ID, nullable=False),
        sa.Column("schedule_id", _ID, nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("edition_id", _ID, server_default="0", nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["schedule.id"], name=op.f("fk_steering_schedule_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_steering")),
        sa.UniqueConstraint(
            "schedule_id",
            "mode",
            "edition_id",
            name=op.f("uq_steering_schedule_id_mode_edition_id"),
        ),
    )
    op.create_table(
        "steering_act",
        sa.Column("id", _ID, nullable=False),
        sa.Column("steering_id", _ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["steering_id"], ["steering.id"], name=op.f("fk_steering_act_steering_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_steering_act")),
        sa.UniqueConstraint(
            "steering_id", "version", name=op.f("uq_steering_act_steering_id_version")
        ),
    )


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_table("steering_act")
    op.drop_table("steering")
