"""Hand copies over on an open connection, knowing at every instant what was taken.

Where the server offers it (RFC 2920) the next copy's envelope goes in one write
behind this copy's body: one wait a copy instead of four. Each reply is matched
to its command, in their order.
"""

from contextlib import suppress
from dataclasses import dataclass

from digest.deliver.carrier import Copy
from digest.deliver.smtp.mail_server import SmtpTimeouts
from digest.deliver.smtp.replies import SmtpReply, refusal
from digest.deliver.smtp.wire import CutShortError, Wire
from digest.errors import CarrierError
from digest.model.delivery.delivery import (
    Accepted,
    Deferred,
    Outcome,
    Refused,
    Uncertain,
)
from digest.model.editions.mime import undeliverable, wire_address

_GO_ON = 354
# What is said to MAIL, RCPT and DATA where nothing is amiss.
_GO_AHEAD = [250, 250, _GO_ON]
_CLOSING = 421
_DOT = b".\r\n"
_DATA = b"DATA\r\n"


@dataclass(frozen=True, slots=True)
class ServerExtensions:
    """What the server said that it can do.

    `size` is the most octets of a message, 0 where it sets no limit, None where
    it does not say.
    """

    pipelining: bool = False
    size: int | None = None


class SmtpConnection:
    """One session, on the event loop that it was opened on."""

    def __init__(
        self, wire: Wire, extensions: ServerExtensions, timeouts: SmtpTimeouts
    ) -> None:
        self._wire = wire
        self._extensions = extensions
        self._timeouts = timeouts
        self._announced: Copy | None = None
        self._commands_said: list[bytes] = []  # of the copy announced
        self._has_open_envelope = False  # begun, and not carried through
        self.is_open = True

    async def hand_over(self, copy: Copy, following: Copy | None = None) -> Outcome:
        """Hand over one copy; see `Connection.hand_over`."""
        if copy is not self._announced and (why := self._why_unfit(copy)):
            return Refused(why)
        if not self._may_go_ahead(copy):
            try:
                refused = await self._envelope(copy)
            except OSError as problem:
                return self._not_taken(str(problem))
            if refused is not None:
                return refused
        if self._wire.has_more:
            return self._not_taken("the mail server spoke out of turn")
        return await self._message(copy, following)

    async def close(self) -> None:
        """Say goodbye; a rude answer, or none, changes nothing.

        Behind an announced envelope there is no goodbye: it would be taken
        for a message.
        """
        with suppress(OSError):
            if self.is_open and self._announced is None:
                await self._wire.write(b"QUIT\r\n", self._timeouts.goodbye)
                await self._wire.read_reply(self._timeouts.goodbye)
        self._hang_up()

    def _why_unfit(self, copy: Copy) -> str:
        if why := undeliverable(copy.recipient):
            return f"the address {why}"
        most = self._extensions.size
        if most and len(copy.payload) > most:
            return (
                f"the message is larger than the {most / 1024:,.0f} KB that the mail "
                "server takes: shorten the edition, then try the refused again"
            )
        return ""

    def _may_go_ahead(self, copy: Copy) -> bool:
        """Whether it was announced and nothing is amiss: nearly always."""
        if self._announced is not copy or not self._wire.take_replies(_GO_AHEAD):
            return False
        self._announced, self._has_open_envelope = None, True
        return True

    async def _envelope(self, copy: Copy) -> Outcome | None:
        """Say who it is from and for; None where the message may follow."""
        is_pipelined = self._extensions.pipelining
        if self._announced is None:
            commands = self._commands(copy)
            if is_pipelined:
                await self._wire.write(b"".join(commands), self._timeouts.command)
        elif self._announced is copy:
            commands, self._announced = self._commands_said, None
        else:
            raise ConnectionError("another copy was announced")
        replies = []
        for command in commands:
            if not is_pipelined:
                await self._wire.write(command, self._timeouts.command)
            wait = self._timeouts.data if command == _DATA else self._timeouts.command
            replies.append(await self._wire.read_reply(wait))
            if replies[-1].code == _CLOSING or not (is_pipelined or replies[-1].is_yes):
                break  # no more will come: it hangs up, or waits for us
        if self._has_open_envelope and not replies.pop(0).is_yes:
            raise ConnectionError("the mail server would not start afresh")
        self._has_open_envelope = True
        return await self._judge(replies)

    async def _judge(self, replies: list[SmtpReply]) -> Outcome | None:
        """Return what the first refusal means, or None where there is none.

        The replies are those to MAIL, RCPT and DATA, as far as they were said.
        """
        if [reply.code for reply in replies] == _GO_AHEAD:
            return None
        if any(reply.code == _CLOSING or not reply.code for reply in replies):
            self._hang_up()
        mail, rcpt, data = (*replies, *[SmtpReply(0, "")] * 2)[:3]
        if self.is_open and data.code == _GO_ON and not (mail.is_yes and rcpt.is_yes):
            # RFC 2920 §3.1: a message for nobody, so nothing but its dot.
            await self._wire.write(_DOT, self._timeouts.block)
            await self._wire.read_reply(self._timeouts.final_dot)
        if not mail.is_yes:
            raise CarrierError(f"the mail server refuses us as the sender: {mail}")
        if not rcpt.is_yes:
            return refusal(rcpt, at_recipient=True)
        return None if data.code == _GO_ON else refusal(data)

    async def _message(self, copy: Copy, following: Copy | None) -> Outcome:
        announced = following if self._extensions.pipelining else None
        if announced is not None and self._why_unfit(announced):
            announced = None
        self._has_open_envelope = False
        self._commands_said = self._commands(announced) if announced else []
        behind = b"".join((_DOT, *self._commands_said))
        try:
            await self._wire.write_message(copy.payload, behind, self._timeouts.block)
            self._announced = announced
            reply = await self._wire.read_reply(self._timeouts.final_dot)
        except CutShortError as problem:
            return self._not_taken(str(problem))
        except OSError as problem:
            self._hang_up()
            return Uncertain(f"no answer came after the whole message: {problem}")
        if reply.is_yes:
            return Accepted(str(reply))
        if not reply.is_no:
            self._hang_up()
            return Uncertain(f"no answer that can be understood: {reply}")
        if reply.code == _CLOSING:
            self._hang_up()
        return refusal(reply)

    def _commands(self, copy: Copy) -> list[bytes]:
        afresh = [b"RSET\r\n"] if self._has_open_envelope else []
        size = f" SIZE={len(copy.payload)}" if self._extensions.size is not None else ""
        return [
            *afresh,
            f"MAIL FROM:<{copy.envelope_sender}>{size}\r\n".encode("ascii"),
            f"RCPT TO:<{wire_address(copy.recipient)}>\r\n".encode("ascii"),
            _DATA,
        ]

    def _not_taken(self, why: str) -> Outcome:
        self._hang_up()
        why = f"the connection was lost before the end: {why}"
        return Deferred(why, is_charged=False)

    def _hang_up(self) -> None:
        self.is_open = False
        self._announced = None
        with suppress(OSError):
            self._wire.close()
