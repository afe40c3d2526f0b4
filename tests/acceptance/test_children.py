"""Processes that the program starts are handed none of its secrets."""

import json
import os
from pathlib import Path

from tests.commands import run_by_itself
from tests.ics import a_calendar, an_ics_event

# Noted in every Python of ours before its first line: what it holds, and what
# it hands to a process that it starts.
NOTEBOOK = """
import json, os, sys

def note(event, environment):
    values = os.environ if environment is None else environment
    pairs = [os.fsdecode(name) + "=" + os.fsdecode(values[name]) for name in values]
    with open(%r, "a") as notes:
        print(json.dumps([event, pairs]), file=notes)

HANDED = {"subprocess.Popen": 3, "os.posix_spawn": 2, "os.exec": 2}

def watch(event, arguments):
    if event in HANDED:
        note(event, arguments[HANDED[event]])
    elif event in ("os.fork", "os.forkpty", "os.system"):
        note(event, None)

note("python", None)
sys.addaudithook(watch)
"""
SECRETS = {
    "DIGEST_SECRET_KEY": "sesame" * 6,
    "DIGEST_SMTP_URL": "smtp://us:sesame@127.0.0.1:9?tls=none",
    "DIGEST_METRICS_TOKEN": "sesame",
    "PGPASSWORD": "sesame",
}


def test_no_process_that_the_program_starts_is_handed_a_secret(home: Path) -> None:
    notes, calendar = home / "notes", home / "diary.ics"
    (home / "sitecustomize.py").write_text(NOTEBOOK % str(notes))
    calendar.write_bytes(a_calendar(an_ics_event()))
    paths = [str(home), *filter(None, [os.environ.get("PYTHONPATH")])]
    settings = SECRETS | {"PYTHONPATH": os.pathsep.join(paths)}

    for words in (
        ("demo", "--once", "--dir", "demo"),
        ("source", "try", "calendar", str(calendar)),
    ):
        done = run_by_itself(home, *words, **settings)
        assert done.returncode == 0, done.stderr

    events = [json.loads(line) for line in notes.read_text().splitlines()]
    programs = [pairs for event, pairs in events if event == "python"]
    handed = [pairs for event, pairs in events if event != "python"]
    ours = [pairs for pairs in programs if any("DIGEST_" in pair for pair in pairs)]
    assert handed, "no process was started: the calendar's is to be among them"
    assert len(programs) > len(ours) == 2, "our settings are for the two commands"
    for pairs in handed:
        assert [pair for pair in pairs if "DIGEST_" in pair or "sesame" in pair] == []
