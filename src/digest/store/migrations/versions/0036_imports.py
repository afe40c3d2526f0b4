"""Files of people that come in by the desk, and what undoes them."""

import sqlalchemy as sa
from alembic import op

from digest.store.base.tables import BigId, UtcDateTime

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_table(
        "list_import",
        sa.Column("id", BigId, nullable=False),
        sa.Column("list_name", sa.String(length=80)),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("headings", sa.JSON(), nullable=False),
        sa.Column("samples", sa.JSON(), nullable=False),
        sa.Column("columns", sa.JSON()),
        sa.Column("consent", sa.JSON()),
        sa.Column("is_same", sa.Boolean()),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("upto_line", sa.Integer(), server_default="0", nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("began_at", UtcDateTime()),
        sa.Column("worked_at", UtcDateTime()),
        sa.Column("ended_at", UtcDateTime()),
        sa.Column("forgotten_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_import")),
    )
    op.create_table(
        "list_import_part",
        *_of_an_import("list_import_part"),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "list_import_chunk",
        *_of_an_import("list_import_chunk"),
        sa.Column("added", sa.JSON(), nullable=False),
        sa.Column("joined", sa.JSON(), nullable=False),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("renewed", sa.JSON(), nullable=False),
        sa.Column("undone_at", UtcDateTime()),
    )
    op.create_table(
        "list_import_fault",
        sa.Column("id", BigId, nullable=False),
        sa.Column("list_import_id", BigId, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("wrong", sa.Text(), nullable=False),
        sa.Column("do", sa.Text(), nullable=False),
        _to_the_import("list_import_fault"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_import_fault")),
    )
    op.create_index(
        "ix_list_import_fault", "list_import_fault", ["list_import_id", "kind", "line"]
    )


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_index("ix_list_import_fault", "list_import_fault")
    for name in ("fault", "chunk", "part"):
        op.drop_table(f"list_import_{name}")
    op.drop_table("list_import")


def _of_an_import(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("list_import_id", BigId, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        _to_the_import(table),
        sa.PrimaryKeyConstraint("list_import_id", "number", name=op.f(f"pk_{table}")),
    )


def _to_the_import(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["list_import_id"],
        ["list_import.id"],
        name=op.f(f"fk_{table}_list_import_id"),
    )
