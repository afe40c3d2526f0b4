"""Mailgun's webhooks: one event each, with a signature of a time and a token.

The signature does not cover the event, so a token counts once. See
https://documentation.mailgun.com/docs/mailgun/user-manual/events/webhooks
"""

import hmac
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

from digest.deliver.returns.services.notifications import (
    METADATA_NAME,
    ServiceEvent,
    ServiceNotification,
    ServiceRequest,
    UnprovenError,
    complaint,
    failed,
    fate,
    parsed,
    refuse_old,
    text_at,
    wish_to_leave,
)
from digest.model.delivery.bounces import Report
from digest.model.delivery.incoming_mail import MailDoor

_SEVERAL_REASONS = {"espblock": "5.7.0", "suppress-bounce": "5.1.1"}


@dataclass(frozen=True, slots=True)
class MailgunWebhook:
    """Reads what Mailgun signs with the `key` of its webhooks."""

    key: str = field(repr=False)
    door = MailDoor.MAILGUN

    def header(self, reference: str) -> str:
        """Return the header of variables that Mailgun gives back with each event."""
        return f"X-Mailgun-Variables: {json.dumps({METADATA_NAME: reference})}\r\n"

    def read(self, request: ServiceRequest, now: datetime) -> ServiceNotification:
        """Return the event of one webhook; see MailService."""
        content = parsed(request.body)
        token = self._proven_token(content, now)
        event = content.get("event-data")
        names = ("user-variables", METADATA_NAME), ("envelope", "sender")
        references = tuple(text_at(event, *path) for path in names)
        message_id = text_at(event, "message", "headers", "message-id")
        # One of which nothing follows has used its token all the same.
        return ServiceNotification(
            [ServiceEvent(token, _report(event), references, message_id)]
        )

    def _proven_token(self, content: object, now: datetime) -> str:
        names = ("timestamp", "token", "signature")
        sent, token, signature = (text_at(content, "signature", each) for each in names)
        expected = hmac.digest(self.key.encode(), f"{sent}{token}".encode(), "sha256")
        if not token or not hmac.compare_digest(
            expected.hex().encode(), signature.encode()
        ):
            raise UnprovenError("its signature is not of the key it was given")
        try:
            sent_at = datetime.fromtimestamp(int(sent), UTC)
        except (ValueError, OverflowError, OSError) as problem:
            raise UnprovenError("it does not say when it was signed") from problem
        refuse_old(sent_at, now)
        return token


def _report(event: object) -> Report | None:
    match text_at(event, "event"):
        case "failed":
            return _failure(event)
        case "complained":
            return complaint()
        case "unsubscribed":
            return wish_to_leave()
        case _:
            return None


def _failure(event: object) -> Report:
    reason = text_at(event, "reason")
    if reason == "suppress-complaint":
        return complaint()
    if reason == "suppress-unsubscribe":
        return wish_to_leave()
    status = "delivery-status"
    reply = (text_at(event, status, "code"), text_at(event, status, "message"))
    words = " ".join(reply).strip() or text_at(event, status, "description")
    is_final = text_at(event, "severity") == "permanent"
    return failed(
        fate(
            text_at(event, "recipient"),
            "failed" if is_final else "delayed",
            text_at(event, status, "enhanced-code"),
            words,
            _SEVERAL_REASONS.get(reason, ""),
        )
    )
