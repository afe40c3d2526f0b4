"""Rehearsals apart from live editions, with a place of their own for each reader.

What a database of before holds is told by the answers that its copies got: an
edition that the built-in inbox took copies of was a rehearsal, one that a mail
server took copies of, or whose letters were posted, was live, and any other is
as those around it. Readers go back to where live editions have brought them.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from digest.store.base.tables import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_SLOT = {"uq_edition_schedule_id_slot": ["schedule_id", "slot"]}
_SLOT_AND_MODE = {"uq_edition_schedule_id_slot_mode": ["schedule_id", "slot", "mode"]}
_KEPT = "%kept in the built-in inbox%"
_edition = sa.table(
    "edition",
    *map(sa.column, ("id", "schedule_id", "state", "upto", "mode")),
)
_reader = sa.table(
    "reader",
    *map(sa.column, ("id", "schedule_id", "position", "rehearsal_position")),
)
_delivery = sa.table("delivery", *map(sa.column, ("edition_id", "reader_id")))
_left_out = sa.table("left_out", *map(sa.column, ("edition_id", "reader_id", "kind")))


def upgrade() -> None:
    """Bring the database to this revision."""
    op.add_column(
        "campaign",
        sa.Column(
            "awaits_golive",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
        ),
    )
    op.add_column("campaign", sa.Column("live_since", UtcDateTime(), nullable=True))
    op.add_column("campaign", _position("live_from"))
    op.add_column("reader", _position("rehearsal_position"))
    op.add_column(
        "edition",
        sa.Column("mode", sa.String(length=8), server_default="live", nullable=False),
    )
    _rekey(_SLOT, _SLOT_AND_MODE)
    connection = op.get_bind()
    evidence = _evidence(connection)
    if "practice" in evidence.values():
        rehearsals = _rehearsals(connection, evidence)
        _set_apart(connection, rehearsals)
        if list(evidence.values())[-1] == "practice":
            connection.execute(sa.text("UPDATE campaign SET awaits_golive = true"))


def _evidence(connection: sa.Connection) -> dict[int, str]:
    """Return which editions show how they were sent, in the order of their making."""
    rows = connection.execute(
        sa.text(
            "SELECT e.id,"
            " EXISTS (SELECT 1 FROM delivery d WHERE d.edition_id = e.id"
            "  AND d.channel = 'email' AND d.state = 'accepted'"
            "  AND d.reply LIKE :kept) AS was_practice,"
            " EXISTS (SELECT 1 FROM delivery d WHERE d.edition_id = e.id"
            "  AND d.channel = 'email' AND d.state = 'accepted')"
            " OR EXISTS (SELECT 1 FROM print_batch p WHERE p.edition_id = e.id"
            "  AND p.posted_at IS NOT NULL) AS has_gone"
            " FROM edition e ORDER BY e.id"
        ),
        {"kept": _KEPT},
    )
    return {
        row.id: "practice" if row.was_practice else "live"
        for row in rows
        if row.was_practice or row.has_gone
    }


def _rehearsals(connection: sa.Connection, evidence: dict[int, str]) -> list[int]:
    mode = next(iter(evidence.values()))
    rehearsals = []
    for edition_id in connection.scalars(sa.text("SELECT id FROM edition ORDER BY id")):
        mode = evidence.get(edition_id, mode)
        if mode == "practice":
            rehearsals.append(edition_id)
    return rehearsals


def _set_apart(connection: sa.Connection, rehearsals: Sequence[int]) -> None:
    connection.execute(
        sa.text(
            "UPDATE edition SET mode = 'practice', state ="
            " CASE state WHEN 'sent' THEN 'rehearsed' ELSE state END WHERE id = :id"
        ),
        [{"id": edition_id} for edition_id in rehearsals],
    )
    had_a_copy = sa.exists().where(
        _delivery.c.edition_id == _edition.c.id, _delivery.c.reader_id == _reader.c.id
    )
    had_nothing_new = sa.exists().where(
        _left_out.c.edition_id == _edition.c.id,
        _left_out.c.reader_id == _reader.c.id,
        _left_out.c.kind == "nothing-new",
    )
    live = sa.select(sa.func.max(_edition.c.upto)).where(_edition.c.mode == "live")
    brought_to = live.where(had_a_copy | had_nothing_new).scalar_subquery()
    joined_at = live.where(
        _edition.c.schedule_id == _reader.c.schedule_id,
        _edition.c.state != "cancelled",
    ).scalar_subquery()
    place = sa.func.coalesce(brought_to, joined_at, 0)
    connection.execute(
        sa.update(_reader).values(
            rehearsal_position=_reader.c.position,
            position=sa.case(
                (place < _reader.c.position, place), else_=_reader.c.position
            ),
        )
    )


def downgrade() -> None:
    """Take the database back to the revision before.

    Fails, having changed nothing, where a slot has both a rehearsal and a live
    edition: the revision before has no room for both.
    """
    op.execute("UPDATE edition SET state = 'sent' WHERE state = 'rehearsed'")
    op.execute(
        "UPDATE reader SET position = rehearsal_position"
        " WHERE position < rehearsal_position"
    )
    op.drop_column("reader", "rehearsal_position")
    _rekey(_SLOT_AND_MODE, _SLOT)
    op.drop_column("edition", "mode")
    for name in ("live_from", "live_since", "awaits_golive"):
        op.drop_column("campaign", name)


def _position(name: str) -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, server_default="0", nullable=False)


def _rekey(before: dict[str, list[str]], after: dict[str, list[str]]) -> None:
    """Make editions unique by other columns.

    SQLite can only make the table anew. Its rows go back in after the old one
    is dropped, not before: that is when it counts them as found again by the
    rows that refer to them, without which nothing could be committed.
    """
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        for name in before:
            op.drop_constraint(name, "edition", type_="unique")
        for name, columns in after.items():
            op.create_unique_constraint(name, "edition", columns)
        return
    table = connection.exec_driver_sql(
        "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'edition'"
    ).scalar_one()
    for statement in (
        "CREATE TEMPORARY TABLE edition_rows AS SELECT * FROM edition",
        "DROP TABLE edition",
        table.replace(_written(before), _written(after)),
        "INSERT INTO edition SELECT * FROM edition_rows",
        "DROP TABLE edition_rows",
        "CREATE INDEX ix_edition_state ON edition (state)",
    ):
        connection.exec_driver_sql(statement)


def _written(key: dict[str, list[str]]) -> str:
    [(name, columns)] = key.items()
    return f"CONSTRAINT {name} UNIQUE ({', '.join(columns)})"
