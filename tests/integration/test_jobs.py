"""Send batches as jobs on a real PostgreSQL: lost, repeated, killed and stopped."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from time import monotonic, sleep

import pytest
from sqlalchemy import Connection, Engine, func, select, text, update

from digest.bootstrap import opened
from digest.cli.service.checking import run_checks
from digest.compose import lifecycle
from digest.compose.plan import plan
from digest.deliver.carrier import Copy
from digest.deliver.inbox.maildir import Inbox
from digest.deliver.inbox.server import running
from digest.deliver.sending.sender import EmailSender
from digest.errors import DigestError, StoreError
from digest.model.delivery.delivery import DeliveryState
from digest.schedule.delivery.dispatch import Dispatcher, EmbeddedDispatcher
from digest.schedule.delivery.jobs import HeartbeatIntervals, JobDispatcher
from digest.settings import Settings
from digest.store.base.clock import clock_of
from digest.store.base.engine import reading, writing
from digest.store.base.tables import delivery, edition, send_batch
from digest.store.delivery.sending import job_tables, send_batches
from digest.store.editions import editions
from digest.store.holds import holds
from digest.store.migrate import migrate
from tests.builders import EIGHT, a_post
from tests.fakes.carrier import ScriptedCarrier
from tests.fakes.sending import MESSAGE, FakeLinks
from tests.integration.test_planning import an_open_edition
from tests.postgres import Databases
from tests.rows import a_planned_edition, states
from tests.stored import a_reader, a_stored_campaign, posts_accepted

QUICK = HeartbeatIntervals(heartbeat=0.5, stalled_after=2, sweep=0.2)
# So rarely that a test is over before it looks a second time.
ONCE = HeartbeatIntervals(sweep=3600)
PROGRAM = Path(__file__).with_name("worker_process.py")
ACCEPTED, PLANNED = DeliveryState.ACCEPTED, DeliveryState.PLANNED
TEN_MINUTES = 600
LEASE = timedelta(seconds=30)
NOT_WAITED_FOR = timedelta(seconds=27)
_ID = re.compile(rb"^Message-ID: <(\d+)\.\w+\.\w+@", re.MULTILINE)


def jobs_of(engine: Engine, intervals: HeartbeatIntervals = QUICK) -> JobDispatcher:
    return JobDispatcher(engine, clock_of(engine), intervals)


def statuses(engine: Engine) -> Counter[str]:
    """Return how many jobs there are in each state."""
    with reading(engine) as connection:
        rows = connection.execute(text("SELECT status::text FROM procrastinate_jobs"))
        return Counter(row[0] for row in rows)


def submitted(engine: Engine) -> None:
    """Submit every batch there is, as planning does."""
    with writing(engine) as connection:
        ids = [*connection.scalars(select(send_batch.c.id))]
        jobs_of(engine).submit(connection, ids)


def wait_until(true: Callable[[], bool], seconds: float = 30) -> None:
    until = monotonic() + seconds
    while not true():
        assert monotonic() < until, "it did not come to pass"
        sleep(0.05)


@contextmanager
def at_work(
    engine: Engine, carrier: ScriptedCarrier, intervals: HeartbeatIntervals = QUICK
) -> Iterator[threading.Event]:
    """Have a worker at work in a thread of its own; yield what stops it."""
    stop = threading.Event()

    def work() -> None:
        with jobs_of(engine, intervals).supply(stop) as supply:
            sender = EmailSender(
                engine=engine,
                carrier=carrier,
                message_for=lambda _edition, _variant: MESSAGE,
                links=FakeLinks(),
                clock=clock_of(engine),
                connections=2,
                batches=supply,
            )
            while not stop.is_set():
                with suppress(DigestError):
                    sender.send_due(stop)
                supply.wait(1)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join()


def is_sent(engine: Engine, edition_id: int) -> bool:
    try:
        return set(states(engine, edition_id)) == {ACCEPTED}
    except StoreError:
        return False  # cut off just now


def plan_for_five(
    engine: Engine, submit: Callable[[Connection, Sequence[int]], None]
) -> int:
    """Plan an edition for five readers, two to a batch."""
    a_stored_campaign(engine)
    for name in ("ann", "bob", "cleo", "dan", "eve"):
        a_reader(engine, name)
    posts_accepted(engine, [a_post()])
    edition_id = an_open_edition(engine, "daily", EIGHT)
    lifecycle.freeze(engine, edition_id, EIGHT)
    lifecycle.approve(engine, edition_id, EIGHT)
    plan(engine, edition_id, EIGHT, 2, submit)
    return edition_id


def test_planning_makes_one_job_for_each_batch(postgresql_engine: Engine) -> None:
    plan_for_five(postgresql_engine, jobs_of(postgresql_engine).submit)

    with reading(postgresql_engine) as connection:
        rows = connection.execute(
            text("SELECT queueing_lock, args->>'batch_id' FROM procrastinate_jobs")
        )
        jobs = {row[0]: int(row[1]) for row in rows}
        batches = [*connection.scalars(select(send_batch.c.id))]
    assert jobs == {job_tables.lock_of(batch_id): batch_id for batch_id in batches}
    assert len(batches) == 3


def test_planning_that_is_undone_makes_no_job(postgresql_engine: Engine) -> None:
    def submit_and_fail(connection: Connection, batch_ids: Sequence[int]) -> None:
        jobs_of(postgresql_engine).submit(connection, batch_ids)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        plan_for_five(postgresql_engine, submit_and_fail)
    assert statuses(postgresql_engine) == {}
    with reading(postgresql_engine) as connection:
        assert connection.scalar(select(func.count()).select_from(delivery)) == 0


def test_a_job_has_its_batch_sent_at_once(postgresql_engine: Engine) -> None:
    planned = a_planned_edition(postgresql_engine, emails=5, batch_size=2)
    carrier = ScriptedCarrier()
    with at_work(postgresql_engine, carrier, ONCE):
        wait_until(lambda: is_sent(postgresql_engine, planned.id))
        wait_until(lambda: not statuses(postgresql_engine))

    assert len(carrier.copies) == 5
    with reading(postgresql_engine) as connection:
        assert editions.get(connection, planned.id).state == "sent"


def test_connections_stay_open_from_one_batch_to_the_next(
    postgresql_engine: Engine,
) -> None:
    planned = a_planned_edition(postgresql_engine, emails=1200, batch_size=300)
    carrier = ScriptedCarrier()
    submitted(postgresql_engine)
    with at_work(postgresql_engine, carrier):
        wait_until(lambda: is_sent(postgresql_engine, planned.id))

    assert carrier.opened == 2


def test_two_workers_never_take_the_same_copy(postgresql_engine: Engine) -> None:
    planned = a_planned_edition(postgresql_engine, emails=300, batch_size=10)
    begun = [threading.Event(), threading.Event()]

    def meet(own: threading.Event, other: threading.Event, _copy: Copy) -> None:
        own.set()
        # Whoever is up first must not have done it all before the other is.
        other.wait(30)

    both = [
        ScriptedCarrier(on_wire=partial(meet, own, other))
        for own, other in (begun, begun[::-1])
    ]
    submitted(postgresql_engine)
    with ExitStack() as stack:
        for carrier in both:
            stack.enter_context(at_work(postgresql_engine, carrier))
        wait_until(lambda: is_sent(postgresql_engine, planned.id))

    counts = Counter([*both[0].recipients, *both[1].recipients])
    assert len(counts) == 300
    assert set(counts.values()) == {1}
    assert all(carrier.copies for carrier in both), "one did all the work"


def test_who_sends_leaves_the_third_batch_to_whoever_is_idle(
    postgresql_engine: Engine,
) -> None:
    planned = a_planned_edition(postgresql_engine, emails=30, batch_size=10)
    submitted(postgresql_engine)
    first, second = ScriptedCarrier(), ScriptedCarrier()
    has_begun, go_on = threading.Event(), threading.Event()

    def wait(_copy: Copy) -> None:
        has_begun.set()
        go_on.wait(60)

    first.on_wire = wait
    with at_work(postgresql_engine, first):
        wait_until(has_begun.is_set)
        try:
            with at_work(postgresql_engine, second):
                wait_until(lambda: len(second.copies) == 10, seconds=15)
        finally:
            go_on.set()
        wait_until(lambda: is_sent(postgresql_engine, planned.id))

    assert len(first.copies) == 20


def test_a_job_that_was_lost_is_submitted_again(postgresql_engine: Engine) -> None:
    planned = a_planned_edition(postgresql_engine, emails=3)
    submitted(postgresql_engine)
    with writing(postgresql_engine) as connection:
        connection.execute(text("DELETE FROM procrastinate_jobs"))

    with at_work(postgresql_engine, ScriptedCarrier()):
        wait_until(lambda: is_sent(postgresql_engine, planned.id))


def test_a_job_that_a_live_worker_could_not_end_holds_up_no_later_attempt(
    postgresql_engine: Engine,
) -> None:
    planned = a_planned_edition(postgresql_engine, emails=3)
    submitted(postgresql_engine)
    with writing(postgresql_engine) as connection:
        connection.execute(
            text(
                "WITH alive AS (INSERT INTO procrastinate_workers (last_heartbeat)"
                " VALUES (now() + interval '1 hour') RETURNING id)"
                " UPDATE procrastinate_jobs SET status = 'doing', worker_id = alive.id"
                " FROM alive"
            )
        )
        connection.execute(
            text("UPDATE procrastinate_events SET at = at - interval '2 minutes'")
        )

    with at_work(postgresql_engine, ScriptedCarrier()):
        wait_until(lambda: is_sent(postgresql_engine, planned.id))


def test_a_repeated_job_does_nothing(postgresql_engine: Engine) -> None:
    planned = a_planned_edition(postgresql_engine, emails=3)
    carrier = ScriptedCarrier()
    with at_work(postgresql_engine, carrier):
        wait_until(lambda: is_sent(postgresql_engine, planned.id))
        submitted(postgresql_engine)
        wait_until(lambda: not statuses(postgresql_engine))

    assert len(carrier.copies) == 3


def test_a_clean_stop_ends_what_is_in_flight_and_leaves_the_rest_to_others(
    postgresql_engine: Engine,
) -> None:
    planned = a_planned_edition(postgresql_engine, emails=40, batch_size=10)
    first = ScriptedCarrier()
    with at_work(postgresql_engine, first) as stop:
        first.on_wire = lambda _copy: stop.set() if len(first.copies) >= 4 else None
        wait_until(stop.is_set)
    counts = states(postgresql_engine, planned.id)

    assert set(counts) == {ACCEPTED, PLANNED}
    assert counts[ACCEPTED] == len(first.copies) < 40
    assert set(statuses(postgresql_engine)) == {"todo"}, "submitted on the way out"
    second = ScriptedCarrier()
    with at_work(postgresql_engine, second):
        wait_until(lambda: is_sent(postgresql_engine, planned.id))
    assert len(first.copies) + len(second.copies) == 40


def test_a_worker_goes_on_after_the_database_has_cut_it_off(
    postgresql_engine: Engine,
) -> None:
    planned = a_planned_edition(postgresql_engine, emails=4, batch_size=2)
    carrier = ScriptedCarrier()
    with at_work(postgresql_engine, carrier):
        wait_until(lambda: is_sent(postgresql_engine, planned.id))
        with writing(postgresql_engine) as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
            connection.execute(update(delivery).values(state=PLANNED, settled_at=None))
            connection.execute(update(send_batch).values(state="open", due_at=EIGHT))
            connection.execute(update(edition).values(state="sending"))
            # One that was cut off as it was to be ended is waited for no longer.
            connection.execute(
                text("UPDATE procrastinate_events SET at = at - interval '2 minutes'")
            )
        wait_until(lambda: is_sent(postgresql_engine, planned.id), seconds=60)

    assert len(carrier.copies) == 8


def test_nothing_is_submitted_while_nothing_may_be_sent(
    postgresql_engine: Engine,
) -> None:
    a_planned_edition(postgresql_engine, emails=3)
    holds.check_in(postgresql_engine, EIGHT)
    holds.check_in(postgresql_engine, EIGHT + timedelta(days=3))
    with jobs_of(postgresql_engine).supply(threading.Event()):
        pass

    assert statuses(postgresql_engine) == {}


def test_the_batch_of_a_machine_that_fell_silent_is_sent_by_another(
    postgresql_engine: Engine,
) -> None:
    planned = a_planned_edition(postgresql_engine, emails=3)
    submitted(postgresql_engine)
    now = clock_of(postgresql_engine)()
    with writing(postgresql_engine) as connection:
        connection.execute(
            text(
                "INSERT INTO procrastinate_workers (last_heartbeat)"
                " VALUES (now() - interval '25 seconds')"
            )
        )
        connection.execute(
            text(
                "UPDATE procrastinate_jobs SET status = 'doing',"
                " worker_id = (SELECT max(id) FROM procrastinate_workers)"
            )
        )
        send_batches.claim(
            connection, "elsewhere/1/a/b", now - timedelta(seconds=29), LEASE
        )

    with at_work(postgresql_engine, ScriptedCarrier()):
        wait_until(lambda: is_sent(postgresql_engine, planned.id))
        wait_until(lambda: not statuses(postgresql_engine))


@contextmanager
def a_machine(
    engine: Engine, url: str, wrong_by: float = 0
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a worker in a process of its own, killed at the end."""
    words = [engine.url.render_as_string(hide_password=False), url, str(wrong_by)]
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, str(PROGRAM), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def arrivals(inbox: Inbox) -> Counter[int]:
    sources = (inbox.read(message.key).source for message in inbox.messages())
    return Counter(int(match[1]) for match in map(_ID.search, sources) if match)


