"""What lists themselves call people, and names as they are looked for."""

import sqlalchemy as sa
from alembic import op

from digest.model.people.person import name_key

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_ROWS = 1000
_subscriber = sa.table("subscriber", *map(sa.column, ("id", "name", "name_key")))


def upgrade() -> None:
    """Bring the database to this revision."""
    op.add_column("subscription", sa.Column("reference", sa.Text(), nullable=True))
    op.create_index(
        "ix_subscription_reference", "subscription", ["mailing_list_id", "reference"]
    )
    op.add_column("subscriber", sa.Column("name_key", sa.Text(), nullable=True))
    op.create_index("ix_subscriber_name_key", "subscriber", ["name_key"])
    _fill(op.get_bind())


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_index("ix_subscriber_name_key", "subscriber")
    op.drop_column("subscriber", "name_key")
    op.drop_index("ix_subscription_reference", "subscription")
    op.drop_column("subscription", "reference")


def _fill(connection: sa.Connection) -> None:
    after = 0
    columns = (_subscriber.c.id, _subscriber.c.name)
    while rows := connection.execute(
        sa.select(*columns)
        .where(_subscriber.c.id > after)
        .order_by(_subscriber.c.id)
        .limit(_ROWS)
    ).all():
        connection.execute(
            sa.update(_subscriber)
            .where(_subscriber.c.id == sa.bindparam("who"))
            .values(name_key=sa.bindparam("key")),
            [{"who": row.id, "key": name_key(row.name) or None} for row in rows],
        )
        after = rows[-1].id
