"""Leaving is held for a person and a campaign.

The link of an edition used to end subscriptions: those to every list of its
campaign. Whoever is on none of a campaign's lists, and was taken off one by a link
or a complaint, has left that campaign. Their subscriptions stay ended.
"""

import tomllib
from typing import Any

import sqlalchemy as sa
from alembic import op

from digest.store.base.tables import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_MEANS = {"left by the link in an edition": "link", "complaint": "complaint"}


def _id_of(table: str) -> sa.Column[Any]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(f"{table}_id", kind, nullable=False)


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_table(
        "departure",
        _id_of("campaign"),
        _id_of("subscriber"),
        sa.Column("left_at", UtcDateTime(), nullable=False),
        sa.Column("means", sa.String(length=12), nullable=False),
        sa.Column("returned_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_departure_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_departure_subscriber_id"),
        ),
        sa.PrimaryKeyConstraint(
            "campaign_id", "subscriber_id", name=op.f("pk_departure")
        ),
    )
    op.create_index("ix_departure_subscriber_id", "departure", ["subscriber_id"])
    connection = op.get_bind()
    campaigns = sa.table("campaign", sa.column("id"), sa.column("file", sa.JSON()))
    for row in connection.execute(sa.select(campaigns)).all():
        names = tomllib.loads(row.file["text"])["campaign"]["lists"]
        _move(connection, row.id, names)


def _move(connection: sa.Connection, campaign_id: int, names: list[str]) -> None:
    departures = sa.table(
        "departure",
        sa.column("campaign_id"),
        sa.column("subscriber_id"),
        sa.column("left_at", UtcDateTime()),
        sa.column("means"),
    )
    subscriptions = sa.table(
        "subscription",
        sa.column("mailing_list_id"),
        sa.column("subscriber_id"),
        sa.column("ended_at", UtcDateTime()),
        sa.column("ended_reason"),
    )
    lists = sa.table("mailing_list", sa.column("id"), sa.column("name"))
    reader = sa.table("reader", sa.column("campaign_id"), sa.column("subscriber_id"))
    rows = connection.execute(
        sa.select(subscriptions)
        .join(lists, lists.c.id == subscriptions.c.mailing_list_id)
        .join(reader, reader.c.subscriber_id == subscriptions.c.subscriber_id)
        .where(lists.c.name.in_(names), reader.c.campaign_id == campaign_id)
        .order_by(subscriptions.c.ended_at)
    ).all()
    still_on = {row.subscriber_id for row in rows if row.ended_at is None}
    left = {
        row.subscriber_id: {
            "campaign_id": campaign_id,
            "subscriber_id": row.subscriber_id,
            "left_at": row.ended_at,
            "means": _MEANS[row.ended_reason],
        }
        for row in rows
        if row.ended_reason in _MEANS and row.subscriber_id not in still_on
    }
    if left:
        connection.execute(sa.insert(departures), list(left.values()))


def downgrade() -> None:
    """Take the database back to the revision before: none may have left.

    Fails, having changed nothing, where somebody has left: the revision before
    would write to them.
    """
    gone = op.get_bind().scalar(
        sa.text("SELECT count(*) FROM departure WHERE returned_at IS NULL")
    )
    if gone:
        raise RuntimeError(f"{gone} people have left a campaign and would get it again")
    op.drop_index("ix_departure_subscriber_id", "departure")
    op.drop_table("departure")
