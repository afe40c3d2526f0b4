"""The command line without its commands."""

import re
from typing import Any

import typer
from typer.core import TyperGroup

# What the library says of a value that is none of its kind, and what is to be written.
_ITS_WORDS = (
    (re.compile("^Value error, "), ""),
    (re.compile("^Input should be a valid integer.*"), "write a whole number"),
)


class _Program(TyperGroup):
    """Commands that say in plain words what is wrong with a value."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except typer.BadParameter as problem:
            for theirs, ours in _ITS_WORDS:
                problem.message = theirs.sub(ours, problem.message)
            raise


def new_program() -> typer.Typer:
    """Return a program that commands are added to."""
    return typer.Typer(
        name="digest",
        cls=_Program,
        help=("One day's posts, written once, to everyone by email, post and phone."),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
