"""The mark that tells a restored database, and the hold that stands at every door."""

import secrets

import sqlalchemy as sa
from alembic import op

from digest.store.base.tables import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_SLEPT = "no timetable had looked for more than a day"
_handover = sa.table(
    "handover",
    sa.column("id"),
    sa.column("database_id"),
    sa.column("held_since", UtcDateTime()),
    sa.column("held_because"),
)
_watch = sa.table("watch", sa.column("asleep_since", UtcDateTime()))


def upgrade() -> None:
    """Bring the database to this revision."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "handover",
        sa.Column("id", number, nullable=False),
        sa.Column("database_id", sa.String(length=32), nullable=False),
        sa.Column("generation", number, server_default="0", nullable=False),
        sa.Column("server", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("held_since", UtcDateTime(), nullable=True),
        sa.Column("held_because", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    connection = op.get_bind()
    since = connection.scalar(sa.select(_watch.c.asleep_since))
    connection.execute(
        sa.insert(_handover).values(
            id=1,
            database_id=secrets.token_hex(16),
            held_since=since,
            held_because=_SLEPT if since else None,
        )
    )
    op.drop_column("watch", "asleep_since")


def downgrade() -> None:
    """Take the database back to the revision before: what holds it is a sleep there."""
    op.add_column("watch", sa.Column("asleep_since", UtcDateTime(), nullable=True))
    connection = op.get_bind()
    since = connection.scalar(sa.select(_handover.c.held_since))
    if since is not None:
        connection.execute(sa.update(_watch).values(asleep_since=since))
    op.drop_table("handover")
