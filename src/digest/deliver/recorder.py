"""One thread that writes for many: what is asked meanwhile shares a commit."""

import threading
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from time import monotonic
from types import TracebackType
from typing import Generic, NamedTuple, Self, TypeVar

from sqlalchemy import Connection, Engine

from digest.store.engine import writing

Q = TypeVar("Q")
A = TypeVar("A")
# About what a commit costs; one that serves eight costs each an eighth.
LINGER_SECONDS = 0.002

CarryOut = Callable[[Connection, Sequence[Q]], Sequence[A]]


class _Asked(NamedTuple, Generic[Q, A]):
    what: Q
    answer: "SimpleQueue[A | _Failed]"


class _Failed(NamedTuple):
    problem: Exception


class Recorder(Generic[Q, A]):
    """Carries out what several threads ask, many requests in one transaction.

    `carry_out` is given the requests in the order they were made and returns
    an answer for each. `most` threads ask at a time; the first of a group waits
    up to `linger` seconds for the others. As a context manager it ends when
    all it was asked is done.
    """

    def __init__(
        self,
        engine: Engine,
        carry_out: CarryOut[Q, A],
        most: int,
        linger: float = LINGER_SECONDS,
    ) -> None:
        self._engine = engine
        self._carry_out = carry_out
        self._most = most
        self._linger = linger
        self._queue = SimpleQueue[_Asked[Q, A] | None]()
        self._thread = threading.Thread(target=self._run, name="recorder")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._queue.put(None)
        self._thread.join()

    def ask(self, what: Q) -> A:
        """Have it carried out and return the answer, once it is committed.

        Raises what the transaction raised: then nothing in it has happened,
        and whoever shared it is told the same.
        """
        answer = SimpleQueue[A | _Failed]()
        self._queue.put(_Asked(what, answer))
        said = answer.get()
        if isinstance(said, _Failed):
            raise said.problem
        return said

    def _run(self) -> None:
        is_ending = False
        while not is_ending:
            group, is_ending = self._next_group()
            if group:
                self._commit(group)

    def _next_group(self) -> tuple[list[_Asked[Q, A]], bool]:
        first = self._queue.get()
        if first is None:
            return [], True
        group, until = [first], monotonic() + self._linger
        while len(group) < self._most:
            try:
                asked = self._queue.get(timeout=max(until - monotonic(), 0))
            except Empty:
                break
            if asked is None:
                return group, True
            group.append(asked)
        return group, False

    def _commit(self, group: list[_Asked[Q, A]]) -> None:
        try:
            with writing(self._engine) as connection:
                answers = self._carry_out(connection, [asked.what for asked in group])
        except Exception as problem:  # noqa: BLE001 - raised where it is waited for
            for asked in group:
                asked.answer.put(_Failed(problem))
        else:
            for asked, answer in zip(group, answers, strict=True):
                asked.answer.put(answer)
