"""Send batches as jobs of Procrastinate, shared out among many machines.

One job a batch, made in the transaction that plans the batch. The engine wakes
an idle machine at once, and gives a job to one machine at a time; if it loses a
job or repeats one, the sweep and the batch's own row make it good.
"""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

import psycopg
import psycopg_pool
from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.exceptions import ProcrastinateException, UniqueViolation
from procrastinate.jobs import Status
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from digest.errors import DigestError
from digest.schedule.delivery.dispatch import ProcessSupply
from digest.schedule.limits import (
    BATCHES_SWEPT,
    JOB_CONNECTIONS,
    JOBS_AT_ONCE,
    STOP_LOOK_SECONDS,
)
from digest.store.base.engine import writing
from digest.store.delivery.sending import job_tables, send_batches
from digest.store.delivery.sending.send_batches import Lease
from digest.store.holds import holds

log = logging.getLogger(__name__)

TASK, QUEUE = "digest:send-batch", "digest-email"
_TROUBLE = (
    ProcrastinateException,
    psycopg.Error,
    psycopg_pool.PoolTimeout,
    SQLAlchemyError,
    DigestError,
    OSError,
)


@dataclass(frozen=True, slots=True)
class HeartbeatIntervals:
    """How often, in seconds, machines show that they live and look for the dead.

    Together with the lease of a batch, 30 seconds, they have the batch of a
    machine that died sent by another within a minute.
    """

    poll: float = 1.0
    heartbeat: float = 5.0
    stalled_after: float = 20.0
    sweep: float = 10.0


class JobSupply:
    """Hands the sender the batches that jobs ask for; for two threads.

    A job is answered when its batch has been given back, whatever came of it,
    or could not be leased: then it is done already, or another's, or not due.
    """

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._changed = threading.Condition()
        self._at_hand = deque[int]()
        self._jobs = dict[int, Future[None]]()
        self._is_closed = False

    def ask(self, batch_id: int) -> Future[None]:
        """Ask for a batch to be sent; a repeated job is answered at once."""
        answer = Future[None]()
        with self._changed:
            if self._is_closed or batch_id in self._jobs:
                answer.set_result(None)
                return answer
            self._jobs[batch_id] = answer
            self._at_hand.append(batch_id)
            self._changed.notify_all()
        return answer

    def may_have_some(
        self,
        connection: Connection,  # noqa: ARG002 - the shape is every supply's
        now: datetime,  # noqa: ARG002
    ) -> bool:
        """Whether a run may find something: a job is to be answered in any case."""
        return True

    def lease(
        self, connection: Connection, owner: str, now: datetime, length: timedelta
    ) -> Lease | None:
        """Lease the next batch that a job has asked for."""
        while True:
            with self._changed:
                if not self._at_hand:
                    return None
                batch_id = self._at_hand.popleft()
            lease = send_batches.claim(connection, owner, now, length, batch_id)
            if lease is not None:
                return lease
            self.ended(batch_id)

    def ended(self, batch_id: int) -> None:
        """Answer the job."""
        with self._changed:
            answer = self._jobs.pop(batch_id, None)
        if answer is not None:
            answer.set_result(None)

    def wait(self, seconds: float) -> None:
        """Wait until a batch is at hand; jobs of the last run are answered first."""
        with self._changed:
            unanswered = self._jobs.keys() - set(self._at_hand)
        for batch_id in unanswered:
            self.ended(batch_id)
        until = monotonic() + seconds
        with self._changed:
            while not self._at_hand and monotonic() < until:
                if self._is_closed or self._stop.is_set():
                    return
                self._changed.wait(min(STOP_LOOK_SECONDS, seconds))

    def close(self) -> None:
        """Answer every job: nothing is sent here any more."""
        with self._changed:
            self._is_closed = True
            self._at_hand.clear()
            unanswered = list(self._jobs)
            self._changed.notify_all()
        for batch_id in unanswered:
            self.ended(batch_id)


