"""What a run's page shows: each channel by state, how long it takes, what waits."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection

from digest.model.delivery.delivery import DeliveryState, letter_standing
from digest.model.delivery.eta import left_in_words, rate_in_words
from digest.model.formats import Channel
from digest.model.staff_words import counted, moment_in_words
from digest.schedule.reports.runs import Run
from digest.store.delivery.by_channel import BY_LETTER, BY_PHONE
from digest.store.delivery.printing import print_batches
from digest.store.delivery.printing.print_batches import PrintBatch, PrintBatchState
from digest.store.reports.editions import edition_copies, listed_copies

_MEANINGS: dict[str, str] = {
    DeliveryState.PLANNED: "Next in turn",
    DeliveryState.HANDING_OVER: "On its way just now",
    DeliveryState.ACCEPTED: "Their mail server has taken it",
    DeliveryState.REFUSED: "Their mail server said no; why stands beside each",
    DeliveryState.UNCERTAIN: "No answer came: they may have it, or not",
    DeliveryState.CANCELLED: "Did not go; why stands beside each",
    DeliveryState.EXPIRED: "The next edition carries its posts",
}
_KEPT_BACK = "Not begun: what keeps copies back is told on this page"
_TRYING_AGAIN = "trying-again"
_CALLS: dict[str, str] = _MEANINGS | {
    DeliveryState.PLANNED: "To be rung",
    listed_copies.SPOKEN_TO: "Somebody has told them all of it",
    DeliveryState.REFUSED: "The number is somebody else's",
}


def run_view(run: Run) -> dict[str, Any]:
    """Return what every page tells of a run."""
    edition, zone = run.edition, run.campaign.timezone
    return {
        "id": edition.id,
        "name": edition.title,
        "is_rehearsal": edition.is_rehearsal,
        "title": run.campaign.title,
        "zone": zone,
        "schedule": edition.schedule,
        "slot": moment_in_words(edition.slot, zone),
        "state": edition.standing_as_told,
        "is_going": edition.is_going,
        "total": run.total,
        "dealt_with": run.dealt_with,
        "outlook": run.outlook,
        "reasons": run.reasons,
        "refused": run.count(DeliveryState.REFUSED),
        "uncertain": run.count(DeliveryState.UNCERTAIN),
        "doubtful": run.doubtful,
        "left": _time_left(run),
        "rate": rate_in_words(run.rate) if run.rate and not _is_held(run) else "",
    }


def progress_view(connection: Connection, run: Run) -> dict[str, Any]:
    """Return how each channel of it goes: what is asked for again and again."""
    return run_view(run) | {"channels": list(_channels(connection, run))}


def states_of(run: Run) -> list[str]:
    """Return the states to choose from: those of copies, and what else may be so."""
    there = {state for _, state in run.copies}
    stand = [state.value for state in DeliveryState if state in there]
    return [*stand, listed_copies.LEFT_OUT, listed_copies.DOUBTFUL]


def _time_left(run: Run) -> str:
    """Return how long its emails will take, "" where that is not known.

    Where staff must act before any more are begun, that they are not.
    """
    if _is_held(run):
        return run.outlook
    if not (run.remaining.ready and run.seconds_left):
        return ""
    return f"{left_in_words(run.seconds_left)} left"


def _is_held(run: Run) -> bool:
    """Whether emails of it that might leave do not, until a person acts."""
    return run.remaining.is_held and bool(run.remaining.ready)


def _channels(connection: Connection, run: Run) -> Iterator[dict[str, Any]]:
    for channel in Channel:
        counts = {
            state: count for (by, state), count in run.copies.items() if by == channel
        }
        if not counts:
            continue
        yield {
            "name": channel.value,
            "heading": channel.value.capitalize(),
            "total": sum(counts.values()),
            "dealt_with": run.dealt_with_by(channel),
            "accepted": counts.get(DeliveryState.ACCEPTED, 0),
            "rows": list(_rows(run, channel, counts)),
            "batches": _batches(connection, run) if channel is BY_LETTER else [],
        }


def _rows(
    run: Run, channel: Channel, counts: Mapping[str, int]
) -> Iterator[tuple[str, int, str]]:
    rows = {BY_LETTER: _letters, BY_PHONE: _calls}.get(channel)
    return rows(counts) if rows else _emails(run, counts)


def _emails(run: Run, counts: Mapping[str, int]) -> Iterator[tuple[str, int, str]]:
    """Yield each state, how many emails stand so, and what that means."""
    waiting = run.remaining.waiting
    for state in DeliveryState:
        count = counts.get(state, 0)
        if state is DeliveryState.PLANNED and waiting:
            count = max(count - waiting, 0)
            yield _TRYING_AGAIN, waiting, _next_try(run)
        if count:
            is_kept_back = state is DeliveryState.PLANNED and _is_held(run)
            yield state.value, count, _KEPT_BACK if is_kept_back else _MEANINGS[state]


def _next_try(run: Run) -> str:
    soonest = run.remaining.soonest
    if soonest is None:
        return "Their mail server asked us to come back"
    at = moment_in_words(soonest, run.campaign.timezone)
    return f"Their mail server asked us to come back. The first are tried on {at}"


def _letters(counts: Mapping[str, int]) -> Iterator[tuple[str, int, str]]:
    """Yield how letters stand that are in no print batch."""
    for state in DeliveryState:
        if state is not DeliveryState.ACCEPTED and (count := counts.get(state, 0)):
            is_waiting = state is DeliveryState.PLANNED
            meaning = "To be laid out" if is_waiting else _MEANINGS[state]
            yield state.value, count, meaning


def _calls(counts: Mapping[str, int]) -> Iterator[tuple[str, int, str]]:
    """Yield how calls stand."""
    for state in DeliveryState:
        if count := counts.get(state, 0):
            standing = listed_copies.standing_of(BY_PHONE, state)
            yield standing, count, _CALLS[standing]


def _batches(connection: Connection, run: Run) -> list[dict[str, Any]]:
    return [
        {
            "id": batch.id,
            "organiser": batch.organiser or "Letters of nobody's round",
            "letters": counted(batch.files.letters, "letter", "letters"),
            "sheets": counted(batch.files.sheets, "sheet", "sheets"),
            "standing": _standing(batch),
        }
        for batch in print_batches.listed(connection, run.edition.id)
    ]


def _standing(batch: PrintBatch) -> str:
    """Return how a print batch stands, as states are named on pages."""
    if batch.is_empty:
        return edition_copies.NO_LETTER
    if batch.state is PrintBatchState.STOPPED and not batch.is_rehearsal:
        return DeliveryState.CANCELLED.value
    return letter_standing(
        batch.printed_at, batch.posted_at, is_rehearsal=batch.is_rehearsal
    )
