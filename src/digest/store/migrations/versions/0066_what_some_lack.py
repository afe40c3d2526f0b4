"""What a database lacks that was made while 0050, 0052 or 0064 were still changing."""

import sqlalchemy as sa
from alembic import op

from digest.store.base.tables import UtcDateTime

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None

# How often a call had been tried before: as often as somebody wrote one down.
_TRIES_BEFORE = """
UPDATE call_attempt SET tries_before = (
    SELECT count(*) FROM call_attempt AS earlier
    WHERE earlier.edition_id = call_attempt.edition_id
    AND earlier.reader_id = call_attempt.reader_id AND earlier.id < call_attempt.id
)
"""


def upgrade() -> None:
    """Bring the database to this revision."""
    _add_missing("subscription", sa.Column("consent_on", sa.Date()))
    has_tries = "tries_before" in _columns("call_attempt")
    _add_missing(
        "call_attempt",
        sa.Column("format", sa.String(20)),
        sa.Column("has_left", sa.Boolean()),
        sa.Column("moved_to", sa.String(16)),
        sa.Column("phone_hash", sa.String(64)),
        sa.Column("tries_before", sa.Integer()),
        sa.Column("reply_before", sa.Text()),
        sa.Column("next_attempt_before", UtcDateTime()),
    )
    if not has_tries:
        op.execute(_TRIES_BEFORE)
        with op.batch_alter_table("call_attempt") as batch:
            batch.alter_column("tries_before", nullable=False)
    op.drop_index("ix_item_events", "item", if_exists=True)


def downgrade() -> None:
    """Leave all as it is: the revision before is to have it too."""


def _add_missing(table: str, *columns: "sa.Column[object]") -> None:
    there = _columns(table)
    for column in columns:
        if column.name not in there:
            op.add_column(table, column)


def _columns(table: str) -> set[str]:
    return {column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)}
