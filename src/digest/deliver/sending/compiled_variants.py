"""Each variant of an edition compiled once, and anew after a withdrawal."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Engine

from digest.deliver.carrier import Copy
from digest.errors import DigestError, UnreadableError
from digest.model.editions.compiled_message import CompiledMessage, Recipient
from digest.model.editions.references import MessageReference
from digest.model.formats import Channel
from digest.model.people.reader_marks import ReaderRef
from digest.store.base.engine import reading
from digest.store.delivery.copies import DueCopy
from digest.store.delivery.sending.claims import HandoverGuard, guard_for

_END = b"\r\n"
MessageFor = Callable[[int, int], CompiledMessage | None]


class ReaderLinks(Protocol):
    """The addresses in a copy that are its reader's own."""

    def unsubscribe_url(self, reader: ReaderRef) -> str:
        """Return the https address that unsubscribes without signing in."""
        ...

    def unsubscribe_mailto(self, edition_code: str, reader: ReaderRef) -> str:
        """Return the mailto: address that does the same, or ""."""
        ...

    def choices_url(self, reader: ReaderRef) -> str:
        """Return the https address where the reader chooses what they get."""
        ...

    def envelope_sender(self, edition_code: str, reader: ReaderRef) -> str:
        """Return the address that bounces of this copy go to."""
        ...

    def service_headers(self, edition_code: str, reader: ReaderRef, /) -> str:
        """Return the headers by which mail services give this copy's name back."""
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
    """Has each variant of an edition compiled once, beside the event loop."""

    def __init__(
        self, engine: Engine, edition_id: int, message_for: MessageFor
    ) -> None:
        self._engine = engine
        self._edition_id = edition_id
        self._message_for = message_for
        self._compiled = dict[int, CompiledVariant | FailedVariant]()
        self._compiling = dict[int, asyncio.Task[CompiledVariant | FailedVariant]]()

    async def get(self, variant_id: int) -> CompiledVariant | FailedVariant:
        """Return the variant; whoever asks meanwhile waits for the same one."""
        if variant_id not in self._compiled:
            task = self._compiling.get(variant_id)
            if task is None:
                task = asyncio.create_task(asyncio.to_thread(self._compile, variant_id))
                self._compiling[variant_id] = task
            self._compiled[variant_id] = await task
            self._compiling.pop(variant_id, None)
        return self._compiled[variant_id]

    def at_hand(self, variant_id: int) -> CompiledVariant | None:
        """Return the variant if it is compiled."""
        variant = self._compiled.get(variant_id)
        return variant if isinstance(variant, CompiledVariant) else None

    def discard(self, variant_id: int, stale: CompiledVariant) -> None:
        """Have the variant compiled anew, unless somebody has seen to it already."""
        if self._compiled.get(variant_id) is stale:
            del self._compiled[variant_id]

    def _compile(self, variant_id: int) -> CompiledVariant | FailedVariant:
        # Before the message: what is withdrawn while it is made counts as later.
        try:
            with reading(self._engine) as connection:
                guard = guard_for(connection, self._edition_id, Channel.EMAIL)
        except UnreadableError as problem:
            return FailedVariant(str(problem))
        try:
            message = self._message_for(self._edition_id, variant_id)
        except DigestError as problem:
            return FailedVariant(str(problem))
        return CompiledVariant(message, guard)


def merged_copy(
    due: DueCopy, message: CompiledMessage, edition_code: str, links: ReaderLinks
) -> Copy:
    """Return the reader's own copy. Raises ValueError for an address beyond use."""
    reader_id = due.key.reader_id
    reader = ReaderRef(reader_id, due.to.mark)
    recipient = Recipient(
        name=due.to.name,
        address=due.to.email,
        reference=str(MessageReference.of(edition_code, reader_id, due.to.email)),
        leave_url=links.unsubscribe_url(reader),
        leave_mailto=links.unsubscribe_mailto(edition_code, reader),
        consent=due.to.consent,
        choices_url=links.choices_url(reader),
        service_headers=links.service_headers(edition_code, reader),
    )
    return Copy(
        ref=str(due.key),
        envelope_sender=links.envelope_sender(edition_code, reader),
        recipient=due.to.email,
        payload=_ended(message.merge(recipient)),
    )


def _ended(merged: bytes) -> bytes:
    """Return a merged message as it goes on the wire: it is, but for its very end."""
    if merged.endswith(_END) and not merged.endswith(_END + _END):
        return merged
    return merged.rstrip(_END) + _END
