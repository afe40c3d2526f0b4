"""What a sender is handed, beside its carrier: a message, links, a clock."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from digest.model.editions.compiled_message import CompiledMessage, MergeField
from digest.model.people.reader_marks import ReaderRef
from tests.builders import EIGHT

MESSAGE = CompiledMessage.of(
    [
        b"From: Lantern Week <digest@example.org>\r\nTo: ",
        MergeField.TO,
        b"\r\nSubject: Today\r\nMessage-ID: <",
        MergeField.REFERENCE,
        b"@example.org>\r\nList-Unsubscribe: ",
        MergeField.LEAVE,
        b"\r\n\r\nThe kettle is always on.\r\n",
    ]
)


class FakeLinks:
    """Addresses that say whose they are."""

    def unsubscribe_url(self, reader: ReaderRef) -> str:
        """Return an address for leaving."""
        return f"https://example.org/u/{reader.reader_id}"

    def unsubscribe_mailto(self, _edition_code: str, reader: ReaderRef) -> str:
        """Return an address for leaving by mail."""
        return f"mailto:leave+{reader.reader_id}@example.org"

    def choices_url(self, reader: ReaderRef) -> str:
        """Return an address for choosing."""
        return f"https://example.org/p/{reader.reader_id}"

    def service_headers(self, _edition_code: str, _reader: ReaderRef) -> str:
        """Return that no service gives names back."""
        return ""

    def envelope_sender(self, edition_code: str, reader: ReaderRef) -> str:
        """Return an address for bounces."""
        return f"bounces+{edition_code}-{reader.reader_id}@example.org"


@dataclass
class HandWoundClock:
    """Stands still until it is moved."""

    now: datetime = field(default=EIGHT)

    def __call__(self) -> datetime:
        """Return the time it shows."""
        return self.now

    def move(self, by: timedelta) -> None:
        """Move it on."""
        self.now += by
