"""SendGrid's event webhook: many events at once, signed whole (ECDSA, P-256).

See https://www.twilio.com/docs/sendgrid/for-developers/tracking-events
"""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from digest.deliver import limits
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
from digest.errors import SettingsError
from digest.model.delivery.bounces import Report
from digest.model.delivery.incoming_mail import MailDoor

_SIGNATURE = "x-twilio-email-event-webhook-signature"
_TIMESTAMP = "x-twilio-email-event-webhook-timestamp"
# Why a message was not even tried, where that is no fault of ours.
_DROPPED = {"Bounced Address": "5.1.1", "Invalid": "5.1.3"}
# What it makes of a mail server's words, where those have no code.
_CLASSES = {
    "Invalid Address": "5.1.1",
    "Mailbox Unavailable": "4.2.0",
    "Reputation": "5.7.0",
    "Content": "5.6.0",
}


@dataclass(frozen=True, slots=True)
class SendGridWebhook:
    """Reads what SendGrid signs with the private half of `key`."""

    key: EllipticCurvePublicKey
    door = MailDoor.SENDGRID

    @classmethod
    def of(cls, key: str) -> Self:
        """Return it with the key as SendGrid shows it. Raises SettingsError."""
        try:
            public = load_der_public_key(base64.b64decode(key, validate=True))
        except (binascii.Error, ValueError, UnsupportedAlgorithm):
            public = None
        if not isinstance(public, EllipticCurvePublicKey):
            raise SettingsError(
                "DIGEST_SENDGRID_KEY is no verification key of an event webhook: "
                "copy it whole from SendGrid, it begins with MFkw"
            )
        return cls(public)

    def header(self, reference: str) -> str:
        """Return the header of arguments that SendGrid gives back with each event."""
        arguments = json.dumps({"unique_args": {METADATA_NAME: reference}})
        return f"X-SMTPAPI: {arguments}\r\n"

    def read(self, request: ServiceRequest, now: datetime) -> ServiceNotification:
        """Return the events of one webhook; see MailService."""
        self._prove(request, now)
        content = parsed(request.body)
        if not isinstance(content, list):
            raise ValueError("it is no list of events")  # noqa: TRY004 - of a stranger's words
        over = max(len(content) - limits.SERVICE_EVENTS, 0)
        notification = ServiceNotification(broken=over)
        for event in content[: limits.SERVICE_EVENTS]:
            mark = text_at(event, "sg_event_id")
            if not mark:
                notification.broken += 1
            elif report := _report(event):
                references = (text_at(event, METADATA_NAME),)
                message_id = text_at(event, "smtp-id")
                notification.events.append(
                    ServiceEvent(mark, report, references, message_id)
                )
        return notification

    def _prove(self, request: ServiceRequest, now: datetime) -> None:
        sent = request.headers.get(_TIMESTAMP, "")
        try:
            signature = base64.b64decode(request.headers.get(_SIGNATURE, ""))
            signed = sent.encode() + request.body
            self.key.verify(signature, signed, ECDSA(SHA256()))
            sent_at = datetime.fromtimestamp(int(sent), UTC)
        except (InvalidSignature, ValueError, OverflowError, OSError) as problem:
            raise UnprovenError("its signature is not of the key it was given") from (
                problem
            )
        refuse_old(sent_at, now)


def _report(event: object) -> Report | None:
    match text_at(event, "event"):
        case "bounce":
            return _bounce(event)
        case "dropped":
            return _dropped(event)
        case "deferred":
            words = text_at(event, "response")
            return failed(fate(text_at(event, "email"), "delayed", "", words))
        case "spamreport":
            return complaint()
        case "unsubscribe" | "group_unsubscribe":
            return wish_to_leave()
        case _:
            return None


def _bounce(event: object) -> Report:
    is_blocked = text_at(event, "type") == "blocked"
    otherwise = _CLASSES.get(text_at(event, "bounce_classification"), "")
    return failed(
        fate(
            text_at(event, "email"),
            "failed",
            text_at(event, "status"),
            text_at(event, "reason"),
            otherwise or ("5.7.0" if is_blocked else ""),
        )
    )


def _dropped(event: object) -> Report:
    reason = text_at(event, "reason")
    if reason == "Spam Reporting Address":
        return complaint()
    if reason == "Unsubscribed Address":
        return wish_to_leave()
    code = _DROPPED.get(reason, "5.7.0")
    return failed(fate(text_at(event, "email"), "failed", code, reason))
