"""What the product is asked: which edition a copy is of, and what became of a slot.

Its answers are names and reasons; who should have got what is never asked.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select

from digest.store.base.engine import reading
from digest.store.base.tables import campaign, delivery, edition, schedule, subscriber
from tests.soak.laws import EditionFact, SlotFact
from tests.soak.machine import Machine

_UNANSWERED = ("handing-over", "uncertain")


def edition_of_code(machine: Machine, code: str) -> EditionFact | None:
    """Return the edition of that code."""
    return _edition(machine, _editions().where(edition.c.code == code))


def edition_of_slot(machine: Machine, slot: SlotFact) -> EditionFact | None:
    """Return the edition of a slot, if there is one."""
    return _edition(
        machine,
        _editions().where(
            campaign.c.name == slot.campaign.name,
            schedule.c.name == slot.schedule,
            edition.c.slot == slot.at,
        ),
    )


def unanswered(machine: Machine) -> Sequence[str]:
    """Return the addresses of copies that may have been on the wire."""
    wanted = (
        select(subscriber.c.email)
        .join(delivery, delivery.c.subscriber_id == subscriber.c.id)
        .where(delivery.c.state.in_(_UNANSWERED), subscriber.c.email.is_not(None))
    )
    with reading(machine.app.engine) as connection:
        return connection.scalars(wanted).all()


def all_editions(machine: Machine) -> list[EditionFact]:
    """Return every edition."""
    with reading(machine.app.engine) as connection:
        return [_fact(row) for row in connection.execute(_editions())]


def _editions() -> Select[Any]:
    return (
        select(
            campaign.c.name,
            schedule.c.name.label("schedule"),
            edition.c.slot,
            edition.c.state,
            edition.c.reason,
            edition.c.is_last,
        )
        .join(schedule, schedule.c.id == edition.c.schedule_id)
        .join(campaign, campaign.c.id == edition.c.campaign_id)
    )


def _edition(machine: Machine, wanted: Select[Any]) -> EditionFact | None:
    with reading(machine.app.engine) as connection:
        row = connection.execute(wanted).one_or_none()
    return None if row is None else _fact(row)


def _fact(row: Any) -> EditionFact:
    return EditionFact(
        row.name, row.schedule, row.slot, row.state, row.reason or "", row.is_last
    )
