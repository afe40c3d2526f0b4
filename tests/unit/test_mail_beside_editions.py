"""Mail that is no edition: it is made however long its sender or its subject is."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

from digest.render.email.confirmation import Confirmation
from digest.render.templates import environment
from digest.schedule.readers.forwarded_reply import ForwardedReply
from tests.builders import a_campaign

NOW = datetime(2026, 7, 6, 15, tzinfo=UTC)
LONG = "Newyddion Tŷ Llusern — Gofalwyr a Chyfeillion, bob wythnos drwy gydol y flwydd"
CAMPAIGN = a_campaign(title=LONG, sender_name=LONG)


def test_a_reply_with_a_long_subject_is_passed_on() -> None:
    subject = (
        "Re: Nine winters of lanterns, and 11 more posts and 6 more events this week"
    )
    content = f"From: ann@example.org\r\nSubject: {subject}\r\n\r\nThank you\r\n"

    mail = ForwardedReply(CAMPAIGN, content.encode()).message("team@example.org", NOW)

    message = message_from_bytes(mail, policy=default)
    assert message["Subject"] == f"A reader wrote: {subject}"
    assert message["Reply-To"] == "ann@example.org"


def test_a_campaign_with_a_long_name_asks_for_confirmation() -> None:
    confirmation = Confirmation(CAMPAIGN, "https://news.example.org/join/1")

    mail = confirmation.message(environment(None, "email"), "ann@example.org", NOW)

    message = message_from_bytes(mail, policy=default)
    assert LONG in message["Subject"]
    assert message["From"].addresses[0].addr_spec == "digest@example.org"
