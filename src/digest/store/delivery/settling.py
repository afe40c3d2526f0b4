"""Uncertain emails settled by a person: it arrived, it did not, or it is sent again.

What nobody answered for waits here, unless the campaign has it sent again by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, not_, or_, select, true

from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.edition import DONE, EditionState
from digest.store.base.tables import delivery
from digest.store.delivery.by_channel import IS_EMAIL
from digest.store.delivery.cancelling import cancel_stopped
from digest.store.delivery.deliveries import DeliveryKey, is_merged, move_those
from digest.store.delivery.sending.send_batches import reopen
from digest.store.editions import editions, moves
from digest.store.editions.closing import close_edition
from digest.store.staff.audit import Act, record

# What a copy says that was settled so.
_REPLIES: Mapping[DeliveryState, str] = {
    DeliveryState.PLANNED: "settled by hand: sent again",
    DeliveryState.ACCEPTED: "settled by hand: it arrived",
    DeliveryState.CANCELLED: "settled by hand: it did not arrive",
}
# Where it ends without anything being sent: that can be taken back.
_ENDED = (DeliveryState.ACCEPTED, DeliveryState.CANCELLED)
_TAKEN_BACK = "settled by hand, and taken back"


@dataclass(frozen=True, slots=True)
class EmailChoice:
    """Emails of an edition: all of them, or one reader's alone."""

    edition_id: int
    reader_id: int | None = None

    @classmethod
    def of(cls, key: DeliveryKey) -> "EmailChoice":
        """Return that copy alone."""
        return cls(key.edition_id, key.reader_id)

    def condition(self) -> ColumnElement[bool]:
        """Return the condition that a copy is one of them."""
        conditions = [delivery.c.edition_id == self.edition_id, IS_EMAIL]
        if self.reader_id is not None:
            conditions.append(delivery.c.reader_id == self.reader_id)
        return and_(*conditions)

    def act(
        self, verb: str, before: DeliveryState, after: DeliveryState, count: int
    ) -> Act:
        """Return what the audit trail says was done to them."""
        facts: dict[str, Any] = {"state": after}
        subject = None
        if self.reader_id is None:
            facts["copies"] = count
        else:
            subject = f"delivery {DeliveryKey(self.edition_id, self.reader_id)}"
        return Act(
            verb,
            edition_id=self.edition_id,
            subject=subject,
            before={"state": before},
            after=facts,
        )


def settle(
    connection: Connection, those: EmailChoice, to: DeliveryState, now: datetime
) -> int:
    """Settle those that are uncertain as a person says; return how many.

    ACCEPTED: they arrived. CANCELLED: they did not, and the next edition carries their
    posts. PLANNED: they are sent again; of a stopped edition they are kept back then.
    """
    facts: dict[str, Any] = {"reply": _REPLIES[to]}
    if to is not DeliveryState.PLANNED:
        # Somebody knows of that attempt: the others stay in doubt.
        facts["doubts"] = delivery.c.doubts - 1
    uncertain = DeliveryState.UNCERTAIN
    count = move_those(
        connection,
        those.condition(),
        to,
        now,
        only_from=uncertain,
        next_attempt_at=None,
        **facts,
    )
    if count:
        record(connection, those.act("settled", uncertain, to, count), now)
        if to is DeliveryState.PLANNED:
            cancel_stopped(connection, those.edition_id, those.condition(), now)
            reopen(connection, those.edition_id, now)
        close_edition(connection, those.edition_id, now)
    return count


def settle_one(
    connection: Connection, key: DeliveryKey, to: DeliveryState, now: datetime
) -> bool:
    """Settle one email; see `settle`. False where it is no longer uncertain."""
    return settle(connection, EmailChoice.of(key), to, now) == 1


def unsettle(connection: Connection, those: EmailChoice, now: datetime) -> int:
    """Take back how the latest of them were settled; return how many are uncertain.

    What the next edition has taken over by then stays as it is, and so do what was
    sent again and a stopped edition.
    """
    edition = editions.get(connection, those.edition_id)
    if edition.state is EditionState.STOPPED:
        return 0
    # What is due to who was merged into another was reckoned from how it stands.
    settled = and_(those.condition(), or_(*map(_is_settled, _ENDED)), not_(is_merged()))
    latest = connection.scalar(select(func.max(delivery.c.settled_at)).where(settled))
    to = DeliveryState.UNCERTAIN
    count = 0
    for state in _ENDED:
        count += (
            moved := move_those(
                connection,
                and_(settled, delivery.c.settled_at == latest),
                to,
                now,
                only_from=state,
                reply=_TAKEN_BACK,
                settled_at=None,
                owes=False,
            )
        )
        if moved:
            act = those.act("took back what was settled of", state, to, moved)
            record(connection, act, now)
    if count:
        sending, done = EditionState.SENDING, DONE[edition.mode]
        moves.move(connection, edition.id, sending, now, only_from=done, ended_at=None)
    return count


def _is_settled(state: DeliveryState) -> ColumnElement[bool]:
    """Return the condition that a copy stands there since a person said so."""
    is_free = delivery.c.owes if state is DeliveryState.CANCELLED else true()
    return and_(delivery.c.state == state, delivery.c.reply == _REPLIES[state], is_free)