def test_a_killed_machines_batch_is_finished_by_another_within_a_minute(
    postgresql_engine: Engine, tmp_path: Path
) -> None:
    planned = a_planned_edition(postgresql_engine, emails=400, batch_size=400)
    submitted(postgresql_engine)
    inbox = Inbox(tmp_path / "inbox")
    with running(inbox) as url, a_machine(postgresql_engine, url) as first:
        assert first.stdout is not None
        for _ in range(100):
            assert first.stdout.readline()
        first.kill()
        first.wait()
        killed = monotonic()
        # Known to be gone on its own machine alone: as if it had been another,
        # killed just after it renewed its lease, all but the last of which is over.
        ends = clock_of(postgresql_engine)() + LEASE - NOT_WAITED_FOR
        with writing(postgresql_engine) as connection:
            connection.execute(
                update(send_batch).values(lease_owner="there/1/a/b", lease_until=ends)
            )
        with a_machine(postgresql_engine, url):
            wait_until(lambda: is_sent(postgresql_engine, planned.id), 60)
        seconds = monotonic() - killed

    assert timedelta(seconds=seconds) + NOT_WAITED_FOR < timedelta(minutes=1)
    arrived = arrivals(inbox)
    assert arrived.keys() == set(planned.readers), "lost"
    assert sum(arrived.values()) - 400 <= 2, "more repeated than were on the wire"


