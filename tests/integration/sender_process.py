"""A program that sends what is due and prints a line for every copy that ended."""

import sys
import threading

from digest.deliver.sending.sender import EmailSender
from digest.deliver.smtp.connect import SmtpCarrier
from digest.deliver.smtp.mail_server import SmtpServer
from digest.store.base.engine import open_engine
from tests.fakes.sending import MESSAGE, FakeLinks, HandWoundClock


def _say(end: str) -> None:
    sys.stdout.write(end + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    database, url, connections = sys.argv[1:]
    sender = EmailSender(
        engine=open_engine(database),
        carrier=SmtpCarrier(SmtpServer.parse(url)),
        message_for=lambda _edition, _variant: MESSAGE,
        links=FakeLinks(),
        clock=HandWoundClock(),
        connections=int(connections),
    )
    sender.send_due(threading.Event(), _say)
