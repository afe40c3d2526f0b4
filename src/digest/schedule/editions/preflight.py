"""An edition looked at before it goes: whom it reaches, what must be put right."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from digest.compose.selection import EditionSelection
from digest.compose.variants import arranged
from digest.compose.whats_on import events_alone, whats_on
from digest.errors import DigestError
from digest.model.campaigns.live_needs import campaign_needs
from digest.model.editions.due_stretch import due_to, only
from digest.model.editions.edition import Variant, VariantKey
from digest.model.editions.mode import Mode
from digest.model.editions.steering import Steering
from digest.model.formats import Format
from digest.model.posts.pictures import Gallery
from digest.model.staff_words import counted, day_in_words
from digest.schedule.editions.previews import Previews
from digest.schedule.editions.reach import EditionReach, VariantKind, foresee
from digest.schedule.editions.steering.open_edition import (
    OpenEdition,
    open_edition,
    variant_of,
)
from digest.schedule.limits import (
    CHANGE_TOLD_FROM,
    LETTERS_LAID_OUT,
    PAUSES_TOLD,
    SHEETS_OF_A_LETTER,
)
from digest.store.base.engine import reading
from digest.store.editions import editions, steering
from digest.store.editions.steering import OPEN
from digest.store.holds import holds
from digest.store.posts.log import LogEntry


class CheckLevel(StrEnum):
    """How a check comes out: it must be put right, looked at, or is in order."""

    STOP = "stop"
    LOOK = "look"
    FINE = "fine"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One thing that was checked, in words that say what helps."""

    level: CheckLevel
    words: str


@dataclass(frozen=True, slots=True)
class PostedLetters:
    """The letters of an edition, and their sheets so far as they were laid out.

    `cost` is what posting them costs, None where the campaign file gives no price.
    """

    letters: int
    sheets: int | None
    most_sheets: int
    postage: str
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class EditionCheck:
    """An edition looked at before it goes."""

    edition: OpenEdition
    reach: EditionReach
    posted: PostedLetters
    results: tuple[CheckResult, ...]

    @property
    def pauses(self) -> str:
        """How many of its readers have paused, and until when; or "" for none."""
        reached, zone = self.reach, ZoneInfo(self.edition.campaign.timezone)
        days = {
            day_in_words(until.astimezone(zone)): count
            for until, count in islice(reached.pauses.items(), PAUSES_TOLD)
        }
        who = counted(reached.paused, "reader has", "readers have")
        if len(days) < 2:
            return "".join(f"{who} paused until {day}" for day in days)
        parts = [f"{count:,} until {day}" for day, count in days.items()]
        if others := reached.paused - sum(days.values()):
            parts.append(f"{others:,} for longer")
        return f"{who} paused: {', '.join(parts)}"

    @property
    def level(self) -> CheckLevel:
        """The worst of its results."""
        levels = {result.level for result in self.results}
        return next(filter(levels.__contains__, CheckLevel), CheckLevel.FINE)

    def facts(self) -> dict[str, Any]:
        """Return it for a program."""
        before, posted = self.reach.before, self.posted
        return {
            "edition": self.edition.title,
            "campaign": self.edition.campaign.name,
            "slot": self.edition.slot,
            "level": self.level,
            "checks": [
                {"level": each.level, "words": each.words} for each in self.results
            ],
            "readers": self.reach.readers,
            "copies": [
                {"channel": fmt.channel, "format": fmt.name, "copies": count}
                for fmt, count in self.reach.by_format.items()
            ],
            "left_out": dict(self.reach.left_out),
            "paused": self.reach.paused,
            "paused_until": {
                until.isoformat(): count for until, count in self.reach.pauses.items()
            },
            "unreached": [
                {"name": each.name, "reason": each.reason}
                for each in self.reach.unreached
            ],
            "repeats": self.reach.repeats,
            "before": None
            if before is None
            else {
                "edition": before.edition_id,
                "copies": before.copies,
                "new": before.new,
                "missing": before.missing,
            },
            "letters": {
                "letters": posted.letters,
                "sheets": posted.sheets,
                "most_sheets": posted.most_sheets,
                "postage": posted.postage,
                "cost": posted.cost,
            },
        }


