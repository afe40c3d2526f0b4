"""SQLite makes no tables of words, for each copy that is written, to compare it with."""

from collections.abc import Mapping

from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None

_IN_TROUBLE = "('refused','uncertain','cancelled','expired')"
_STATES = f"('planned','handing-over','accepted',{_IN_TROUBLE[1:]}"
# Of the table, and of its index of copies in trouble.
_BEFORE = {
    "check": f"state IN {_STATES}",
    "listed": f"OR state IN {_IN_TROUBLE} THEN",
    "troubled": f"WHERE listed_state IN {_IN_TROUBLE}",
}
_AFTER = {
    "check": (
        "state = 'planned' OR state = 'handing-over' OR state = 'accepted'"
        " OR state = 'refused' OR state = 'uncertain'"
        " OR state = 'cancelled' OR state = 'expired'"
    ),
    "listed": (
        "OR state = 'refused' OR state = 'uncertain'"
        " OR state = 'cancelled' OR state = 'expired' THEN"
    ),
    "troubled": f"WHERE listed_state IS NOT NULL AND listed_state IN {_IN_TROUBLE}",
}


def upgrade() -> None:
    """Bring the database to this revision."""
    _remake(_BEFORE, _AFTER)


def downgrade() -> None:
    """Take the database back to the revision before."""
    _remake(_AFTER, _BEFORE)


def _remake(before: Mapping[str, str], after: Mapping[str, str]) -> None:
    """Make the copies' table and its indexes anew, in other words for the same.

    PostgreSQL compares a row with a list as it stands, and keeps its own.
    """
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    made = connection.exec_driver_sql(
        "SELECT sql FROM sqlite_master WHERE tbl_name = 'delivery' AND sql IS NOT NULL"
        " ORDER BY type = 'index'"
    )
    table, *indexes = [_reworded(words, before, after) for words in made.scalars()]
    # Without those that the database works out.
    columns = ", ".join(
        name
        for _, name, *_ in connection.exec_driver_sql("PRAGMA table_info(delivery)")
    )
    for statement in (
        "ALTER TABLE delivery RENAME TO delivery_before",
        table,
        f"INSERT INTO delivery ({columns}) SELECT {columns} FROM delivery_before",  # noqa: S608 - names of columns
        "DROP TABLE delivery_before",
        *indexes,
    ):
        connection.exec_driver_sql(statement)


def _reworded(words: str, before: Mapping[str, str], after: Mapping[str, str]) -> str:
    for name in before:
        words = words.replace(before[name], after[name])
    return words
