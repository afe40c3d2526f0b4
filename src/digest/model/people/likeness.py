"""By what two people on record may be one: what each is known by, and the signs of it.

Each sign is that two rows have the same key, so that a database finds it by an index
and nobody is compared with everybody.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from digest.model.people.person import Person, bare_digits, name_key

_TITLES = frozenset(
    ("mr", "mrs", "ms", "miss", "mx", "dr", "prof", "rev", "sir", "dame", "lord")
)
_WORD = re.compile(r"[^\W\d_]+")
_APOSTROPHES = dict.fromkeys(map(ord, "'\N{RIGHT SINGLE QUOTATION MARK}."))
# What sounds alike, in the order in which it is written the same way.
_SPELLINGS = (
    (re.compile(r"ph|v"), "f"),
    (re.compile(r"gh|(?<=.)[hwy]"), ""),
    (re.compile(r"c(?=[eiy])|z"), "s"),
    (re.compile(r"c|q"), "k"),
    (re.compile(r"(?<=.)[aeiou]"), ""),
    (re.compile(r"(.)\1+"), r"\1"),
)
_GMAIL = ("gmail.com", "googlemail.com")


class DoubleSign(StrEnum):
    """Why two people on record may be one, the surest first."""

    MAILBOX = "mailbox"
    NAME_AND_POSTCODE = "name-and-postcode"
    NAME_AND_PHONE = "name-and-phone"
    PHONE = "phone"
    LOOK_ALIKE = "look-alike"
    NAME = "name"

    @property
    def words(self) -> str:
        """What it says, as a sentence without its dot."""
        return _WORDS[self]


_WORDS = {
    DoubleSign.MAILBOX: "Their email addresses lead to the same mailbox",
    DoubleSign.NAME_AND_POSTCODE: "They have the same name at the same postcode",
    DoubleSign.NAME_AND_PHONE: "They have the same name and the same phone",
    DoubleSign.PHONE: "They have the same phone",
    DoubleSign.LOOK_ALIKE: "Their names sound or look alike, at the same postcode",
    DoubleSign.NAME: "They have the same name, and nothing tells them apart",
}


@dataclass(frozen=True, slots=True)
class LikenessKeys:
    """What somebody is found again by beside who they are; "" where there is none.

    `mailbox` is only of an email address that is not its mailbox's own name.
    """

    mailbox: str = ""
    phone: str = ""
    name_sound: str = ""

    @classmethod
    def of(cls, person: Person) -> "LikenessKeys":
        """Return those of a person; how a name sounds only where a postcode is."""
        email = person.keys.email
        mailbox = mailbox_of(email) if email else ""
        has_postcode = person.address is not None and person.address.postcode
        return cls(
            mailbox if mailbox != email else "",
            bare_digits(person.phone) if person.phone else "",
            name_sound(person.name) if has_postcode else "",
        )


def mailbox_of(email_key: str) -> str:
    """Return the mailbox to which an address leads, so far as it says so itself.

    What is behind a plus is left out, and the dots that Gmail does not read.
    """
    local, _, domain = email_key.rpartition("@")
    local = local.partition("+")[0] or local
    if domain in _GMAIL:
        local, domain = local.replace(".", ""), _GMAIL[0]
    return f"{local}@{domain}"


def name_sound(name: str) -> str:
    """Return what names that sound or look alike have in common, "" where nothing is.

    Jon Smith, John Smyth and SMITH, John are the same: of the first and the last word
    what is left without vowels and doubled letters.
    """
    plain = name.casefold().translate(_APOSTROPHES)
    if not plain.isascii():
        marked = unicodedata.normalize("NFKD", plain)
        plain = "".join(each for each in marked if not unicodedata.combining(each))
    words = [word for word in _WORD.findall(plain) if word not in _TITLES]
    if not words:
        return ""
    return " ".join(sorted({_sound(words[0]), _sound(words[-1])}))


def signs(first: Person, second: Person) -> tuple[DoubleSign, ...]:
    """Return all that speaks for two people on record being one, the surest first."""
    ours, theirs = LikenessKeys.of(first), LikenessKeys.of(second)
    same_name = name_key(first.name) == name_key(second.name)
    first_postcode, second_postcode = _postcode(first), _postcode(second)
    same_postcode = first_postcode != "" and first_postcode == second_postcode
    same_phone = ours.phone != "" and ours.phone == theirs.phone
    mailboxes = {
        keys.mailbox or person.keys.email
        for keys, person in ((ours, first), (theirs, second))
    }
    same_post = first.keys.post != "" and first.keys.post == second.keys.post
    is_told_apart = (
        (first.keys.email and second.keys.email)
        or (first_postcode and second_postcode and not same_postcode)
        or (ours.phone and theirs.phone and not same_phone)
    )
    facts = {
        DoubleSign.MAILBOX: len(mailboxes) == 1 and mailboxes != {""},
        DoubleSign.NAME_AND_POSTCODE: same_post,
        DoubleSign.NAME_AND_PHONE: same_name and same_phone,
        DoubleSign.PHONE: same_phone and not same_name,
        DoubleSign.LOOK_ALIKE: same_postcode
        and not same_post
        and ours.name_sound != ""
        and ours.name_sound == theirs.name_sound,
        DoubleSign.NAME: same_name and not is_told_apart,
    }
    signs_there = tuple(sign for sign, is_there in facts.items() if is_there)
    if len(signs_there) > 1:
        # That nothing tells them apart is said of who has nothing else in common.
        return tuple(sign for sign in signs_there if sign is not DoubleSign.NAME)
    return signs_there


def _postcode(person: Person) -> str:
    return person.address.postcode if person.address else ""


# Many people have the same first or last name.
@lru_cache(maxsize=50_000)
def _sound(word: str) -> str:
    for pattern, letters in _SPELLINGS:
        word = pattern.sub(letters, word)
    return word
