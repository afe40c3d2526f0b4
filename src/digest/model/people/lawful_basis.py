"""Why the law lets us write to somebody, and what has to be true for it.

A lawful basis stands with each subscription. Consent is what somebody said themselves.
A charity may email who took an interest in its work or supported it and could say no,
without having asked first: the charitable soft opt-in (Privacy and Electronic
Communications Regulations, regulation 22, as the Data (Use and Access) Act 2025 has
it). A public task is what a law gives a public body to do. What an imported list calls
by any other words is kept in those words, and nothing more is made of it.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, Protocol


class LawfulBasis(StrEnum):
    """Why we may write to somebody."""

    CONSENT = "consent"
    SOFT_OPT_IN = "charitable soft opt-in"
    PUBLIC_TASK = "public task"
    DID_NOT_ASK = "did not ask"


class SoftOptInCondition(StrEnum):
    """What has to be true of somebody who is written to without having been asked."""

    DIRECT = "gave it to us themselves"
    INTEREST = "interest or support"
    COULD_REFUSE = "could say no then"


# It came into force then, and not for what was collected before.
SOFT_OPT_IN_SINCE = date(2026, 2, 5)
ALL_CONDITIONS = "; ".join(SoftOptInCondition)
# These hold only where the campaign says by what right: `Campaign.may_use`.
NEED_A_CAMPAIGNS_WORD = (LawfulBasis.SOFT_OPT_IN, LawfulBasis.PUBLIC_TASK)

_SOFT = re.compile(r"\bsoft[\s-]*opt", re.IGNORECASE)
_COMMERCIAL = re.compile(r"\bcommercial\b|\bcustomers?\b|\bsales?\b", re.IGNORECASE)
_PUBLIC = re.compile(
    r"\bpublic[\s-]+(?:interest[\s-]+)?task\b|\btask in the public interest\b",
    re.IGNORECASE,
)
_DENIED = re.compile(r"\bno\b|\bnot\b|\bwithout\b", re.IGNORECASE)
_KEYS = {
    LawfulBasis.SOFT_OPT_IN: "charity and charitable_purpose under [organisation]",
    LawfulBasis.PUBLIC_TASK: "public_task under [organisation]",
}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])")


class BasisGap(StrEnum):
    """Why a lawful basis is not enough for an email, as the database says it.

    Of several the first in order is told.
    """

    NO_TASK = "a"
    NO_CHARITY = "b"
    NO_CONDITIONS = "c"
    TOO_EARLY = "d"

    @property
    def missing(self) -> str:
        """What is missing, for staff: of more people than one."""
        return _GAPS[self][0]

    @property
    def cure(self) -> str:
        """What to do about it, as a request."""
        return _GAPS[self][1]

    @property
    def words(self) -> str:
        """Both in one line."""
        return f"{self.missing}: {self.cure}"


_GAPS = {
    BasisGap.NO_TASK: (
        "their lawful basis is “public task”, and the campaign does not say which task",
        "write public_task under [organisation] in its file, or ask them for consent",
    ),
    BasisGap.NO_CHARITY: (
        "their lawful basis is “charitable soft opt-in”, and the campaign does not say "
        "of which charity and for what purpose",
        "write charity and charitable_purpose under [organisation] in its file, or ask "
        "them for consent",
    ),
    BasisGap.NO_CONDITIONS: (
        "their lawful basis is “charitable soft opt-in”, and its conditions are not on "
        "record",
        "where they are true, import the list again with consent_basis, consent_at and "
        "consent_conditions, or ask them for consent",
    ),
    BasisGap.TOO_EARLY: (
        "their lawful basis is “charitable soft opt-in”, and no day from "
        f"{SOFT_OPT_IN_SINCE:%Y-%m-%d} on is on record for it",
        "ask them for consent",
    ),
}


class ConsentEvidence(Protocol):
    """The evidence of permission: model.people.person.Consent."""

    @property
    def basis(self) -> str:
        """What it calls the basis."""

    @property
    def at(self) -> str:
        """When, as it was written down."""

    @property
    def conditions(self) -> str:
        """Which conditions of a soft opt-in hold."""


class BasisFault(NamedTuple):
    """What is missing for a basis: in which part of the evidence, and what to do."""

    part: str
    wrong: str
    do: str


class CampaignRights(Protocol):
    """What a campaign says of by what right it writes: see `Campaign`."""

    @property
    def title(self) -> str:
        """What readers know it as."""

    def may_use(self, basis: LawfulBasis) -> bool:
        """Whether it says what that basis needs."""


def basis_of(words: str) -> LawfulBasis | None:
    """Return the basis that these words mean, None where they are other words."""
    if _DENIED.search(words):
        return _same_words(words)
    if _SOFT.search(words):
        return None if _COMMERCIAL.search(words) else LawfulBasis.SOFT_OPT_IN
    if _PUBLIC.search(words):
        return LawfulBasis.PUBLIC_TASK
    return _same_words(words)


def _same_words(words: str) -> LawfulBasis | None:
    try:
        return LawfulBasis(words.strip().casefold())
    except ValueError:
        return None


def written_basis(words: str) -> str:
    """Return a basis in the words that it is stored by; other words as they are."""
    return basis_of(words) or words


def written_conditions(words: str) -> str:
    """Return the conditions of the soft opt-in that are written, in one order."""
    parts = {" ".join(part.casefold().split()) for part in re.split(r"[;,|]", words)}
    return "; ".join(each for each in SoftOptInCondition if each in parts)


@lru_cache(maxsize=4096)
def day_of(written: str) -> date | None:
    """Return the day that a date which was written down begins with, if it does."""
    match = _DAY.match(written.strip())
    try:
        return date.fromisoformat(match[0]) if match else None
    except ValueError:
        return None


def faults(consent: ConsentEvidence, today: date | None = None) -> Iterator[BasisFault]:
    """Yield what the evidence lacks for the basis that it claims, whoever writes.

    Nothing where it claims none of ours, or consent: less evidence of that is less
    to show, and no fault. With `today` a day to come is one, too.
    """
    if not _SOFT.search(consent.basis):
        return
    if basis_of(consent.basis) is None:
        yield BasisFault(
            "basis",
            f"is “{consent.basis}”, of which we keep no conditions",
            "write “consent” where they said yes, else leave these people out",
        )
        return
    missing = [each for each in SoftOptInCondition if each not in consent.conditions]
    if missing:
        yield BasisFault(
            "conditions",
            f"does not say “{'; '.join(missing)}”, without which nobody may be "
            "emailed who was not asked",
            f"write “{ALL_CONDITIONS}” where all three are true, else leave them out",
        )
    yield from _faults_of_day(consent.at, today)


def _faults_of_day(written: str, today: date | None) -> Iterator[BasisFault]:
    since = f"{SOFT_OPT_IN_SINCE:%Y-%m-%d}"
    day = day_of(written)
    if day is None:
        yield BasisFault(
            "at",
            "is no day, and a soft opt-in has to be of one on or after " + since,
            "write the day on which they gave us their details, like 2026-03-14",
        )
    elif day < SOFT_OPT_IN_SINCE:
        yield BasisFault(
            "at",
            f"is before {since}, since when charities may use the soft opt-in",
            "ask them for consent, or leave them out",
        )
    elif today is not None and day > today:
        yield BasisFault(
            "at",
            "is a day to come, and nobody can have given us their details then",
            "write the day on which they gave us their details, like 2026-03-14",
        )


def rights_of(campaign: CampaignRights) -> frozenset[LawfulBasis]:
    """Return on which bases a campaign says that it may write."""
    return frozenset(basis for basis in LawfulBasis if campaign.may_use(basis))


def gap_of(
    consent: ConsentEvidence, rights: Collection[LawfulBasis]
) -> BasisGap | None:
    """Return why evidence as it is stored is not enough for an email; None if it is.

    Of whom may write on these `rights`. store.people.kinds.bases asks the same of rows.
    """
    match consent.basis:
        case LawfulBasis.PUBLIC_TASK:
            has_right = LawfulBasis.PUBLIC_TASK in rights
            return None if has_right else BasisGap.NO_TASK
        case LawfulBasis.SOFT_OPT_IN:
            if consent.conditions != ALL_CONDITIONS:
                return BasisGap.NO_CONDITIONS
            day = day_of(consent.at)
            if day is None or day < SOFT_OPT_IN_SINCE:
                return BasisGap.TOO_EARLY
            has_right = LawfulBasis.SOFT_OPT_IN in rights
            return None if has_right else BasisGap.NO_CHARITY
        case _:
            return None


def gap_of_all(
    consents: Sequence[ConsentEvidence], rights: Collection[LawfulBasis]
) -> BasisGap | None:
    """Return why none of these is enough for an email; None where one is, or none."""
    gaps = [gap_of(each, rights) for each in consents]
    return None if None in gaps else min(filter(None, gaps), default=None)


def unfit_for(
    consent: ConsentEvidence, campaigns: Sequence[CampaignRights]
) -> BasisFault | None:
    """Return why none of these campaigns may write on that basis; None where one may.

    A list that goes to no campaign yet is no fault: each edition asks again.
    """
    basis = basis_of(consent.basis)
    if basis not in NEED_A_CAMPAIGNS_WORD or not campaigns:
        return None
    if any(each.may_use(basis) for each in campaigns):
        return None
    titles = ", ".join(each.title for each in campaigns)
    return BasisFault(
        "basis",
        f"is “{basis}”, and {titles} does not say by what right",
        f"write {_KEYS[basis]} into the campaign first",
    )
