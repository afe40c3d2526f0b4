"""One sender of several: python bench/_send_worker.py DATABASE PORT CONNECTIONS KB.

Says "ready", waits for a line, sends all that is due, and says what CPU that took.
"""

import sys
import threading
from datetime import timedelta

from _send_messages import message_of
from _send_rows import AT
from harness import cpu_seconds
from sqlalchemy import Engine

from digest.audience.signed_links import SignedLinks
from digest.deliver.sending.sender import EmailSender
from digest.deliver.smtp.connect import SmtpCarrier
from digest.deliver.smtp.mail_server import SmtpServer
from digest.model.editions.compiled_message import CompiledMessage
from digest.schedule.delivery.mail_links import MailLinks
from digest.store.base.engine import open_engine


def sender_for(
    engine: Engine, port: int, connections: int, message: CompiledMessage
) -> EmailSender:
    """Return the product's own sender of one message to everybody."""
    now = AT + timedelta(hours=1)
    return EmailSender(
        engine=engine,
        carrier=SmtpCarrier(SmtpServer.parse(f"smtp://127.0.0.1:{port}?tls=none")),
        message_for=lambda _edition, _variant: message,
        links=MailLinks(engine, SignedLinks("k" * 32, "https://example.org")),
        clock=lambda: now,
        connections=connections,
    )


def _work(database: str, port: str, connections: str, kb: str) -> None:
    engine = open_engine(database)
    message = message_of(int(kb))
    sender = sender_for(engine, int(port), int(connections), message)
    print("ready", flush=True)
    sys.stdin.readline()
    used = cpu_seconds()
    sender.send_due(threading.Event())
    print(cpu_seconds() - used, flush=True)
    engine.dispose()


if __name__ == "__main__":
    _work(*sys.argv[1:])
