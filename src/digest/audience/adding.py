"""Add one person by hand: what is held of them, and how they were asked."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from digest.audience.enrolment import enrol
from digest.audience.hashing import KeyedHasher
from digest.audience.lists.choices import CampaignChoices
from digest.audience.lists.list_file import ListProblem, ListRow, RowRefused
from digest.audience.lists.matching import DoubtfulMatch, Match, Matches, suppressed
from digest.audience.lists.rows import read_row
from digest.errors import NotFound
from digest.model.people.lawful_basis import LawfulBasis, basis_of
from digest.model.people.person import Person
from digest.store.campaigns import campaigns
from digest.store.people import subscribers, subscriptions
from digest.store.people.joining import consents
from digest.store.people.subscriptions import ListEntry
from digest.store.staff.audit import Act, record

# What a consent is evidence of nothing without.
_OF_A_CONSENT = {
    "consent_method": "say how they said yes: by phone, in person, on a form",
    "consent_at": "say when they said yes",
    "consent_wording": "write down what they said yes to, in the words they heard",
}


def add(  # noqa: PLR0913 - what there is to say of somebody, each by name
    connection: Connection,
    hasher: KeyedHasher,
    list_name: str,
    cells: Mapping[str, str],
    now: datetime,
    *,
    is_new: bool = False,
) -> int:
    """Take somebody into a list, and into every campaign that goes to it.

    The cells are those of a list's row; `consent_basis` is one of `LawfulBasis`, with
    what it needs: how, when and to which words somebody consented. `is_new` says that
    they are none of those we hold who are called the same. Returns their number.
    Raises NotFound for a list that there is not, and RowRefused with every fault,
    among them who is held already, or asked us never to write again.
    """
    every = campaigns.listed(connection)
    names = {*subscriptions.names(connection)}
    names.update(name for each in every for name in each.campaign.lists)
    if list_name not in names:
        raise NotFound(f"there is no list called {list_name}: choose one that there is")
    goes_to = [each for each in every if list_name in each.campaign.lists]
    person = _read(cells, CampaignChoices.of(connection, goes_to, now))
    list_id = subscriptions.make_list(connection, list_name, now)
    match = newcomer(connection, hasher, list_id, person, is_new=is_new)
    [number] = subscribers.add(connection, [match.hashed_person], now)
    entry = ListEntry(person.consent, person.reference)
    subscriptions.start(connection, list_id, {number: entry}, now)
    evidence = cells.get("consent_evidence", "").strip()
    consents.add(
        connection, number, list_id, replace(person.consent, evidence=evidence), now
    )
    for stored in goes_to:
        enrol(connection, stored.id, stored.campaign, now, [number])
    facts = {"list": list_name, "consent": person.consent.basis}
    record(connection, Act("added", subject=f"person {number}", after=facts), now)
    return number


def _read(cells: Mapping[str, str], choices: CampaignChoices) -> Person:
    filled = {column: text for column, text in cells.items() if text.strip()}
    unsaid = _unsaid(filled)
    person = read_row(ListRow(0, filled))
    if isinstance(person, Person):
        person = choices.checked(0, person)
    if unsaid or not isinstance(person, Person):
        of_row = [] if isinstance(person, Person) else person
        raise RowRefused(*of_row, *unsaid)
    return person


def _unsaid(cells: Mapping[str, str]) -> list[ListProblem]:
    """Return what is missing of how they were asked."""
    basis = basis_of(cells.get("consent_basis", ""))
    if basis is None:
        do = f"write one of {', '.join(f'“{each}”' for each in LawfulBasis)}"
        return [ListProblem(0, "consent_basis", "does not say it", do)]
    if basis is not LawfulBasis.CONSENT:
        return []
    return [
        ListProblem(0, column, "is empty", do)
        for column, do in _OF_A_CONSENT.items()
        if column not in cells
    ]


def newcomer(
    connection: Connection,
    hasher: KeyedHasher,
    list_id: int,
    person: Person,
    *,
    is_new: bool,
) -> Match:
    """Return the match of somebody who is nobody that we hold.

    Raises RowRefused for who is, or may be, and for who is suppressed.
    """
    matches = Matches(hasher)
    [match] = matches.among(connection, list_id, [(0, person)])
    if isinstance(match, DoubtfulMatch) and is_new:
        match = matches.settled(match, is_same=False)
    if isinstance(match, DoubtfulMatch):
        like = tuple(each.id for each in match.candidates)
        numbers = " or ".join(map(str, like))
        words = f"may be number {numbers}, whom we hold"
        do = "look at them first, or say that this is somebody new"
        raise RowRefused(ListProblem(0, "name", words, do), like=like)
    if isinstance(match, ListProblem):
        raise RowRefused(match)
    if match.subscriber is not None:
        duplicate = ListProblem(
            0,
            "email" if person.email else "name",
            f"is held already, as number {match.subscriber.id}",
            "change what is held of them instead",
        )
        raise RowRefused(duplicate, like=(match.subscriber.id,))
    if stopped := suppressed(connection, [match]):
        raise RowRefused(*stopped.values())
    return match
