"""The words of each kind of copy, made once, and anew after a withdrawal."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Engine

from digest.deliver.carrier import Copy
from digest.errors import DigestError
from digest.model.editions.compiled_message import CompiledMessage, Recipient
from digest.model.formats import Channel
from digest.store.base.engine import reading
from digest.store.delivery.claims import HandoverGuard, guard_for
from digest.store.delivery.copies import DueCopy

MessageFor = Callable[[int, int], CompiledMessage | None]


class ReaderLinks(Protocol):
    """The addresses in a copy that are one reader's own."""

    def leave_url(self, reader_id: int) -> str:
        """Return the https address that leaves without signing in."""
        ...

    def leave_mailto(self, reader_id: int) -> str:
        """Return the mailto: address that does the same, or ""."""
        ...

    def envelope_sender(self, edition_code: str, reader_id: int) -> str:
        """Return the address that bounces of this copy go to."""
        ...


@dataclass(frozen=True, slots=True)
class CompiledVariant:
    """A variant as it stood: None where every item in it was withdrawn.

    `guard` lets a copy leave only while nothing more has been withdrawn.
    """

    message: CompiledMessage | None
    guard: HandoverGuard


@dataclass(frozen=True, slots=True)
class FailedVariant:
    """A variant that could not be rendered, and why."""

    why: str


class CompiledVariants:
    """Has each variant of an edition rendered once, beside the event loop."""

    def __init__(
        self, engine: Engine, edition_id: int, message_for: MessageFor
    ) -> None:
        self._engine = engine
        self._edition_id = edition_id
        self._message_for = message_for
        self._made = dict[int, CompiledVariant | FailedVariant]()
        self._making = dict[int, asyncio.Task[CompiledVariant | FailedVariant]]()

    async def words(self, variant_id: int) -> CompiledVariant | FailedVariant:
        """Return the variant's words; whoever asks meanwhile waits for the same."""
        if variant_id not in self._made:
            making = self._making.get(variant_id)
            if making is None:
                made = asyncio.to_thread(self._make, variant_id)
                making = self._making[variant_id] = asyncio.create_task(made)
            self._made[variant_id] = await making
            self._making.pop(variant_id, None)
        return self._made[variant_id]

    def forget(self, variant_id: int, stale: CompiledVariant) -> None:
        """Have the variant made anew, unless somebody has seen to it already."""
        if self._made.get(variant_id) is stale:
            del self._made[variant_id]

    def _make(self, variant_id: int) -> CompiledVariant | FailedVariant:
        # Before the message: what is withdrawn while it is made counts as later.
        with reading(self._engine) as connection:
            guard = guard_for(connection, self._edition_id, Channel.EMAIL)
        try:
            return CompiledVariant(
                self._message_for(self._edition_id, variant_id), guard
            )
        except DigestError as problem:
            return FailedVariant(str(problem))


def copy_of(
    due: DueCopy, message: CompiledMessage, edition_code: str, links: ReaderLinks
) -> Copy:
    """Return the reader's own copy. Raises ValueError for an address beyond use."""
    reader_id = due.key.reader_id
    recipient = Recipient(
        name=due.to.name,
        address=due.to.email,
        salutation=due.to.salutation,
        reference=str(due.key),
        leave_url=links.leave_url(reader_id),
        leave_mailto=links.leave_mailto(reader_id),
    )
    return Copy(
        ref=str(due.key),
        envelope_sender=links.envelope_sender(edition_code, reader_id),
        recipient=due.to.email,
        # A merged message is fit for the wire as it is, but for its very end.
        payload=message.merge(recipient).rstrip(b"\r\n") + b"\r\n",
    )
