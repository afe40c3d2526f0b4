"""Corrections, staff's own changes, the same post met twice, and access keys."""

import sqlalchemy as sa
from alembic import op

from digest.store.base.tables import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("correction", sa.Integer(), server_default="0", nullable=False)
        )
        batch_op.add_column(sa.Column("given", sa.JSON(), nullable=True))
        batch_op.add_column(
            sa.Column("given_fingerprint", sa.String(length=64), nullable=True)
        )
        batch_op.add_column(
            sa.Column("address_mark", sa.String(length=64), nullable=True)
        )
        batch_op.add_column(
            sa.Column("words_mark", sa.String(length=64), nullable=True)
        )
        batch_op.add_column(
            sa.Column(
                "duplicate_of",
                sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
                nullable=True,
            )
        )
        batch_op.add_column(
            sa.Column("revision_declined_at", UtcDateTime(), nullable=True)
        )
        batch_op.drop_constraint(op.f("uq_item_source_id_key"), type_="unique")
        batch_op.create_unique_constraint(
            op.f("uq_item_source_id_key_correction"),
            ["source_id", "key", "correction"],
        )
        batch_op.create_foreign_key(
            op.f("fk_item_duplicate_of_item"), "item", ["duplicate_of"], ["id"]
        )
        batch_op.create_index(
            "ix_item_campaign_id_address_mark", ["campaign_id", "address_mark"]
        )
        batch_op.create_index(
            "ix_item_campaign_id_words_mark", ["campaign_id", "words_mark"]
        )
    op.create_table(
        "access_key",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_key")),
        sa.UniqueConstraint("name", name=op.f("uq_access_key_name")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_access_key_secret_hash")),
    )


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_table("access_key")
    # Corrections have no place in the earlier shape: the latest words have.
    op.execute(
        "DELETE FROM item WHERE EXISTS (SELECT 1 FROM item AS later"
        " WHERE later.source_id = item.source_id AND later.key = item.key"
        " AND later.correction > item.correction)"
    )
    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.drop_index("ix_item_campaign_id_words_mark")
        batch_op.drop_index("ix_item_campaign_id_address_mark")
        batch_op.drop_constraint(op.f("fk_item_duplicate_of_item"), type_="foreignkey")
        batch_op.drop_constraint(
            op.f("uq_item_source_id_key_correction"), type_="unique"
        )
        batch_op.create_unique_constraint(
            op.f("uq_item_source_id_key"), ["source_id", "key"]
        )
        for name in (
            "revision_declined_at",
            "duplicate_of",
            "words_mark",
            "address_mark",
            "given_fingerprint",
            "given",
            "correction",
        ):
            batch_op.drop_column(name)