@dataclass(frozen=True)
class JobDispatcher:
    """Gets batches to senders as jobs. `clock` is the database's."""

    engine: Engine
    clock: Callable[[], datetime]
    intervals: HeartbeatIntervals = field(default_factory=HeartbeatIntervals)

    def submit(self, connection: Connection, batch_ids: Sequence[int]) -> None:
        """Have these batches sent, once the transaction has been committed."""
        app = App(connector=SyncPsycopgConnector())
        app.job_manager.batch_defer_jobs(
            [
                app.configure_task(
                    TASK, queue=QUEUE, queueing_lock=job_tables.lock_of(batch_id)
                ).make_new_job(batch_id=batch_id)
                for batch_id in batch_ids
            ],
            connection.connection.driver_connection,
        )

    @contextmanager
    def supply(self, stop: threading.Event) -> Iterator[ProcessSupply]:
        """Yield what jobs ask this process to send; it takes jobs meanwhile.

        What it gives back unsent is submitted again on its way out.
        """
        supply, over = JobSupply(stop), threading.Event()
        thread = threading.Thread(
            target=self._take_jobs, args=(supply, stop, over), name="jobs", daemon=True
        )
        thread.start()
        try:
            yield supply
        finally:
            over.set()
            supply.close()
            thread.join()
            self._sweep()

    def _take_jobs(
        self, supply: JobSupply, stop: threading.Event, over: threading.Event
    ) -> None:
        def is_over() -> bool:
            return over.is_set() or stop.is_set()

        while not is_over():
            try:
                asyncio.run(self._at_work(supply, is_over))
            except _TROUBLE as problem:
                log.error("no jobs can be taken why=%s", _cause(problem))  # noqa: TRY400 - its words say it all
                over.wait(self.intervals.heartbeat)

    async def _at_work(self, supply: JobSupply, is_over: Callable[[], bool]) -> None:
        plain = self.engine.url.set(drivername="postgresql")
        address = plain.render_as_string(hide_password=False)
        app = App(
            connector=PsycopgConnector(
                conninfo=address, min_size=1, max_size=JOB_CONNECTIONS
            )
        )

        @app.task(name=TASK, queue=QUEUE)
        async def send_batch(batch_id: int) -> None:
            await asyncio.wrap_future(supply.ask(batch_id))

        async with app.open_async():
            worker = asyncio.create_task(
                app.run_worker_async(
                    queues=[QUEUE],
                    concurrency=JOBS_AT_ONCE,
                    delete_jobs="always",
                    install_signal_handlers=False,
                    # New jobs announce themselves; those taken up again do not.
                    fetch_job_polling_interval=self.intervals.poll,
                    update_heartbeat_interval=self.intervals.heartbeat,
                    stalled_worker_timeout=self.intervals.stalled_after,
                )
            )
            sweeper = asyncio.create_task(self._sweep_for_ever(app))
            try:
                while not (is_over() or worker.done() or sweeper.done()):
                    await asyncio.sleep(STOP_LOOK_SECONDS)
            finally:
                sweeper.cancel()
                worker.cancel()  # it finishes the jobs that it has begun
                ends = await asyncio.gather(worker, sweeper, return_exceptions=True)
        for end in ends:
            if isinstance(end, Exception):
                raise end

    async def _sweep_for_ever(self, app: App) -> None:
        while True:
            await self._wake_stalled(app)
            await asyncio.to_thread(self._sweep)
            await asyncio.sleep(self.intervals.sweep)

    async def _wake_stalled(self, app: App) -> None:
        """Have the jobs of machines that have gone silent taken by others."""
        stalled = await app.job_manager.get_stalled_jobs(
            queue=QUEUE, seconds_since_heartbeat=self.intervals.stalled_after
        )
        for job in stalled:
            log.warning("job of a silent machine is taken up id=%s", job.id)
            try:
                await app.job_manager.retry_job(job)
            except UniqueViolation:  # its batch has been submitted again already
                await app.job_manager.finish_job(job, Status.FAILED, delete_job=True)

    def _sweep(self) -> None:
        """Submit again whatever is due and has no job."""
        try:
            with writing(self.engine) as connection:
                if holds.standing(connection, self.clock()):
                    return
                lost = job_tables.without_job(connection, self.clock(), BATCHES_SWEPT)
                if lost:
                    self.submit(connection, lost)
        except _TROUBLE as problem:
            log.warning("send batches not submitted again why=%s", _cause(problem))
            return
        if lost:
            log.info("send batches submitted again count=%s", len(lost))


def _cause(problem: BaseException) -> str:
    """Return the first line of what lies at the bottom of a trouble."""
    cause = problem.__cause__ or problem
    return (str(cause).splitlines() or [type(cause).__name__])[0]
