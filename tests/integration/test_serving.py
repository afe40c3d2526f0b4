"""Everything in one process: asked to stop at any moment, all of it stops."""

import socket
import subprocess
import sys
import threading
from pathlib import Path

from digest.bootstrap import App
from digest.cli.service.serving import serve_all


def test_who_is_asked_to_stop_before_the_pages_are_up_stops(program: App) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    stop = threading.Event()
    stop.set()
    serving = threading.Thread(
        target=serve_all, args=(program, "127.0.0.1", port, stop), daemon=True
    )
    serving.start()
    serving.join(20)

    assert not serving.is_alive()


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
        *("digest.store.delivery.claims", "digest.store.people.readers"),
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
