"""Why the law lets us write to somebody, and what has to be true for it.

A lawful basis stands with each subscription. Consent is what somebody said themselves.
A charity may email who took an interest in its work or supported it and could say no,
without having asked first: the charitable soft opt-in (Privacy and Electronic
Communications Regulations, regulation 22, as the Data (Use and Access) Act 2025 has
it). A public task is what a law gives a public body to do. What an imported list calls
by any other words is kept in those words, and nothing more is made of it.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum
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
_KEYS = {
    LawfulBasis.SOFT_OPT_IN: "charity and charitable_purpose under [organisation]",
    LawfulBasis.PUBLIC_TASK: "public_task under [organisation]",
}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


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
    if _SOFT.search(words):
        return None if _COMMERCIAL.search(words) else LawfulBasis.SOFT_OPT_IN
    if _PUBLIC.search(words):
        return LawfulBasis.PUBLIC_TASK
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


def faults(consent: ConsentEvidence) -> Iterator[BasisFault]:
    """Yield what the evidence lacks for the basis that it claims, whoever writes.

    Nothing where it claims none of ours, or consent: less evidence of that is less
    to show, and no fault.
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
    yield from _faults_of_day(consent.at)


def _faults_of_day(written: str) -> Iterator[BasisFault]:
    since = f"{SOFT_OPT_IN_SINCE:%Y-%m-%d}"
    match = _DAY.match(written.strip())
    try:
        day = date.fromisoformat(match[0]) if match else None
    except ValueError:
        day = None
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


def is_fit(basis: str, conditions: str, campaign: CampaignRights) -> bool:
    """Whether a campaign may email somebody on that basis, as it is stored."""
    needed = next((each for each in NEED_A_CAMPAIGNS_WORD if each == basis), None)
    if needed is None:
        return True
    has_conditions = bool(conditions) or needed is not LawfulBasis.SOFT_OPT_IN
    return has_conditions and campaign.may_use(needed)


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
