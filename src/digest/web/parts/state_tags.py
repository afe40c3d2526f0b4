"""How states are shown: always an icon, plain words and a tint, all three."""

from collections.abc import Mapping
from dataclasses import dataclass

from digest.model.campaigns.source_health import SourceState
from digest.model.delivery.bounces import BounceKind
from digest.model.delivery.delivery import (
    POSTED,
    PRINTED,
    PROOFS,
    TO_POST,
    DeliveryState,
)
from digest.model.editions.edition import EditionState
from digest.schedule.reports.campaign_standing import CampaignStanding
from digest.store.delivery.returns.returned_letters import KIND as RETURNED
from digest.store.posts.listing import ItemState
from digest.store.reports.editions.edition_copies import NO_LETTER
from digest.store.reports.editions.listed_copies import DOUBTFUL, LEFT_OUT, SPOKEN_TO


def return_in_words(kind: str, status: str) -> str:
    """Return what came back, in words; of an email with the code of its report."""
    words = _RETURNS.get(kind, kind)
    return f"{words} ({status})" if status and kind != RETURNED else words


@dataclass(frozen=True, slots=True)
class StateTag:
    """A state in words, with the icon of templates/web/parts/states.html.

    `tint` is good, doing, look (at it), bad, ask (somebody decides) or wait.
    """

    words: str
    icon: str
    tint: str


IS_PRINTED = StateTag("Printed", "tick", "good")
# By which a copy travels, for who looks through many.
CHANNEL_ICONS: Mapping[str, str] = {"email": "email", "post": "paper", "phone": "phone"}
EDITIONS: Mapping[str, StateTag] = {
    EditionState.OPEN: StateTag("Collecting", "plus", "doing"),
    EditionState.FROZEN: StateTag("Frozen", "clock", "wait"),
    EditionState.APPROVED: StateTag("Approved", "tick", "good"),
    # What an approved edition's standing is while its copies are being planned.
    "planning": StateTag("Planning", "arrow", "doing"),
    EditionState.PLANNED: StateTag("Planned", "tick", "good"),
    EditionState.SENDING: StateTag("Sending", "arrow", "doing"),
    # What is no send of real mail, though copies of it are made and calls to make.
    "rehearsing": StateTag("Rehearsing", "arrow", "doing"),
    EditionState.SENT: StateTag("Sent", "tick", "good"),
    EditionState.REHEARSED: StateTag("Rehearsed", "tick", "wait"),
    EditionState.SKIPPED: StateTag("Skipped", "pause", "wait"),
    EditionState.MISSED: StateTag("Missed", "triangle", "look"),
    EditionState.CANCELLED: StateTag("Cancelled", "cross", "bad"),
    EditionState.STOPPED: StateTag("Called back", "cross", "bad"),
}
# An edition that is frozen, and goes once a person has approved it.
WAITS = StateTag("Waits for approval", "question", "ask")
COPIES: Mapping[str, StateTag] = {
    DeliveryState.PLANNED: StateTag("Waiting", "clock", "wait"),
    DeliveryState.HANDING_OVER: StateTag("Being handed over", "arrow", "doing"),
    DeliveryState.ACCEPTED: StateTag("Accepted", "tick", "good"),
    DeliveryState.REFUSED: StateTag("Refused", "cross", "bad"),
    DeliveryState.UNCERTAIN: StateTag("Uncertain", "question", "ask"),
    DeliveryState.CANCELLED: StateTag("Cancelled", "cross", "wait"),
    DeliveryState.EXPIRED: StateTag("Too late to be of use", "pause", "wait"),
    LEFT_OUT: StateTag("Left out", "person", "look"),
    DOUBTFUL: StateTag("May have arrived twice", "question", "ask"),
    TO_POST: StateTag("To print and post", "printer", "doing"),
    POSTED: StateTag("Posted", "tick", "good"),
    PRINTED: IS_PRINTED,
    SPOKEN_TO: StateTag("Spoken to", "tick", "good"),
    "trying-again": StateTag("Trying again", "clock", "look"),
    NO_LETTER: StateTag("No letter left", "person", "wait"),
    PROOFS: StateTag("Laid out as proofs", "paper", "wait"),
}
POSTS: Mapping[str, StateTag] = {
    ItemState.WAITING: StateTag("Waiting", "question", "ask"),
    ItemState.HELD: StateTag("Held", "pause", "look"),
    ItemState.RELEASED: StateTag("Released", "tick", "good"),
    ItemState.WITHDRAWN: StateTag("Withdrawn", "cross", "bad"),
    ItemState.DUPLICATE: StateTag("Duplicate", "pause", "wait"),
    ItemState.PASSED_OVER: StateTag("Passed over", "pause", "wait"),
    ItemState.CHANGED: StateTag("Changed at its source", "pencil", "look"),
}
# What comes back of copies that had left.
_RETURNS: Mapping[str, str] = {
    BounceKind.HARD: "Email, for good",
    BounceKind.SOFT: "Email, for now",
    BounceKind.OURS: "Email, for a reason of ours",
    BounceKind.DELAYED: "Email, late",
    BounceKind.COMPLAINT: "Called spam",
    RETURNED: "Letter",
}
CAMPAIGNS: Mapping[str, StateTag] = {
    CampaignStanding.PAUSED: StateTag("Paused", "pause", "look"),
    CampaignStanding.ENDED: StateTag("Ended", "tick", "wait"),
    CampaignStanding.WAITS_FOR_GOLIVE: StateTag(
        "Waits for going live", "question", "ask"
    ),
    CampaignStanding.NOT_BEGUN: StateTag("Not begun", "clock", "wait"),
    CampaignStanding.RUNNING: StateTag("Running", "tick", "good"),
}
SOURCES: Mapping[str, StateTag] = {
    SourceState.ACTIVE: StateTag("Reads well", "tick", "good"),
    SourceState.FAILING: StateTag("Failing", "cross", "bad"),
    SourceState.PAUSED: StateTag("Paused", "pause", "look"),
}
