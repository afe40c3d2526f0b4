"""digest init, migrate, check and settings: the installation itself."""

import sys
from pathlib import Path

import typer

from digest.cli.parts.options import AsJson, as_json, result, table, talk


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (init, migrate, check, settings, rewrite):
        app.command()(command)


def init() -> None:
    """Make the data directory, the database, a key and a first .env file."""
    from digest.environment import from_environment
    from digest.installing import prepare

    for line in prepare(from_environment(), Path(".env")):
        talk(line)
    result("ready: apply a campaign with digest campaign apply FILE.toml")


def migrate() -> None:
    """Bring the database to the shape this version knows."""
    from digest.environment import from_environment
    from digest.installing import migrated

    changed = migrated(from_environment())
    result("the database was brought up to date" if changed else "nothing to do")


def rewrite() -> None:
    """Write the database's files anew, so that nothing erased lies in them."""
    from digest.bootstrap import open_app

    with open_app() as digest:
        digest.erasures.rewrite()
    result("nothing that was erased lies in the database's files")


def check(*, json: AsJson = False) -> None:
    """Try the settings, database, SMTP server, fonts, templates and senders' DNS."""
    import os

    from digest.cli.service.checking import run_checks
    from digest.environment import parsed

    checks = run_checks(parsed(os.environ))
    if json:
        as_json([{"name": c.name, "ok": c.is_good, "words": c.words} for c in checks])
    else:
        table(
            ("check", "", "what to do"),
            [(check.name, check.standing, check.words) for check in checks],
        )
    if not all(check.is_good for check in checks):
        sys.exit(1)


def settings() -> None:
    """Print the settings as they were understood, secrets starred."""
    from digest.environment import from_environment
    from digest.settings import as_understood

    for name, value in as_understood(from_environment()).items():
        result(f"{name}={value}")
