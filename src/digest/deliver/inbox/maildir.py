"""The built-in inbox: a Maildir that keeps mail exactly as it arrived.

Any number of processes may add to it and read it at once: a message is written
aside and then renamed, so that nobody ever sees half of one.
"""

import base64
import os
import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from digest.deliver import limits
from digest.errors import NotFound

# At most two header lines of ours, then what arrived.
_FROM, _TO = b"X-Envelope-From: ", b"X-Envelope-To: "
_ADDRESS = re.compile(r"[^\s<>()\[\]\",:;@]+@[^\s<>()\[\]\",:;@]+")
_KEY = re.compile(r"[0-9]{1,20}\.[0-9]{1,10}\.[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class InboxMessage:
    """A message as a list shows it. `date` is when it arrived."""

    key: str
    subject: str
    sender: str
    to: str
    date: datetime
    envelope_from: str
    envelope_to: str


@dataclass(frozen=True, slots=True)
class OpenedMessage(InboxMessage):
    """A message as one reads it; `html` or `text` is empty where it has none.

    Pictures inside the message stand in its `html` themselves. `source` is every
    byte that was received, and none of ours.
    """

    html: str
    text: str
    source: bytes


@dataclass(frozen=True, slots=True)
class Inbox:
    """A folder that any program for Maildirs can read too."""

    folder: Path

    def keep(self, envelope_from: str, envelope_to: str, source: bytes) -> str:
        """Keep one message and return its key."""
        for name in ("tmp", "new", "cur"):
            (self.folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        key = f"{time.time_ns()}.{os.getpid()}.{secrets.token_hex(4)}"
        head = b"".join(
            name + re.sub(r"[\x00-\x1f\x7f]", "", address).encode() + b"\r\n"
            for name, address in ((_FROM, envelope_from), (_TO, envelope_to))
        )
        aside = self.folder / "tmp" / key
        # Not synced to the disk: it has to outlive this process, not the machine.
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(head + source)
        aside.rename(self.folder / "new" / key)
        return key

    def messages(self) -> list[InboxMessage]:
        """Return what the inbox holds, newest first."""
        messages = []
        for path in self._paths():
            with suppress(FileNotFoundError), path.open("rb") as file:
                start = file.read(limits.INBOX_HEADER_BYTES)
                header = start.partition(b"\r\n\r\n")[0]
                messages.append(_listed(path, header + b"\r\n\r\n"))
        return messages

    def read(self, key: str) -> OpenedMessage:
        """Return one message. Raises NotFound for any key the inbox does not hold."""
        if _KEY.fullmatch(key):
            for name in ("new", "cur"):
                for path in (self.folder / name).glob(f"{key}*"):
                    with suppress(FileNotFoundError):
                        return _opened(path, path.read_bytes())
        raise NotFound("the inbox holds no such message; see those it does in /inbox")

    def forget(self, is_theirs: Callable[[str], bool]) -> int:
        """Remove each message that has an address that is theirs; return how many.

        Whether it was sent there, or only names it: it was an errand of a rehearsal.
        """
        forgotten = 0
        for path in self._paths():
            with suppress(FileNotFoundError):
                if any(map(is_theirs, _addresses(path.read_bytes()))):
                    path.unlink()
                    forgotten += 1
        return forgotten

    def older_than(self, before: datetime) -> list[datetime]:
        """Return when each message came that came before then, the oldest first."""
        arrivals = (_arrived(path) for path in self._paths())
        return sorted(arrived for arrived in arrivals if arrived < before)

    def remove_older(self, before: datetime, most: int) -> int:
        """Remove those messages, `most` at most; return how many."""
        old = [path for path in self._paths() if _arrived(path) < before]
        for path in old[-most:]:
            path.unlink(missing_ok=True)
        return min(len(old), most)

    def __len__(self) -> int:
        return len(list(self._paths()))

    def _paths(self) -> Iterator[Path]:
        paths = [
            path
            for name in ("new", "cur")
            if (self.folder / name).is_dir()
            for path in (self.folder / name).iterdir()
            if _KEY.fullmatch(_key(path))
        ]
        yield from sorted(paths, key=_arrival, reverse=True)


def _key(path: Path) -> str:
    # What follows the colon are marks that a mail program has set.
    return path.name.partition(":")[0]


def _arrival(path: Path) -> int:
    return int(path.name.partition(".")[0])


def _arrived(path: Path) -> datetime:
    return datetime.fromtimestamp(_arrival(path) / 1e9, tz=UTC)


def _listed(path: Path, raw: bytes) -> InboxMessage:
    envelope_from, envelope_to, source = _parts(raw)
    message = message_from_bytes(source, policy=policy.default)
    return InboxMessage(
        key=_key(path),
        subject=_header(message, "Subject") or "(no subject)",
        sender=_header(message, "From"),
        to=_header(message, "To") or envelope_to,
        date=_arrived(path),
        envelope_from=envelope_from,
        envelope_to=envelope_to,
    )


def _opened(path: Path, raw: bytes) -> OpenedMessage:
    listed = _listed(path, raw)
    source = _parts(raw)[2]
    message = message_from_bytes(source, policy=policy.default)
    return OpenedMessage(
        key=listed.key,
        subject=listed.subject,
        sender=listed.sender,
        to=listed.to,
        date=listed.date,
        envelope_from=listed.envelope_from,
        envelope_to=listed.envelope_to,
        html=_with_pictures(message, _body(message, "html")),
        text=_body(message, "plain"),
        source=source,
    )


def _parts(raw: bytes) -> tuple[str, str, bytes]:
    sender, _, rest = raw.removeprefix(_FROM).partition(b"\r\n")
    to, _, source = rest.removeprefix(_TO).partition(b"\r\n")
    return sender.decode("utf-8", "replace"), to.decode("utf-8", "replace"), source


def _addresses(raw: bytes) -> set[str]:
    """Return every address in a message, however its parts are encoded."""
    envelope_from, envelope_to, source = _parts(raw)
    message = message_from_bytes(source, policy=policy.default)
    words = [envelope_from, envelope_to, *(_header(message, name) for name in message)]
    words += [_body(message, "plain"), _body(message, "html")]
    return {address for each in words for address in _ADDRESS.findall(each)}


def _header(message: EmailMessage, name: str) -> str:
    # What others send may break the standard in ways that the parser chokes on.
    try:
        return str(message.get(name, ""))
    except (ValueError, LookupError, AttributeError, IndexError, TypeError):
        return ""


def _body(message: EmailMessage, kind: str) -> str:
    try:
        part = message.get_body(preferencelist=(kind,))
        return "" if part is None else str(part.get_content())
    except (ValueError, LookupError, AttributeError, TypeError):
        return ""


def _with_pictures(message: EmailMessage, html: str) -> str:
    """Return the page with what it shows by Content-ID (RFC 2392) put into it."""
    for part in message.walk():
        content_id = _header(part, "Content-ID").strip("<> ")
        if content_id and part.get_content_type() in {"image/png", "image/jpeg"}:
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                encoded = base64.b64encode(content).decode("ascii")
                data = f"data:{part.get_content_type()};base64,{encoded}"
                html = html.replace(f'src="cid:{content_id}"', f'src="{data}"')
    return html
