"""Copies are found by a state that an email on its way to being accepted has none of."""

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

_STATES = "('refused','uncertain','cancelled','expired')"
_TROUBLED = {
    column: sa.text(f"{column} IN {_STATES}") for column in ("state", "listed_state")
}
_LETTERS = sa.text("channel = 'post'")
_CALLS = sa.text("channel = 'phone'")


def upgrade() -> None:
    """Bring the database to this revision."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    _drop_indexes()
    # SQLite works it out where it is asked for, without a look at any row. On PostgreSQL
    # the rows are written anew, which alone has its changes of rows write to no index.
    kept = "STORED" if is_postgresql else "VIRTUAL"
    op.execute(
        "ALTER TABLE delivery ADD COLUMN listed_state VARCHAR(12) GENERATED ALWAYS AS"
        f" (CASE WHEN channel <> 'email' OR state IN {_STATES} THEN state END) {kept}"
    )
    _make_indexes("listed_state")
    if is_postgresql:
        # Each copy's row is changed twice, and is to find room on its own page. Those
        # there were have changed by now, and are kept close together.
        op.execute("ALTER TABLE delivery SET (fillfactor = 50)")
        op.execute("ANALYZE delivery (listed_state)")


def downgrade() -> None:
    """Take the database back to the revision before."""
    _drop_indexes()
    op.execute("ALTER TABLE delivery DROP COLUMN listed_state")
    _make_indexes("state")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE delivery RESET (fillfactor)")


def _drop_indexes() -> None:
    for name in ("troubled", "letters", "calls"):
        op.drop_index(f"ix_delivery_{name}", "delivery")


def _make_indexes(column: str) -> None:
    conditions = {"troubled": _TROUBLED[column], "letters": _LETTERS, "calls": _CALLS}
    for name, condition in conditions.items():
        op.create_index(
            f"ix_delivery_{name}",
            "delivery",
            ["edition_id", column],
            sqlite_where=condition,
            postgresql_where=condition,
        )
