"""One sender of several: python bench/_send_worker.py DATABASE PORT CONNECTIONS.

Says "ready", waits for a line, sends all that is due, and says what CPU that took.
"""

import sys
import threading
from datetime import timedelta

from _send_rows import AT
from harness import cpu_seconds
from merge import an_edition
from sqlalchemy import Engine

from digest.audience.signed_links import SignedLinks
from digest.deliver.sending.sender import EmailSender
from digest.deliver.smtp.connect import SmtpCarrier
from digest.deliver.smtp.mail_server import SmtpServer
from digest.render.email.compile import compile_email
from digest.render.options import RenderOptions
from digest.schedule.delivery.mail_links import MailLinks
from digest.store.base.engine import open_engine

MESSAGE = compile_email(an_edition(), RenderOptions(AT))


def sender_for(engine: Engine, port: int, connections: int) -> EmailSender:
    """Return the product's own sender of one message to everybody."""
    return EmailSender(
        engine=engine,
        carrier=SmtpCarrier(SmtpServer.parse(f"smtp://127.0.0.1:{port}?tls=none")),
        message_for=lambda _edition, _variant: MESSAGE,
        links=MailLinks(engine, SignedLinks("k" * 32, "https://example.org")),
        clock=lambda: AT + timedelta(hours=1),
        connections=connections,
    )


def _work(database: str, port: str, connections: str) -> None:
    engine = open_engine(database)
    sender = sender_for(engine, int(port), int(connections))
    print("ready", flush=True)
    sys.stdin.readline()
    used = cpu_seconds()
    sender.send_due(threading.Event())
    print(cpu_seconds() - used, flush=True)
    engine.dispose()


if __name__ == "__main__":
    _work(*sys.argv[1:])
