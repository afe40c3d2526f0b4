"""Where an edition stands on its way, in words."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from digest.compose.approvals import ApprovalNeed
from digest.model.campaigns import durations
from digest.model.editions.edition import EditionState
from digest.model.staff_words import moment_in_words

_DONE = (EditionState.SENT, EditionState.REHEARSED)
_GOING = (EditionState.APPROVED, EditionState.PLANNED, EditionState.SENDING)
# Words, when or who, and whether that is done, now or later.
Step = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class PathMoments:
    """What its steps say besides: when it closes, until when it waits, when it goes."""

    closes: str
    approval: str
    goes: str


def path_of(
    state: EditionState, moments: PathMoments, *, needs_people: bool
) -> list[Step]:
    """Return the steps of an edition's way; none of one that has left it."""
    steps = [("Collecting", ""), ("Frozen", moments.closes)]
    if needs_people:
        steps.append(("Approval", moments.approval))
    steps += [("Goes out", moments.goes), ("Sent", "")]
    if state in _DONE:
        stands = len(steps)
    elif state is EditionState.OPEN:
        stands = 0
    elif state is EditionState.FROZEN:
        stands = 2 if needs_people else 1
    elif state in _GOING:
        stands = len(steps) - 2
    else:
        return []
    return [
        (words, about, "done" if at < stands else "now" if at == stands else "later")
        for at, (words, about) in enumerate(steps)
    ]


def time_in_words(instant: datetime, zone: str) -> str:
    """Return the time of day there: "15:30"."""
    return f"{instant.astimezone(ZoneInfo(zone)):%H:%M}"


def countdown(closes: datetime, now: datetime, zone: str) -> tuple[str, str]:
    """Return how long an edition stays open, and until when, or that it closes now."""
    if closes <= now:
        return "Freezes now", ""
    at = moment_in_words(closes, zone)
    return f"Freezes in {durations.counted_down(closes - now)}", at


def who_may(need: ApprovalNeed, approvers: list[str]) -> list[str]:
    """Return which of those people may still say that it goes."""
    return [
        name
        for name in approvers
        if name not in need.approved_by and not need.why_not(name)
    ]
