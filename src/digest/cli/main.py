"""The `digest` command: nouns, verbs, and how errors are told."""

import logging
import os
import sys

import typer

from digest.cli import (
    audit,
    bounces,
    campaign,
    deliveries,
    golive,
    key,
    post,
    report,
    schedule,
    source,
    status,
    users,
)
from digest.cli import list as mailing_list
from digest.cli import print as letters
from digest.cli.editions import edition, preview
from digest.cli.people import subscribers
from digest.cli.service import installation, resuming, serve
from digest.errors import DigestError
from digest.log import to_stderr

app = typer.Typer(
    name="digest",
    help="One day's posts, written once and sent to everyone, by email and by post.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for part in (
    serve,
    installation,
    status,
    resuming,
    source,
    preview,
    deliveries,
    golive,
    audit,
    report,
):
    part.add_to(app)
for name, noun in {
    "campaign": campaign,
    "source": source,
    "post": post,
    "edition": edition,
    "schedule": schedule,
    "list": mailing_list,
    "users": users,
    "key": key,
    "subscribers": subscribers,
    "print": letters,
    "bounces": bounces,
}.items():
    app.add_typer(noun.app, name=name)


def run() -> None:
    """Run the command line: status 0 done, 1 our own error in one line, 2 usage."""
    # A command says itself what it did; what is left running logs, see serve.
    to_stderr(logging.CRITICAL)
    try:
        app()
    except DigestError as problem:
        sys.stderr.write(f"digest: {problem}\n")
        sys.exit(1)
    except BrokenPipeError:
        # The reader of our output has seen enough (digest … | head).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except KeyboardInterrupt:
        sys.stderr.write("digest: stopped; what was under way is safe to run again\n")
        sys.exit(130)
