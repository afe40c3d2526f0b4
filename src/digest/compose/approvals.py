"""What an edition that waits for people needs: how many, who has said so, who may."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from digest.compose.repeats import said_before
from digest.errors import EditionConflict
from digest.model.campaigns.campaign import Approval, Campaign
from digest.store.editions import steering
from digest.store.editions.editions import Edition
from digest.store.staff import accounts

_NEEDED = {Approval.AUTOMATIC: 0, Approval.ONE: 1, Approval.TWO: 2}


@dataclass(frozen=True, slots=True)
class ApprovalNeed:
    """What an edition needs of people before it goes.

    `approved_by` are who has said so, and `author` changed it last. `before` is the
    edition that has just said all of this to the same readers, if any has.
    """

    edition_id: int
    approval: Approval
    approved_by: tuple[str, ...]
    author: str | None
    before: int | None
    is_recalled: bool

    @property
    def people(self) -> int:
        """How many different people have to say so; what goes by itself needs none."""
        needs_somebody = self.is_recalled or self.before is not None
        return max(_NEEDED[self.approval], int(needs_somebody))

    def why_not(self, by: str) -> str:
        """Return why that person may not approve it, "" where they may.

        Of two people one at least is another; of one it has to be.
        """
        if self.approval is Approval.ONE and self.author == by:
            return (
                f"you changed edition {self.edition_id} last: somebody else has to "
                "approve it"
            )
        return ""


def need_of(
    connection: Connection, edition: Edition, campaign: Campaign, now: datetime
) -> ApprovalNeed:
    """Return what the edition needs of people."""
    author = steering.last_by(connection, steering.place_of(edition))
    people = accounts.known_as(connection, filter(None, (*edition.approved_by, author)))
    return ApprovalNeed(
        edition.id,
        campaign.approval,
        tuple(dict.fromkeys(people[name] for name in edition.approved_by)),
        people[author] if author else None,
        said_before(connection, edition, now),
        edition.is_recalled,
    )


def refuse_unless_seen(
    connection: Connection, edition: Edition, version: int | None
) -> None:
    """Raise EditionConflict where staff have changed it since that version.

    None where nobody says which they saw.
    """
    steered = steering.get(connection, steering.place_of(edition))
    if version not in (None, steered.version):
        raise EditionConflict(
            "somebody changed it while you looked: look at it as it is now, and then "
            "approve it"
        )
