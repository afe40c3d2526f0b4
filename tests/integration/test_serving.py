"""Everything in one process: asked to stop at any moment, all of it stops."""

import subprocess
import sys
import threading
from pathlib import Path

from sqlalchemy import Engine

from digest.bootstrap import App
from digest.cli.service.serving import listening, serve_all, watch_the_clock
from digest.schedule.upkeep.night_tasks import ERASED
from digest.settings import Settings
from digest.store.base.engine import reading, writing
from digest.store.holds import holds
from digest.store.holds.holds import Hold
from digest.store.upkeep import night_tasks
from tests.builders import EIGHT


def test_who_is_asked_to_stop_before_the_pages_are_up_stops(program: App) -> None:
    stop = threading.Event()
    stop.set()
    with listening("127.0.0.1", 0) as listener:
        serving = threading.Thread(
            target=serve_all, args=(program, listener, stop), daemon=True
        )
        serving.start()
        serving.join(20)

    assert not serving.is_alive()


def done_by_a_timetable(engine: Engine, folder: Path) -> bool:
    """Have a timetable look once or twice; return whether it did a night task."""
    digest = App(Settings(data_dir=folder), engine, lambda: EIGHT, "s" * 40)
    with writing(engine) as connection:
        # Seen the day before, so that it is due now.
        night_tasks.claim(connection, ERASED, EIGHT, EIGHT, EIGHT)
    stop = threading.Event()
    looking = threading.Thread(target=watch_the_clock, args=(digest, stop), daemon=True)
    looking.start()
    for _ in range(20):
        with reading(engine) as connection:
            tasks = {each.name: each for each in night_tasks.listed(connection)}
        if tasks[ERASED].done_at:
            break
        stop.wait(0.1)
    stop.set()
    looking.join(20)
    assert not looking.is_alive()
    return tasks[ERASED].done_at is not None


def test_a_timetable_does_what_is_done_each_night_also_while_nothing_is_sent(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    holds.pause(sqlite_engine, EIGHT)

    assert done_by_a_timetable(sqlite_engine, tmp_path)


def test_nothing_is_removed_while_a_restored_database_waits_for_a_word(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    with writing(sqlite_engine) as connection:
        holds.place(connection, Hold(EIGHT, "the database was restored"), EIGHT)

    assert not done_by_a_timetable(sqlite_engine, tmp_path)


def test_who_only_sends_loads_neither_the_pages_nor_what_styles_an_email() -> None:
    modules = "digest.bootstrap, digest.cli.service.serving"
    code = f"import sys, {modules}; sys.exit(HEAVY & sys.modules.keys() != set())"
    heavy = "HEAVY = {'fastapi', 'uvicorn', 'premailer', 'requests', 'trafilatura'}"
    words = [sys.executable, "-c", f"{heavy}; {code}"]

    assert subprocess.run(words, check=False).returncode == 0  # noqa: S603 - our own


def test_a_worker_with_nothing_to_do_loads_nothing_of_what_sends_or_renders(
    tmp_path: Path,
) -> None:
    begin = [sys.executable, "-m", "digest", "init"]
    subprocess.run(begin, cwd=tmp_path, check=True, capture_output=True)  # noqa: S603 - our own
    heavy = {
        *("alembic", "fastapi", "jinja2", "lxml", "premailer", "rich", "typst"),
        *("digest.deliver.sending.sender", "digest.deliver.printing.print_room"),
        *("digest.store.delivery.sending.claims", "digest.store.people.readers"),
    }
    code = (
        "import atexit, sys; sys.argv[1:] = ['work', '--until-done']; "
        "atexit.register(lambda: print(*sys.modules)); "
        "from digest.cli.main import run; run()"
    )
    words = [sys.executable, "-c", code]
    done = subprocess.run(  # noqa: S603 - our own
        words, cwd=tmp_path, check=True, capture_output=True, text=True
    )

    assert heavy & {*done.stdout.split()} == set()
