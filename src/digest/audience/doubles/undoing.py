"""Undo a merge: two people again, each with what is theirs, and with what came since.

What went to the merged person since then was had by whoever it reached: the one whose
address, door or phone it was. Nobody misses a post by it, and nobody has one twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from digest.audience.doubles.merging import record_both, tell_of_both
from digest.audience.enrolment import enrol
from digest.audience.hashing import KeyedHasher
from digest.audience.limits import MERGE_UNDOABLE
from digest.audience.subject_access import find
from digest.audience.unsubscribing import leave
from digest.errors import DigestError
from digest.model.delivery.suppression_reasons import is_of_address_alone
from digest.model.editions.mode import Mode
from digest.model.formats import Channel
from digest.model.people.channel_choice import reached_at
from digest.model.people.merging import parted_person, person_of
from digest.model.people.person import Person
from digest.model.webhooks import WebhookKind
from digest.store.campaigns import campaigns
from digest.store.delivery import cancelling, had
from digest.store.merging import in_flight, merged_places
from digest.store.merging.merged_places import ReaderStanding
from digest.store.people import departures, readers, subscribers, suppressions
from digest.store.people.doubles import merged_ties, merges
from digest.store.people.doubles.merges import PersonMerge
from digest.store.people.subscribers import HashedPerson

_WHY = "they are two people again: what is due comes with the next edition of each"
_THIRD = "number {}, {}, is held with what number {} would have: change that first"


@dataclass(frozen=True, slots=True)
class _Parting:
    """A merge on its way back: the two people as they are to be, and as one is now."""

    merge: PersonMerge
    was: Mapping[str, Any]
    current: Person
    survivor: Person
    absorbed: Person

    @property
    def of_absorbed(self) -> set[str]:
        """The channels by which what was sent since reached the absorbed one."""
        before = person_of(self.was["person"])
        return {
            channel
            for channel in Channel
            if (address := reached_at(self.current, channel))
            and address == reached_at(self.absorbed, channel)
            and address != reached_at(before, channel)
        }


def why_not(connection: Connection, merge: PersonMerge, now: datetime) -> str:
    """Return why a merge cannot be undone, in words; "" where it can."""
    if merge.undone_at is not None:
        return "it has been undone"
    if now - merge.merged_at > MERGE_UNDOABLE:
        return f"a merge can be undone for {MERGE_UNDOABLE.days} days"
    if merge.before is None:
        return "they were erased: what they were before is not kept"
    for later in merges.of_person(connection, merge.kept_id):
        if later.id > merge.id:
            return (
                f"number {later.absorbed_id} was merged into number {later.kept_id} "
                "since: undo that first"
            )
    return ""


def undo(
    connection: Connection, hasher: KeyedHasher, merge_id: int, now: datetime
) -> PersonMerge:
    """Have two people be two again; return the merge that was.

    What was changed since stays with the one who was kept; what they have left, or
    asked us not to write by, since then holds for both. Raises NotFound, and
    DigestError with `why_not`, or while a copy is on its way.
    """
    merge = merges.with_id(connection, merge_id)
    if why := why_not(connection, merge, now):
        raise DigestError(why)
    merges.lock(connection, merge.kept_id, merge.absorbed_id)
    cancelling.cancel_subscribers(connection, [merge.kept_id], now, _WHY)
    for why in in_flight.why_not_now(connection, merge.kept_id):
        raise DigestError(why)
    parting = _parting(connection, merge)
    _part_suppressions(connection, hasher, parting, now)
    merged_ties.give_back(
        connection, merge.kept_id, merge.absorbed_id, parting.was["ties"]
    )
    needs = parting.was["needs"]
    merges.move_needs(connection, merge.kept_id, merge.absorbed_id, needs)
    _part_rows(connection, hasher, parting, now)
    _part_departures(connection, parting, now)
    for facts in parting.was["readers"]:
        _part_reader(connection, parting, facts)
    both = (merge.kept_id, merge.absorbed_id)
    for stored in campaigns.listed(connection):
        enrol(connection, stored.id, stored.campaign, now, both)
    merges.close(connection, merge.id, now)
    record_both(connection, "took apart again", both, now)
    tell_of_both(connection, WebhookKind.PERSON_PARTED, both, now)
    return merge


def undo_latest(
    connection: Connection, hasher: KeyedHasher, who: str, now: datetime
) -> PersonMerge:
    """Undo the latest merge into WHO. Raises as `undo` does, also where is none."""
    person = find(connection, who)
    for merge in merges.of_person(connection, person.id):
        if merge.kept_id == person.id:
            return undo(connection, hasher, merge.id, now)
    raise DigestError(f"nobody was merged into number {person.id}")


def _parting(connection: Connection, merge: PersonMerge) -> _Parting:
    row = subscribers.row_of(connection, merge.kept_id)
    if row is None or merge.before is None or not row.person.name:
        raise DigestError("they were erased: what they were before is not kept")
    was = merge.before
    before, merged = person_of(was["person"]), person_of(was["merged"])
    survivor = parted_person(before, merged, row.person)
    absorbed = person_of(was["absorbed"])
    both = (merge.kept_id, merge.absorbed_id)
    for who, person in zip(both, (survivor, absorbed), strict=True):
        other = subscribers.kept_as(connection, person.keys.identity)
        if other is not None and other.id not in both:
            raise DigestError(_THIRD.format(other.id, other.person.name, who))
    if survivor.keys.identity == absorbed.keys.identity:
        raise DigestError(
            f"number {merge.kept_id} was given since what number {merge.absorbed_id} "
            "is known by: change that first"
        )
    return _Parting(merge, was, row.person, survivor, absorbed)


def _part_suppressions(
    connection: Connection, hasher: KeyedHasher, parting: _Parting, now: datetime
) -> None:
    """Lift what the merge suppressed; what was asked since holds for both."""
    targets = hasher.hashed(parting.current.keys).targets()
    every = suppressions.every(connection, set(targets.items()))
    merged_at = parting.merge.merged_at
    requests = [
        (channel, each.reason)
        for channel, target in targets.items()
        for each in every.get(target, ())
        if each.since > merged_at and not is_of_address_alone(each.reason)
    ]
    suppressions.lift(connection, parting.was["suppressed"], now, at=merged_at)
    for person in (parting.survivor, parting.absorbed):
        own = hasher.hashed(person.keys).targets()
        for channel, reason in requests:
            if channel in own:
                suppressions.add(connection, {channel: own[channel]}, reason, now)


def _part_rows(
    connection: Connection, hasher: KeyedHasher, parting: _Parting, now: datetime
) -> None:
    kept_id, absorbed_id = parting.merge.kept_id, parting.merge.absorbed_id
    merges.set_free(connection, absorbed_id, f"parting:{absorbed_id}")
    people = [
        (who, HashedPerson(person, hasher.hashed(person.keys)))
        for who, person in (
            (kept_id, parting.survivor),
            (absorbed_id, parting.absorbed),
        )
    ]
    for each in people:
        subscribers.change(connection, [each], now)


def _part_departures(connection: Connection, parting: _Parting, now: datetime) -> None:
    """Have the survivor read what only the other had left, but for what was since."""
    merge = parting.merge
    absorbed = readers.of_subscriber(connection, merge.absorbed_id)
    theirs = {reader.campaign_id for reader in absorbed}
    for reader in readers.of_subscriber(connection, merge.kept_id):
        campaign_id = reader.campaign_id
        departed = departures.of_person(connection, campaign_id, merge.kept_id)
        if departed is None or departed.left_at < merge.merged_at:
            continue
        is_by_merge = departed.left_at == merge.merged_at
        if is_by_merge and campaign_id in parting.was["left"]:
            departures.come_back(connection, campaign_id, merge.kept_id, now)
        elif campaign_id in theirs:
            leave(connection, campaign_id, merge.absorbed_id, departed.means, now)


def _part_reader(
    connection: Connection, parting: _Parting, facts: Mapping[str, Any]
) -> None:
    """Have each be due of a campaign what was due to them, and has not reached them."""
    kept_id, absorbed_id = facts["kept"], facts["absorbed"]
    number = parting.merge.id
    for mode in Mode:
        own, _ = map(ReaderStanding.from_json, facts["modes"][mode])
        # Both go on from where the merged person stands: what is due before that is
        # reckoned for each.
        there = ReaderStanding(merged_places.standing(connection, kept_id, mode).place)
        since = [
            copy
            for copy in had.copies_had(connection, [kept_id], mode)
            if copy.edition_id not in facts["ended"]
        ]
        reached = {
            is_absorbed: [
                copy.key
                for copy in since
                if (copy.channel in parting.of_absorbed) is is_absorbed
            ]
            for is_absorbed in (False, True)
        }
        due = merged_places.DueLog(there.place, None)
        if not facts["is_new"]:
            due = merged_places.due_of(
                connection, kept_id, mode, [own, there], reached[False]
            )
        merged_places.settle(connection, kept_id, mode, due, number)
        if reached[True]:
            theirs = merged_places.standing(connection, absorbed_id, mode)
            due = merged_places.due_of(
                connection, absorbed_id, mode, [theirs, there], reached[True]
            )
            merged_places.settle(connection, absorbed_id, mode, due, number)
    if facts["is_new"]:
        merged_places.remove_bare(connection, kept_id)
