"""digest users: who may sign in to the desk and the post room, and as what."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.parts.options import AsJson, as_json, result, table, talk
from digest.model.roles import ROLE_WORDS, Role

if TYPE_CHECKING:
    from digest.store.staff.accounts import Account

app = typer.Typer(
    help="People who may sign in: add, list, role, login, link, end, back."
)
Email = Annotated[str, typer.Argument(metavar="EMAIL", help="Their email address.")]
_ROLES = "; ".join(f"{role}: {words}" for role, words in ROLE_WORDS.items())
RoleChoice = Annotated[
    Role, typer.Option("--role", help=f"What they may do. {_ROLES}.")
]


@app.command()
def add(
    email: Email,
    role: RoleChoice,
    name: Annotated[str, typer.Option(help="What others know them by.")],
) -> None:
    """Ask somebody in: prints a link that works once, for three days."""
    from digest.audience.emails import email_key
    from digest.bootstrap import open_app
    from digest.errors import DigestError
    from digest.staff import entrance

    try:
        key = email_key(email)
    except ValueError as problem:
        raise DigestError(f'"{email}" is no email address: {problem}') from problem
    with open_app() as digest, digest.writing() as connection:
        link = entrance.ask_in(connection, key, name, role, digest.now())
    result(digest.links.account_url(link))
    talk(f"hand this link to {name}: it works once, for three days")


@app.command("list")
def list_all(*, json: AsJson = False) -> None:
    """List who may sign in, and who once could."""
    from digest.bootstrap import open_app
    from digest.store.staff import accounts

    with open_app() as digest, digest.reading() as connection:
        every = accounts.listed(connection)
    if json:
        as_json([asdict(each) for each in every])
        return
    table(
        ("name", "email", "role", "state", "last here"),
        [
            (
                each.name,
                each.email,
                each.unknown_role or each.role.value,
                _state(each),
                f"{each.seen_at:%Y-%m-%d %H:%M} UTC" if each.seen_at else "",
            )
            for each in every
        ],
    )


@app.command()
def role(
    email: Email,
    role: Annotated[Role, typer.Argument(metavar="ROLE", help=f"{_ROLES}.")],
) -> None:
    """Give somebody another role, from their next page on."""
    from digest.bootstrap import open_app
    from digest.store.staff import accounts

    with open_app() as digest, digest.writing() as connection:
        who = accounts.by_email(connection, email.lower())
        changed = accounts.change_role(connection, who.id, role, digest.now())
    result(f"{who.name}: {'now' if changed else 'was already'} {role}")


@app.command()
def login(
    email: Email,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Theirs at the machine; whoami says.")
    ] = "",
) -> None:
    """Say who somebody is who types commands: their account's owner, and nobody else.

    Their word for an edition counts once then. Without NAME it is taken back.
    """
    from digest.bootstrap import open_app
    from digest.store.staff import accounts

    with open_app() as digest, digest.writing() as connection:
        who = accounts.by_email(connection, email.lower())
        accounts.change_login_name(connection, who.id, name, digest.now())
    result(f"{who.name}: {f'types commands as {name}' if name else 'types none'}")


@app.command()
def link(
    email: Email,
    *,
    lost_second_step: Annotated[
        bool,
        typer.Option(
            "--lost-second-step",
            help="They have lost their phone and their codes on paper: take their "
            "second step away, so that they set up another.",
        ),
    ] = False,
) -> None:
    """Print another link for somebody: to come in, or to choose another password."""
    from digest.bootstrap import open_app
    from digest.staff import entrance
    from digest.store.staff import accounts, second_steps

    with open_app() as digest, digest.writing() as connection:
        who = accounts.by_email(connection, email.lower())
        number = entrance.ask_again(connection, who, digest.now())
        if lost_second_step:
            second_steps.take_away(connection, who.id, digest.now())
    result(digest.links.account_url(number))
    lasts = "an hour" if who.has_password else "three days"
    talk(f"hand this link to {who.name} themselves: it works once, for {lasts}")


@app.command()
def end(email: Email) -> None:
    """Let somebody sign in no more; they are signed out everywhere."""
    from digest.bootstrap import open_app
    from digest.store.staff import accounts

    with open_app() as digest, digest.writing() as connection:
        who = accounts.by_email(connection, email.lower())
        done = accounts.end(connection, who.id, digest.now())
    result(f"{who.name}: {'ended' if done else 'had ended already'}")


@app.command()
def back(email: Email) -> None:
    """Let somebody in again whose account has ended; prints a link for them."""
    from digest.bootstrap import open_app
    from digest.staff import entrance
    from digest.store.staff import accounts

    with open_app() as digest, digest.writing() as connection:
        now = digest.now()
        who = accounts.by_email(connection, email.lower())
        accounts.bring_back(connection, who.id, now)
        who = accounts.get(connection, who.id)
        number = entrance.ask_again(connection, who, now)
    result(digest.links.account_url(number))
    talk(f"hand this link to {who.name}: it works once")


def _state(who: "Account") -> str:
    if who.unknown_role:
        return "of a role this version does not know: digest users role EMAIL ROLE"
    if who.ended_at is not None:
        return f"ended {who.ended_at:%Y-%m-%d}"
    if not who.has_password:
        return "asked in"
    return "may sign in" if who.has_second_step else "no second step yet"
