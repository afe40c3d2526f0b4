"""What many connections have written shares a commit."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine

from digest.store.engine import writing

Q = TypeVar("Q")
A = TypeVar("A")
# A commit costs a fraction of this; one that serves eight costs each an eighth.
LINGER_SECONDS = 0.002

CarryOut = Callable[[Connection, Sequence[Q]], Sequence[A]]


class _Asked(NamedTuple, Generic[Q, A]):
    what: Q
    answer: asyncio.Future[A]


class Recorder(Generic[Q, A]):
    """Carries out what several tasks ask, many requests in one transaction.

    `carry_out` is given the requests in the order they were made and returns
    an answer for each. The first of a group waits up to `linger` seconds, or
    until there are as many as `enough` says. The loop stands still meanwhile:
    nothing that is in flight needs it.
    """

    def __init__(
        self,
        engine: Engine,
        carry_out: CarryOut[Q, A],
        enough: Callable[[], int],
        linger: float = LINGER_SECONDS,
    ) -> None:
        self._engine = engine
        self._carry_out = carry_out
        self._enough = enough
        self._linger = linger
        self._group = list[_Asked[Q, A]]()
        self._timer: asyncio.Handle | None = None
        self._is_full = False

    async def ask(self, what: Q) -> A:
        """Have it carried out and return the answer, once it is committed.

        Raises what the transaction raised: then nothing in it has happened,
        and whoever shared it is told the same.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[A] = loop.create_future()
        self._group.append(_Asked(what, answer))
        if len(self._group) >= self._enough():
            if not self._is_full:
                self._is_full = True
                self._rewind(loop.call_soon(self._commit))
        elif self._timer is None:
            self._rewind(loop.call_later(self._linger, self._commit))
        return await answer

    def _rewind(self, timer: asyncio.Handle) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = timer

    def _commit(self) -> None:
        group, self._group = self._group, []
        self._timer, self._is_full = None, False
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
