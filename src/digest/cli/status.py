"""digest status: what is due, what is stuck and who was not served."""

import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import typer

from digest.cli.parts.options import AsJson, as_json, result


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(status)


def status(*, json: AsJson = False) -> None:
    """Say what is due, what is broken and who was not served.

    Ends with status 1 where something is broken: it should have happened, and has not.
    """
    from digest.bootstrap import open_app
    from digest.schedule.reports.status import status_of

    with open_app() as digest:
        now = digest.now()
        facts = status_of(digest.engine, now, digest.settings.limits)
    if json:
        as_json(facts)
    else:
        for line in _broken_in_words(facts):
            result(f"broken: {line}")
        words = _status_in_words(facts, now, digest.settings.timezone)
        for line in (*words, *_help_in_words(facts)):
            result(line)
    if facts["broken"]:
        sys.exit(1)


def _status_in_words(facts: dict[str, Any], now: datetime, zone: str) -> Iterator[str]:
    from digest.model.campaigns.slots import closing_in_words
    from digest.model.staff_words import moment_in_words

    if facts["mode"] != "live":
        yield "practice mode: every edition is a rehearsal and costs no reader anything"
    for entry in facts["next"]:
        at = moment_in_words(entry["at"], entry["timezone"])
        closing = closing_in_words(entry["closes"], entry["at"], now, entry["timezone"])
        last = ", its last edition" if entry["is_last"] else ""
        yield (f"next: {entry['campaign']}, {entry['schedule']}: {at}{last}{closing}")
    for entry in facts["paused"]:
        yield (
            f"paused: {entry['campaign']}: nothing is gathered or sent. "
            f"Say: digest campaign resume {entry['campaign']}"
        )
    yield from _editions_in_words(facts["editions"])
    yield from _runs_in_words(facts["runs"])
    yield from _nights_in_words(facts["nights"], zone)
    for entry in facts["slow_start"]:
        yield (
            f"slow start: {entry['domain']} is on day {entry['day']} of its use "
            f"and may send {entry['a_day']} copies a day"
        )


def _editions_in_words(editions: list[dict[str, Any]]) -> Iterator[str]:
    from digest.model.staff_words import counted, moment_in_words

    for entry in editions:
        kind = "edition" if entry["mode"] == "live" else "rehearsal"
        rest = ""
        if entry["leaves_at"]:
            at = moment_in_words(entry["leaves_at"], entry["timezone"])
            rest += f", and leaves from {at}"
        if entry["letters_to_post"]:
            letters = counted(entry["letters_to_post"], "letter", "letters")
            rest += f", {letters} to post"
        if entry["calls_to_make"]:
            calls = counted(entry["calls_to_make"], "call", "calls")
            rest += f", {calls} to make"
        yield (
            f"{kind} {entry['id']} of {entry['campaign']}, {entry['schedule']}: "
            f"{entry['standing_as_told']}{rest} {entry['reason']}".rstrip()
        )


def _runs_in_words(runs: list[dict[str, Any]]) -> Iterator[str]:
    for run in runs:
        kind = "edition" if run["mode"] == "live" else "rehearsal"
        yield (
            f"run of {kind} {run['edition']}: {run['dealt_with']:,} of "
            f"{run['total']:,} copies have been dealt with; {run['outlook']}"
        )
        if run["doubtful"]:
            yield (
                f"  {run['doubtful']:,} may have arrived, or arrived twice: "
                f"digest deliveries {run['edition']} --doubtful"
            )
        yield from (f"  {reason}" for reason in run["reasons"])


def _nights_in_words(tasks: list[dict[str, Any]], zone: str) -> Iterator[str]:
    """Yield when what is done each night was last done, and of how much."""
    from digest.model.staff_words import moment_in_words

    done = [task for task in tasks if task["done_at"]]
    if done:
        last = max(task["done_at"] for task in done)
        some = [f"{task['task']} {task['amount']:,}" for task in done if task["amount"]]
        failed = [task["task"] for task in tasks if task["failure"]]
        yield f"each night: last done on {moment_in_words(last, zone)}" + "".join(
            (
                f"; {', '.join(some)}" if some else "; nothing was over its time",
                f"; failed: {', '.join(failed)}" if failed else "",
            )
        )


def _broken_in_words(facts: dict[str, Any]) -> list[str]:
    return [f"{alarm['what']} {alarm['help']}" for alarm in facts["broken"]]


def _help_in_words(facts: dict[str, Any]) -> Iterator[str]:
    broken = _broken_in_words(facts)
    lines = [line for line in facts["help"] if line not in broken]
    yield from (f"help: {line}" for line in lines)
    if not broken:
        also = "" if lines else " or needs help"
        yield f"nothing is broken{also}; {facts['timetable']}"