def test_machines_whose_clocks_are_wrong_by_ten_minutes_work_together(
    postgresql_engine: Engine, tmp_path: Path
) -> None:
    planned = a_planned_edition(postgresql_engine, emails=200, batch_size=20)
    now = clock_of(postgresql_engine)()
    with writing(postgresql_engine) as connection:
        leased = send_batches.claim(connection, "elsewhere/1/a/b", now, LEASE * 10)
        assert leased is not None
        later = send_batches.claim(connection, "elsewhere/2/a/b", now, LEASE)
        assert later is not None
        connection.execute(
            update(send_batch)
            .where(send_batch.c.id == later.batch_id)
            .values(state="open", due_at=now + LEASE * 10)
        )
    inbox = Inbox(tmp_path / "inbox")
    with ExitStack() as stack:
        url = stack.enter_context(running(inbox))
        both = [
            stack.enter_context(a_machine(postgresql_engine, url, wrong_by))
            for wrong_by in (TEN_MINUTES, -TEN_MINUTES)
        ]
        wait_until(
            lambda: states(postgresql_engine, planned.id).get(ACCEPTED, 0) >= 160
        )
        for process in both:
            process.send_signal(signal.SIGTERM)
        ends = [process.communicate(timeout=30) for process in both]

    assert [process.returncode for process in both] == [0, 0], ends
    arrived = arrivals(inbox)
    assert set(arrived.values()) == {1}
    assert len(arrived) == 160, "what was held elsewhere, or not due, was sent"
    not_due = {*leased.readers, *later.readers}
    assert arrived.keys() == set(planned.readers) - not_due


