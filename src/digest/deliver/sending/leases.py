"""The batches that one run holds: claimed, kept, and given back when they end."""

import logging
from datetime import timedelta
from time import monotonic

from sqlalchemy import Connection

from digest.deliver.sending.batch_supply import BatchSupply
from digest.deliver.sending.compiled_variants import CompiledVariants, MessageFor
from digest.deliver.sending.connection_loop import RunContext
from digest.deliver.sending.copy_queue import LeasedBatch
from digest.model.delivery.delivery import Patience
from digest.store.base.engine import reading, writing
from digest.store.campaigns import campaigns
from digest.store.delivery import send_batches
from digest.store.delivery.copies import DueCopy, due_emails
from digest.store.delivery.deliveries import expire_late
from digest.store.editions import editions

log = logging.getLogger(__name__)

# Long enough for a slow moment, short enough that the batch of a sender that
# died is another's within a minute.
LEASE = timedelta(seconds=30)
# As many copies are read at once.
AT_ONCE = 250
_RENEW_SECONDS = LEASE.total_seconds() / 4


class Leases:
    """Fetches batches into the feed and gives each back once it has ended."""

    def __init__(
        self,
        shared: RunContext,
        message_for: MessageFor,
        source: BatchSupply,
        owner: str,
    ) -> None:
        self._shared = shared
        self._message_for = message_for
        self._source = source
        self._owner = owner
        self._presses = dict[int, CompiledVariants]()
        self._renewed = monotonic()
        self.are_exhausted = False

    def fetch(self) -> None:
        """Share out more copies: of a batch that is held, or of the next one.

        A few hundred at a time, so that no connection waits long for it.
        """
        unread = next((one for one in self._shared.feed.batches if one.unread), None)
        batch = unread or self._claimed()
        if batch is not None:
            with reading(self._shared.engine) as connection:
                copies = self._read(connection, batch)
            self._shared.feed.add(batch, copies)

    def _read(self, connection: Connection, batch: LeasedBatch) -> list[DueCopy]:
        now, readers = self._shared.clock(), batch.unread
        copies = due_emails(connection, batch.lease.edition_id, readers, now, AT_ONCE)
        is_all = len(copies) < AT_ONCE
        start = readers.stop if is_all else copies[-1].key.reader_id + 1
        batch.unread = range(start, readers.stop)
        return copies

    def _claimed(self) -> LeasedBatch | None:
        """Lease the next batch; note it if there is none."""
        shared, now = self._shared, self._shared.clock()
        with writing(shared.engine) as connection:
            lease = self._source.lease(connection, self._owner, now, LEASE)
            if lease is None:
                self.are_exhausted = True
                shared.feed.close()
                return None
            edition = editions.get(connection, lease.edition_id)
            campaign = campaigns.load(connection, edition.campaign_id)
            if lost := send_batches.doubt(connection, lease):
                log.warning("copies uncertain batch=%s count=%s", lease.batch_id, lost)
            send_batches.repeat_uncertain(
                connection, lease, campaign.uncertain, at=None
            )
            if late := expire_late(connection, edition.id, lease.readers, now):
                log.warning("copies expired batch=%s count=%s", lease.batch_id, late)
        return LeasedBatch(
            lease,
            edition.code,
            campaign.sending_domain,
            campaign.uncertain,
            Patience(edition.planned_at, edition.deliver_by),
            self._press(lease.edition_id),
            lease.readers,
        )

    def keep(self) -> None:
        """Renew what is held, in time; leave what has become somebody else's."""
        if monotonic() - self._renewed < _RENEW_SECONDS:
            return
        until = self._shared.clock() + LEASE
        with writing(self._shared.engine) as connection:
            lost = [
                batch
                for batch in tuple(self._shared.feed.batches)
                if not send_batches.renew(connection, batch.lease, until)
            ]
        self._renewed = monotonic()
        for batch in lost:
            log.warning("send batch lost to another sender id=%s", batch.lease.batch_id)
            self._shared.feed.give_up(batch)
            self._source.ended(batch.lease.batch_id)

    def give_back_ended(self) -> None:
        """Give back the batches all of whose copies have had their turn."""
        for batch in self._shared.feed.take_ended():
            self._give_back(batch)

    def give_back(self) -> None:
        """Give back every batch, whatever is left of it."""
        self.give_back_ended()
        for batch in tuple(self._shared.feed.batches):
            self._shared.feed.give_up(batch)
            self._give_back(batch)

    def _press(self, edition_id: int) -> CompiledVariants:
        if edition_id not in self._presses:
            self._presses[edition_id] = CompiledVariants(
                self._shared.engine, edition_id, self._message_for
            )
        return self._presses[edition_id]

    def _give_back(self, batch: LeasedBatch) -> None:
        now = self._shared.clock()
        later = now + self._shared.policy.soon
        with writing(self._shared.engine) as connection:
            lease = batch.lease
            send_batches.repeat_uncertain(connection, lease, batch.uncertain, later)
            send_batches.finish(connection, lease, now)
        self._source.ended(lease.batch_id)
        log.info("send batch ended id=%s", lease.batch_id)
