"""People who may be held twice are found by keys of their rows."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from digest.model.people.likeness import mailbox_of, name_sound
from digest.model.people.person import bare_digits
from digest.store.base.tables import BigId

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

_AT_ONCE = 5000
_KEYS = ("mailbox", "phone_digits", "name_sound")
_subscriber = sa.table(
    "subscriber",
    sa.column("id", sa.BigInteger),
    *(sa.column(name, sa.Text) for name in ("name", "email_key", "phone", "postcode")),
    *(sa.column(name, sa.Text) for name in _KEYS),
    sa.column("erased_at"),
)


def upgrade() -> None:
    """Bring the database to this revision."""
    for name in _KEYS:
        op.add_column("subscriber", sa.Column(name, sa.Text()))
    _fill(op.get_bind())
    op.drop_index("ix_subscriber_phone", "subscriber")
    op.drop_index("ix_subscriber_postcode", "subscriber")
    for columns, operators in (
        (["mailbox"], {}),
        (["phone_digits"], {}),
        (["postcode", "name_sound"], {"postcode": "varchar_pattern_ops"}),
    ):
        is_there = sa.text(f"{columns[0]} IS NOT NULL")
        op.create_index(
            f"ix_subscriber_{'_'.join(columns)}",
            "subscriber",
            columns,
            sqlite_where=is_there,
            postgresql_where=is_there,
            postgresql_ops=operators,
        )
    op.create_table(
        "known_apart",
        sa.Column("first_id", BigId, nullable=False),
        sa.Column("second_id", BigId, nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [name], ["subscriber.id"], name=op.f(f"fk_known_apart_{name}")
            )
            for name in ("first_id", "second_id")
        ),
        sa.PrimaryKeyConstraint("first_id", "second_id", name=op.f("pk_known_apart")),
    )
    op.create_index("ix_known_apart_second_id", "known_apart", ["second_id"])


def downgrade() -> None:
    """Take the database back to the revision before."""
    op.drop_table("known_apart")
    for name in ("mailbox", "phone_digits", "postcode_name_sound"):
        op.drop_index(f"ix_subscriber_{name}", "subscriber")
    for name, operators in (
        ("phone", {}),
        ("postcode", {"postcode": "varchar_pattern_ops"}),
    ):
        is_there = sa.text(f"{name} IS NOT NULL")
        op.create_index(
            f"ix_subscriber_{name}",
            "subscriber",
            [name],
            sqlite_where=is_there,
            postgresql_where=is_there,
            postgresql_ops=operators,
        )
    for name in _KEYS:
        op.drop_column("subscriber", name)


def _fill(connection: sa.Connection) -> None:
    row, last = _subscriber.c, 0
    given: dict[str, Any] = {name: sa.bindparam(f"of_{name}") for name in _KEYS}
    set_keys = sa.update(_subscriber).where(row.id == sa.bindparam("who"))
    query = sa.select(row.id, row.name, row.email_key, row.phone, row.postcode)
    query = query.where(row.erased_at.is_(None)).order_by(row.id).limit(_AT_ONCE)
    while people := connection.execute(query.where(row.id > last)).all():
        keys = [
            {
                "who": who,
                "of_mailbox": _mailbox(email),
                "of_phone_digits": (bare_digits(phone) if phone else "") or None,
                "of_name_sound": (name_sound(name) if postcode else "") or None,
            }
            for who, name, email, phone, postcode in people
        ]
        connection.execute(set_keys.values(given), keys)
        last = people[-1].id


def _mailbox(email_key: str | None) -> str | None:
    mailbox = mailbox_of(email_key) if email_key else None
    return mailbox if mailbox != email_key else None
