"""Group commit: what many connections have written shares a transaction."""

import asyncio
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Generic, NamedTuple, TypeVar

from sqlalchemy import Engine

from digest.store.base.engine import WritingConnection

Q = TypeVar("Q")
A = TypeVar("A")
# A commit costs a fraction of this; one that serves eight costs each an eighth.
LINGER_SECONDS = 0.002
_LONGEST_SECONDS = 0.1
# Within so many turns of the loop whatever has come is seen, and asks for a commit.
_IDLE_TURNS = 3
# Over a long link some come together by chance now and then: it is no company yet.
_SHARED_IN_A_ROW = 3

CarryOut = Callable[[WritingConnection, Sequence[Q]], Sequence[A]]


class _PendingRequest(NamedTuple, Generic[Q, A]):
    request: Q
    answer: asyncio.Future[A]


class GroupCommit(Generic[Q, A]):
    """Carries out what several tasks submit, many requests in one transaction.

    `carry_out` is given the requests in the order they were submitted, commits them
    and returns an answer for each. At most `most` wait at once. A group is carried out
    once all of them wait; or half of them, as soon as nothing else is to be done on the
    loop, so that the others have something to wait for meanwhile. So its size follows
    from who is slower, we or whoever takes the copies. The first of a group waits up to
    `linger` seconds for the others; where they did not come, as over a long link, not
    at all until half of them have shared a few groups in a row. Where a commit takes
    longer than that, as on a slow disk, it is worth waiting for all. The loop stands
    still while it is made: nothing that is in flight needs it.
    """

    def __init__(
        self,
        engine: Engine,
        carry_out: CarryOut[Q, A],
        most: Callable[[], int],
        linger: float = LINGER_SECONDS,
    ) -> None:
        self._writer = WritingConnection(engine)
        self._carry_out = carry_out
        self._most = most
        self._last_seconds = 0.0
        self._linger = linger
        self._shared_in_a_row = _SHARED_IN_A_ROW
        self._group = list[_PendingRequest[Q, A]]()
        # When the group is carried out at the latest, and who looks whether it grows.
        self._timer: asyncio.Handle | None = None
        self._look: asyncio.Handle | None = None

    async def submit(self, request: Q) -> A:
        """Have it carried out and return the answer, once it is committed.

        Raises what carrying it out raised, to all who shared it: then nothing of it
        may go on, as if this process had been killed.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[A] = loop.create_future()
        self._group.append(_PendingRequest(request, answer))
        if self._timer is None:
            wait = max(self._linger, min(self._last_seconds, _LONGEST_SECONDS))
            self._timer = loop.call_later(wait, self._commit)
        size, most = len(self._group), self._most()
        is_slow = self._last_seconds > self._linger
        if size >= most:
            self._timer.cancel()
            self._timer = loop.call_soon(self._commit)
        elif self._look or is_slow:
            pass
        elif size >= most // 2 or self._shared_in_a_row < _SHARED_IN_A_ROW:
            self._look = loop.call_soon(self._commit_when_idle, loop, size, 0)
        return await answer

    def close(self) -> None:
        """Give back the connection to the database; nothing is waited for any more."""
        self._writer.close()

    def _commit_when_idle(
        self, loop: asyncio.AbstractEventLoop, size: int, turns: int
    ) -> None:
        """Carry the group out once it has not grown for some turns of the loop."""
        if len(self._group) > size:
            size, turns = len(self._group), 0
        if turns < _IDLE_TURNS:
            self._look = loop.call_soon(self._commit_when_idle, loop, size, turns + 1)
        else:
            self._commit()

    def _commit(self) -> None:
        began = monotonic()
        group = self._closed_group()
        try:
            requests = [pending.request for pending in group]
            answers = self._carry_out(self._writer, requests)
        except Exception as problem:  # noqa: BLE001 - raised where it is waited for
            for pending in group:
                if not pending.answer.done():
                    pending.answer.set_exception(problem)
        else:
            for pending, answer in zip(group, answers, strict=True):
                if not pending.answer.done():
                    pending.answer.set_result(answer)
        self._last_seconds = monotonic() - began

    def _closed_group(self) -> list[_PendingRequest[Q, A]]:
        """Return the group as it stands, and begin another."""
        for handle in filter(None, (self._timer, self._look)):
            handle.cancel()
        is_shared = len(self._group) >= self._most() // 2
        self._shared_in_a_row = self._shared_in_a_row + 1 if is_shared else 0
        group, self._group, self._timer, self._look = self._group, [], None, None
        return group
