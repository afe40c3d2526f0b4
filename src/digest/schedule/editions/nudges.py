"""Approvers told by mail of an edition that waits, and again before it is too late."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from sqlalchemy import Connection, Engine

from digest.compose import lifecycle
from digest.deliver.carrier import Carrier, Copy
from digest.deliver.smtp.reconnecting_connection import ReconnectingConnection
from digest.errors import CarrierError
from digest.model.campaigns.campaign import Campaign, UnapprovedPolicy
from digest.model.delivery.delivery import Accepted, Deferred, Outcome
from digest.model.editions.mime import (
    AS_FOLDED,
    cleaned,
    mailbox,
    on_the_wire,
    unstructured,
)
from digest.model.staff_words import moment_in_words
from digest.schedule.guard import guarded
from digest.schedule.limits import NUDGE_BEFORE
from digest.store.base.engine import reading, writing
from digest.store.campaigns import campaigns
from digest.store.editions import editions, nudges
from digest.store.editions.editions import Edition

log = logging.getLogger(__name__)

WAITS, SOON = "waits", "soon"


@dataclass(frozen=True, slots=True)
class Nudge:
    """What the approvers of a campaign are told of one of its editions."""

    edition: Edition
    campaign: Campaign
    kind: str
    approve_by: datetime

    def message(self, to: str, now: datetime, base_url: str) -> bytes:
        """Return the mail to one of them."""
        campaign, edition = self.campaign, self.edition
        name = f"{cleaned(campaign.title)}, {edition.schedule}: {edition.title}"
        until = moment_in_words(self.approve_by, campaign.timezone)
        head = "Soon too late" if self.kind == SOON else "Waits for approval"
        lines = [
            f"{name} waits for somebody to approve it, until {until}.",
            "",
            *(
                []
                if edition.upto is not None
                else ["It was called back, and can be changed until then."]
            ),
            f"Read it, and let it go: {base_url}/desk/editions/{edition.id}/approve",
            f"Or on the command line: digest edition approve {edition.id}",
            "",
            f"If nobody does, {_otherwise(self)}.",
        ]
        message = EmailMessage(AS_FOLDED)
        message["From"] = mailbox(campaign.title, campaign.sender_address)
        message["To"] = to
        message["Subject"] = unstructured(f"{head}: {name}")
        message["Date"] = format_datetime(now)
        domain = campaign.sending_domain
        message["Message-ID"] = f"<{self.kind}.{edition.code}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content("\n".join(lines), cte="quoted-printable")
        return on_the_wire(message.as_bytes())


OpenCarrier = Callable[[], AbstractContextManager[Carrier]]


def send_due(
    engine: Engine, open_carrier: OpenCarrier, base_url: str, now: datetime
) -> int:
    """Tell approvers what they have not been told yet; return how many mails went.

    What could not be handed over is tried again at the next look, and stands among
    what needs help meanwhile.
    """
    with reading(engine) as connection:
        due = list(_due(connection, now))
    count = 0
    for nudge in due:
        with guarded("telling approvers", f"edition={nudge.edition.id}"):
            with writing(engine) as connection:
                number, kind = nudge.edition.id, nudge.kind
                is_ours = nudges.claim(connection, number, kind, now)
            if not is_ours:
                continue
            sender = nudge.campaign.sender_address
            outcomes: list[Outcome] = []
            try:
                messages = [
                    (to, nudge.message(to, now, base_url))
                    for to in nudge.campaign.approvers
                ]
                with open_carrier() as carrier:
                    outcomes = asyncio.run(handed_over(carrier, sender, messages))
            finally:
                with writing(engine) as connection:
                    _settle(connection, nudge, outcomes, now)
            count += sum(isinstance(outcome, Accepted) for outcome in outcomes)
    return count


def _settle(
    connection: Connection, nudge: Nudge, outcomes: list[Outcome], now: datetime
) -> None:
    """Note whether all were told; without outcomes nobody was."""
    number = nudge.edition.id
    if outcomes and all(isinstance(outcome, Accepted) for outcome in outcomes):
        nudges.note_all_told(connection, number)
        return
    nudges.note_unsent(connection, number, now)
    # One that has reached somebody is not repeated to all.
    if all(isinstance(outcome, Deferred) for outcome in outcomes):
        nudges.give_back(connection, number, nudge.kind)


def _due(connection: Connection, now: datetime) -> Iterator[Nudge]:
    for edition in editions.unfinished(connection):
        if not lifecycle.waits(edition):
            continue
        campaign = campaigns.load(connection, edition.campaign_id)
        until = lifecycle.approve_by(edition, campaign)
        if campaign.approvers and now < until:
            yield Nudge(edition, campaign, WAITS, until)
            if now >= until - min(NUDGE_BEFORE, (until - edition.slot) / 2):
                yield Nudge(edition, campaign, SOON, until)


async def handed_over(
    carrier: Carrier, sender: str, messages: list[tuple[str, bytes]]
) -> list[Outcome]:
    """Hand mails to staff over; a carrier that turns us away ends it, Deferred."""
    outcomes: list[Outcome] = []
    connection = ReconnectingConnection(carrier)
    try:
        for to, payload in messages:
            copy = Copy("a mail to staff", sender, to, payload)
            outcomes.append(await connection.hand_over(copy))
    except CarrierError as problem:
        log.warning("staff not told why=%s", problem)
        outcomes.append(Deferred(str(problem)))
    finally:
        await connection.close()
    return outcomes


def _otherwise(nudge: Nudge) -> str:
    is_sent = nudge.campaign.unapproved is UnapprovedPolicy.SEND
    if is_sent and not nudge.edition.is_recalled:
        return "it is sent then all the same, as the campaign says"
    return "its posts go into the next edition"
