"""A mail server's own record of what it took: Message-IDs, recipients, a Postfix log.

A line that cannot be understood is named, never guessed at.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from digest.model.editions.references import MessageReference

UNKNOWN = "is neither a Message-ID of ours, nor an email address, nor a line of a log"
UNCONFIRMED = (
    "nothing in the file says that the server took the message to its end: no line of "
    'its with "queue active" or a status follows; give the whole log'
)
# syslog's two ways to begin a line, and journalctl's.
_LOG_LINE = re.compile(
    r"(?:<\d+>)?(?:[A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d(?:\.\d+)?|"
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*) \S+ "
)
_POSTFIX = re.compile(
    r"\bpostfix[\w-]*/(?:[\w-]+/)*(?P<part>[\w-]+)\[\d+\]: "
    r"(?P<queue>[0-9A-Za-z]{6,20}): (?P<rest>.*)"
)
_MESSAGE_ID = re.compile(r"(?:resent-)?message-id=(<[^>]*>|\S*)")
_TAKEN = re.compile(r"\(queue active\)|\bstatus=(?:sent|deferred|bounced|expired)\b")
_HEADER = re.compile(r"message-id:", re.IGNORECASE)
_ADDRESS = re.compile(r"<?([^\s<>@,;\"']+@[^\s<>@,;\"']+)>?")


@dataclass(frozen=True, slots=True)
class RecordFault:
    """A line that names no copy, by its number, and why."""

    line: int
    why: str


@dataclass(slots=True)
class ServerRecord:
    """What a mail server took, each with the number of the line that says so.

    `others` counts lines of a log that are about other things.
    """

    references: dict[MessageReference, int] = field(default_factory=dict)
    recipients: dict[str, int] = field(default_factory=dict)
    others: int = 0
    faults: list[RecordFault] = field(default_factory=list)


def read_record(lines: Iterable[str]) -> ServerRecord:
    """Return what the lines of a file say that a mail server took.

    Of Postfix a message counts once its queue has it whole.
    """
    record, queue = ServerRecord(), _Queue()
    for number, line in enumerate(lines, 1):
        words = line.strip().removeprefix("\ufeff").strip()
        if not words or words.startswith("#"):
            continue
        if postfix := _POSTFIX.search(words):
            queue.note(record, number, postfix["queue"], postfix["rest"])
        elif _LOG_LINE.match(words):
            record.others += 1
        else:
            _read_bare(record, number, _HEADER.sub("", words, count=1).strip())
    record.faults += [
        RecordFault(number, UNCONFIRMED) for _, number in queue.waiting.values()
    ]
    record.faults.sort(key=lambda fault: fault.line)
    return record


def _read_bare(record: ServerRecord, number: int, words: str) -> None:
    reference = MessageReference.parse(words)
    address = _ADDRESS.fullmatch(words)
    if reference:
        record.references.setdefault(reference, number)
    elif address:
        record.recipients.setdefault(address[1], number)
    else:
        record.faults.append(RecordFault(number, UNKNOWN))


class _Queue:
    """Messages that a Postfix has begun to take, by the names its queue has for them.

    A name may be given again, to another message, once the first has gone.
    """

    def __init__(self) -> None:
        self.waiting: dict[str, tuple[MessageReference, int]] = {}

    def note(self, record: ServerRecord, number: int, queue: str, rest: str) -> None:
        """Take one line into account."""
        if named := _MESSAGE_ID.match(rest):
            reference = MessageReference.parse(named[1])
            if reference:
                self.waiting[queue] = reference, number
            else:
                record.others += 1
        elif queue in self.waiting and _TAKEN.search(rest):
            reference, line = self.waiting.pop(queue)
            record.references.setdefault(reference, line)
        else:
            record.others += 1
