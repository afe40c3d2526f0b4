"""Suppress: never write there again, whatever becomes of the person's row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from digest.audience.emails import email_key
from digest.audience.hashing import KeyedHasher
from digest.audience.limits import SUPPRESSION_UNDO
from digest.audience.subject_access import find
from digest.errors import DigestError, NotFound
from digest.model.delivery.suppression_reasons import is_of_address_alone
from digest.model.people.person import PersonKeys
from digest.store.delivery import cancelling
from digest.store.people import suppressions


def suppress(
    connection: Connection, hasher: KeyedHasher, who: str, reason: str, now: datetime
) -> tuple[str, ...]:
    """Suppress WHO; return the channels by which they are not written to any more.

    An email address, known or not, is suppressed as that; a person by name or
    id by every channel we hold. The reason must name nobody: it outlives them.
    Raises NotFound for a person who is not there, or not the only one.
    """
    targets = _targets(connection, hasher, who)
    suppressions.add(connection, targets, reason, now)
    if "@" not in who:
        person = find(connection, who)
        cancelling.cancel_subscribers(connection, [person.id], now, reason)
    return tuple(targets)


@dataclass(frozen=True, slots=True)
class SuppressionReason:
    """One reason why somebody is not written to, by which channels, and since when.

    `is_wish`: its person asked for it, or it became of them; it is not of an address.
    """

    reason: str
    channels: tuple[str, ...]
    since: datetime

    @property
    def is_wish(self) -> bool:
        """Whether it holds wherever they are."""
        return not is_of_address_alone(self.reason)

    def needs_asking(self, now: datetime) -> bool:
        """Whether it is lifted only if they ask: not what was just said by mistake."""
        return self.is_wish and now - self.since > SUPPRESSION_UNDO


@dataclass(frozen=True, slots=True)
class SuppressionLift:
    """Which reason is taken back, and by what `request` of theirs, naming nobody.

    Without a reason it is the only one that there is.
    """

    reason: str = ""
    request: str = ""


def reasons_of(
    connection: Connection, targets: Mapping[str, str]
) -> list[SuppressionReason]:
    """Return each reason that stands against these, the strongest first."""
    every = suppressions.every(connection, {*targets.items()})
    by_reason: dict[str, SuppressionReason] = {}
    for channel, target in targets.items():
        for each in every.get(target, ()):
            before = by_reason.get(each.reason)
            channels = (*(before.channels if before else ()), channel)
            since = min(each.since, before.since) if before else each.since
            by_reason[each.reason] = SuppressionReason(each.reason, channels, since)
    return sorted(by_reason.values(), key=lambda each: (not each.is_wish, each.since))


def lift(
    connection: Connection,
    hasher: KeyedHasher,
    who: str,
    now: datetime,
    which: SuppressionLift | None = None,
) -> int:
    """Take one reason back why WHO is suppressed; return by how many channels.

    What they asked for, or became of them, is taken back only where it is said how they
    asked to be written to again; within an hour it may have been a mistake. Raises
    NotFound for a reason that there is not, and DigestError where that has to be said.
    """
    wanted = which or SuppressionLift()
    targets = _targets(connection, hasher, who)
    there = reasons_of(connection, targets)
    if not there:
        return 0
    listed = "; ".join(f"“{each.reason}”" for each in there)
    chosen = [each for each in there if wanted.reason in {"", each.reason}]
    if not chosen:
        raise NotFound(f"they are not suppressed for that reason, but: {listed}")
    if len(chosen) > 1:
        raise DigestError(f"say which reason is taken back, each by itself: {listed}")
    [suppressed] = chosen
    if suppressed.needs_asking(now) and not wanted.request.strip():
        raise DigestError(
            f"“{suppressed.reason}” is theirs to take back: say how they asked to be "
            "written to again, and when, in words that name nobody"
        )
    request = wanted.request.strip()
    return suppressions.lift_of_reason(
        connection, targets, suppressed.reason, now, request
    )


def _targets(
    connection: Connection, hasher: KeyedHasher, who: str
) -> Mapping[str, str]:
    if "@" not in who:
        return hasher.hashed(find(connection, who).person.keys).targets()
    try:
        return hasher.hashed(PersonKeys(email=email_key(who.strip()))).targets()
    except ValueError as problem:
        raise NotFound(f"“{who}” is not an email address: {problem}") from problem
