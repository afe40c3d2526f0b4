"""What an operator does: init, migrate, check, settings, status, resume; and gather."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli.parts.options import AsJson, as_json, result, table, talk

if TYPE_CHECKING:
    from digest.gather.calls import SourceReport


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (init, migrate, check, settings, status, resume, gather):
        app.command()(command)


def init() -> None:
    """Make the data directory, the database, a key and a first .env file."""
    from digest.installing import prepare
    from digest.settings import from_environment

    for line in prepare(from_environment(), Path(".env")):
        talk(line)
    result("ready: apply a campaign with digest campaign apply FILE.toml")


def migrate() -> None:
    """Bring the database to the shape this version knows."""
    from digest.installing import migrated
    from digest.settings import from_environment

    changed = migrated(from_environment())
    result("the database was brought up to date" if changed else "nothing to do")


def check(*, json: AsJson = False) -> None:
    """Try the settings, database, SMTP server, fonts and templates."""
    from digest.cli.service.checking import run_checks
    from digest.settings import from_environment

    found = run_checks(from_environment())
    if json:
        as_json([{"name": c.name, "ok": c.is_good, "words": c.words} for c in found])
    else:
        table(
            ("check", "", "what to do"),
            [(one.name, "ok" if one.is_good else "FAULT", one.words) for one in found],
        )
    if not all(one.is_good for one in found):
        sys.exit(1)


def settings() -> None:
    """Print the settings as they were understood, secrets starred."""
    from digest.settings import from_environment, shown

    for name, value in shown(from_environment()).items():
        result(f"{name}={value}")


def status(*, json: AsJson = False) -> None:
    """Say what is due, what is stuck and who was not served."""
    from digest.bootstrap import open_app
    from digest.schedule.reports.status import status_of

    with open_app() as digest:
        found = status_of(digest.engine, digest.now(), digest.settings.limits)
    if json:
        as_json(found)
        return
    for line in _status_in_words(found):
        result(line)


def _status_in_words(found: dict[str, Any]) -> Iterator[str]:
    for one in found["next"]:
        yield f"next: {one['campaign']}, {one['schedule']}: {one['at']}"
    for one in found["editions"]:
        yield (
            f"edition {one['id']} of {one['campaign']}, {one['schedule']}: "
            f"{one['state']} {one['reason']}".rstrip()
        )
    for one in found["runs"]:
        yield (
            f"run of edition {one['edition']}: {one['ended']:,} of {one['total']:,} "
            f"copies have ended; {one['outlook']}"
        )
        yield from (f"  {reason}" for reason in one["reasons"])
    for one in found["slow_start"]:
        yield (
            f"slow start: {one['domain']} is on day {one['day']} of its use "
            f"and may send {one['a_day']} copies a day"
        )
    yield from (f"help: {line}" for line in found["help"])
    if not found["help"]:
        yield "nothing needs help"


def resume() -> None:
    """Let the timetable act again after a restore or a long sleep."""
    from digest.bootstrap import open_app
    from digest.schedule.editions import watch

    with open_app() as digest:
        waited = watch.resume(digest.engine, digest.now())
    result("resumed" if waited else "it was not waiting")


def gather(
    campaign: Annotated[str | None, typer.Argument(metavar="[CAMPAIGN]")] = None,
    *,
    json: AsJson = False,
) -> None:
    """Read the sources of a campaign, or of all, into their logs."""
    from digest.bootstrap import open_app
    from digest.schedule.editions import publishing

    with open_app() as digest:
        reports = publishing.gather_named(
            digest.engine, digest.fetcher, campaign, digest.now()
        )
    if json:
        as_json(
            {
                name: [
                    {
                        "source": one.source,
                        "new": one.new,
                        "revised": one.revised,
                        "unchanged": one.unchanged,
                        "duplicates": one.duplicates,
                        "passed_over": one.passed_over,
                        "skipped": {s.name: s.why for s in one.skipped},
                        "failed": one.failed,
                        "left": one.left,
                        "pictures": one.pictures,
                    }
                    for one in found
                ]
                for name, found in reports.items()
            }
        )
    for name, found in reports.items():
        for one in found:
            if not json:
                result(f"{name} {one.source}: {_counts(one)}")
            for line in _remarks(one):
                talk(f"  {line}")
    if any(one.failed for found in reports.values() for one in found):
        sys.exit(1)


def _counts(one: "SourceReport") -> str:
    if one.left:
        return "left alone"
    return (
        f"{one.new} new, {one.revised} revised, {one.unchanged} unchanged, "
        f"{len(one.skipped)} skipped{', FAILED' if one.failed else ''}"
    )


def _remarks(one: "SourceReport") -> Iterator[str]:
    if one.duplicates:
        yield f"{one.duplicates} are posts that came in already"
    if one.passed_over:
        yield (
            f"{one.passed_over} from before were passed over: "
            "let one in with digest post release ID"
        )
    for skipped in one.skipped:
        yield f"skipped {skipped.name}: {skipped.why}"
    yield from one.pictures
    if one.failed or one.left:
        yield one.failed or one.left
