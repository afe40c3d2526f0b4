"""Hand copies over on an open connection, knowing at every instant what was taken.

Where the server offers it (RFC 2920) the next copy's envelope goes in one write
behind this copy's body: one wait a copy instead of four. Each reply is matched
to its command, in their order.
"""

import re
from contextlib import suppress
from dataclasses import dataclass, fields
from typing import Self

from digest.deliver.carrier import Copy
from digest.deliver.smtp.outcomes import SmtpReply, refusal
from digest.deliver.smtp.wire import CutShortError, Wire
from digest.errors import CarrierError, SettingsError
from digest.model.delivery.delivery import (
    Accepted,
    Deferred,
    Outcome,
    Refused,
    Uncertain,
)
from digest.model.editions.mime import undeliverable, wire_address

_GO_ON = 354
_CLOSING = 421
_DOT = b".\r\n"
_DATA = b"DATA\r\n"
_SECONDS = re.compile("[1-9][0-9]{0,3}")


@dataclass(frozen=True, slots=True)
class SmtpTimeouts:
    """How long to wait for the server, in seconds: RFC 5321 §4.5.3.2's minima.

    The wait for a connection is our own. That for the final dot must be long:
    giving up too soon sends the reader a second copy.
    """

    connect: float = 30
    command: float = 300
    data: float = 120
    block: float = 180
    final_dot: float = 600
    goodbye: float = 5

    @classmethod
    def parse(cls, words: str) -> Self:
        """Return the waits that words like "command=60, final-dot=900" name.

        The others are as they were. Raises SettingsError saying what to write.
        """
        known = {field.name.replace("_", "-"): field.name for field in fields(cls)}
        given = dict[str, float]()
        for part in filter(None, map(str.strip, words.split(","))):
            name, _, seconds = part.partition("=")
            if name.strip() not in known or not _SECONDS.fullmatch(seconds.strip()):
                raise SettingsError(
                    f'DIGEST_SMTP_TIMEOUTS: "{part}" is no wait of 1 to 9999 seconds: '
                    f"write e.g. final-dot=900; there are {', '.join(known)}"
                )
            given[known[name.strip()]] = float(seconds)
        return cls(**given)


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
        self, wire: Wire, offers: ServerExtensions, timeouts: SmtpTimeouts
    ) -> None:
        self._wire = wire
        self._offers = offers
        self._wait = timeouts
        self._announced: Copy | None = None
        self._is_within = False  # an envelope that was not carried through
        self.is_open = True

    async def hand_over(self, copy: Copy, following: Copy | None = None) -> Outcome:
        """Hand over one copy; see `Connection.hand_over`."""
        if why := self._unfit(copy):
            return Refused(why)
        try:
            turned_down = await self._envelope(copy)
        except OSError as problem:
            return self._not_taken(str(problem))
        if turned_down is not None:
            return turned_down
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
                await self._wire.write(b"QUIT\r\n", self._wait.goodbye)
                await self._wire.read_reply(self._wait.goodbye)
        self._hang_up()

    def _unfit(self, copy: Copy) -> str:
        if why := undeliverable(copy.recipient):
            return f"the address {why}"
        most = self._offers.size
        if most and len(copy.payload) > most:
            return (
                f"the message is larger than the {most / 1024:,.0f} KB that the mail "
                "server takes: shorten the edition, then try the refused again"
            )
        return ""

    async def _envelope(self, copy: Copy) -> Outcome | None:
        """Say who it is from and for; None where the message may follow."""
        commands = self._commands(copy)
        is_pipelined = self._offers.pipelining
        if self._announced is None and is_pipelined:
            await self._wire.write(b"".join(commands), self._wait.command)
        elif self._announced is not None and self._announced is not copy:
            raise ConnectionError("another copy was announced")
        self._announced = None
        replies = []
        for command in commands:
            if not is_pipelined:
                await self._wire.write(command, self._wait.command)
            wait = self._wait.data if command == _DATA else self._wait.command
            replies.append(await self._wire.read_reply(wait))
            if replies[-1].code == _CLOSING or not (is_pipelined or replies[-1].is_yes):
                break  # no more will come: it hangs up, or waits for us
        if self._is_within and not replies.pop(0).is_yes:
            raise ConnectionError("the mail server would not start afresh")
        self._is_within = True
        return await self._judged(replies)

    async def _judged(self, replies: list[SmtpReply]) -> Outcome | None:
        """Return what the first refusal means, or None where there is none.

        The replies are those to MAIL, RCPT and DATA, as far as they were said.
        """
        if any(reply.code == _CLOSING or not reply.code for reply in replies):
            self._hang_up()
        mail, rcpt, data = (*replies, *[SmtpReply(0, "")] * 2)[:3]
        if self.is_open and data.code == _GO_ON and not (mail.is_yes and rcpt.is_yes):
            # RFC 2920 §3.1: a message for nobody, so nothing but its dot.
            await self._wire.write(_DOT, self._wait.block)
            await self._wire.read_reply(self._wait.final_dot)
        if not mail.is_yes:
            raise CarrierError(f"the mail server refuses us as the sender: {mail}")
        if not rcpt.is_yes:
            return refusal(rcpt, at_recipient=True)
        return None if data.code == _GO_ON else refusal(data)

    async def _message(self, copy: Copy, following: Copy | None) -> Outcome:
        announced = following if self._offers.pipelining else None
        if announced is not None and self._unfit(announced):
            announced = None
        self._is_within = False
        behind = [_DOT, *(self._commands(announced) if announced else ())]
        try:
            await self._wire.write_message(
                copy.payload, b"".join(behind), self._wait.block
            )
            self._announced = announced
            reply = await self._wire.read_reply(self._wait.final_dot)
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
        afresh = [b"RSET\r\n"] if self._is_within else []
        size = f" SIZE={len(copy.payload)}" if self._offers.size is not None else ""
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
