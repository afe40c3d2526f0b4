"""Letters that came back: each is written down once, with what follows from it."""

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from digest.errors import DigestError, NotFound
from digest.model.delivery.returned_letters import LetterReturnReason
from digest.store.base.engine import reading, writing
from digest.store.delivery.printing.print_batches import letter_key
from digest.store.delivery.returns import returned_letters
from digest.store.delivery.returns.returned_letters import ReturnedLetter
from digest.store.staff.rounds import ALL_ROUNDS, VisibleRounds

log = logging.getLogger(__name__)

_UNKNOWN = (
    "there is no printed letter {}: look again at the foot of its first page, where "
    "its reference is two numbers with a full stop between them"
)
_PROOF = "letter {} is a proof, which is not posted: nothing was written down"


@dataclass(frozen=True, slots=True)
class ReturnedLetters:
    """Takes in letters that came back, by their references."""

    engine: Engine

    def record(
        self,
        reference: str,
        reason: LetterReturnReason,
        now: datetime,
        of: VisibleRounds = ALL_ROUNDS,
    ) -> ReturnedLetter:
        """Write down that a letter came back, and do what follows; once for each.

        Nothing follows where the person's details have changed since it was printed:
        it went to another address than they have now. Raises DigestError for a letter
        that is not one of those, and for proofs.
        """
        key = letter_key(reference)
        with writing(self.engine) as connection:
            letter = returned_letters.printed_letter(connection, key, of)
            if letter is None:
                raise NotFound(_UNKNOWN.format(key))
            if letter.is_rehearsal:
                raise DigestError(_PROOF.format(key))
            if returned_letters.record(connection, key, reason, now):
                is_current = not letter.has_changed or reason.ends_everything
                if reason.ends_post and is_current:
                    returned_letters.silence(connection, letter, reason, now)
                log.info("letter came back copy=%s reason=%s", key, reason)
            entry = returned_letters.get(connection, key, of)
        if entry is None:
            raise NotFound(_UNKNOWN.format(key))
        return entry

    def check(self, reference: str, of: VisibleRounds = ALL_ROUNDS) -> None:
        """Raise NotFound where that is no letter's reference."""
        key = letter_key(reference)
        with reading(self.engine) as connection:
            if returned_letters.printed_letter(connection, key, of) is None:
                raise NotFound(_UNKNOWN.format(key))

    def take_back(
        self, reference: str, now: datetime, of: VisibleRounds = ALL_ROUNDS
    ) -> bool:
        """Forget that a letter came back; False where nothing is on record of it.

        What was suppressed for it is lifted. Copies that were cancelled stay so: the
        next edition carries their posts. Raises NotFound as `record` does.
        """
        key = letter_key(reference)
        with writing(self.engine) as connection:
            if returned_letters.printed_letter(connection, key, of) is None:
                raise NotFound(_UNKNOWN.format(key))
            return returned_letters.take_back(connection, key, now)
