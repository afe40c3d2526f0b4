"""What a mail service tells us of our emails, in the form that all of them come to."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from digest.deliver import limits
from digest.model.delivery.bounces import (
    DeliveryReport,
    FeedbackReport,
    RecipientReport,
    Report,
    code_in,
)
from digest.model.delivery.incoming_mail import MailDoor

# The name under which a service gives us back whose copy it is about.
METADATA_NAME = "digest"
_COMPLAINT = "abuse"
_WISH_TO_LEAVE = "opt-out"


class UnprovenError(Exception):
    """Who sent a notification has not proved to be the service; its words say how."""


@dataclass(frozen=True, slots=True)
class ServiceRequest:
    """What was sent to us, as it came; the names of `headers` in lower case."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class ServiceEvent:
    """What became of one message, as its mail service says.

    `mark` tells it from all others of that service. `references` are what it gives back
    of a copy: our signed address, or the part before its @. `report` is None where
    nothing follows from it.
    """

    mark: str
    report: Report | None
    references: tuple[str, ...] = ()
    message_id: str = ""


@dataclass(slots=True)
class ServiceNotification:
    """The events of one request, and how many in it could not be understood."""

    events: list[ServiceEvent] = field(default_factory=list)
    broken: int = 0


class MailService(Protocol):
    """One mail service: how it proves who it is, and what its words mean."""

    @property
    def door(self) -> MailDoor:
        """By which door it comes in."""
        ...

    def header(self, reference: str) -> str:
        """Return the header, with its line end, that has it give `reference` back.

        "" where it gives back the envelope's sender by itself.
        """
        ...

    def read(self, request: ServiceRequest, now: datetime) -> ServiceNotification:
        """Return what it says.

        Raises UnprovenError where somebody else may say so, ValueError for what
        cannot be taken apart, DigestError where that cannot be told just now.
        """
        ...


def parsed(body: bytes | str) -> Any:
    """Return a body's JSON. Raises ValueError."""
    try:
        return json.loads(body)
    except RecursionError as problem:
        raise ValueError("it is nested too deep") from problem


def text_at(content: object, *path: str) -> str:
    """Return what stands there as words, "" where nothing does."""
    for name in path:
        content = content.get(name) if isinstance(content, dict) else None
    if isinstance(content, bool) or not isinstance(content, str | int | float):
        return ""
    # JSON can hold half a character, which no database takes.
    whole = str(content).encode("utf-8", "replace").decode()
    return whole[: limits.SERVICE_WORDS]


def objects_at(content: object, *path: str) -> list[dict[str, Any]]:
    """Return the objects of a list that stands there."""
    for name in path:
        content = content.get(name) if isinstance(content, dict) else None
    listed = content if isinstance(content, list) else []
    objects = (each for each in listed if isinstance(each, dict))
    return list(objects)[: limits.REPORTED_RECIPIENTS]


def refuse_old(sent_at: datetime, now: datetime) -> None:
    """Raise UnprovenError for what was signed too long ago, or for a day to come."""
    if not -timedelta(hours=1) < now - sent_at < limits.SERVICE_SIGNED_WITHIN:
        raise UnprovenError("it was not signed lately")


def failed(*fates: RecipientReport) -> DeliveryReport:
    """Return the report of a message that did not arrive."""
    return DeliveryReport(fates)


def fate(
    address: str, action: str, code: str, words: str, otherwise: str = ""
) -> RecipientReport:
    """Return what became of a message to one address.

    The code is the one that is given, or stands in the words; `otherwise` holds where
    neither says more than that it is another fault.
    """
    precise = next((each for each in _codes(code, words) if _says_why(each)), "")
    named = (address,) if address else ()
    return RecipientReport(named, action, precise or otherwise or code_in(code), words)


def complaint(kind: str = _COMPLAINT) -> FeedbackReport:
    """Return a reader's complaint: of abuse, where the service says no more."""
    return FeedbackReport(kind or _COMPLAINT)


def wish_to_leave() -> FeedbackReport:
    """Return what a reader told the service: that they want no more of it."""
    return FeedbackReport(_WISH_TO_LEAVE)


def _codes(*texts: str) -> Iterator[str]:
    yield from filter(None, map(code_in, texts))


def _says_why(code: str) -> bool:
    return not code.endswith(".0.0")