def check(
    previews: Previews, what: str, schedule: str | None, now: datetime
) -> EditionCheck:
    """Look at an edition before it is planned, as planning would make it now.

    `what` is as of `Steer`. Raises DigestError for one that readers were planned for.
    """
    with reading(previews.engine) as connection:
        foreseen = foresee_open(
            connection, open_edition(connection, what, schedule, now), now
        )
    return checked(previews, foreseen, now)


@dataclass(frozen=True, slots=True)
class ForeseenCopies:
    """An open edition with its readers and what they get, as the database has it.

    `variants` are those that are made to look at; `is_held` is whether nothing may
    leave.
    """

    edition: OpenEdition
    reach: EditionReach
    variants: Mapping[VariantKind, Variant]
    is_held: bool


def foresee_open(
    connection: Connection, edition: OpenEdition, now: datetime
) -> ForeseenCopies:
    """Read what `checked` judges. Raises DigestError where readers were planned for."""
    _refuse_planned(connection, edition)
    steered = steering.get(connection, edition.place).steering
    selection = EditionSelection.of(
        edition.campaign,
        steered,
        is_last=edition.is_last,
        alone=events_alone(
            connection, edition.campaign, edition.scope, edition.upto, steered
        ),
    )
    reached, entries = foresee(connection, edition, selection, now)
    variants = {
        kind: _variant(
            connection,
            edition,
            steered,
            kind,
            [entries[number] for number in kind[2]],
        )
        for kind in _kinds_to_try(reached.copies)
    }
    is_held = holds.standing(connection, now) is not None
    return ForeseenCopies(edition, reached, variants, is_held)


def _kinds_to_try(kinds: Iterable[VariantKind]) -> Iterator[VariantKind]:
    """Yield those of which a copy is made: all letters, one email of each kind.

    Of too many kinds of letters none is.
    """
    every = list(kinds)
    letters = [kind for kind in every if kind[0].points]
    yield from letters if len(letters) <= LETTERS_LAID_OUT else ()
    tried = set[tuple[Format, str]]()
    for kind in every:
        fmt, language, _ = kind
        if not fmt.points and (fmt, language) not in tried:
            tried.add((fmt, language))
            yield kind


def checked(
    previews: Previews, foreseen: ForeseenCopies, now: datetime
) -> EditionCheck:
    """Return what an edition comes to: its copies are made, in no transaction."""
    edition, reached = foreseen.edition, foreseen.reach
    faults = Counter[str]()
    # One question for all: each kind of letter is a variant.
    gallery = previews.gallery(foreseen.variants.values())
    posted = _posted(previews, foreseen, gallery, faults)
    _try_each_format(previews, foreseen.variants, gallery, faults)
    results = (
        *_must_hold(previews, foreseen, now),
        *(CheckResult(CheckLevel.STOP, words) for words in faults),
        *_of_reach(reached),
        *_of_letters(posted),
    )
    return EditionCheck(edition, reached, posted, results)


def _variant(
    connection: Connection,
    edition: OpenEdition,
    steered: Steering,
    kind: VariantKind,
    entries: Sequence[LogEntry],
) -> Variant:
    """Return what readers of a kind get; what is on may be on topics not theirs."""
    fmt, language, _ = kind
    arrangement = arranged(entries, steered, edition.campaign)
    variant = variant_of(edition, steered, arrangement, fmt, language)
    news = [only(entry.position for entry in entries)] if entries else []
    key = VariantKey(due_to(edition.upto, edition.upto, news), (), fmt, language)
    listed = whats_on(connection, edition.scope, key, steered)
    return replace(variant, coming=listed.events)


def _refuse_planned(connection: Connection, edition: OpenEdition) -> None:
    number = edition.place.edition_id
    if number == OPEN:
        return
    stands = editions.get(connection, number)
    if stands.plan_cursor or stands.planned_at or stands.ended_at:
        raise DigestError(
            f"edition {number} is {stands.state}: who got it and who did not is told "
            f"by digest edition show {number}"
        )


