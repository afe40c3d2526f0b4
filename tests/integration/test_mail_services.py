"""What mail services tell us: proved, of a copy of ours, counted once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, update
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.deliver import limits
from digest.deliver.returns.services.amazon_ses import SesWebhook
from digest.deliver.returns.services.notifications import (
    ServiceRequest,
)
from digest.deliver.returns.services.sns_signature import SnsSignatureCheck
from digest.deliver.returns.services.sns_topic import SnsTopic
from digest.model.delivery.bounces import BounceKind
from digest.model.editions.references import MessageReference
from digest.model.people.reader_marks import ReaderRef
from digest.settings import Settings
from digest.store.base.engine import reading, writing
from digest.store.base.tables import (
    bounce,
    delivery,
    departure,
    incoming_mail,
    subscriber,
    suppression,
)
from digest.web.app import make_app
from tests import mail_services as sent
from tests.builders import EIGHT, SITE
from tests.rows import PlannedEdition, a_planned_edition

CODE = "k7qf2mxa"
SERVICES = ("ses", "postmark", "mailgun", "sendgrid")
KEY = "a" * 40
SETTINGS = {
    "ses_topic": sent.TOPIC,
    "postmark_login": sent.LOGIN,
    "mailgun_key": sent.MAILGUN_KEY,
    "sendgrid_key": sent.SENDGRID_KEY,
}


@pytest.fixture
def planned(engine: Engine) -> PlannedEdition:
    return a_planned_edition(engine, emails=4)


@pytest.fixture
def app(engine: Engine, tmp_path: Path, planned: PlannedEdition) -> App:
    settings = Settings(data_dir=tmp_path, **SETTINGS)  # type: ignore[arg-type]  # as words
    digest = App(settings, engine, lambda: EIGHT, KEY)
    topics = (SnsTopic.parse(sent.TOPIC),)
    signatures = SnsSignatureCheck(sent.Amazon().fetch)
    services = {**digest.mail_services, "ses": SesWebhook(topics, signatures)}
    object.__setattr__(digest, "mail_services", services)
    with writing(engine) as connection:
        connection.execute(
            update(delivery)
            .where(delivery.c.edition_id == planned.id)
            .values(handed_over_at=EIGHT)
        )
    return digest


@pytest.fixture
def site(app: App) -> Iterator[TestClient]:
    with TestClient(make_app(app), base_url=SITE) as client:
        yield client


def answer(site: TestClient, name: str, request: ServiceRequest) -> int:
    response = site.post(
        f"/hooks/{name}", content=request.body, headers=dict(request.headers)
    )
    return response.status_code


def sender(app: App, planned: PlannedEdition, index: int = 0) -> str:
    reader = ReaderRef(planned.readers[index])
    return app.links.envelope_sender(CODE, reader, "example.org")


def email(app: App, planned: PlannedEdition, index: int = 0) -> str:
    with reading(app.engine) as connection:
        query = select(subscriber.c.email)
        own = query.where(subscriber.c.id == planned.subscribers[index])
        return connection.scalar(own) or ""


def kinds(app: App) -> list[str]:
    with reading(app.engine) as connection:
        return list(connection.scalars(select(bounce.c.kind).order_by(bounce.c.id)))


def request_of(
    app: App, planned: PlannedEdition, name: str, index: int = 0
) -> ServiceRequest:
    """Return a bounce for good of a copy, as that service sends it."""
    own, to = sender(app, planned, index), email(app, planned, index)
    reference = own.partition("@")[0]
    return {
        "ses": sent.from_sns(sent.an_ses_bounce(own, to), EIGHT),
        "postmark": sent.from_postmark(sent.a_postmark_bounce(reference, to)),
        "mailgun": sent.from_mailgun(sent.a_mailgun_failure(reference, to), EIGHT),
        "sendgrid": sent.from_sendgrid([sent.a_sendgrid_bounce(reference, to)], EIGHT),
    }[name]


def test_a_bounce_counts_once_however_often_it_is_sent(
    site: TestClient, app: App, planned: PlannedEdition
) -> None:
    for index, name in enumerate(SERVICES):
        request = request_of(app, planned, name, index)
        assert [answer(site, name, request) for _ in range(3)] == [204] * 3
        assert answer(site, name, ServiceRequest({}, b"{}")) == 403

    assert kinds(app) == [BounceKind.HARD] * 4
    with reading(app.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(suppression)) == 4
        rows = list(connection.execute(select(incoming_mail)))
    assert [row.door for row in rows] == list(SERVICES)
    assert [row.reader_id for row in rows] == list(planned.readers)
    assert all("5.1.1" in row.words for row in rows)


def test_a_service_that_is_not_set_has_no_address(app: App, site: TestClient) -> None:
    object.__setattr__(app, "mail_services", {})

    statuses = {site.post(f"/hooks/{name}").status_code for name in (*SERVICES, "x")}
    assert statuses == {404}


def test_a_reader_who_complained_has_left_and_is_left_alone(
    site: TestClient, app: App, planned: PlannedEdition
) -> None:
    own = [sender(app, planned, index) for index in range(3)]
    to = [email(app, planned, index) for index in range(3)]
    references = [each.partition("@")[0] for each in own]
    complaint = {
        "notificationType": "Complaint",
        "complaint": {
            "userAgent": "AnyCompany Feedback Loop (V0.01)",
            "complainedRecipients": [{"emailAddress": to[0]}],
            "complaintFeedbackType": "abuse",
        },
        "mail": sent.an_ses_mail(own[0], to[0]),
    }
    answer(site, "ses", sent.from_sns(complaint, EIGHT))
    change = {"RecordType": "SpamComplaint", "Type": "SpamComplaint"}
    answer(
        site,
        "postmark",
        sent.from_postmark(sent.a_postmark_bounce(references[1], to[1], **change)),
    )
    answer(
        site,
        "sendgrid",
        sent.from_sendgrid(
            [sent.a_sendgrid_bounce(references[2], to[2], event="spamreport")], EIGHT
        ),
    )

    assert kinds(app) == [BounceKind.COMPLAINT] * 3
    with reading(app.engine) as connection:
        leavers = set(connection.scalars(select(departure.c.subscriber_id)))
    assert leavers == set(planned.subscribers[:3])


def test_one_bad_event_spares_the_others(
    site: TestClient, app: App, planned: PlannedEdition
) -> None:
    events: list[object] = [
        "no event",
        None,
        {"event": "bounce"},
        {"event": ["bounce"], "sg_event_id": {"a": 1}},
        sent.a_sendgrid_bounce(
            "bounces+forged-1-0000", "x@example.org", sg_event_id="f"
        ),
    ]
    for index in range(3):
        reference = sender(app, planned, index).partition("@")[0]
        event = sent.a_sendgrid_bounce(
            reference, email(app, planned, index), sg_event_id=f"event-{index}"
        )
        events += [event, [event], {**event, "sg_event_id": 17, "event": "open"}]

    assert answer(site, "sendgrid", sent.from_sendgrid(events, EIGHT)) == 204
    assert kinds(app) == [BounceKind.HARD] * 3


def test_half_a_character_and_more_events_than_are_looked_at_spare_the_others(
    site: TestClient,
    app: App,
    planned: PlannedEdition,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(limits, "SERVICE_EVENTS", 2)
    events: list[object] = [
        sent.a_sendgrid_bounce(
            sender(app, planned, index).partition("@")[0],
            email(app, planned, index),
            sg_event_id=f"event-{index}\ud83d",
        )
        for index in range(3)
    ]
    with caplog.at_level("INFO"):
        assert answer(site, "sendgrid", sent.from_sendgrid(events, EIGHT)) == 204
    assert kinds(app) == [BounceKind.HARD] * 2
    assert "were not understood door=sendgrid count=1" in caplog.text


def test_a_token_of_mailguns_is_good_for_one_event(
    site: TestClient, app: App, planned: PlannedEdition
) -> None:
    opened = sent.a_mailgun_failure("", "x@example.org", event="opened")
    assert answer(site, "mailgun", sent.from_mailgun(opened, EIGHT)) == 204
    # Its signature does not cover the event: who saw it could write another.
    assert answer(site, "mailgun", request_of(app, planned, "mailgun")) == 204

    assert kinds(app) == []


def test_a_message_id_names_a_copy_while_its_reader_has_that_address(
    site: TestClient, app: App, planned: PlannedEdition
) -> None:
    def bounced(mark: str, address: str, index: int = 0) -> int:
        named = MessageReference.of(CODE, planned.readers[index], address)
        event = sent.a_sendgrid_bounce("", address, sg_event_id=mark)
        event["smtp-id"] = f"<{named}@example.org>"
        return answer(site, "sendgrid", sent.from_sendgrid([event], EIGHT))

    bounced("of another's address", "somebody@example.org")
    bounced("of another reader", email(app, planned, 1), 0)
    far = sent.a_sendgrid_bounce("", "x@example.org", sg_event_id="far")
    far["smtp-id"] = f"<{2**63}.abcdef.{CODE}@example.org>"
    answer(site, "sendgrid", sent.from_sendgrid([far], EIGHT))
    assert kinds(app) == []
    bounced("of theirs", email(app, planned, 1), 1)
    assert kinds(app) == [BounceKind.HARD]


def test_where_the_database_is_away_the_service_keeps_it(
    site: TestClient, app: App, planned: PlannedEdition
) -> None:
    request = request_of(app, planned, "postmark")
    with writing(app.engine) as connection:
        connection.exec_driver_sql("ALTER TABLE incoming_mail RENAME TO away")
    assert answer(site, "postmark", request) == 503
    with writing(app.engine) as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO incoming_mail")
    assert answer(site, "postmark", request) == 204
    assert kinds(app) == [BounceKind.HARD]