@pytest.fixture
def bare(databases: Databases) -> Iterator[Engine]:
    """Yield a database without any tables."""
    with databases.database() as engine:
        with writing(engine) as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        yield engine


def test_the_engines_tables_are_made_with_ours_and_once(bare: Engine) -> None:
    assert migrate(bare)
    with reading(bare) as connection:
        assert job_tables.are_ready(connection)
    assert not migrate(bare)


def test_tables_of_an_older_engine_are_brought_up_to_date(bare: Engine) -> None:
    """Made by the engine's own migrations but for the last two, as one before did."""
    spec = find_spec("procrastinate")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    folder = Path(spec.submodule_search_locations[0]) / "sql" / "migrations"
    *older, _, last = sorted(folder.glob("*.sql"))
    for script in older:
        with writing(bare) as connection:
            connection.connection.cursor().execute(script.read_text())
    with writing(bare) as connection:
        mark = f"made by digest migrate as of {older[-1].stem}"
        connection.execute(text(f"COMMENT ON TABLE procrastinate_jobs IS '{mark}'"))
        assert not job_tables.are_ready(connection)

    assert migrate(bare)
    with reading(bare) as connection:
        assert job_tables.are_ready(connection)
        comment = connection.scalar(
            text("SELECT obj_description('procrastinate_jobs'::regclass, 'pg_class')")
        )
        newest = connection.scalar(
            text("SELECT to_regproc('procrastinate_retry_job_v2')")
        )
    assert last.stem in str(comment)
    assert newest


