"""digest offers: another channel for whom one does not reach any more."""

from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.parts.options import AsJson, Who, as_json, result, table, talk
from digest.model.formats import Channel
from digest.model.people.channel_offers import OfferMeans

if TYPE_CHECKING:
    from digest.bootstrap import App
    from digest.model.people.channel_offers import OfferKey

app = typer.Typer(
    help="Another channel for whom one does not reach: offered, taken up, let be."
)
Lost = Annotated[
    Channel, typer.Argument(help="The channel that does not reach them any more.")
]
# Of offers in one list: more are another day's work.
_MOST = 500


@app.command("list")
def listed(*, json: AsJson = False) -> None:
    """List whom a channel does not reach, why, and what could be done; oldest first."""
    from digest.audience.offers.channel_offers import offers
    from digest.bootstrap import open_app

    with open_app() as digest, digest.reading() as connection:
        rows = offers(connection, digest.hasher, _MOST)
    if json:
        as_json(
            [
                {
                    "person": row.key.person_id,
                    "name": row.name,
                    "lost": row.key.lost,
                    "instead": row.key.way.channel,
                    "cause": row.cause,
                    "since": row.since,
                    "can_change": row.can_change,
                    "agreement": row.agreement,
                    "phone": row.phone,
                    "organiser": row.organiser,
                }
                for row in rows
            ]
        )
    elif rows:
        cells = [
            (
                row.key.person_id,
                row.name,
                row.key.lost,
                row.cause,
                row.key.way.brings if row.can_change else f"no {row.key.way.address}",
                f"on record: {row.agreement}" if row.agreement else "ask them",
            )
            for row in rows
        ]
        table(("person", "name", "lost", "why", "instead", "agreed"), cells)
    else:
        result("nobody waits for another channel, as far as is known")


@app.command()
def accept(
    who: Who,
    lost: Lost,
    *,
    by: Annotated[
        OfferMeans, typer.Option("--by", help="How they agreed to it.")
    ] = OfferMeans.RECORD,
) -> None:
    """Have WHO be served by the other channel from now on, as they agreed to."""
    from digest.audience.offers.channel_offers import take_up
    from digest.bootstrap import open_app

    with open_app() as digest, digest.writing() as connection:
        key = _key(digest, who, lost)
        offer = take_up(connection, digest.hasher, key, by, digest.now())
    result(f"{offer.name}: {offer.key.way.brings} from now on, {by.words}")
    talk("digest offers undo takes it back")


@app.command()
def dismiss(who: Who, lost: Lost) -> None:
    """Offer WHO nothing, until that channel is lost anew."""
    from digest.audience.offers.channel_offers import dismiss as let_be
    from digest.bootstrap import open_app

    with open_app() as digest, digest.writing() as connection:
        key = _key(digest, who, lost)
        offer = let_be(connection, digest.hasher, key, digest.now())
    result(f"{offer.name}: nothing is offered to them")


@app.command()
def undo(who: Who, lost: Lost) -> None:
    """Have the offer to WHO wait again, and what it changed be as it was."""
    from digest.audience.offers.channel_offers import undo as take_back
    from digest.bootstrap import open_app

    with open_app() as digest, digest.writing() as connection:
        key = _key(digest, who, lost)
        offer = take_back(connection, digest.hasher, key, digest.now())
    result(f"{offer.name}: the offer waits again")


def _key(digest: "App", who: str, lost: Channel) -> "OfferKey":
    from digest.model.people.channel_offers import OfferKey

    return OfferKey(digest.subscriber_id(who), lost)
