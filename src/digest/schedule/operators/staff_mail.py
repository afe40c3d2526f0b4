"""A mail to one person of staff, handed over at once: a link that was asked for."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from sqlalchemy import Engine

from digest.deliver.carrier import Carrier
from digest.model.delivery.delivery import Accepted
from digest.model.editions.mime import AS_FOLDED, mailbox, on_the_wire, unstructured
from digest.schedule.editions.nudges import handed_over
from digest.store.base.engine import reading
from digest.store.campaigns import campaigns


@dataclass(frozen=True, slots=True)
class StaffMail:
    """How mail gets to staff: by which carrier, and whether it leaves this machine."""

    engine: Engine
    open_carrier: Callable[[], AbstractContextManager[Carrier]]
    leaves_for: Callable[[str], bool]

    def send(self, to: str, subject: str, lines: list[str], now: datetime) -> str:
        """Hand the mail over; return "" where it went, else why not, in words.

        A link that lets somebody in goes to nobody's but its owner's inbox: in practice
        mode, whose inbox all of staff see, nothing is sent.
        """
        if not self.leaves_for(to):
            return "in practice mode no mail leaves this machine"
        with reading(self.engine) as connection:
            stored = campaigns.listed(connection)
        sender = stored[0].campaign.sender_address if stored else to
        message = EmailMessage(AS_FOLDED)
        message["From"] = mailbox("Digest", sender)
        message["To"] = to
        message["Subject"] = unstructured(subject)
        message["Date"] = format_datetime(now)
        message["Message-ID"] = make_msgid("staff", sender.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        message.set_content("\n".join(lines), cte="quoted-printable")
        payload = on_the_wire(message.as_bytes())
        with self.open_carrier() as carrier:
            outcomes = asyncio.run(handed_over(carrier, sender, [(to, payload)]))
        match outcomes:
            case [Accepted()]:
                return ""
            case [other]:
                reply = getattr(other, "reply", "") or "it did not answer"
                return f"the mail server did not take it: {reply}"
            case _:
                return "the mail server did not take it"
