"""People have a mark, by which their mail tells them from who had their number."""

import sqlalchemy as sa
from alembic import op

from digest.model.people.reader_marks import mark_of

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_AT_ONCE = 5000
_subscriber = sa.table(
    "subscriber",
    sa.column("id", sa.BigInteger),
    sa.column("identity", sa.String),
    sa.column("mark", sa.String),
    sa.column("erased_at"),
)


def upgrade() -> None:
    """Bring the database to this revision."""
    mark = sa.Column("mark", sa.String(5), nullable=False, server_default="")
    op.add_column("subscriber", mark)
    connection = op.get_bind()
    ids, last = _subscriber.c.id, 0
    set_mark = sa.update(_subscriber).where(ids == sa.bindparam("who"))
    set_mark = set_mark.values(mark=sa.bindparam("made"))
    query = sa.select(ids, _subscriber.c.identity).where(
        _subscriber.c.erased_at.is_(None)
    )
    while rows := connection.execute(
        query.where(ids > last).order_by(ids).limit(_AT_ONCE)
    ).all():
        made = [{"who": row.id, "made": mark_of(row.identity)} for row in rows]
        connection.execute(set_mark, made)
        last = rows[-1].id


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_column("subscriber", "mark")
