"""The mail server in front of the built-in inbox: real SMTP, on this machine only."""

import asyncio
import logging
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from digest.deliver import limits
from digest.deliver.inbox.maildir import Inbox
from digest.errors import CarrierError

HOST = "127.0.0.1"


class _InboxHandler:
    """Keeps each message before it says yes."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    async def handle_DATA(  # noqa: N802 - the name and the shape are aiosmtpd's
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: Envelope,
    ) -> str:
        content = envelope.original_content or b""
        try:
            for recipient in envelope.rcpt_tos:
                self._inbox.keep(envelope.mail_from or "", recipient, content)
        except OSError as problem:
            return f"451 the inbox cannot be written: {problem.strerror}"
        return "250 kept in the built-in inbox"


class _Server(Controller):
    """Listens on a socket that is bound already, so that its port is known."""

    def __init__(self, inbox: Inbox, listener: socket.socket) -> None:
        super().__init__(
            _InboxHandler(inbox),
            hostname=HOST,
            port=listener.getsockname()[1],
            server_hostname="localhost",
            data_size_limit=limits.INBOX_MESSAGE_BYTES,
        )
        self._listener = listener

    async def _create_server(self) -> asyncio.AbstractServer:
        return await self.loop.create_server(self._factory_invoker, sock=self._listener)


@contextmanager
def running(inbox: Inbox, port: int = 0) -> Iterator[str]:
    """Serve the inbox and yield its smtp:// URL; port 0 takes one that is free.

    Raises CarrierError where the port is taken.
    """
    try:
        listener = socket.create_server((HOST, port))
    except OSError as problem:
        raise CarrierError(
            f"the built-in inbox cannot listen on port {port} "
            f"({problem.strerror}): choose another, or none"
        ) from problem
    # The library's own log names addresses; a log is not a subscriber list.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    with closing(listener):
        server = _Server(inbox, listener)
        server.start()
        try:
            yield f"smtp://{HOST}:{server.port}?tls=none"
        finally:
            server.stop()
