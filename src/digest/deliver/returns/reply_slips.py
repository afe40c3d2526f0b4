"""Reply slips that came back: whose each is, and what they asked for with a tick."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine

from digest.deliver.reader_doors import ReaderDoors
from digest.errors import DigestError, NotFound
from digest.model.formats import Format
from digest.store.base.engine import reading, writing
from digest.store.campaigns import campaigns
from digest.store.delivery.deliveries import DeliveryKey
from digest.store.delivery.printing.print_batches import letter_key
from digest.store.delivery.returns import returned_letters
from digest.store.people import subscribers
from digest.store.staff.rounds import ALL_ROUNDS, VisibleRounds

log = logging.getLogger(__name__)

_UNKNOWN = (
    "there is no printed letter {}: look again at the code on the slip, or at the two "
    "numbers with a full stop between them at its foot"
)
_PROOF = (
    "letter {} is a proof, which is not posted: nobody can have sent its slip. Use "
    "the reference of a letter that was posted"
)
_ERASED = (
    "whoever had letter {} was erased: nothing is held of them, and nothing more goes "
    "to them. Destroy the slip"
)


@dataclass(frozen=True, slots=True)
class SlipSender:
    """Who sent a slip, of which letter; `format` is what they asked for last."""

    key: DeliveryKey
    person_id: int
    name: str
    campaign: str
    campaign_title: str
    format: Format | None


@dataclass(frozen=True, slots=True)
class ReplySlips:
    """Takes in slips by the references of their letters.

    All raise NotFound for a letter that is not of those rounds as for none, and
    DigestError for a proof and for somebody who was erased, with nothing changed.
    """

    engine: Engine
    doors: ReaderDoors
    clock: Callable[[], datetime]

    def sender(self, reference: str, of: VisibleRounds = ALL_ROUNDS) -> SlipSender:
        """Return who sent it; changes nothing."""
        with reading(self.engine) as connection:
            return _sender(connection, reference, of)

    def change_format(
        self, reference: str, wanted: Format, of: VisibleRounds = ALL_ROUNDS
    ) -> SlipSender:
        """Have them get what comes next in that format, and return how they stand."""
        with writing(self.engine) as connection:
            who, now = _sender(connection, reference, of), self.clock()
            self.doors.change_format(
                connection, who.person_id, who.campaign, wanted, now
            )
            log.info("slip taken in copy=%s wish=%s", who.key, wanted)
            return _sender(connection, reference, of)

    def stop(self, reference: str, of: VisibleRounds = ALL_ROUNDS) -> bool:
        """Have them leave the letter's campaign; False where they had before."""
        with writing(self.engine) as connection:
            who, now = _sender(connection, reference, of), self.clock()
            log.info("slip taken in copy=%s wish=stop", who.key)
            return self.doors.leave(connection, who.person_id, who.campaign, now)

    def stay(self, reference: str, of: VisibleRounds = ALL_ROUNDS) -> bool:
        """Have them stay after all: it was somebody else's slip, or another tick.

        False where they had not left, or are not to be brought back.
        """
        with writing(self.engine) as connection:
            who, now = _sender(connection, reference, of), self.clock()
            return self.doors.come_back(connection, who.person_id, who.campaign, now)


def _sender(connection: Connection, reference: str, of: VisibleRounds) -> SlipSender:
    key = letter_key(reference)
    letter = returned_letters.printed_letter(connection, key, of)
    if letter is None:
        raise NotFound(_UNKNOWN.format(key))
    if letter.is_rehearsal:
        raise DigestError(_PROOF.format(key))
    stored = subscribers.get(connection, letter.subscriber_id)
    if letter.is_erased or stored is None:
        raise DigestError(_ERASED.format(key))
    campaign = campaigns.load(connection, letter.campaign_id)
    return SlipSender(
        key,
        stored.id,
        stored.person.name,
        campaign.name,
        campaign.title,
        stored.person.format,
    )
