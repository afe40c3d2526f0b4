"""One thread that writes for many: what is queued meanwhile shares a commit."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar

from sqlalchemy import Connection, Engine

from digest.store.engine import writing

T = TypeVar("T")
MOST_IN_ONE_COMMIT = 500


class _Request(NamedTuple):
    act: Callable[[Connection], Any]
    answer: Future[Any]


class Recorder:
    """Carries out acts in the order they are given, several in one transaction.

    An act's answer comes after its commit and never before. Where the
    transaction fails, every act in it answers with the same exception and none
    has happened. As a context manager it ends when all it was given is done.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue = SimpleQueue[_Request | None]()
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

    def record(self, act: Callable[[Connection], T]) -> Future[T]:
        """Have `act` done; the future answers once it is committed."""
        answer = Future[T]()
        self._queue.put(_Request(act, answer))
        return answer

    def _run(self) -> None:
        is_ending = False
        while not is_ending:
            requests, is_ending = self._next_group()
            if requests:
                self._commit(requests)

    def _next_group(self) -> tuple[list[_Request], bool]:
        first = self._queue.get()
        if first is None:
            return [], True
        group = [first]
        while len(group) < MOST_IN_ONE_COMMIT:
            try:
                request = self._queue.get_nowait()
            except Empty:
                break
            if request is None:
                return group, True
            group.append(request)
        return group, False

    def _commit(self, requests: list[_Request]) -> None:
        try:
            with writing(self._engine) as connection:
                answers = [request.act(connection) for request in requests]
        except Exception as problem:  # noqa: BLE001 - raised where it is waited for
            for request in requests:
                request.answer.set_exception(problem)
        else:
            for request, answer in zip(requests, answers, strict=True):
                request.answer.set_result(answer)
