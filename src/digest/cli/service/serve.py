"""digest serve and its parts: web, timetable, work; and the demo."""

import signal
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.parts.options import AsJson, Now, instant, result, talk
from digest.log import to_stderr

if TYPE_CHECKING:
    from digest.bootstrap import App

Host = Annotated[str, typer.Option(help="The address to listen on.")]
Port = Annotated[int, typer.Option(min=0, max=65_535, help="The port to listen on.")]
Processes = Annotated[
    str,
    typer.Option(metavar="N|auto", help="Workers side by side; auto is one a core."),
]


NAMES = ("demo", "serve", "web", "timetable", "work")


def add_to(app: typer.Typer) -> None:
    """Add the commands of those names."""
    for command in (demo, serve, web, timetable, work):
        app.command()(command)


def demo(
    *,
    once: Annotated[
        bool, typer.Option("--once", help="End when everything has arrived.")
    ] = False,
    folder: Annotated[
        Path, typer.Option("--dir", help="Where the demo keeps its things.")
    ] = Path("var"),
    port: Port = 8000,
) -> None:
    """Gather a sample campaign, send today's edition, print its letters."""
    from digest.cli.service.demonstration import run_demo

    arrived = run_demo(folder, once=once, port=port, talk=talk)
    sys.exit(0 if arrived else 1)


def serve(
    host: Host = "127.0.0.1", port: Port = 8000, processes: Processes = "1"
) -> None:
    """Run everything: the pages, the timetable and the workers, in one process.

    With --processes, more workers in processes of their own beside it.
    """
    from digest.bootstrap import open_app
    from digest.cli.service.serving import listening, serve_all
    from digest.cli.service.worker_processes import shares

    to_stderr()
    with listening(host, port) as listener, open_app(migrating=True) as digest:
        talk(f"{digest.settings.mode} mode; pages on http://{host}:{port}/desk")
        _tell_what_campaigns_lack(digest)
        _tell_way_in(digest, port)
        own, *others = shares(processes, digest.settings)
        serve_all(digest.with_connections(own), listener, _stopping(), others)


def web(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Run the pages alone."""
    from digest.bootstrap import open_app
    from digest.cli.service.serving import listening, serve_pages

    to_stderr()
    with listening(host, port) as listener, open_app() as digest:
        _tell_way_in(digest, port)
        serve_pages(digest, listener)


def timetable() -> None:
    """Run the timetable alone; a second one on the same database is harmless."""
    from digest.bootstrap import open_app
    from digest.cli.service.serving import watch_the_clock
    from digest.cli.service.working import watch_over_it

    to_stderr()
    with open_app() as digest:
        _tell_what_campaigns_lack(digest)
        stop = _stopping()
        watch_over_it(digest, stop)
        watch_the_clock(digest, stop)


def work(
    *,
    until_done: Annotated[
        bool, typer.Option("--until-done", help="End when nothing is left to send.")
    ] = False,
    processes: Processes = "1",
    now: Now = None,
    json: AsJson = False,
    until_eof: Annotated[bool, typer.Option("--until-eof", hidden=True)] = False,
) -> None:
    """Send what is planned: emails through the outbox, letters as print batches.

    With --json, one object a line: how it goes each second (until done), and
    what each round came to. With --processes, that many workers side by side, started
    anew where one ends, and stopped together.
    """
    if processes != "1":
        _work_side_by_side(processes, until_done=until_done, now=now, json=json)
        return
    from digest.bootstrap import open_app
    from digest.cli.parts.progress import worked_json
    from digest.cli.service.worker_processes import stop_at_end_of_input
    from digest.cli.service.working import (
        take_in_mail,
        tell_webhooks,
        watch_over_it,
        work_until_done,
        work_until_stopped,
    )

    with open_app(instant(now)) as digest:
        if not until_done:
            to_stderr()
            report = worked_json if json else lambda _worked: None
            stop = _stopping()
            if until_eof:
                stop_at_end_of_input(stop)
            watch_over_it(digest, stop)
            tell_webhooks(digest, stop)
            take_in_mail(digest, stop)
            work_until_stopped(digest, stop, report)
            return
        worked = work_until_done(digest, _stopping(), as_json=json)
    if json:
        worked_json(worked)
    else:
        for line in worked.lines(digest.settings.data_dir):
            result(line)
    if not worked.is_complete:
        sys.exit(1)


def _work_side_by_side(
    processes: str, *, until_done: bool, now: str | None, json: bool
) -> None:
    from digest.bootstrap import open_app
    from digest.cli.service.worker_processes import run_worker_processes, shares

    if until_done or now:
        raise typer.BadParameter(
            "workers side by side go on until they are stopped: leave out "
            "--until-done and --now",
            param_hint="--processes",
        )
    to_stderr()
    with open_app() as digest:  # what is amiss is said once, and not by each
        connections = shares(processes, digest.settings)
    run_worker_processes(connections, _stopping(), ["--json"] if json else [])


def _tell_way_in(digest: "App", port: int) -> None:
    """Say where the first account is made, while there is none."""
    from digest.model.campaigns.live_needs import is_reachable
    from digest.staff import entrance

    with digest.writing() as connection:
        link = entrance.first_link(connection, digest.now())
    if link is not None:
        address, base_url = digest.links.account_url(link), digest.settings.base_url
        if not is_reachable(base_url):
            # By the name that is ours whatever is listened on; a passkey needs one.
            address = address.replace(base_url, f"http://localhost:{port}", 1)
        talk(f"nobody can sign in yet; make the first account within a day: {address}")


def _tell_what_campaigns_lack(digest: "App") -> None:
    """Say in live mode what live needs of a campaign and is not there."""
    from digest.model.campaigns.live_needs import campaign_needs
    from digest.store.campaigns import campaigns

    if not digest.settings.live:
        return
    with digest.reading() as connection:
        stored_campaigns = campaigns.listed(connection)
    for stored in stored_campaigns:
        for need in campaign_needs(stored.campaign):
            if not need.is_met:
                talk(f"{stored.campaign.name} lacks a {need.name}: {need.cure}")


def _stopping() -> threading.Event:
    stop = threading.Event()

    def ask(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)
    # The window that it runs in was closed; nohup has asked that this be ignored.
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, ask)
    return stop
