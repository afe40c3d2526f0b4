"""The outbox of mails that ask whether it was their reader who joined.

What is asked on the web is only written down there. Here, after the answer, it is seen
whom it is about, so that the answer tells nobody who is known; and here are the brakes
on mail to people who asked for none.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from jinja2 import Environment
from sqlalchemy import Connection, Engine, select

from digest.audience.signed_links import SignedLinks
from digest.deliver.carrier import Carrier
from digest.errors import CarrierError
from digest.model.delivery.delivery import Accepted, Deferred, Refused
from digest.model.editions.mime import undeliverable
from digest.model.people.joining import JoiningWay
from digest.model.people.reader_marks import ReaderRef
from digest.render.email.confirmation import Confirmation, ConfirmationSubject
from digest.schedule import limits
from digest.schedule.editions.nudges import handed_over
from digest.schedule.guard import guarded
from digest.store.base.engine import reading, writing
from digest.store.base.tables import reader, subscriber
from digest.store.campaigns import campaigns
from digest.store.limits import CONFIRMATION_EVERY
from digest.store.people import suppressions
from digest.store.people.erasing.erasures import FORGOTTEN
from digest.store.people.joining import joining_requests
from digest.store.people.joining.joining_requests import (
    JoiningOutcome,
    JoiningRequest,
    JoiningTargets,
)
from digest.store.people.readers import list_ids, reads

log = logging.getLogger(__name__)

_ENDS = {
    JoiningWay.NEW_EMAIL: ConfirmationSubject.NEW_EMAIL,
    JoiningWay.OLD_EMAIL: ConfirmationSubject.OLD_EMAIL,
}


@dataclass(frozen=True, slots=True)
class ConfirmationOutbox:
    """Sends what waits, at most one mail a day to an address, whatever was asked."""

    engine: Engine
    open_carrier: Callable[[], AbstractContextManager[Carrier]]
    links: SignedLinks
    templates: Environment

    def send_due(self, now: datetime) -> int:
        """Send the mails that are due; return how many a mail server has taken.

        What cannot be handed over is tried again at a later look.
        """
        count = 0
        while request := self._claimed(now):
            with guarded("mailing a confirmation", f"request={request.id}"):
                count += self._settled(request, now)
        return count

    def _claimed(self, now: datetime) -> JoiningRequest | None:
        # Looked for first without the lock that writers wait for.
        with reading(self.engine) as connection:
            if not joining_requests.is_mail_due(connection, now):
                return None
        again_at = now + limits.CONFIRMATION_RETRY
        with writing(self.engine) as connection:
            return joining_requests.claim_mail(connection, now, again_at)

    def _settled(self, request: JoiningRequest, now: datetime) -> int:
        """Send the mail of a request, or put it off; return 1 where it went."""
        with writing(self.engine) as connection:
            confirmation = self._confirmation(connection, request, now)
        if confirmation is None:
            return 0
        to = request.content.get("email", "")
        payload = confirmation.message(self.templates, to, now)
        sender = confirmation.campaign.sender_address
        outcome = self._handed_over(sender, to, payload)
        if isinstance(outcome, Accepted):
            return 1
        with writing(self.engine) as connection:
            if isinstance(outcome, Deferred):
                why = getattr(outcome, "reply", "") or "no reason was given"
                again_at = now + limits.CONFIRMATION_RETRY
                joining_requests.put_off(connection, request.id, again_at, why)
            elif isinstance(outcome, Refused):
                joining_requests.note_refused(connection, request.id, outcome.reply)
        return 0

    def _handed_over(self, sender: str, to: str, payload: bytes) -> object:
        try:
            with self.open_carrier() as carrier:
                [outcome] = asyncio.run(handed_over(carrier, sender, [(to, payload)]))
        except CarrierError as problem:
            return Deferred(str(problem))
        return outcome

    def _confirmation(
        self, connection: Connection, request: JoiningRequest, now: datetime
    ) -> Confirmation | None:
        """Return the mail that may go now, noted as gone; None where none may."""
        targets = request.targets
        address = request.content.get("email", "")
        if targets is None or undeliverable(address) or request.is_over(now):
            outcome = JoiningOutcome.EXPIRED
            joining_requests.settle(connection, request.id, outcome, now)
            return None
        standing = suppressions.every(connection, {("email", targets.address)})
        reasons = {each.reason for those in standing.values() for each in those}
        if reasons - {FORGOTTEN}:
            # Who asked never to be written to is not, whoever types their address.
            outcome = JoiningOutcome.SUPPRESSED
            joining_requests.settle(connection, request.id, outcome, now)
            return None
        if until := _held_until(connection, targets, now):
            joining_requests.put_off(connection, request.id, until)
            return None
        is_change = request.way in _ENDS
        here = None if is_change else self._reader_at(connection, request)
        if request.way is JoiningWay.LOST_LINK and here is None:
            # Whoever reads nothing has no page, and no mail to say so.
            outcome = JoiningOutcome.EXPIRED
            joining_requests.settle(connection, request.id, outcome, now)
            return None
        joining_requests.note_mailed(connection, request.id, now)
        campaign = campaigns.load(connection, request.campaign_id)
        privacy = self.links.privacy_url(campaign.name)
        return Confirmation(campaign, *self._page_for(request, here), privacy)

    def _page_for(
        self, request: JoiningRequest, here: ReaderRef | None
    ) -> tuple[str, ConfirmationSubject]:
        """Return the page that a mail leads to, and what the mail is about."""
        if about := _ENDS.get(request.way):
            return self.links.new_email_url(request.id), about
        if here is None:
            return self.links.confirmation_url(request.id), ConfirmationSubject.JOIN
        was_lost = request.way is JoiningWay.LOST_LINK
        about = (
            ConfirmationSubject.LOST_LINK if was_lost else ConfirmationSubject.HAS_IT
        )
        return self.links.choices_url(here), about

    def _reader_at(
        self, connection: Connection, request: JoiningRequest
    ) -> ReaderRef | None:
        """Return the reader to whom the campaign goes at that address already."""
        address_hash = request.targets.address if request.targets else ""
        campaign = campaigns.load(connection, request.campaign_id)
        lists = list_ids(connection, campaign.lists)
        row = connection.execute(
            select(reader.c.id, subscriber.c.mark)
            .join(subscriber, subscriber.c.id == reader.c.subscriber_id)
            .where(
                reader.c.campaign_id == request.campaign_id,
                subscriber.c.email_hash == address_hash,
                reads(subscriber.c.id, request.campaign_id, lists),
            )
        ).first()
        return ReaderRef(row.id, row.mark) if row else None


def _held_until(
    connection: Connection, targets: JoiningTargets, now: datetime
) -> datetime | None:
    """Return until when the brakes hold a mail to that address; None lets it go."""
    since = now - limits.CONFIRMATIONS_WITHIN
    last, of_domain, of_all = joining_requests.mailed_to(connection, targets, since)
    if last is not None and last > now - CONFIRMATION_EVERY:
        return last + CONFIRMATION_EVERY
    is_much = of_domain >= limits.CONFIRMATIONS_OF_A_DOMAIN
    if is_much or of_all >= limits.CONFIRMATIONS_OF_ALL:
        return now + limits.CONFIRMATION_RETRY
    return None
