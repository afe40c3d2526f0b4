"""The recorder outside: what a mail server took, and what lies in the print folder.

The mail server writes down each message that it takes before it answers, in a file
that outlives every process of the product. Letters are read off the printed pages.
"""

import csv
import io
import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from digest.deliver.carrier import Copy
from digest.model.delivery.delivery import (
    Accepted,
    Deferred,
    Outcome,
    Uncertain,
)
from tests.fakes.carrier import ScriptedCarrier, ScriptedConnection
from tests.fakes.sending import HandWoundClock
from tests.sheets import Sheets

_ID = re.compile(rb"^Message-ID: <(\d+)\.(\w+)\.(\w+)@", re.IGNORECASE | re.MULTILINE)
_LEAVE = re.compile(rb"^List-Unsubscribe: <[^>]*/u/([^>]+)>", re.MULTILINE)
_TITLE = re.compile(r"zq(\d{6})r\d")
_TITLE_BYTES = re.compile(_TITLE.pattern.encode())


@dataclass(frozen=True, slots=True)
class Arrival:
    """A copy that has left: to whom, of which edition, with which posts.

    `reference` is its Message-ID; a letter or a call has none. Of one that
    `is_doubtful` the answer was lost; one that `was_taken` has left.
    """

    at: datetime
    to: str
    code: str
    posts: int
    reference: str = ""
    leave_token: str = ""
    is_letter: bool = False
    is_call: bool = False
    is_doubtful: bool = False
    was_taken: bool = True


@dataclass
class MailServer:
    """How the mail server is today, and where its journal is.

    It says `turns_away` to everybody, unless that is "". `delayed` are addresses whose
    own servers ask for patience. Of a hundred thousand answers some are `lost`, whether
    it took the copy or not: which, is by `luck`.
    """

    journal: Path
    lost: int = 0
    luck: str = ""
    turns_away: str = ""
    delayed: set[str] = field(default_factory=set)


class RecordedCarrier(ScriptedCarrier):
    """A mail server in this process that journals what it takes, then answers."""

    def __init__(self, server: MailServer, clock: HandWoundClock) -> None:
        super().__init__()
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
        self._journal = os.open(server.journal, flags, 0o600)
        self.server = server
        self._clock = clock
        self._read = 0

    async def open(self) -> ScriptedConnection:
        """Return a new connection, unless everybody is turned away."""
        self.turns_away = self.server.turns_away
        return await super().open()

    @property
    def is_down(self) -> bool:
        """Whether it turns everybody away."""
        return bool(self.server.turns_away)

    def answer(self, copy: Copy) -> Outcome:
        """Take a copy, or do not, and answer."""
        self.on_wire(copy)
        server = self.server
        if copy.recipient in server.delayed:
            return Deferred("451 4.7.1 come back later")
        mark = f"{copy.envelope_sender} {self._clock()} {server.luck}"
        luck = zlib.crc32(mark.encode()) % 100_000
        if luck < server.lost:
            self._take(copy, "lost" if luck % 2 else "taken?")
            return Uncertain("nothing was heard")
        self._take(copy, "taken")
        return Accepted("250 2.0.0 taken")

    def arrivals(self) -> Iterator[Arrival]:
        """Yield what was taken since the last call."""
        size = os.fstat(self._journal).st_size
        content = os.pread(self._journal, size - self._read, self._read)
        self._read = size
        for line in content.decode().splitlines():
            at, to, reference, posts, token, how = line.split(" ")
            yield Arrival(
                datetime.fromisoformat(at),
                to,
                reference.rpartition(".")[2],
                int(posts, 16),
                reference,
                token,
                is_doubtful=how != "taken",
                was_taken=how != "lost",
            )

    def close(self) -> None:
        """Close the journal."""
        os.close(self._journal)

    def _take(self, copy: Copy, how: str) -> None:
        head, _, body = copy.payload.partition(b"\r\n\r\n")
        named, leave = _ID.search(head), _LEAVE.search(head.replace(b"\r\n ", b""))
        if named is None:
            return  # of an approver, and no copy
        posts = 0
        for number in _TITLE_BYTES.findall(body.replace(b"=\r\n", b"")):
            posts |= 1 << int(number)
        reference = b".".join(named.groups()).decode()
        token = leave[1].decode() if leave else "-"
        line = (
            f"{self._clock().isoformat()} {copy.recipient} {reference} "
            f"{posts:x} {token} {how}\n"
        )
        os.write(self._journal, line.encode())


class PrintFolder:
    """The folder that print batches are laid into, looked at from outside."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[Path, int] = {}

    def arrivals(self, now: datetime) -> Iterator[Arrival]:
        """Yield the letters of the batches that are new, or made anew."""
        for manifest in sorted(self._folder.rglob("*.csv")):
            mark = manifest.stat().st_ino
            if self._known.get(manifest) != mark:
                self._known[manifest] = mark
                yield from _letters(manifest, now)


def _letters(manifest: Path, now: datetime) -> Iterator[Arrival]:
    pdf = manifest.with_name(
        manifest.name.replace("manifest-", "letters-")
    ).with_suffix(".pdf")
    sheets = Sheets(pdf.read_bytes())
    rows = csv.DictReader(io.StringIO(manifest.read_text("utf-8-sig")))
    for row in rows:
        first, pages = int(row["first_page"]) - 1, int(row["pages"])
        posts = 0
        for page in range(first, first + pages):
            for number in _TITLE.findall(sheets.text(page)):
                posts |= 1 << int(number)
        to = f"{row['name'].lower()}@example.org"
        code = manifest.parent.name.rpartition("-")[2]
        yield Arrival(now, to, code, posts, is_letter=True)
