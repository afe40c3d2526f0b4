"""What mail services send, in the words of their own documentation, and their keys."""

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from digest.deliver.returns.services.notifications import ServiceRequest
from digest.errors import SourceError

TOPIC = "arn:aws:sns:eu-west-2:123456789012:digest"
CERTIFICATE = "https://sns.eu-west-2.amazonaws.com/SimpleNotificationService-0a1b2c.pem"
LOGIN = "postmark:a password that nobody guesses"
MAILGUN_KEY = "key-of-the-test"
_SNS_KEY = rsa.generate_private_key(65537, 2048)
_SENDGRID_KEY = ec.generate_private_key(ec.SECP256R1())
SENDGRID_KEY = base64.b64encode(
    _SENDGRID_KEY.public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
).decode()
_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn"),
    "SubscriptionConfirmation": (
        *("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn"),
    ),
}


def a_certificate(name: str = "sns.amazonaws.com", *, days: int = 90) -> bytes:
    """Return a certificate of that name, good for so many days around 2026-07-06."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    middle = datetime(2026, 7, 6, tzinfo=UTC)
    builder = x509.CertificateBuilder(subject, subject, _SNS_KEY.public_key(), 1)
    builder = builder.not_valid_before(middle - timedelta(days=90))
    builder = builder.not_valid_after(middle + timedelta(days=days))
    return builder.sign(_SNS_KEY, SHA256()).public_bytes(Encoding.PEM)


def a_private_key() -> rsa.RSAPrivateKey:
    """Return the key of those certificates."""
    return _SNS_KEY


class Amazon:
    """Amazon's hosts: what they hold, and what was asked of them."""

    def __init__(self, certificate: bytes = b"") -> None:
        self.asked: list[str] = []
        self.pages = {CERTIFICATE: certificate or a_certificate()}

    def fetch(self, url: str) -> bytes:
        """Return what is there, as any address without a certificate answers."""
        self.asked.append(url)
        if url.endswith(".pem") and url not in self.pages:
            raise SourceError("it answered 404")
        return self.pages.get(url, b"<ConfirmSubscriptionResponse/>")


def from_sns(
    content: object, sent_at: datetime, version: str = "2", **changes: str
) -> ServiceRequest:
    """Return what a topic sends; what is changed is signed with it."""
    message = {
        "Type": "Notification",
        "MessageId": "19ba9823-d7f2-53c1-860e-cb10e0d13dfc",
        "TopicArn": TOPIC,
        "Subject": "Amazon SES Email Event ServiceNotification",
        "Message": json.dumps(content) + "\n",
        "Timestamp": f"{sent_at:%Y-%m-%dT%H:%M:%S}.675Z",
        "SignatureVersion": version,
        "SigningCertURL": CERTIFICATE,
        "UnsubscribeURL": "https://sns.eu-west-2.amazonaws.com/?Action=Unsubscribe",
        **changes,
    }
    names = (*_SIGNED[message["Type"]], "Type")
    lines = "".join(f"{name}\n{message[name]}\n" for name in names if name in message)
    hashing = SHA1() if version == "1" else SHA256()  # noqa: S303 - Amazon's default
    signature = _SNS_KEY.sign(lines.encode(), PKCS1v15(), hashing)
    message["Signature"] = base64.b64encode(signature).decode()
    kind = {"content-type": "text/plain; charset=UTF-8"}
    return ServiceRequest(kind, json.dumps(message).encode())


def an_ses_bounce(sender: str, address: str, **bounce: Any) -> dict[str, Any]:
    """Return Amazon's example of a bounce, of that copy."""
    return {
        "notificationType": "Bounce",
        "bounce": {
            "bounceType": "Permanent",
            "reportingMTA": "dns; email.example.com",
            "bouncedRecipients": [
                {
                    "emailAddress": address,
                    "status": "5.1.1",
                    "action": "failed",
                    "diagnosticCode": f"smtp; 550 5.1.1 <{address}>... User unknown",
                }
            ],
            "bounceSubType": "General",
            "timestamp": "2026-07-06T14:59:44.101Z",
            "feedbackId": "00000138111222aa-44455566-cccc-cccc-cccc-ddddaaaa068a-00",
            "remoteMtaIp": "127.0.2.0",
            **bounce,
        },
        "mail": an_ses_mail(sender, address),
    }


