"""Amazon SES, which tells what became of an email through a topic of Amazon SNS.

It gives the envelope's sender back as it was, which is our signed address. See
https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from digest.deliver.returns.services.notifications import (
    ServiceEvent,
    ServiceNotification,
    ServiceRequest,
    UnprovenError,
    complaint,
    failed,
    fate,
    objects_at,
    parsed,
    refuse_old,
    text_at,
)
from digest.deliver.returns.services.sns_signature import SnsSignatureCheck
from digest.deliver.returns.services.sns_topic import SnsTopic
from digest.model.delivery.bounces import RecipientReport, Report
from digest.model.delivery.incoming_mail import MailDoor

log = logging.getLogger(__name__)

# What it calls a bounce, where the mail server's words have no code.
_SUBTYPES = {
    "NoEmail": "5.1.1",
    "Suppressed": "5.1.1",
    "OnAccountSuppressionList": "5.1.1",
    "MailboxFull": "4.2.2",
    "MessageTooLarge": "5.3.4",
    "ContentRejected": "5.6.0",
    "AttachmentRejected": "5.6.0",
}
_REJECTED = "5.6.0"


@dataclass(frozen=True, slots=True)
class SesWebhook:
    """Reads what Amazon SNS signs of these topics, and takes up its subscription."""

    topics: tuple[SnsTopic, ...]
    signatures: SnsSignatureCheck
    door = MailDoor.SES

    def header(self, reference: str) -> str:  # noqa: ARG002 - it gives back the envelope
        """Return "": the envelope's sender is given back."""
        return ""

    def read(self, request: ServiceRequest, now: datetime) -> ServiceNotification:
        """Return what one message of a topic says; see MailService."""
        content = parsed(request.body)
        if not isinstance(content, dict):
            raise ValueError("it is no message of a topic")  # noqa: TRY004 - of a stranger's words
        message = {
            name: value for name, value in content.items() if isinstance(value, str)
        }
        topic = self._proven_topic(message, now)
        if message.get("Type") == "SubscriptionConfirmation":
            self.signatures.fetch(topic.confirmation_url(message.get("Token", "")))
            log.info("the subscription of a topic was taken up topic=%s", topic.name)
            return ServiceNotification()
        if message.get("Type") != "Notification":
            return ServiceNotification()
        event = parsed(message.get("Message", ""))
        report = _report(event)
        if report is None:
            return ServiceNotification()
        mail = event.get("mail")
        return ServiceNotification(
            [
                ServiceEvent(
                    message.get("MessageId", ""),
                    report,
                    (text_at(mail, "source"),),
                    text_at(mail, "commonHeaders", "messageId"),
                )
            ]
        )

    def _proven_topic(self, message: Mapping[str, str], now: datetime) -> SnsTopic:
        named = message.get("TopicArn", "")
        topic = next((each for each in self.topics if each.name == named), None)
        if topic is None:
            raise UnprovenError("it is of a topic that is not in DIGEST_SES_TOPIC")
        try:
            sent_at = datetime.fromisoformat(message.get("Timestamp", ""))
            refuse_old(sent_at, now)
        except (ValueError, TypeError) as problem:
            raise UnprovenError("it does not say when it was signed") from problem
        self.signatures.prove(message, topic, now)
        return topic


def _report(event: object) -> Report | None:
    # Of an identity's own notifications, or of a configuration set's events.
    kind = text_at(event, "notificationType") or text_at(event, "eventType")
    report = _REPORTS.get(kind)
    return report(event) if report else None


def _bounce(event: object) -> Report:
    otherwise = _SUBTYPES.get(text_at(event, "bounce", "bounceSubType"), "")
    recipients = objects_at(event, "bounce", "bouncedRecipients")
    return failed(*(_fate(each, "failed", otherwise) for each in recipients))


def _delay(event: object) -> Report:
    recipients = objects_at(event, "deliveryDelay", "delayedRecipients")
    return failed(*(_fate(each, "delayed") for each in recipients))


def _complaint(event: object) -> Report:
    return complaint(text_at(event, "complaint", "complaintFeedbackType"))


def _rejection(event: object) -> Report:
    words = text_at(event, "reject", "reason")
    return failed(fate("", "failed", _REJECTED, words))


def _fate(recipient: object, action: str, otherwise: str = "") -> RecipientReport:
    words = text_at(recipient, "diagnosticCode")
    code, address = text_at(recipient, "status"), text_at(recipient, "emailAddress")
    return fate(address, action, code, words, otherwise)


_REPORTS: Mapping[str, Callable[[object], Report]] = MappingProxyType(
    {
        "Bounce": _bounce,
        "Complaint": _complaint,
        "DeliveryDelay": _delay,
        "Reject": _rejection,
    }
)