def test_tables_that_somebody_else_made_are_used_and_left_alone(
    postgresql_engine: Engine,
) -> None:
    with writing(postgresql_engine) as connection:
        connection.execute(text("COMMENT ON TABLE procrastinate_jobs IS 'ours'"))
    assert not migrate(postgresql_engine)
    with reading(postgresql_engine) as connection:
        assert job_tables.are_ready(connection)


def chosen(url: str, folder: Path) -> Dispatcher:
    settings = Settings.model_validate({"data_dir": folder, "database_url": url})
    with opened(settings) as app:
        return app.dispatcher


def test_a_database_in_a_file_needs_no_engine(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    assert isinstance(chosen(str(sqlite_engine.url), tmp_path), EmbeddedDispatcher)


def test_on_postgresql_the_engine_is_used_where_it_has_its_tables(
    postgresql_engine: Engine, tmp_path: Path
) -> None:
    url = postgresql_engine.url.render_as_string(hide_password=False)
    assert isinstance(chosen(url, tmp_path), JobDispatcher)
    with writing(postgresql_engine) as connection:
        connection.execute(text("DROP TABLE procrastinate_jobs CASCADE"))
    assert isinstance(chosen(url, tmp_path), EmbeddedDispatcher)


def database_check(url: str, folder: Path) -> str:
    settings = Settings.model_validate({"data_dir": folder, "database_url": url})
    [check] = [check for check in run_checks(settings) if check.name == "database"]
    return check.words


def test_who_runs_the_check_is_told_what_sharing_out_needs(
    postgresql_engine: Engine, tmp_path: Path
) -> None:
    url = postgresql_engine.url.render_as_string(hide_password=False)
    assert database_check(url, tmp_path).endswith("are shared out as jobs")
    with writing(postgresql_engine) as connection:
        connection.execute(text("DROP TABLE procrastinate_jobs CASCADE"))
    words = database_check(url, tmp_path)

    assert "pip install '.[scale]', then digest migrate" in words
