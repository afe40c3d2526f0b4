"""Two people on record may be made one, and that be undone."""

import sqlalchemy as sa
from alembic import op

from digest.store.base.tables import BigId, UtcDateTime

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

_IS_MERGED = sa.text("merged_into IS NOT NULL")


def upgrade() -> None:
    """Bring the database to this revision."""
    with op.batch_alter_table("subscriber") as batch:
        batch.add_column(sa.Column("merged_into", BigId))
        batch.create_foreign_key(
            op.f("fk_subscriber_merged_into"), "subscriber", ["merged_into"], ["id"]
        )
    op.create_index(
        "ix_subscriber_merged_into",
        "subscriber",
        ["merged_into"],
        sqlite_where=_IS_MERGED,
        postgresql_where=_IS_MERGED,
    )
    op.create_table(
        "person_merge",
        sa.Column("id", BigId, nullable=False),
        sa.Column("kept_id", BigId, nullable=False),
        sa.Column("absorbed_id", BigId, nullable=False),
        sa.Column("merged_at", UtcDateTime(), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True)),
        sa.Column("undone_at", UtcDateTime()),
        *(
            sa.ForeignKeyConstraint(
                [name], ["subscriber.id"], name=op.f(f"fk_person_merge_{name}")
            )
            for name in ("kept_id", "absorbed_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_merge")),
    )
    for name in ("kept_id", "absorbed_id"):
        op.create_index(f"ix_person_merge_{name}", "person_merge", [name])


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_table("person_merge")
    op.drop_index("ix_subscriber_merged_into", "subscriber")
    with op.batch_alter_table("subscriber") as batch:
        batch.drop_constraint(op.f("fk_subscriber_merged_into"), type_="foreignkey")
        batch.drop_column("merged_into")
