"""Webhooks: told with the fact, signed, tried again, paused, replayed, and shown."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.errors import DigestError
from digest.gather.fetching.fetch import Fetcher
from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.edition import EditionState
from digest.model.people.departure import LeavingMeans
from digest.model.roles import Role
from digest.model.secret_keys import SecretKeys
from digest.model.webhooks import WebhookKind
from digest.schedule.reports.troubles.of_campaigns import troubles_in
from digest.schedule.webhooks.sending import WebhookSecrets, WebhookSender
from digest.store.base.engine import reading, writing
from digest.store.delivery.deliveries import DeliveryMove, move_all
from digest.store.editions import moves
from digest.store.limits import WEBHOOK_OVERLAP, WEBHOOK_PATIENCE
from digest.store.people import departures, subscriptions
from digest.store.people.subscriptions import ListEntry
from digest.store.webhooks import endpoints, outbox
from digest.store.webhooks.outbox import MessageState
from digest.web.app import make_app
from tests.builders import EIGHT, SITE
from tests.rows import a_planned_edition
from tests.site import a_fetcher
from tests.staff import signed_in

JOINED = WebhookKind.PERSON_JOINED
NOW = EIGHT


@dataclass
class Chat:
    """Another system: what it was sent, and what it answers next."""

    url: str = ""
    status: int = 204
    sent: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """What it was told."""
        return [json.loads(body) for _, body in self.sent]


@pytest.fixture
def chat() -> Iterator[Chat]:
    """Yield another system that listens on the loopback."""
    with listening() as system:
        yield system


@contextmanager
def listening() -> Iterator[Chat]:
    """Have another system listen until the block ends."""
    system = Chat()

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            system.sent.append((headers, body))
            self.send_response(system.status)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        system.url = f"http://127.0.0.1:{server.server_port}/hook"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield system
        finally:
            server.shutdown()
            thread.join()


def a_sender(engine: Engine) -> WebhookSender:
    return WebhookSender(engine, a_fetcher(), WebhookSecrets(SecretKeys("our secret")))


def a_fact(engine: Engine, number: int = 1) -> None:
    """Write down that somebody has joined, as a fact of a transaction."""
    with writing(engine) as connection:
        facts = [{"person": number, "list": "readers"}]
        outbox.tell(connection, JOINED, NOW, lambda: facts)


def states(engine: Engine) -> list[MessageState]:
    with reading(engine) as connection:
        return [each.state for each in reversed(outbox.log(connection, 1, 50))]


def is_signed(headers: dict[str, str], body: bytes, secret: str) -> bool:
    """Verify a message by what the how-to hands to those who take them."""
    page = Path(__file__).parents[2] / "docs" / "how-to" / "webhooks.md"
    code = page.read_text().partition("```python\n")[2].partition("```")[0]
    namespace: dict[str, Any] = {}
    exec(code, namespace)  # noqa: S102 - our own page
    namespace["time"] = SimpleNamespace(time=lambda: int(headers["webhook-timestamp"]))
    return bool(namespace["is_ours"](headers, body, secret))


def test_what_happens_is_told_once_and_signed(engine: Engine, chat: Chat) -> None:
    sender = a_sender(engine)
    secret = sender.create("Chat", chat.url, (JOINED,), NOW)
    a_fact(engine)

    assert [sender.send_due(NOW), sender.send_due(NOW)] == [1, 0]
    [(headers, body)] = chat.sent
    assert is_signed(headers, body, secret)
    assert not is_signed(headers, body + b" ", secret)
    assert headers["webhook-id"] == "msg_1"
    assert json.loads(body) == {
        "type": "person.joined",
        "timestamp": NOW.isoformat(),
        "data": {"person": 1, "list": "readers"},
    }
    assert states(engine) == [MessageState.DELIVERED]


def test_what_is_taken_back_is_not_told(engine: Engine, chat: Chat) -> None:
    a_sender(engine).create("Chat", chat.url, (JOINED,), NOW)

    def fail() -> None:
        with writing(engine) as connection:
            outbox.tell(connection, JOINED, NOW, lambda: [{"person": 1}])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert states(engine) == []


@pytest.mark.parametrize("status", [302, 404, 500])
def test_what_was_not_taken_is_told_again_later(
    sqlite_engine: Engine, chat: Chat, status: int
) -> None:
    sender = a_sender(sqlite_engine)
    sender.create("Chat", chat.url, (JOINED,), NOW)
    a_fact(sqlite_engine, 1)
    a_fact(sqlite_engine, 2)
    chat.status = status
    sender.send_due(NOW)

    # It is left alone for a while, and so are the messages behind that one.
    assert len(chat.sent) == 1
    assert sender.send_due(NOW + timedelta(seconds=1)) == 0
    assert len(chat.sent) == 1
    chat.status = 200
    assert sender.send_due(NOW + timedelta(seconds=10)) == 2
    assert [headers["webhook-id"] for headers, _ in chat.sent] == [
        *("msg_1", "msg_1", "msg_2")
    ]
    assert states(sqlite_engine) == [MessageState.DELIVERED] * 2


def test_an_endpoint_that_takes_nothing_for_days_is_paused_and_told_of(
    engine: Engine, chat: Chat
) -> None:
    sender = a_sender(engine)
    sender.create("Chat", chat.url, (JOINED,), NOW)
    a_fact(engine)
    chat.status, at = 503, NOW
    while at < NOW + WEBHOOK_PATIENCE:
        sender.send_due(at)
        at += timedelta(hours=6)
    assert states(engine) == [MessageState.GIVEN_UP]
    a_fact(engine)
    sender.send_due(at)
    with reading(engine) as connection:
        [endpoint] = endpoints.listed(connection)
        [trouble] = troubles_in(connection, [], at)
    a_fact(engine)

    assert endpoint.state == "paused"
    assert "The webhook Chat is paused: it answered 503." in str(trouble)
    # What happens while it is paused is not kept for it.
    assert states(engine) == [MessageState.GIVEN_UP, MessageState.WAITING]
    chat.status, count = 200, len(chat.sent)
    with writing(engine) as connection:
        assert endpoints.resume(connection, endpoint, at)
        assert outbox.replay(connection, 1, at) == 1
    assert sender.send_due(at + timedelta(days=1)) == 2
    assert len(chat.sent) == count + 2
    assert chat.sent[-2][0]["webhook-id"] == "msg_1"


def test_one_that_says_that_it_is_gone_is_paused_at_once(
    sqlite_engine: Engine, chat: Chat
) -> None:
    sender = a_sender(sqlite_engine)
    sender.create("Chat", chat.url, (JOINED,), NOW)
    a_fact(sqlite_engine)
    chat.status = 410
    sender.send_due(NOW)

    with reading(sqlite_engine) as connection:
        assert endpoints.get(connection, 1).state == "paused"


def test_a_new_secret_signs_beside_the_old_one_for_a_day(
    engine: Engine, chat: Chat
) -> None:
    sender = a_sender(engine)
    old = sender.create("Chat", chat.url, (JOINED,), NOW)
    new = sender.rotate("Chat", NOW)
    a_fact(engine)
    sender.send_due(NOW)
    a_fact(engine)
    sender.send_due(NOW + WEBHOOK_OVERLAP)

    (first, second) = chat.sent
    assert is_signed(*first, old)
    assert is_signed(*first, new)
    assert not is_signed(*second, old)
    assert is_signed(*second, new)
    with reading(engine) as connection:
        assert old not in repr(endpoints.get(connection, 1))
        assert endpoints.get(connection, 1).secret != new


def test_one_system_that_does_not_answer_holds_up_no_other(
    sqlite_engine: Engine, chat: Chat
) -> None:
    sender = a_sender(sqlite_engine)
    sender.create("Away", "http://127.0.0.1:9/hook", (JOINED,), NOW)
    sender.create("Chat", chat.url, (JOINED,), NOW)
    for number in range(3):
        a_fact(sqlite_engine, number)
    sender.send_due(NOW)

    assert [body["data"]["person"] for body in chat.bodies] == [0, 1, 2]
    with reading(sqlite_engine) as connection:
        answers = [each.answer for each in outbox.log(connection, 1, 5)]
    assert "nothing answers there" in answers[-1]


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/hook",
        "https://ann:secret@example.org/hook",
        "example.org",
        "",
        "file:///etc/passwd",
    ],
)
def test_only_web_addresses_are_told(sqlite_engine: Engine, url: str) -> None:
    with pytest.raises(DigestError):
        a_sender(sqlite_engine).create("Chat", url, (JOINED,), NOW)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "169.254.169.254", "[::1]", "localhost", "10.0.0.1"]
)
def test_no_address_inside_is_asked_unless_it_is_allowed(
    sqlite_engine: Engine, chat: Chat, host: str
) -> None:
    sender = WebhookSender(
        sqlite_engine, Fetcher(), WebhookSecrets(SecretKeys("our secret"))
    )
    port = chat.url.rpartition(":")[2]
    sender.create("Chat", f"http://{host}:{port}", (JOINED,), NOW)
    a_fact(sqlite_engine)
    sender.send_due(NOW)

    assert chat.sent == []
    with reading(sqlite_engine) as connection:
        [message] = outbox.log(connection, 1, 5)
    assert "did not take it" in message.answer


def test_each_fact_is_told_by_what_makes_it_so(engine: Engine) -> None:
    planned = a_planned_edition(engine, emails=2)
    edition_id = planned.id
    a_sender(engine).create("Chat", "https://example.org", tuple(WebhookKind), NOW)
    with writing(engine) as connection:
        list_id = subscriptions.make_list(connection, "friends", NOW)
        subscriptions.start(connection, list_id, {1: ListEntry()}, NOW)
        departures.leave(connection, planned.campaign_id, 1, LeavingMeans.PHONE, NOW)
        claim = DeliveryMove(planned.key(0), DeliveryState.HANDING_OVER)
        move_all(connection, [claim], NOW)
        refused = DeliveryMove(
            planned.key(0), DeliveryState.REFUSED, "550 no such mailbox"
        )
        # Who was not being handed over was not refused either.
        stray = DeliveryMove(planned.key(1), DeliveryState.REFUSED, "550")
        move_all(connection, [refused, stray], NOW)
        moves.move(connection, edition_id, EditionState.SENDING, NOW)
        moves.move(connection, edition_id, EditionState.SENT, NOW)
    with reading(engine) as connection:
        log = reversed(outbox.log(connection, 1, 50))
        facts = {each.kind.value: dict(each.facts) for each in log}

    assert facts["person.joined"] == {"person": 1, "list": "friends"}
    assert facts["person.left"]["by"] == "phone"
    assert facts["delivery.failed"]["answer"] == "550 no such mailbox"
    assert facts["edition.sent"]["edition"] == edition_id


def test_a_webhook_is_made_looked_at_and_ended_on_the_desk(
    program: App, chat: Chat
) -> None:
    here = "/desk/settings/webhooks"
    with TestClient(
        make_app(program), base_url=SITE, headers={"Origin": SITE}
    ) as client:
        signed_in(client, program, Role.ADMIN)
        wrong = client.post(here, data={"name": "Chat", "url": "ftp://x"})
        form = {"name": "Chat", "url": chat.url, "kind-person.joined": "yes"}
        created = client.post(here, data=form)
        with program.writing() as connection:
            outbox.tell(connection, JOINED, NOW, lambda: [{"person": 1}])
        program.webhooks.send_due(program.now())
        log = client.get(f"{here}/1").text
        rotated = client.post(f"{here}/1/rotate").text
        replayed = client.post(f"{here}/1/replay", data={"message": "1"}).text
        ended = client.post(f"{here}/1/end").text
        listed = client.get(here).text

    assert wrong.status_code == 422
    assert "whsec_" in created.text
    assert "whsec_" in rotated
    assert "whsec_" not in log
    assert "msg_1" in log
    assert "did not take it" in log
    assert "There was nothing to do" not in replayed
    assert "It is told nothing any more" in ended
    assert "Ended" in listed
