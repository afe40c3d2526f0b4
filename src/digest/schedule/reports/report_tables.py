"""The tables of a campaign's report, made of counts alone."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from digest.model.delivery.bounces import BounceKind
from digest.model.delivery.delivery import DeliveryState
from digest.model.delivery.returned_letters import LetterReturnReason
from digest.model.delivery.smtp_codes import why_refused
from digest.model.formats import FORMATS, Channel, named
from digest.model.people.departure import LeavingMeans
from digest.model.report_spans import ReportPeriod, ReportSpan
from digest.model.staff_words import counted
from digest.store.delivery.by_channel import BY_LETTER, BY_PHONE, goes_by_email
from digest.store.delivery.printing.print_batches import PrintBatchState
from digest.store.delivery.returns import returned_letters
from digest.store.reports.campaign_figures import (
    LetterCount,
    MovementCount,
    ReportedEdition,
    ReturnCount,
)
from digest.store.reports.editions.outcomes import UNREACHABLE, OutcomeCount

Cell = str | int | Decimal
_Words = TypeVar("_Words", str, tuple[str, str])
NOT_REACHED = "Not reached"  # How the table of people calls them.
_NOT_YET_POSTED = (PrintBatchState.OPEN, PrintBatchState.SEALED)
_BOUNCES = {
    BounceKind.HARD: "The address is gone",
    BounceKind.SOFT: "The mailbox took nothing: full or shut",
    BounceKind.OURS: "For a reason of ours, or of what we wrote",
    BounceKind.COMPLAINT: "The reader called it spam",
}


@dataclass(frozen=True, slots=True)
class ReportTable:
    """One table of a report; each row begins with words, and the rest are figures.

    `words` say how to read it. `is_over_time` where its rows are the report's periods.
    """

    name: str
    title: str
    words: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    is_over_time: bool = False


@dataclass(frozen=True, slots=True)
class ReportFigures:
    """What the tables of a span are made of."""

    span: ReportSpan
    periods: tuple[ReportPeriod, ...]
    editions: Sequence[ReportedEdition]
    period_of: dict[int, int]  # by an edition's id
    outcomes: Sequence[OutcomeCount]
    letters: Sequence[LetterCount]
    returns: Sequence[ReturnCount]
    movements: Sequence[MovementCount]
    needs: Counter[str]  # readers by format
    counts_posted: bool

    def copies_taken(self, of: Iterable[OutcomeCount]) -> Counter[tuple[int, str]]:
        """Return copies that were taken, by edition and channel.

        Of letters those that were posted; those of a rehearsal are proofs, and laid
        out is all that they come to.
        """
        copies = Counter[tuple[int, str]]()
        for each in of:
            if each.outcome == DeliveryState.ACCEPTED:
                copies[each.edition_id, each.channel] += each.readers
        if self.counts_posted:
            for batch in self.letters:
                if batch.state in _NOT_YET_POSTED:
                    copies[batch.edition_id, BY_LETTER] -= batch.letters
        return copies


def tables_of(figures: ReportFigures, price: Decimal | None) -> tuple[ReportTable, ...]:
    """Return every table of a report; `price` is what posting one letter costs."""
    return (
        _copies(figures),
        _people(figures),
        _readers(figures),
        _losses(figures),
        _refused(figures),
        _letters(figures, price),
        _needs(figures),
    )


def summary(figures: ReportFigures) -> str:
    """Return in one sentence or two what the span came to."""
    by_channel = figures.copies_taken(figures.outcomes)
    total = sum(by_channel.values())
    emails = sum(
        count for (_, name), count in by_channel.items() if goes_by_email(Channel(name))
    )
    if not figures.editions:
        return "No edition had its time in these days."
    copies = counted(total, "copy", "copies")
    of = counted(len(figures.editions), "edition", "editions")
    words = f"{copies} of {of} went out, {total - emails:,} not by email."
    lost = sum(_causes(figures).values())
    return f"{words} {lost:,} did not arrive, or could not be made." if lost else words


def _copies(figures: ReportFigures) -> ReportTable:
    by_period = Counter[tuple[int, str]]()
    for (edition_id, channel), count in figures.copies_taken(figures.outcomes).items():
        by_period[figures.period_of[edition_id], channel] += count
    return ReportTable(
        "copies",
        "Copies that left, by channel",
        "Emails that a mail server took, letters that were posted and calls in which "
        "somebody was spoken to, by the day of their edition.",
        (figures.span.unit, *(channel.capitalize() for channel in Channel)),
        tuple(
            (period.words, *(by_period[number, channel] for channel in Channel))
            for number, period in enumerate(figures.periods)
        ),
        is_over_time=True,
    )


def _people(figures: ReportFigures) -> ReportTable:
    planned = {count.edition_id for count in figures.outcomes}
    newest = {each.schedule: each.id for each in figures.editions if each.id in planned}
    people = Counter[str]()
    for each in figures.outcomes:
        if each.edition_id in newest.values():
            if each.outcome == DeliveryState.ACCEPTED:
                people[named(each.format).words.capitalize()] += each.readers
            elif each.outcome == UNREACHABLE:
                people[NOT_REACHED] += each.readers
    total = sum(people.values())
    rows = sorted(_by_count(people), key=lambda row: row[0] == NOT_REACHED)
    return ReportTable(
        "people",
        "Who is reached, and how",
        "People, as the newest edition of each schedule found them.",
        ("How", "People", "Of a hundred"),
        tuple((words, count, round(100 * count / total)) for words, count in rows),
    )


def _readers(figures: ReportFigures) -> ReportTable:
    moved = Counter[tuple[int, str]]()
    for each in figures.movements:
        moved[each.period, each.movement] += each.readers
    gained, lost = ("joined", "returned"), ("left", "taken-off", "erased")
    return ReportTable(
        "readers",
        "Readers gained and lost",
        "Gained: who became a reader, or came back. Lost: who left, was taken off the "
        "lists or was erased.",
        (figures.span.unit, "Gained", "Lost"),
        tuple(
            (
                period.words,
                sum(moved[number, each] for each in gained),
                sum(moved[number, each] for each in lost),
            )
            for number, period in enumerate(figures.periods)
        ),
        is_over_time=True,
    )


def _losses(figures: ReportFigures) -> ReportTable:
    others = {"taken-off": "Taken off the lists", "erased": "Erased"}
    causes = Counter[str]()
    for each in figures.movements:
        if each.movement == "left":
            words = LeavingMeans(each.cause).words
            causes[words[0].upper() + words[1:]] += each.readers
        elif each.movement in others:
            causes[others[each.movement]] += each.readers
    return ReportTable(
        "left",
        "Why readers were lost",
        "By what they told us, and by which means.",
        ("Why", "Readers"),
        _by_count(causes),
    )


def _refused(figures: ReportFigures) -> ReportTable:
    by_edition: Counter[tuple[str, str]] = Counter()
    for each in figures.outcomes:
        if each.outcome in _ENDINGS:
            ending = _ENDINGS[each.outcome]
            by_edition[ending, _why(each)] += each.readers
    for came_back in figures.returns:
        by_edition[_return_in_words(came_back)] += came_back.copies
    return ReportTable(
        "refused",
        "What was refused or came back, and why",
        "Of the copies of these days, whenever it came back.",
        ("What", "Why", "Copies"),
        tuple((what, why, count) for (what, why), count in _by_count(by_edition)),
    )


def _letters(figures: ReportFigures, price: Decimal | None) -> ReportTable:
    columns: list[Callable[[LetterCount], int]] = [
        lambda each: each.letters,
        lambda each: each.sheets,
        lambda each: each.letters if each.state is PrintBatchState.POSTED else 0,
    ]

    def row(number: int) -> Iterator[Cell]:
        mine = [
            each
            for each in figures.letters
            if figures.period_of[each.edition_id] == number
            and each.state is not PrintBatchState.STOPPED
        ]
        figures_of = [sum(map(column, mine)) for column in columns]
        yield from figures_of
        if price is not None:
            yield price * figures_of[-1]

    cost = (
        "Postage is what the campaign file gives as the price of one today."
        if price is not None
        else "With a price in the campaign file, what posting them cost stands here."
    )
    return ReportTable(
        "letters",
        "Letters, sheets and postage",
        f"Letters as they were laid out, and those that somebody said are posted. "
        f"{cost}",
        (
            *(figures.span.unit, "Letters", "Sheets", "Posted"),
            *(("Postage",) if price is not None else ()),
        ),
        tuple(
            (period.words, *row(number))
            for number, period in enumerate(figures.periods)
        ),
        is_over_time=True,
    )


def _needs(figures: ReportFigures) -> ReportTable:
    rows: list[tuple[Cell, ...]] = [
        (f"Needs {fmt.words}, which is not made yet", "Readers now", count)
        for fmt in FORMATS.values()
        if fmt.channel is None and (count := figures.needs[fmt.name])
    ]
    causes = Counter[str]()
    for each in figures.outcomes:
        if each.outcome == UNREACHABLE:
            causes[each.cause[:1].upper() + each.cause[1:]] += each.readers
    rows += [(why, "Copies not made", count) for why, count in _by_count(causes)]
    return ReportTable(
        "needs",
        "Formats and needs that were not met",
        "Readers who need a format that is not made yet, and copies that could not be "
        "made, once for each edition.",
        ("Need", "What is counted", "Count"),
        tuple(rows),
    )


_ENDINGS: Mapping[str, str] = {
    DeliveryState.REFUSED: "Refused",
    DeliveryState.EXPIRED: "Too late to be of use",
    DeliveryState.UNCERTAIN: "Uncertain",
}


def _by_count(counts: Counter[_Words]) -> tuple[tuple[_Words, int], ...]:
    """Return the counts, the largest first, and those of one size by their words."""
    return tuple(sorted(counts.items(), key=lambda row: (-row[1], row[0])))


def _why(outcome: OutcomeCount) -> str:
    match outcome.outcome:
        case DeliveryState.REFUSED if outcome.channel == BY_PHONE:
            return "The number is somebody else's"
        case DeliveryState.EXPIRED if outcome.channel == BY_PHONE:
            return "Nobody was reached by phone in time"
        case DeliveryState.REFUSED:
            return why_refused(outcome.cause)
        case DeliveryState.EXPIRED:
            return "It could not be handed over in time"
        case _:
            return "Handed over, and no answer came"


def _return_in_words(came_back: ReturnCount) -> tuple[str, str]:
    if came_back.kind == returned_letters.KIND:
        return "Letter came back", LetterReturnReason(came_back.status).words
    return "Email came back", _BOUNCES[BounceKind(came_back.kind)]


def _causes(figures: ReportFigures) -> Counter[str]:
    """Return how many copies did not arrive or were not made, by what they met."""
    lost = Counter[str]()
    for each in figures.outcomes:
        if each.outcome in (*_ENDINGS, UNREACHABLE):
            lost[each.outcome] += each.readers
    for came_back in figures.returns:
        lost[came_back.kind] += came_back.copies
    return lost
