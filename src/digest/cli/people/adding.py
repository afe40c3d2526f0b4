"""digest subscribers add: one person by hand, with how they were asked."""

from typing import Annotated

import typer

from digest.cli.parts.options import result


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(add)


def add(  # noqa: PLR0913 - an option for each thing that is held
    list_name: Annotated[str, typer.Option("--list", metavar="NAME")],
    name: Annotated[str, typer.Option(help="The name on the envelope.")],
    *,
    consent: Annotated[
        str,
        typer.Option(
            metavar="HOW",
            help='How they said yes: "by phone"; or "did not ask" where nobody asked.',
        ),
    ] = "",
    basis: Annotated[
        str,
        typer.Option(
            metavar="BASIS",
            help='Why we may write, if not by consent: "public task" or '
            '"charitable soft opt-in".',
        ),
    ] = "",
    condition: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CONDITION",
            help="What is true of a soft opt-in: “gave it to us themselves”, "
            "“interest or support”, “could say no then”; one for each.",
        ),
    ] = None,
    on: Annotated[str, typer.Option(metavar="DATE", help="When they said yes.")] = "",
    wording: Annotated[str, typer.Option(help="To which words they said it.")] = "",
    evidence: Annotated[
        str, typer.Option(help="What shows it: where the signed form lies.")
    ] = "",
    email: Annotated[str, typer.Option(help="Their email address.")] = "",
    phone: Annotated[str, typer.Option(help="Their phone number.")] = "",
    address: Annotated[
        list[str] | None,
        typer.Option(metavar="LINE", help="A line of their address; one for each."),
    ] = None,
    postcode: Annotated[str, typer.Option(help="Its postcode.")] = "",
    country: Annotated[str, typer.Option(help="Its country, abroad.")] = "",
    format_name: Annotated[
        str, typer.Option("--format", help="The format they need.")
    ] = "",
    is_new: Annotated[
        bool, typer.Option("--new", help="They are none of those called the same.")
    ] = False,
) -> None:
    """Add one person to a list, with why they may be written to."""
    from digest.audience.adding import add as add_person
    from digest.bootstrap import open_app
    from digest.model.people.lawful_basis import LawfulBasis

    if not (consent or basis):
        raise typer.BadParameter("say --consent how they said yes, or --basis why not")
    has_none = consent.strip().casefold() == LawfulBasis.DID_NOT_ASK
    cells = {
        **{f"address_{number}": line for number, line in enumerate(address or (), 1)},
        "name": name,
        "email": email,
        "phone": phone,
        "postcode": postcode,
        "country": country,
        "format": format_name,
        "consent_basis": basis
        or (LawfulBasis.DID_NOT_ASK if has_none else LawfulBasis.CONSENT),
        "consent_method": "" if has_none else consent,
        "consent_at": on,
        "consent_wording": wording,
        "consent_conditions": "; ".join(condition or ()),
        "consent_evidence": evidence,
    }
    with open_app() as digest, digest.writing() as connection:
        number = add_person(
            connection, digest.hasher, list_name, cells, digest.now(), is_new=is_new
        )
    result(f"number {number}: {name} is on {list_name}")
