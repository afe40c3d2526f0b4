"""What readers ask for on the phone or on a slip: to stop, or to have it otherwise.

The same doors as for what they ask by a link, with the call or the slip as evidence.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from digest.audience.editing import edit
from digest.audience.hashing import KeyedHasher
from digest.audience.unsubscribing import leave_as_told, undo_leaving
from digest.model.delivery.calls import FormatChange
from digest.model.formats import Format
from digest.model.people.departure import LeavingMeans, LeavingRequest
from digest.model.people.person import CONSENT, Consent, PersonKeys, phone_key
from digest.store.campaigns import campaigns
from digest.store.people import readers, subscribers, subscriptions
from digest.store.people.joining import consents

ON_THE_PHONE = "on the phone, to who rang them"
ON_A_SLIP = "on the reply slip of a letter"
MISHEARD = "who rang them wrote it down by mistake"


@dataclass(frozen=True, slots=True)
class ReaderWishes:
    """Does what somebody asked for, in the transaction that is open.

    The person is named by their number, and the campaign by its name. `means` is how
    they told us, and `evidence` the same as it stands with a consent.
    """

    hasher: KeyedHasher
    means: LeavingMeans = LeavingMeans.PHONE
    evidence: str = ON_THE_PHONE

    def hash_of_number(self, name: str, number: str) -> str:
        """Return what a number of somebody's is hashed to, "" of none."""
        keys = PersonKeys(phone=phone_key(name, number))
        return self.hasher.hashed(keys).phone or ""

    def leave(
        self, connection: Connection, person: int, name: str, now: datetime
    ) -> bool:
        """Have them leave the campaign, as they told; False where they had before."""
        request = LeavingRequest(self.means)
        return leave_as_told(connection, str(person), name, request, now)

    def come_back(
        self, connection: Connection, person: int, name: str, now: datetime
    ) -> bool:
        """Have them stay after all. Raises DigestError where it is too long ago.

        False where they had not left, or are not to be brought back.
        """
        return undo_leaving(connection, str(person), name, now)

    def change_format(
        self,
        connection: Connection,
        person: int,
        name: str,
        wanted: Format,
        now: datetime,
    ) -> str:
        """Have them get the campaign in that format; return what they had asked for.

        That they said yes to it is on record. Raises DigestError in words.
        """
        stored = subscribers.get(connection, person)
        before = stored.person.format if stored else None
        edit(connection, self.hasher, str(person), {"format": wanted.name}, now)
        wording = f"They asked for: {wanted.words}"
        at = f"{now:%Y-%m-%d %H:%M} UTC"
        evidence = Consent(CONSENT, self.evidence, at, wording)
        campaign = campaigns.by_name(connection, name).campaign
        live = subscriptions.live_lists(connection, [person]).get(person, set())
        for list_id in readers.list_ids(connection, campaign.lists):
            if list_id in live:
                consents.add(connection, person, list_id, evidence, now)
        return before.name if before else ""

    def restore_format(
        self, connection: Connection, person: int, change: FormatChange, now: datetime
    ) -> None:
        """Take back that they changed to a format, and that they agreed to it.

        What they have chosen since stays.
        """
        stored = subscribers.get(connection, person)
        if stored is None:
            return
        for list_id in subscriptions.live_lists(connection, [person]).get(person, ()):
            consents.retract(
                connection, list_id, [person], change.at, why=MISHEARD, now=now
            )
        is_as_left = stored.person.format and stored.person.format.name == change.wanted
        if is_as_left:
            edit(connection, self.hasher, str(person), {"format": change.before}, now)
