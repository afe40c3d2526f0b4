"""What many connections have written shares a commit."""

import asyncio
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Generic, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine

from digest.store.base.engine import writing

Q = TypeVar("Q")
A = TypeVar("A")
# A commit costs a fraction of this; one that serves eight costs each an eighth.
LINGER_SECONDS = 0.002
_LONGEST_SECONDS = 0.1

CarryOut = Callable[[Connection, Sequence[Q]], Sequence[A]]


class _Request(NamedTuple, Generic[Q, A]):
    what: Q
    answer: asyncio.Future[A]


class GroupCommit(Generic[Q, A]):
    """Carries out what several tasks ask, many requests in one transaction.

    `carry_out` is given the requests in the order they were made and returns
    an answer for each. At most `most` ask at once: half of them are enough for
    a commit, so that the others have something to wait for meanwhile. The
    first of a group waits up to `linger` seconds for them. Where a commit takes
    longer than that, as on a slow disk, it is worth waiting for all. The loop
    stands still while it is made: nothing that is in flight needs it.
    """

    def __init__(
        self,
        engine: Engine,
        carry_out: CarryOut[Q, A],
        most: Callable[[], int],
        linger: float = LINGER_SECONDS,
    ) -> None:
        self._engine = engine
        self._carry_out = carry_out
        self._most = most
        self._took = 0.0
        self._linger = linger
        self._group = list[_Request[Q, A]]()
        self._timer: asyncio.Handle | None = None

    async def ask(self, what: Q) -> A:
        """Have it carried out and return the answer, once it is committed.

        Raises what the transaction raised: then nothing in it has happened,
        and whoever shared it is told the same.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[A] = loop.create_future()
        self._group.append(_Request(what, answer))
        if self._timer is None:
            wait = max(self._linger, min(self._took, _LONGEST_SECONDS))
            self._timer = loop.call_later(wait, self._commit)
        if len(self._group) >= self._enough:
            self._timer.cancel()
            self._timer = loop.call_soon(self._commit)
        return await answer

    @property
    def _enough(self) -> int:
        most = self._most()
        return most if self._took > self._linger else max(most // 2, 1)

    def _commit(self) -> None:
        began = monotonic()
        group, self._group, self._timer = self._group, [], None
        try:
            with writing(self._engine) as connection:
                answers = self._carry_out(connection, [asked.what for asked in group])
        except Exception as problem:  # noqa: BLE001 - raised where it is waited for
            for asked in (one for one in group if not one.answer.done()):
                asked.answer.set_exception(problem)
        else:
            for asked, answer in zip(group, answers, strict=True):
                if not asked.answer.done():
                    asked.answer.set_result(answer)
        self._took = monotonic() - began
