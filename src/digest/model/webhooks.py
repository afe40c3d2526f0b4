"""Webhooks: what an endpoint is told, how it is signed, and how often it is tried."""

import base64
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any


class WebhookKind(StrEnum):
    """What may be told to an endpoint, by its name on the wire."""

    EDITION_FROZEN = "edition.frozen"
    EDITION_APPROVED = "edition.approved"
    EDITION_SENT = "edition.sent"
    EDITION_STOPPED = "edition.stopped"
    EDITION_SKIPPED = "edition.skipped"
    EDITION_CANCELLED = "edition.cancelled"
    DELIVERY_FAILED = "delivery.failed"
    PERSON_JOINED = "person.joined"
    PERSON_LEFT = "person.left"
    PERSON_MERGED = "person.merged"
    PERSON_PARTED = "person.parted"
    BATCH_POSTED = "batch.posted"
    SOURCE_SILENT = "source.silent"

    @property
    def words(self) -> str:
        """The same for staff."""
        return _WORDS[self]


_WORDS: Mapping[WebhookKind, str] = {
    WebhookKind.EDITION_FROZEN: "an edition is frozen, and may wait for approval",
    WebhookKind.EDITION_APPROVED: "an edition is approved",
    WebhookKind.EDITION_SENT: "an edition is sent, or rehearsed",
    WebhookKind.EDITION_STOPPED: "an edition is stopped half-way",
    WebhookKind.EDITION_SKIPPED: "an edition is skipped: there is nothing new",
    WebhookKind.EDITION_CANCELLED: "an edition is cancelled",
    WebhookKind.DELIVERY_FAILED: "an email is refused",
    WebhookKind.PERSON_JOINED: "somebody is on a mailing list from now on",
    WebhookKind.PERSON_LEFT: "somebody has left a campaign",
    WebhookKind.PERSON_MERGED: "two numbers are found to be one person's",
    WebhookKind.PERSON_PARTED: "two who were made one are two people again",
    WebhookKind.BATCH_POSTED: "a print batch is posted",
    WebhookKind.SOURCE_SILENT: "a source is given up on, and waits for a person",
}
# The waits of Standard Webhooks between one attempt and the next: then it is given up.
WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
SECRET_SIGN = "whsec_"  # noqa: S105 - how a secret begins, as the standard has it


def wait_after(attempts: int) -> timedelta | None:
    """Return how long to wait after so many attempts; None to give up."""
    return WAITS[attempts - 1] if attempts <= len(WAITS) else None


def body_of(
    kind: WebhookKind, happened_at: datetime, facts: Mapping[str, Any]
) -> bytes:
    """Return what is sent: the same bytes at every attempt."""
    content = {"type": kind, "timestamp": happened_at.isoformat(), "data": facts}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def signed_headers(
    message_id: str, at: datetime, body: bytes, secrets: Sequence[str]
) -> dict[str, str]:
    """Return the headers of Standard Webhooks, signed with each of the secrets."""
    timestamp = str(int(at.timestamp()))
    content = f"{message_id}.{timestamp}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(each, content) for each in secrets),
    }


def _signature(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(SECRET_SIGN))
    mac = hmac.digest(key, content, "sha256")
    return f"v1,{base64.b64encode(mac).decode()}"
