"""The memory of one sender over a run: python bench/_send_memory.py READERS.

Prints what it held after a tenth of the run and the most it ever held, in MB.
The carrier takes every copy at once, so that the run is the sender's own.
"""

import sys
import tempfile
import threading
from datetime import timedelta
from itertools import count
from pathlib import Path

from _send_rows import AT, plan_for
from harness import peak_mb
from merge import an_edition

from digest.audience.signed_links import SignedLinks
from digest.deliver.carrier import Copy
from digest.deliver.sending.sender import EmailSender
from digest.model.delivery.delivery import Accepted, Outcome
from digest.render.email.compile import compile_email
from digest.render.options import RenderOptions
from digest.schedule.delivery.mail_links import MailLinks
from digest.store.base.engine import open_engine
from digest.store.migrate import migrate


class Void:
    """A carrier, and a connection to it, that takes everything."""

    is_open = True

    async def open(self) -> "Void":
        """Return itself."""
        return self

    async def hand_over(self, copy: Copy, following: Copy | None = None) -> Outcome:  # noqa: ARG002 - the carrier's protocol
        """Take the copy."""
        return Accepted("250 ok")

    async def close(self) -> None:
        """Do nothing."""


def run(readers: int) -> tuple[float, float]:
    """Send to so many readers; return the early and the greatest memory, in MB."""
    message = compile_email(an_edition(), RenderOptions(AT))
    numbers, early = count(1), list[float]()

    def progress(_end: str) -> None:
        if next(numbers) == max(readers // 10, 1):
            early.append(peak_mb())

    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'digest.db'}")
        migrate(engine)
        plan_for(engine, readers)
        sender = EmailSender(
            engine=engine,
            carrier=Void(),
            message_for=lambda _edition, _variant: message,
            links=MailLinks(engine, SignedLinks("k" * 32, "https://example.org")),
            clock=lambda: AT + timedelta(hours=1),
        )
        tally = sender.send_due(threading.Event(), progress)
        assert tally.accepted == readers, tally
        engine.dispose()
    return early[0], peak_mb()


if __name__ == "__main__":
    print(*run(int(sys.argv[1])))
