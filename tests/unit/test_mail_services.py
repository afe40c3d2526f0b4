"""What mail services send: who is believed, and what their words come to."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from digest.deliver.returns.services.amazon_ses import SesWebhook
from digest.deliver.returns.services.mailgun import MailgunWebhook
from digest.deliver.returns.services.notifications import (
    MailService,
    ServiceRequest,
    UnprovenError,
)
from digest.deliver.returns.services.postmark import PostmarkWebhook
from digest.deliver.returns.services.sendgrid import SendGridWebhook
from digest.deliver.returns.services.sns_signature import SnsSignatureCheck
from digest.deliver.returns.services.sns_topic import SnsTopic
from digest.environment import load
from digest.errors import SettingsError
from digest.model.delivery.bounces import BounceKind, judge
from tests import mail_services as sent
from tests.builders import EIGHT


def read(service: MailService, request: ServiceRequest) -> list[Any]:
    return [each.report for each in service.read(request, EIGHT).events]


SES = SesWebhook((SnsTopic.parse(sent.TOPIC),), SnsSignatureCheck(sent.Amazon().fetch))
POSTMARK, MAILGUN = PostmarkWebhook(sent.LOGIN), MailgunWebhook(sent.MAILGUN_KEY)
SENDGRID = SendGridWebhook.of(sent.SENDGRID_KEY)


def ses(**changes: Any) -> list[Any]:
    content = sent.an_ses_bounce("a@example.org", "b@example.org", **changes)
    return read(SES, sent.from_sns(content, EIGHT))


def postmark(**changes: Any) -> list[Any]:
    content = sent.a_postmark_bounce("a", "b@example.org", **changes)
    return read(POSTMARK, sent.from_postmark(content))


def mailgun(**changes: Any) -> list[Any]:
    content = sent.a_mailgun_failure("a", "b@example.org", **changes)
    return read(MAILGUN, sent.from_mailgun(content, EIGHT))


def sendgrid(**changes: Any) -> list[Any]:
    content = sent.a_sendgrid_bounce("a", "b@example.org", **changes)
    return read(SENDGRID, sent.from_sendgrid([content], EIGHT))


def status(code: int, message: str) -> dict[str, Any]:
    return {"code": code, "message": message}


def recipients(**fields: str) -> list[dict[str, str]]:
    return [{"emailAddress": "b@example.org", **fields}]


HARD, SOFT, OURS = BounceKind.HARD, BounceKind.SOFT, BounceKind.OURS
LATE, COMPLAINT = BounceKind.DELAYED, BounceKind.COMPLAINT


@pytest.mark.parametrize(
    ("reports", "kind"),
    [
        (ses(), HARD),
        (ses(bouncedRecipients=recipients(), bounceSubType="NoEmail"), HARD),
        (ses(bouncedRecipients=recipients(), bounceSubType="MailboxFull"), SOFT),
        (ses(bouncedRecipients=recipients(), bounceSubType="General"), SOFT),
        (ses(bouncedRecipients=recipients(), bounceSubType="ContentRejected"), OURS),
        (ses(bouncedRecipients=recipients(status="5.7.1")), OURS),
        (
            ses(bouncedRecipients=recipients(status="5.0.0", diagnosticCode="5.2.2")),
            SOFT,
        ),
        (ses(bouncedRecipients=[]), None),
        (postmark(), HARD),
        (postmark(Details=""), HARD),
        (postmark(Details="smtp;554 5.7.1 blocked"), OURS),
        (postmark(Type="SoftBounce", Details="smtp;552 5.2.2 full"), SOFT),
        (postmark(Type="Transient", Details=""), LATE),
        (postmark(Type="Blocked", Details="no"), OURS),
        (postmark(Type="DnsError", Details=""), SOFT),
        (postmark(Type="Unsubscribe"), COMPLAINT),
        (mailgun(), HARD),
        (mailgun(severity="temporary"), LATE),
        (mailgun(**{"delivery-status": status(552, "5.2.2 mailbox full")}), SOFT),
        (mailgun(**{"delivery-status": status(550, "5.7.1 no")}), OURS),
        (mailgun(reason="espblock", **{"delivery-status": status(0, "")}), OURS),
        (
            mailgun(reason="suppress-bounce", **{"delivery-status": status(605, "no")}),
            HARD,
        ),
        (mailgun(reason="suppress-complaint"), COMPLAINT),
        (mailgun(event="complained"), COMPLAINT),
        (mailgun(event="unsubscribed"), COMPLAINT),
        (sendgrid(), HARD),
        (sendgrid(status="5.0.0", reason="550 unknown"), SOFT),
        (
            sendgrid(
                status="", reason="550 no", bounce_classification="Invalid Address"
            ),
            HARD,
        ),
        (sendgrid(status="", reason="blocked", type="blocked"), OURS),
        (sendgrid(status="5.7.1", reason="blocked", type="blocked"), OURS),
        (sendgrid(event="deferred", response="450 later"), LATE),
        (sendgrid(event="dropped", reason="Bounced Address"), HARD),
        (sendgrid(event="dropped", reason="Spam Content"), OURS),
        (sendgrid(event="dropped", reason="Spam Reporting Address"), COMPLAINT),
        (sendgrid(event="group_unsubscribe"), COMPLAINT),
    ],
)
def test_what_a_service_says_comes_to_what_a_mail_server_would_say(
    reports: list[Any], kind: BounceKind | None
) -> None:
    [report] = reports
    verdict = judge(report, "b@example.org")
    assert (verdict and verdict.kind) == kind


@pytest.mark.parametrize(
    "reports",
    [
        postmark(RecordType="Delivery"),
        postmark(Type="AutoResponder"),
        postmark(RecordType="SubscriptionChange", SuppressionReason="HardBounce"),
        sendgrid(event="open"),
        sendgrid(event="delivered"),
        read(SES, sent.from_sns({"eventType": "Open"}, EIGHT)),
        read(SES, sent.from_sns("Successfully validated", EIGHT)),
    ],
)
def test_what_is_no_trouble_is_passed_over(reports: list[Any]) -> None:
    assert reports == []


def test_sendgrids_own_example_is_signed_as_we_check_it() -> None:
    """From its library: helpers of the event webhook, and their test."""
    key = (
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1"
        "flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g=="
    )
    event = {
        "email": "hello@world.com",
        "event": "dropped",
        "reason": "Bounced Address",
        "sg_event_id": "ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA",
        "sg_message_id": "LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-"
        "18-5F5FC76C-9.0",
        "smtp-id": "<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>",
        "timestamp": 1600112492,
    }
    body = json.dumps([event], sort_keys=True, separators=(",", ":")) + "\r\n"
    prefix = "x-twilio-email-event-webhook-"
    headers = {
        f"{prefix}signature": "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiX"
        "DWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=",
        f"{prefix}timestamp": "1600112502",
    }
    now = EIGHT.fromtimestamp(1600112600, EIGHT.tzinfo)
    service = SendGridWebhook.of(key)

    request = ServiceRequest(headers, body.encode())
    assert len(service.read(request, now).events) == 1
    with pytest.raises(UnprovenError):
        service.read(ServiceRequest(headers, body.strip().encode()), now)


@pytest.mark.parametrize("version", ["1", "2"])
def test_amazon_signs_in_two_ways(version: str) -> None:
    content = sent.an_ses_bounce("a@example.org", "b@example.org")

    assert len(read(SES, sent.from_sns(content, EIGHT, version))) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"TopicArn": sent.TOPIC.replace("123456789012", "999999999999")},
        {"SigningCertURL": sent.CERTIFICATE.replace("https", "http")},
        {"SigningCertURL": sent.CERTIFICATE.replace("eu-west-2", "us-east-1")},
        {"SigningCertURL": sent.CERTIFICATE.replace(".com/", ".com.example.net/")},
        {"SigningCertURL": sent.CERTIFICATE.replace(".com/", ".com@example.net/")},
        {"SigningCertURL": sent.CERTIFICATE.replace(".com/", ".com/x/../")},
        {"SigningCertURL": sent.CERTIFICATE + "?x=.pem"},
        {"SigningCertURL": "https://127.0.0.1/SimpleNotificationService-1.pem"},
        {"SignatureVersion": "3"},
        {"Timestamp": "yesterday"},
        {"Timestamp": "2026-07-06T08:00:00"},
    ],
)
def test_amazons_certificate_is_sought_at_our_topics_host_alone(
    changes: dict[str, str],
) -> None:
    amazon = sent.Amazon()
    service = SesWebhook((SnsTopic.parse(sent.TOPIC),), SnsSignatureCheck(amazon.fetch))
    with pytest.raises(UnprovenError):
        service.read(sent.from_sns({}, EIGHT, **changes), EIGHT)

    assert amazon.asked == []


@pytest.mark.parametrize(
    "certificate",
    [sent.a_certificate("example.net"), sent.a_certificate(days=-1), b"no certificate"],
    ids=["another name", "out of date", "none"],
)
def test_a_certificate_that_is_none_of_amazons_proves_nothing(
    certificate: bytes,
) -> None:
    amazon = sent.Amazon(certificate)
    service = SesWebhook((SnsTopic.parse(sent.TOPIC),), SnsSignatureCheck(amazon.fetch))
    for _ in range(3):
        with pytest.raises(UnprovenError):
            service.read(sent.from_sns({}, EIGHT), EIGHT)

    assert amazon.asked == [sent.CERTIFICATE]


def test_a_subscription_is_taken_up_at_amazons_host_whatever_it_names() -> None:
    amazon = sent.Amazon()
    service = SesWebhook((SnsTopic.parse(sent.TOPIC),), SnsSignatureCheck(amazon.fetch))
    confirmation = {
        "Type": "SubscriptionConfirmation",
        "Token": "2336412f37fb687f5d51e6e2425ba1f2&x=y",
        "Message": "You have chosen to subscribe to the topic.",
        "SubscribeURL": "http://169.254.169.254/latest/meta-data",
    }
    service.read(sent.from_sns({}, EIGHT, **confirmation), EIGHT)

    assert amazon.asked[1:] == [
        "https://sns.eu-west-2.amazonaws.com/?Action=ConfirmSubscription&TopicArn="
        "arn%3Aaws%3Asns%3Aeu-west-2%3A123456789012%3Adigest"
        "&Token=2336412f37fb687f5d51e6e2425ba1f2%26x%3Dy"
    ]


WAYS: dict[str, tuple[MailService, Callable[[], ServiceRequest]]] = {
    "ses": (SES, lambda: sent.from_sns(sent.an_ses_bounce("a@x", "b@x"), EIGHT)),
    "postmark": (
        POSTMARK,
        lambda: sent.from_postmark(sent.a_postmark_bounce("a", "b")),
    ),
    "mailgun": (
        MAILGUN,
        lambda: sent.from_mailgun(sent.a_mailgun_failure("a", "b"), EIGHT),
    ),
    "sendgrid": (
        SENDGRID,
        lambda: sent.from_sendgrid([sent.a_sendgrid_bounce("a", "b")], EIGHT),
    ),
}


@pytest.mark.parametrize("name", WAYS)
def test_what_is_changed_on_its_way_is_not_believed(name: str) -> None:
    service, request = WAYS[name][0], WAYS[name][1]()
    changed = {
        "postmark": ServiceRequest({"authorization": "Basic eDp5"}, request.body),
        "mailgun": ServiceRequest({}, request.body.replace(b'"65', b'"75')),
    }.get(name, ServiceRequest(request.headers, request.body.replace(b"550", b"551")))

    assert len(service.read(request, EIGHT).events) == 1
    for each in (changed, ServiceRequest({}, b"{}")):
        with pytest.raises(UnprovenError):
            service.read(each, EIGHT)


@pytest.mark.parametrize("name", WAYS)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[" * 100_000,
        b"null",
        b"1e999",
        b'{"a": NaN}',
        b"[[]]",
        b'""',
    ],
    ids=["nothing", "no text", "deep", "null", "big", "nan", "lists", "words"],
)
def test_no_body_brings_it_down(name: str, body: bytes) -> None:
    service, request = WAYS[name][0], WAYS[name][1]()
    signed = sent.from_sendgrid(None, EIGHT, body) if name == "sendgrid" else request
    try:
        notification = service.read(ServiceRequest(signed.headers, body), EIGHT)
    except (UnprovenError, ValueError):
        return
    assert notification.events == []


@pytest.mark.parametrize("days", [-4, 1])
def test_what_was_signed_long_ago_or_is_yet_to_be_signed_is_refused(days: int) -> None:
    at = EIGHT + timedelta(days=days)
    for service, request in (
        (MAILGUN, sent.from_mailgun({}, at)),
        (SENDGRID, sent.from_sendgrid([], at)),
        (SES, sent.from_sns({}, at)),
    ):
        with pytest.raises(UnprovenError):
            service.read(request, EIGHT)


def test_each_copy_bears_what_its_service_gives_back() -> None:
    headers = [service.header("bounces+a-1") for service, _ in WAYS.values()]

    assert headers == [
        "",
        "X-PM-Metadata-digest: bounces+a-1\r\n",
        'X-Mailgun-Variables: {"digest": "bounces+a-1"}\r\n',
        'X-SMTPAPI: {"unique_args": {"digest": "bounces+a-1"}}\r\n',
    ]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("DIGEST_SES_TOPIC", "https://sns.amazonaws.com", "the topic's ARN"),
        ("DIGEST_POSTMARK_LOGIN", "postmark:short", "20 characters or more"),
        ("DIGEST_SENDGRID_KEY", "MFkwAAAA", "no verification key"),
    ],
)
def test_a_setting_that_would_prove_nothing_is_refused(
    tmp_path: Path, name: str, value: str, words: str
) -> None:
    with pytest.raises(SettingsError, match=words) as refusal:
        load({name: value}, tmp_path / ".env")
    assert str(refusal.value).count(name) == 1
    assert "short" not in str(refusal.value).replace("nobody", "")