def _posted(
    previews: Previews,
    foreseen: ForeseenCopies,
    gallery: Gallery,
    faults: Counter[str],
) -> PostedLetters:
    """Return what the letters come to; those of many kinds are not all laid out."""
    edition, reached, variants = foreseen.edition, foreseen.reach, foreseen.variants
    kinds = {kind: count for kind, count in reached.copies.items() if kind[0].points}
    head, letters = edition.campaign.letter, sum(kinds.values())
    sheets: dict[VariantKind, int] = {}
    for kind in (kind for kind in kinds if kind in variants):
        try:
            pages = previews.shared_by(variants[kind], gallery).facts["pages"]
        except DigestError as fault:
            faults[f"{kind[0].words}: {fault}"] += 1
        else:
            sheets[kind] = (pages + 1) // 2
    is_whole = len(sheets) == len(kinds)
    return PostedLetters(
        letters,
        sum(sheets[kind] * kinds[kind] for kind in kinds) if is_whole else None,
        max(sheets.values(), default=0),
        head.postage,
        head.price * letters if head.price is not None else None,
    )


def _try_each_format(
    previews: Previews,
    variants: Mapping[VariantKind, Variant],
    gallery: Gallery,
    faults: Counter[str],
) -> None:
    """Make one email of each format and language."""
    for (fmt, _, _), variant in variants.items():
        if fmt.points:
            continue
        try:
            previews.shared_by(variant, gallery)
        except DigestError as fault:
            faults[f"{fmt.words}: {fault}"] += 1


def _must_hold(
    previews: Previews, foreseen: ForeseenCopies, now: datetime
) -> Iterator[CheckResult]:
    edition, reached = foreseen.edition, foreseen.reach
    if not edition.entries and not reached.readers:
        yield CheckResult(CheckLevel.STOP, "there is nothing in it: it is skipped")
    elif not reached.readers:
        yield CheckResult(CheckLevel.STOP, "it reaches nobody: it is skipped")
    if foreseen.is_held and (hold := holds.look(previews.engine, now)):
        yield CheckResult(CheckLevel.STOP, hold.words)
    if edition.place.mode is Mode.LIVE:
        for need in campaign_needs(edition.campaign):
            if not need.is_met:
                yield CheckResult(CheckLevel.STOP, f"no {need.name}: {need.cure}")
    yield from _of_repeats(reached)


def _of_repeats(reached: EditionReach) -> Iterator[CheckResult]:
    if reached.repeats:
        readers = counted(reached.repeats, "reader gets", "readers get")
        words = f"{readers} something again: please report it, it should not be"
        yield CheckResult(CheckLevel.STOP, words)
    elif reached.readers:
        words = "nobody gets anything again that they have had"
        yield CheckResult(CheckLevel.FINE, words)


def _of_reach(reached: EditionReach) -> Iterator[CheckResult]:
    if count := reached.left_out["unreachable"]:
        who = counted(count, "reader", "readers")
        words = f"{who} cannot be reached; their place is kept until they can"
        yield CheckResult(CheckLevel.LOOK, words)
    if (before := reached.before) is None:
        return
    change = max(before.new, before.missing)
    words = (
        f"edition {before.edition_id} had {counted(before.copies, 'copy', 'copies')}: "
        f"{counted(before.new, 'reader is', 'readers are')} new, "
        f"{counted(before.missing, 'is', 'are')} not in this one"
    )
    is_surprise = change > 1 and change >= CHANGE_TOLD_FROM * before.copies
    yield CheckResult(CheckLevel.LOOK if is_surprise else CheckLevel.FINE, words)


def _of_letters(posted: PostedLetters) -> Iterator[CheckResult]:
    if not posted.letters:
        return
    letters = counted(posted.letters, "letter", "letters")
    on_sheets = (
        f" on {counted(posted.sheets, 'sheet', 'sheets')}"
        if posted.sheets is not None
        else ", too many kinds to lay them all out"
    )
    cost = f", {posted.cost:,.2f} in stamps" if posted.cost is not None else ""
    words = f"{letters}{on_sheets}; postage {posted.postage}{cost}"
    yield CheckResult(CheckLevel.FINE, words)
    if posted.most_sheets > SHEETS_OF_A_LETTER:
        words = (
            f"one of them has {posted.most_sheets} sheets: it may be too thick for a "
            "letter's stamp; most_items in the campaign file makes editions shorter"
        )
        yield CheckResult(CheckLevel.LOOK, words)
