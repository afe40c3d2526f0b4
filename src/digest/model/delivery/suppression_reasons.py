"""Why nothing goes to an address: because of it alone, or because of whose it is.

What an address, a door or a number has done says nothing of the next; what its person
has asked for, or what became of them, holds for wherever they are.
"""

from digest.model.delivery.calls import WRONG_NUMBER
from digest.model.delivery.returned_letters import LetterReturnReason

# How the reason of an address that gave mail back begins.
BOUNCED = "bounced"
_CAME_BACK = " came back: "
# Of letters that came back: these were refused by, or are no more of, a person.
_OF_THE_PERSON = (LetterReturnReason.REFUSED, LetterReturnReason.DIED)


def letter_came_back(letter: object, reason: LetterReturnReason) -> str:
    """Return why nothing is posted any more of which a letter came back; no name."""
    return f"letter {letter}{_CAME_BACK}{reason.words.lower()}"


def is_of_address_alone(reason: str) -> bool:
    """Whether a reason holds for that address or number, and for no other of theirs."""
    if reason.startswith((BOUNCED, WRONG_NUMBER)):
        return True
    letter, has_come_back, why = reason.partition(_CAME_BACK)
    is_letter = bool(has_come_back) and letter.startswith("letter ")
    return is_letter and why not in {each.words.lower() for each in _OF_THE_PERSON}
