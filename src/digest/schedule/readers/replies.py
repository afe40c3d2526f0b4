"""What readers wrote in answer is passed on to the campaign's people, and never lost.

Each is claimed, sent, and only then forgotten: a process that is killed in between may
pass one on twice, and none not at all.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from digest.deliver.carrier import Carrier
from digest.errors import CarrierError
from digest.model.delivery.delivery import Accepted
from digest.schedule.editions.nudges import handed_over
from digest.schedule.guard import guarded
from digest.schedule.limits import REPLIES_A_ROUND
from digest.schedule.readers.forwarded_reply import ForwardedReply
from digest.store.base.engine import reading, writing
from digest.store.campaigns import campaigns
from digest.store.delivery.incoming import incoming_mail
from digest.store.delivery.incoming.incoming_mail import WaitingReaderReply

log = logging.getLogger(__name__)

_NOWHERE = (
    "the campaign has no reply_to: name in its file who reads what readers answer"
)


@dataclass(frozen=True, slots=True)
class ReplyForwarder:
    """Passes on what waits; what cannot be handed over is tried again, without end."""

    engine: Engine
    open_carrier: Callable[[], AbstractContextManager[Carrier]]

    def send_due(self, now: datetime) -> int:
        """Pass on what is due; return how many a mail server has taken."""
        count = 0
        for _ in range(REPLIES_A_ROUND):
            with writing(self.engine) as connection:
                reply = incoming_mail.claim_reply(connection, now)
            if reply is None:
                break
            with guarded("passing on a reply", f"mail={reply.id}"):
                count += self._settled(reply, now)
        return count

    def _settled(self, reply: WaitingReaderReply, now: datetime) -> int:
        why = self._trouble(reply, now)
        with writing(self.engine) as connection:
            if why:
                incoming_mail.put_off(connection, reply, why, now)
            else:
                incoming_mail.note_forwarded(connection, reply, now)
        log.info("reply passed on mail=%s attempts=%s", reply.id, reply.attempts)
        return 0 if why else 1

    def _trouble(self, reply: WaitingReaderReply, now: datetime) -> str:
        """Hand a reply over; return why it could not be, or ""."""
        with reading(self.engine) as connection:
            campaign = campaigns.load(connection, reply.campaign_id)
        if not campaign.reply_to:
            return _NOWHERE
        payload = ForwardedReply(campaign, reply.content).message(
            campaign.reply_to, now
        )
        try:
            with self.open_carrier() as carrier:
                # From nobody, so that a report on it comes to nobody.
                to_them = [(campaign.reply_to, payload)]
                [outcome] = asyncio.run(handed_over(carrier, "", to_them))
        except CarrierError as problem:
            return str(problem)
        if isinstance(outcome, Accepted):
            return ""
        return getattr(outcome, "reply", "") or "no reason was given"
