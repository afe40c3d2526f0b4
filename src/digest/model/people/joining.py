"""Joining: what a campaign file says of who may ask, on the web, to be sent it."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from digest.model.formats import FORMATS, HTML, LARGE_PRINT, LETTER, PHONE, Format


class JoiningWay(StrEnum):
    """How somebody who joins would like to hear from us, before anything else."""

    EMAIL = "email"
    LETTER = "letter"
    LARGE_PRINT = "large-print"
    PHONE = "phone"
    OTHER = "other"
    # Not one to join by: who reads it already has lost the link to their own page.
    LOST_LINK = "lost link"
    # Nor these: a reader has a new address, and mail goes to it and to the old one.
    NEW_EMAIL = "new email"
    OLD_EMAIL = "old email"

    @property
    def is_to_join(self) -> bool:
        """Whether somebody joins by it, and is no reader who asks for something."""
        others = (JoiningWay.LOST_LINK, JoiningWay.NEW_EMAIL, JoiningWay.OLD_EMAIL)
        return self not in others

    @property
    def wanted(self) -> Format | None:
        """The format that it asks for; None where a person has to talk about it."""
        return _FORMATS.get(self)

    @property
    def is_by_post(self) -> bool:
        """Whether a postal address is needed for it."""
        return self in (JoiningWay.LETTER, JoiningWay.LARGE_PRINT)


_FORMATS = {
    JoiningWay.EMAIL: HTML,
    JoiningWay.LETTER: LETTER,
    JoiningWay.LARGE_PRINT: LARGE_PRINT,
    JoiningWay.PHONE: PHONE,
}
# What whoever chooses another way may need: we ring them, and see what can be done.
OTHER_FORMATS = tuple(
    row for row in FORMATS.values() if row.channel is None and row is not PHONE
)
USUAL_WAYS = (JoiningWay.EMAIL, JoiningWay.LETTER, JoiningWay.LARGE_PRINT)


@dataclass(frozen=True, slots=True)
class Joining:
    """On what terms a campaign is joined.

    `wording` is what people say yes to, in their own words; `about` what the campaign
    is; `list_name` the mailing list that they join.
    """

    wording: str
    list_name: str
    about: str = ""
    ways: tuple[JoiningWay, ...] = USUAL_WAYS


def wording_version(wording: str) -> str:
    """Return what a wording is known again by, in records of who said yes to it."""
    return hashlib.sha256(wording.encode()).hexdigest()[:12]
