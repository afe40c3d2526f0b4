"""The command line without its commands."""

import typer


def new_program() -> typer.Typer:
    """Return a program that commands are added to."""
    return typer.Typer(
        name="digest",
        help=("One day's posts, written once, to everyone by email, post and phone."),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
