"""A campaign that can be joined on the web, for tests: its pages, and its outbox."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from sqlalchemy import Engine

from digest.bootstrap import App
from digest.deliver.carrier import Carrier
from digest.render.templates import environment
from digest.schedule.readers.confirmations import ConfirmationOutbox
from digest.settings import Settings
from digest.web.app import make_app
from tests.builders import EIGHT, SITE
from tests.fakes.carrier import ScriptedCarrier
from tests.one_loop import client_of
from tests.stored import FILE, a_stored_campaign

WORDING = "Yes, please send me the Lantern Week news. I can stop at any time."
JOINABLE = (
    FILE
    + f"""
[joining]
wording = "{WORDING}"
about = "Short news from people who live in Tidewell."
ways = ["email", "letter", "large-print", "phone", "other"]

[letter]
sender = ["Lantern Week", "1 Example Street", "EXAMPLETON", "ZZ99 1AA"]
phone = "01632 960 155"
"""
)
CONFIRM = "/subscribe/lantern-week/email"


@dataclass
class JoiningSite:
    """The pages at a time that the test says, and what they had mailed."""

    engine: Engine
    folder: Path
    now: datetime = EIGHT
    carrier: ScriptedCarrier = field(default_factory=ScriptedCarrier)

    def __post_init__(self) -> None:
        self.digest = App(
            Settings(data_dir=self.folder), self.engine, lambda: self.now, "s" * 40
        )
        self.client = client_of(make_app(self.digest))

    def asks(self, email: str, **typed: str) -> str:
        """Sign up by email; return the page that answers."""
        form = {"name": "Hedy Brandt", "email": email} | typed
        answer = self.client.post(CONFIRM, data=form)
        assert answer.status_code == 200, answer.text
        return answer.text

    def mails(self) -> list[EmailMessage]:
        """Have what is due go; return the mails that went now."""
        before = len(self.carrier.copies)

        @contextmanager
        def opened() -> Iterator[Carrier]:
            yield self.carrier

        outbox = ConfirmationOutbox(
            self.engine, opened, self.digest.links, environment(None, "email")
        )
        outbox.send_due(self.now)
        copies = self.carrier.copies[before:]
        return [message_from_bytes(copy.payload, policy=default) for copy in copies]

    def later(self, **length: float) -> None:
        """Let time pass."""
        self.now += timedelta(**length)


def a_joining_site(engine: Engine, folder: Path, text: str = JOINABLE) -> JoiningSite:
    """Return the pages of a campaign that can be joined."""
    a_stored_campaign(engine, text)
    return JoiningSite(engine, folder)


def link_in(mail: EmailMessage) -> str:
    """Return the address that the button of a mail leads to, below the site's."""
    body = mail.get_body(("plain",))
    assert body is not None
    match = re.search(rf"{SITE}(/\S+)", body.get_content())
    assert match is not None
    return match[1]
