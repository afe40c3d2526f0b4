"""Bytes to and from a mail server: each reply counted, each write known to the byte."""

import asyncio
import socket
import ssl
from collections.abc import Sequence

from digest.deliver.smtp.replies import ReplyParser, SmtpReply

_CHUNK = 8_192
_FULL = "the mail server takes nothing more"
# What a socket says that can do nothing this instant.
_NOT_NOW = (BlockingIOError, InterruptedError, ssl.SSLWantReadError)
_NO_ROOM = (BlockingIOError, InterruptedError, ssl.SSLWantWriteError)


class CutShortError(ConnectionError):
    """The connection failed before the final dot."""


class Wire:
    """A connected socket that speaks in commands and replies.

    It belongs to the running event loop, which reads whatever comes as it
    comes. Every method raises OSError where the connection fails or time runs
    out.
    """

    def __init__(self, connected: socket.socket) -> None:
        connected.settimeout(0)
        if connected.family in (socket.AF_INET, socket.AF_INET6):
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = connected
        self._is_plain = not isinstance(connected, ssl.SSLSocket)
        self._replies = ReplyParser()
        self._problem = ""
        self._reader: asyncio.Future[None] | None = None
        self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(connected, self._receive)

    @property
    def has_more(self) -> bool:
        """Whether something was received that nobody has read yet."""
        return self._replies.has_some

    async def write(self, words: bytes, wait: float) -> None:
        """Send all of `words`; each part is given so many seconds."""
        sent = 0
        while sent < len(words):
            try:
                sent += self._socket.send(memoryview(words)[sent:])
            except _NO_ROOM:
                await self._wait_for_room(wait)

    async def write_message(self, body: bytes, behind: bytes, wait: float) -> None:
        """Send a body and, in the same write, what comes behind it: the dot first.

        Raises CutShortError where the connection failed while none of what comes
        behind the body can have gone, so that the message was not taken.
        """
        try:
            rest = await self._send_body(body, behind, wait)
        except OSError as problem:
            raise CutShortError(str(problem)) from problem
        if rest:
            await self.write(rest, wait)

    async def read_reply(self, wait: float) -> SmtpReply:
        """Return the next reply, which is to be whole within so many seconds."""
        if not self._replies.has_whole:
            await self._wait_for_reply(wait)
        return self._replies.take()

    def take_replies(self, codes: Sequence[int]) -> bool:
        """Take the next replies, if they have come and have these codes; else none."""
        return self._replies.take_alike(codes)

    def close(self) -> None:
        """End the connection without a word."""
        self._end("the connection is closed")
        self._socket.close()

    async def _wait_for_reply(self, wait: float) -> None:
        if self._problem:
            raise ConnectionError(self._problem)
        self._reader = self._loop.create_future()
        self._set_deadline(wait)
        try:
            await self._reader
        finally:
            self._reader = None

    def _set_deadline(self, wait: float) -> None:
        """Have the reply that is waited for fail after so many seconds.

        One timer serves many replies: it is set anew where it goes off too early.
        """
        self._deadline = self._loop.time() + wait
        if self._timer is not None and self._timer.when() <= self._deadline:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(self._deadline, self._look_at_the_clock)

    def _look_at_the_clock(self) -> None:
        self._timer = None
        if self._reader is None:
            return
        if self._loop.time() < self._deadline:
            self._timer = self._loop.call_at(self._deadline, self._look_at_the_clock)
        else:
            _fail(self._reader, TimeoutError("no answer in time"))

    async def _send_body(self, body: bytes, behind: bytes, wait: float) -> bytes:
        """Send the body; return what remains of what comes behind it."""
        if not self._is_plain:
            await self.write(body, wait)
            return behind
        whole, sent = memoryview(body), 0
        while sent < len(body):
            try:
                sent += self._socket.sendmsg([whole[sent:], behind])
            except _NO_ROOM:
                await self._wait_for_room(wait)
        return behind[sent - len(body) :]

    async def _wait_for_room(self, wait: float) -> None:
        """Wait until the socket takes more."""
        if self._problem:
            raise ConnectionError(self._problem)
        room = self._loop.create_future()
        self._loop.add_writer(self._socket, _resolve, room)
        timer = self._loop.call_later(wait, _fail, room, TimeoutError(_FULL))
        try:
            await room
        finally:
            timer.cancel()
            self._loop.remove_writer(self._socket)

    def _receive(self) -> None:
        """Take in what came; the loop calls it whenever something has."""
        try:
            while more := self._socket.recv(_CHUNK):
                self._replies.add(more)
                # Bytes may wait that the loop cannot know of: deciphered, unread.
                pending = (
                    isinstance(self._socket, ssl.SSLSocket) and self._socket.pending()
                )
                if not pending:
                    break
            else:
                self._end("the server closed the connection")
        except _NOT_NOW:
            pass
        except OSError as problem:
            self._end(str(problem) or type(problem).__name__)
        if self._reader is not None and self._replies.has_whole:
            _resolve(self._reader)

    def _end(self, why: str) -> None:
        if not self._problem:
            self._problem = why
            self._loop.remove_reader(self._socket)
            if self._timer is not None:
                self._timer.cancel()
        if self._reader is not None and not self._replies.has_whole:
            _fail(self._reader, ConnectionError(why))


def _resolve(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_result(None)


def _fail(waiting: asyncio.Future[None], problem: OSError) -> None:
    if not waiting.done():
        waiting.set_exception(problem)
