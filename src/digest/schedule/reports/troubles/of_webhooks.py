"""Which other systems are told nothing any more, since they took nothing for days."""

from sqlalchemy import Connection

from digest.schedule.reports.troubles.trouble import Trouble
from digest.store.webhooks import endpoints


def of_webhooks(connection: Connection) -> list[Trouble]:
    """Return the webhooks that are paused, and how each is begun again."""
    return [
        Trouble(
            f"The webhook {name} is paused: {because}.",
            f"Once it is well again, say: digest webhook resume {name}",
        )
        for name, because in endpoints.paused(connection)
    ]
