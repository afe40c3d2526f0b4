"""How webhooks are signed, after Standard Webhooks, and how often they are tried."""

from datetime import UTC, datetime, timedelta

from digest.model.webhooks import WebhookKind, body_of, signed_headers, wait_after

AT = datetime.fromtimestamp(1_614_265_330, UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - the published one


def test_a_message_is_signed_as_the_published_example_is() -> None:
    headers = signed_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", AT, b'{"test": 2432232314}', [SECRET]
    )

    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_while_secrets_change_a_message_is_signed_with_both() -> None:
    both = signed_headers("msg_1", AT, b"{}", [SECRET, "whsec_c2VjcmV0"])
    alone = signed_headers("msg_1", AT, b"{}", ["whsec_c2VjcmV0"])

    new, old = both["webhook-signature"].split(" ")
    assert new != old
    assert old == alone["webhook-signature"]


def test_a_message_says_what_happened_and_when() -> None:
    body = body_of(WebhookKind.EDITION_SENT, AT, {"edition": 7, "campaign": "Café"})

    assert body.decode() == (
        '{"type":"edition.sent","timestamp":"2021-02-25T15:02:10+00:00",'
        '"data":{"edition":7,"campaign":"Café"}}'
    )


def test_a_message_is_tried_for_three_days_and_then_given_up() -> None:
    waits = [wait_after(attempts) for attempts in range(1, 11)]

    assert waits[0] == timedelta(seconds=5)
    assert waits[-1] is None
    assert sum(filter(None, waits), timedelta()) > timedelta(days=3)