def an_ses_mail(sender: str, address: str) -> dict[str, Any]:
    """Return what Amazon says of a message in each of its notifications."""
    return {
        "timestamp": "2026-07-06T14:59:38.237Z",
        "source": sender,
        "sourceArn": "arn:aws:ses:eu-west-2:888888888888:identity/example.com",
        "sendingAccountId": "123456789012",
        "messageId": "00000138111222aa-33322211-cccc-cccc-cccc-ddddaaaa0680-000000",
        "destination": [address],
        "headersTruncated": False,
        "headers": [{"name": "Message-ID", "value": "custom-message-ID"}],
        "commonHeaders": {
            "from": ["Lantern Week <digest@example.org>"],
            "messageId": "custom-message-ID",
        },
    }


def from_postmark(content: object, login: str = LOGIN) -> ServiceRequest:
    """Return what Postmark sends."""
    basic = base64.b64encode(login.encode()).decode()
    return ServiceRequest(
        {"authorization": f"Basic {basic}"}, json.dumps(content).encode()
    )


def a_postmark_bounce(reference: str, address: str, **changes: Any) -> dict[str, Any]:
    """Return Postmark's example of a bounce, of that copy."""
    return {
        "RecordType": "Bounce",
        "ID": 901542550,
        "Type": "HardBounce",
        "TypeCode": 1,
        "ServerID": 23,
        "Name": "Hard bounce",
        "MessageID": "2706ee8a-737c-4285-b032-ccd317af53ed",
        "Metadata": {"digest": reference},
        "Description": "The server was unable to deliver your message (ex: unknown "
        "user, mailbox not found).",
        "Details": "smtp;550 5.1.1 The email account that you tried to reach does not "
        "exist.",
        "Email": address,
        "From": "digest@example.org",
        "BouncedAt": "2026-07-06T16:28:50.3963933-04:00",
        "DumpAvailable": True,
        "Inactive": True,
        "CanActivate": True,
        "Subject": "Today",
        **changes,
    }


def from_mailgun(
    event: object, sent_at: datetime, token: str = "65" * 25, key: str = MAILGUN_KEY
) -> ServiceRequest:
    """Return what Mailgun sends."""
    sent = str(int(sent_at.timestamp()))
    mac = hmac.new(key.encode(), f"{sent}{token}".encode(), "sha256").hexdigest()
    signature = {"timestamp": sent, "token": token, "signature": mac}
    content = {"signature": signature, "event-data": event}
    return ServiceRequest({}, json.dumps(content).encode())


def a_mailgun_failure(reference: str, address: str, **changes: Any) -> dict[str, Any]:
    """Return an event as Mailgun sends it, of that copy."""
    return {
        "event": "failed",
        "severity": "permanent",
        "reason": "bounce",
        "recipient": address,
        "timestamp": 1534110422.389832,
        "log-level": "error",
        "user-variables": {"digest": reference},
        "envelope": {"sender": "", "transport": "smtp", "targets": address},
        "message": {"headers": {"to": address, "message-id": ""}},
        "delivery-status": {
            "mx-host": "aspmx.l.example.org",
            "attempt-no": 1,
            "description": "",
            "code": 550,
            "message": "5.1.1 The email account that you tried to reach does not exist."
            " Please try\n5.1.1 double-checking the recipient's email for typos",
        },
        **changes,
    }


def from_sendgrid(
    events: object, sent_at: datetime, body: bytes = b""
) -> ServiceRequest:
    """Return what SendGrid sends."""
    body = body or json.dumps(events).encode() + b"\r\n"
    sent = str(int(sent_at.timestamp()))
    signature = _SENDGRID_KEY.sign(sent.encode() + body, ec.ECDSA(SHA256()))
    prefix = "x-twilio-email-event-webhook-"
    return ServiceRequest(
        {
            f"{prefix}signature": base64.b64encode(signature).decode(),
            f"{prefix}timestamp": sent,
        },
        body,
    )


def a_sendgrid_bounce(reference: str, address: str, **changes: Any) -> dict[str, Any]:
    """Return SendGrid's example of a bounce, of that copy."""
    return {
        "ip": "167.89.17.173",
        "status": "5.1.1",
        "smtp-id": "<wrfRRvF7Q0GgwUo2CvDmEA@ismtpd0006p1sjc2.sendgrid.net>",
        "sg_event_id": "lC0Rc-FuQmKbnxCWxX1jRQ",
        "reason": "550 5.1.1 The email account that you tried to reach does not exist.",
        "sg_message_id": "Lli-03HcQ5-JLybO9fXsJg.filter0077p1las1.21536.5717FC482.0",
        "tls": 1,
        "event": "bounce",
        "email": address,
        "timestamp": 1461095250,
        "digest": reference,
        "type": "bounce",
        **changes,
    }
