"""Staff look people up by postcode and phone, and what was done to them."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_INDEXES: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("subscriber", "postcode", {"postcode": "varchar_pattern_ops"}),
    ("subscriber", "phone", {}),
    ("audit", "subject", {}),
)


def upgrade() -> None:
    """Bring the database to this revision."""
    for table, column, operators in _INDEXES:
        is_there = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            f"ix_{table}_{column}",
            table,
            [column],
            sqlite_where=is_there,
            postgresql_where=is_there,
            postgresql_ops=operators,
        )


def downgrade() -> None:
    """Take the database back to the revision before."""
    for table, column, _ in _INDEXES:
        op.drop_index(f"ix_{table}_{column}", table)
