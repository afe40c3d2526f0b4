"""What cannot be undone is asked about first, of a person at a terminal."""

import sys

import typer

from digest.cli.parts.options import talk


def make_sure(question: str, *, otherwise: str) -> None:
    """Ask a person at a terminal; end there unless they say yes.

    Elsewhere end too, and say what would be done with --yes: `otherwise`.
    """
    if not sys.stdin.isatty():
        talk(f"nothing was changed: {otherwise}, say the same with --yes")
        sys.exit(1)
    if not typer.confirm(question, err=True):
        sys.exit(1)
