"""Postmark's webhooks: bounces, complaints, and who left by its own link.

It signs nothing: it proves who it is by a user and a password (HTTP Basic) that we gave
it. See https://postmarkapp.com/developer/webhooks/bounce-webhook
"""

import base64
import binascii
import hmac
from dataclasses import dataclass, field
from datetime import datetime

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
    text_at,
    wish_to_leave,
)
from digest.model.delivery.bounces import Report
from digest.model.delivery.incoming_mail import MailDoor

# No such mailbox, so that Postmark itself writes there no more.
_GONE = frozenset({"HardBounce", "BadEmailAddress"})
_REFUSES_US = frozenset(
    {
        "Blocked",
        "DMARCPolicy",
        "InboundError",
        "ManuallyDeactivated",
        "SMTPApiError",
        "SpamNotification",
        "TemplateRenderingFailed",
        "Unconfirmed",
        "VirusNotification",
    }
)
_NO_BOUNCE = frozenset(
    {"AddressChange", "AutoResponder", "ChallengeVerification", "Subscribe"}
    | {"OpenRelayTest"}
)


@dataclass(frozen=True, slots=True)
class PostmarkWebhook:
    """Reads what Postmark sends with the `login` that it has: user:password."""

    login: str = field(repr=False)
    door = MailDoor.POSTMARK

    def header(self, reference: str) -> str:
        """Return the header that Postmark takes out, and gives back as metadata."""
        return f"X-PM-Metadata-{METADATA_NAME}: {reference}\r\n"

    def read(self, request: ServiceRequest, now: datetime) -> ServiceNotification:  # noqa: ARG002 - it signs no time
        """Return what one webhook says; see MailService."""
        self._prove(request.headers.get("authorization", ""))
        content = parsed(request.body)
        report = _report(content)
        if report is None:
            return ServiceNotification()
        number, kind = text_at(content, "ID"), text_at(content, "RecordType")
        named = f"{text_at(content, 'MessageID')} {kind} {number}"
        reference = text_at(content, "Metadata", METADATA_NAME)
        return ServiceNotification([ServiceEvent(named, report, (reference,))])

    def _prove(self, authorization: str) -> None:
        scheme, _, encoded = authorization.partition(" ")
        try:
            login = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            login = b""
        is_it = hmac.compare_digest(login, self.login.encode())
        if scheme.lower() != "basic" or not is_it:
            raise UnprovenError("its user and password are not those it was given")


def _report(content: object) -> Report | None:
    match text_at(content, "RecordType"):
        case "Bounce":
            return _bounce(content)
        case "SpamComplaint":
            return complaint()
        case "SubscriptionChange":
            has_left = text_at(content, "SuppressionReason") == "ManualSuppression"
            is_theirs = text_at(content, "Origin") == "Recipient"
            return wish_to_leave() if has_left and is_theirs else None
        case _:
            return None


def _bounce(content: object) -> Report | None:
    kind = text_at(content, "Type")
    if kind in _NO_BOUNCE:
        return None
    if kind in ("SpamComplaint", "Unsubscribe"):
        return complaint() if kind == "SpamComplaint" else wish_to_leave()
    words = text_at(content, "Details") or text_at(content, "Description")
    otherwise = "5.1.1" if kind in _GONE else "5.7.0" if kind in _REFUSES_US else ""
    # It goes on trying what it calls transient.
    action = "delayed" if kind == "Transient" else "failed"
    return failed(fate(text_at(content, "Email"), action, "", words, otherwise))
