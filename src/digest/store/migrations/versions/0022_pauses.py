"""Readers pause, with the posts of meanwhile or without, and ask for the posts so far.

What a reader has asked for stands beside what editions have left for their next one,
with 0 for the edition, and for either mode.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the database to this revision."""
    op.add_column(
        "reader",
        sa.Column(
            "catch_up", sa.Boolean(), server_default=sa.text("true"), nullable=False
        ),
    )
    op.add_column("reader", sa.Column("had_since", _ID, nullable=True))
    op.add_column("reader", sa.Column("had_upto", _ID, nullable=True))
    op.create_index(
        "ix_reader_paused",
        "reader",
        ["campaign_id", "paused_until"],
        sqlite_where=sa.text("paused_until IS NOT NULL"),
        postgresql_where=sa.text("paused_until IS NOT NULL"),
    )
    op.add_column("subscriber", sa.Column("back_on", sa.Date(), nullable=True))
    op.add_column("subscriber", sa.Column("catch_up", sa.Boolean(), nullable=True))
    op.create_index(
        "ix_subscriber_back_on",
        "subscriber",
        ["back_on"],
        sqlite_where=sa.text("back_on IS NOT NULL"),
        postgresql_where=sa.text("back_on IS NOT NULL"),
    )
    with op.batch_alter_table("carried_over") as table:
        table.drop_constraint(op.f("fk_carried_over_edition_id"), type_="foreignkey")
        table.drop_constraint(op.f("pk_carried_over"), type_="primary")
        table.create_primary_key(
            op.f("pk_carried_over"), ["reader_id", "edition_id", "mode"]
        )


def downgrade() -> None:
    """Take the database back to the revision before.

    Fails, having changed nothing, where readers have paused or asked for posts: the
    revision before would forget that some do not want what came meanwhile.
    """
    connection = op.get_bind()
    asking = connection.scalar(
        sa.text(
            "SELECT (SELECT count(*) FROM reader WHERE paused_until IS NOT NULL)"
            " + (SELECT count(*) FROM carried_over WHERE edition_id = 0)"
        )
    )
    if asking:
        raise RuntimeError(f"{asking} readers have paused or asked for earlier posts")
    with op.batch_alter_table("carried_over") as table:
        table.drop_constraint(op.f("pk_carried_over"), type_="primary")
        table.create_primary_key(op.f("pk_carried_over"), ["reader_id", "edition_id"])
        table.create_foreign_key(
            op.f("fk_carried_over_edition_id"), "edition", ["edition_id"], ["id"]
        )
    op.drop_index("ix_subscriber_back_on", table_name="subscriber")
    op.drop_column("subscriber", "catch_up")
    op.drop_column("subscriber", "back_on")
    op.drop_index("ix_reader_paused", table_name="reader")
    op.drop_column("reader", "had_upto")
    op.drop_column("reader", "had_since")
    op.drop_column("reader", "catch_up")
