"""The leases of one run: batches claimed, renewed, and given back when they end."""

import logging
from datetime import timedelta
from time import monotonic

from sqlalchemy import Connection

from digest.deliver.sending.batch_supply import BatchSupply
from digest.deliver.sending.compiled_variants import CompiledVariants, MessageFor
from digest.deliver.sending.connection_loop import RunContext
from digest.deliver.sending.copy_queue import LeasedBatch
from digest.errors import StoreError, UnreadableError
from digest.model.delivery.delivery import Patience
from digest.store.base.engine import reading, writing
from digest.store.campaigns import campaigns
from digest.store.delivery.copies import DueCopy, due_emails
from digest.store.delivery.sending import send_batches
from digest.store.delivery.sending.send_batches import emails_of, expire_late
from digest.store.editions import editions

log = logging.getLogger(__name__)

# Long enough for a slow moment, short enough that the batch of a sender that
# died is another's within a minute.
LEASE = timedelta(seconds=30)
# As many copies are read at once.
AT_ONCE = 250
_RENEW_SECONDS = LEASE.total_seconds() / 4


class Leases:
    """Fetches batches into the copy queue and gives each back once it has ended."""

    def __init__(
        self,
        context: RunContext,
        message_for: MessageFor,
        supply: BatchSupply,
        owner: str,
    ) -> None:
        self._context = context
        self._message_for = message_for
        self._supply = supply
        self._owner = owner
        self._variants = dict[int, CompiledVariants]()
        self._renewed = monotonic()
        self.are_exhausted = False

    def fetch(self) -> None:
        """Share out more copies: of a batch that is leased, or of the next one.

        A few hundred at a time, so that no connection waits long for it.
        """
        queue = self._context.queue
        unread = next((batch for batch in queue.batches if batch.unread), None)
        batch = unread or self._claim()
        if batch is None:
            return
        try:
            with reading(self._context.engine) as connection:
                copies = self._read(connection, batch)
        except StoreError:
            raise
        except Exception as problem:
            # A copy of it cannot be read, which must not cost other batches.
            log.exception("batch not read id=%s", batch.lease.batch_id)
            words = f"the emails of {batch.edition_code} wait: a copy cannot be read"
            self._context.state.note(f"{words} ({type(problem).__name__})")
            queue.drop(batch)
            self._supply.ended(batch.lease.batch_id)
            return
        queue.add(batch, copies)

    def _read(self, connection: Connection, batch: LeasedBatch) -> list[DueCopy]:
        now, readers = self._context.clock(), batch.unread
        copies = due_emails(connection, batch.lease.edition_id, readers, now, AT_ONCE)
        is_all = len(copies) < AT_ONCE
        start = readers.stop if is_all else copies[-1].key.reader_id + 1
        batch.unread = range(start, readers.stop)
        return copies

    def _claim(self) -> LeasedBatch | None:
        """Lease the next batch; None where it cannot be begun, or there is none."""
        context, now = self._context, self._context.clock()
        with writing(context.engine) as connection:
            lease = self._supply.lease(connection, self._owner, now, LEASE)
            if lease is None:
                self.are_exhausted = True
                context.queue.close()
                return None
            try:
                edition = editions.get(connection, lease.edition_id)
                campaign = campaigns.load(connection, edition.campaign_id)
            except UnreadableError as problem:
                # Leased as it is for a while, so that those behind it have their turn.
                log.warning("batch not begun id=%s why=%s", lease.batch_id, problem)
                context.state.note(str(problem))
                self._supply.ended(lease.batch_id)
                return None
            if count := send_batches.doubt(connection, lease, campaign.uncertain, now):
                log.warning("copies uncertain batch=%s count=%s", lease.batch_id, count)
            if late := expire_late(
                connection, edition.id, emails_of(lease.readers), now
            ):
                log.warning("copies expired batch=%s count=%s", lease.batch_id, late)
        if edition.id not in self._variants:
            self._variants[edition.id] = CompiledVariants(
                context.engine, edition.id, self._message_for
            )
        return LeasedBatch(
            lease,
            edition.code,
            campaign.sending_domain,
            campaign.uncertain,
            Patience(edition.planned_at, edition.deliver_by),
            self._variants[edition.id],
            lease.readers,
        )

    def renew(self) -> None:
        """Renew the leases, in time; drop the batches that are not ours any more."""
        if monotonic() - self._renewed < _RENEW_SECONDS:
            return
        self._renewed = monotonic()
        if not self._context.queue.batches:
            return
        batches = {batch.lease: batch for batch in self._context.queue.batches}
        with writing(self._context.engine) as connection:
            lost = send_batches.renew(
                connection, [*batches], self._context.clock(), LEASE
            )
        for batch in map(batches.__getitem__, lost):
            log.warning("send batch is ours no more id=%s", batch.lease.batch_id)
            self._context.queue.drop(batch)
            self._supply.ended(batch.lease.batch_id)

    def give_back_ended(self) -> None:
        """Give back the batches all of whose copies have had their turn."""
        for batch in self._context.queue.pop_ended():
            self._give_back(batch)

    def give_back_all(self) -> None:
        """Give back every batch, whatever remains of it."""
        self.give_back_ended()
        for batch in tuple(self._context.queue.batches):
            self._context.queue.drop(batch)
            self._give_back(batch)

    def _give_back(self, batch: LeasedBatch) -> None:
        now = self._context.clock()
        later = now + self._context.policy.soon
        with writing(self._context.engine) as connection:
            lease = batch.lease
            if batch.has_uncertain:
                send_batches.repeat_uncertain(
                    connection, lease, batch.uncertain, now, later
                )
            send_batches.finish(connection, lease, now)
        self._supply.ended(lease.batch_id)
        log.info("send batch ended id=%s", lease.batch_id)
