"""A message compiled once for many readers: literal bytes, and merge fields between.

Rendering, inlining and encoding are done once; what is left for each reader is
to escape a few values and to join byte strings. Each value is escaped for where
it stands, so that nothing a name holds can become a header, markup or a link.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from functools import lru_cache, partial
from html import escape
from textwrap import fill

from digest.model.editions.mime import cleaned, mailbox, quoted_printable
from digest.model.limits import REASON_COLUMNS, REASON_WIDTH
from digest.model.people.lawful_basis import LawfulBasis, basis_of
from digest.model.people.person import NO_EVIDENCE, Consent
from digest.model.posts.shortening import shortened

_REFERENCE = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")
_WEB_ADDRESS = re.compile(r"https?://[!#-;=?-\[\]_a-z~]{1,500}")
_MAIL_ADDRESS = re.compile(r"mailto:[!#-+.-;=?-\[\]_a-z~]{1,350}")
_HEADERS = re.compile(r"(?:X-[A-Za-z-]{1,40}: [ -~]{1,200}\r\n)*")
# All of the above at once, as nearly every reader's values are; none of them has the
# sign between them.
_WHOLE = re.compile(
    rf"{_REFERENCE.pattern}\0{_WEB_ADDRESS.pattern}\0"
    rf"(?:{_WEB_ADDRESS.pattern})?\0(?:{_MAIL_ADDRESS.pattern})?\0{_HEADERS.pattern}"
)
# A line that stands in text and in HTML as it is: nothing to escape or to encode.
_AS_IT_IS = re.compile(r"(?!\.|From )[ !#-%(-;?-~]{0,72}[!#-%(-;?-~]")
_STAMP = b"digest-message 1\n"
# Messages of before had "Dear" and the name as one value.
_SALUTATIONS = {
    "salutation-in-text": "name-in-text",
    "salutation-in-html": "name-in-html",
}


class MergeField(StrEnum):
    """A place for a reader's value: which value, and how it is escaped there.

    Pictures are the one that all readers share.
    """

    TO = "to"
    REFERENCE = "reference"
    LEAVE = "leave"
    SERVICE = "service"
    NAME_IN_TEXT = "name-in-text"
    NAME_IN_HTML = "name-in-html"
    ADDRESS_IN_TEXT = "address-in-text"
    ADDRESS_IN_HTML = "address-in-html"
    LEAVE_URL_IN_TEXT = "leave-url-in-text"
    LEAVE_URL_IN_HTML = "leave-url-in-html"
    CHOICES_URL_IN_TEXT = "choices-url-in-text"
    CHOICES_URL_IN_HTML = "choices-url-in-html"
    REASON_IN_TEXT = "reason-in-text"
    REASON_IN_HTML = "reason-in-html"
    PICTURES = "pictures"


@dataclass(frozen=True, slots=True)
class Recipient:
    """What a message says that is one reader's own.

    `name` may be empty. `reference` names the copy in its Message-ID, the same
    on every attempt. `leave_url` leaves without signing in (RFC 8058);
    `leave_mailto`, a mailto: address that does the same, may be empty. `consent` is
    what is on record of why they get it. `choices_url` is where they choose what they
    get; without it, where they leave. `service_headers` are whole lines by which a mail
    service gives the copy's name back.

    Raises ValueError where a part that this program makes is malformed; an
    address that cannot be written to is for `mime.undeliverable` to find.
    """

    name: str
    address: str
    reference: str
    leave_url: str
    leave_mailto: str = ""
    consent: Consent = NO_EVIDENCE
    choices_url: str = ""
    service_headers: str = ""

    def __post_init__(self) -> None:
        values = (self.reference, self.leave_url, self.choices_url, self.leave_mailto)
        whole = "\0".join((*values, self.service_headers))
        if len(self.reference) <= 128 and _WHOLE.fullmatch(whole):
            return
        if len(self.reference) > 128 or not _REFERENCE.fullmatch(self.reference):
            raise ValueError("a reference is letters, digits, hyphens and single dots")
        if not _WEB_ADDRESS.fullmatch(self.leave_url):
            raise ValueError("leave_url is not an http(s) address fit for a header")
        if self.choices_url and not _WEB_ADDRESS.fullmatch(self.choices_url):
            raise ValueError("choices_url is not an http(s) address")
        if self.leave_mailto and not _MAIL_ADDRESS.fullmatch(self.leave_mailto):
            raise ValueError("leave_mailto is not a mailto: address fit for a header")
        if not _HEADERS.fullmatch(self.service_headers):
            raise ValueError("service_headers are not whole headers")


@dataclass(frozen=True, slots=True)
class ReasonWords:
    """Why a reader gets it, for each thing that may be on record; never more than that.

    They asked for it; they took an interest or it is a public task; something else is
    on record; nothing is. All but the last may be followed by the record's own words,
    which `of_record` begins.
    """

    asked_for: str = ""
    of_record: str = ""
    unknown: str = ""
    soft_opt_in: str = ""
    public_task: str = ""

    def for_reader(self, consent: Consent) -> str:
        """Return the words for a reader of whom this is on record."""
        record = shortened(cleaned(consent.in_words), REASON_WIDTH)
        begins = self.of_basis(consent)
        if not (begins or record):
            return self.unknown
        return " ".join(filter(None, (begins, record and f"{self.of_record} {record}")))

    def of_basis(self, consent: Consent) -> str:
        """Return the words for the basis alone, "" where that has none of its own."""
        if consent.is_a_request:
            return self.asked_for
        match basis_of(consent.basis):
            case LawfulBasis.SOFT_OPT_IN:
                return self.soft_opt_in
            case LawfulBasis.PUBLIC_TASK:
                return self.public_task
            case _:
                return ""


NO_REASONS = ReasonWords()


@dataclass(frozen=True, slots=True)
class CompiledMessage:
    """One message for many readers.

    `literals` are one more than `merge_fields`; a field follows each but the last.
    `pictures` are its attached parts, kept apart so that messages can share them.
    The merged message is pure ASCII with CRLF line ends, has no line above
    998 octets (76 in a body) and none that begins with a dot.
    """

    literals: tuple[bytes, ...]
    merge_fields: tuple[MergeField, ...]
    pictures: bytes = b""
    reasons: ReasonWords = NO_REASONS
    # Made once for all its readers: the literals with room between them, and where
    # each field has its value among all values.
    _pieces: list[bytes] = field(init=False, repr=False, compare=False)
    _places: list[int] = field(init=False, repr=False, compare=False)
    # Most readers of a list have the same on record.
    _reasons_for: Callable[[Consent], tuple[bytes, bytes]] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        pieces = [b""] * (2 * len(self.literals) - 1)
        pieces[::2] = self.literals
        places = [_PLACES[merge_field] for merge_field in self.merge_fields]
        object.__setattr__(self, "_pieces", pieces)
        object.__setattr__(self, "_places", places)
        words = lru_cache(maxsize=1024)(partial(_reasons, self.reasons))
        object.__setattr__(self, "_reasons_for", words)

    @classmethod
    def of(cls, pieces: Iterable[bytes | MergeField]) -> "CompiledMessage":
        """Return the message that the pieces make in their order."""
        literals, merge_fields = [b""], list[MergeField]()
        for piece in pieces:
            if isinstance(piece, MergeField):
                merge_fields.append(piece)
                literals.append(b"")
            else:
                literals[-1] += piece
        return cls(tuple(literals), tuple(merge_fields))

    def merge(self, recipient: Recipient) -> bytes:
        """Return the reader's own copy, ready to be sent.

        Raises ValueError where no message can be addressed to the reader; ask
        `mime.undeliverable` first.
        """
        values = [
            *_own_values(recipient),
            *self._reasons_for(recipient.consent),
            self.pictures,
        ]
        pieces = self._pieces.copy()
        pieces[1::2] = [values[place] for place in self._places]
        return b"".join(pieces)

    def addressed_to(self, name: str, address: str) -> "CompiledMessage":
        """Return it with that person in To, whichever reader it is merged for.

        Raises ValueError where `address` cannot be written to.
        """
        to = mailbox(name, address).encode()
        pieces: list[bytes | MergeField] = [self.literals[0]]
        for place, literal in zip(self.merge_fields, self.literals[1:], strict=True):
            pieces += [to if place is MergeField.TO else place, literal]
        return replace(
            CompiledMessage.of(pieces), reasons=self.reasons, pictures=self.pictures
        )

    def to_bytes(self) -> bytes:
        """Return it for storing; `from_bytes` gives it back, but for its pictures."""
        lengths = [len(part) for part in self.literals]
        reasons = asdict(self.reasons)
        head = {"slots": self.merge_fields, "lengths": lengths, "reasons": reasons}
        return b"".join((_STAMP, json.dumps(head).encode(), b"\n", *self.literals))

    @classmethod
    def from_bytes(cls, stored: bytes) -> "CompiledMessage":
        """Return what `to_bytes` was called on.

        Raises ValueError on anything else, a version to come included.
        """
        first_line, newline, rest = stored.removeprefix(_STAMP).partition(b"\n")
        if not stored.startswith(_STAMP) or not newline:
            raise ValueError("not a compiled message of this version: render it again")
        head = json.loads(first_line)
        literals, start = [], 0
        for length in head["lengths"]:
            literals.append(rest[start : start + length])
            start += length
        if start != len(rest) or len(literals) != len(head["slots"]) + 1:
            raise ValueError("a compiled message was cut short: render it again")
        merge_fields = []
        for place, name in enumerate(head["slots"]):
            if name in _SALUTATIONS:
                literals[place] += b"Dear=20=\r\n"
            merge_fields.append(MergeField(_SALUTATIONS.get(name, name)))
        reasons = ReasonWords(**head.get("reasons", {}))
        return cls(tuple(literals), tuple(merge_fields), reasons=reasons)


def body_value(
    field: MergeField, recipient: Recipient, reasons: ReasonWords = NO_REASONS
) -> str:
    """Return what stands in a merge field of a body, escaped for its place."""
    if field is MergeField.REASON_IN_TEXT:
        return fill(reasons.for_reader(recipient.consent), REASON_COLUMNS)
    if field is MergeField.REASON_IN_HTML:
        return escape(reasons.for_reader(recipient.consent))
    return _IN_BODY[field](recipient)


def _reasons(reasons: ReasonWords, consent: Consent) -> tuple[bytes, bytes]:
    words = reasons.for_reader(consent)
    lines = fill(words, REASON_COLUMNS).split("\n")
    in_text = "\r\n".join(map(quoted_printable, lines))
    return in_text.encode(), quoted_printable(escape(words)).encode()


def _own_values(to: Recipient) -> tuple[bytes, ...]:
    """Return what is the reader's own, encoded, in the order of `_OWN`."""
    leaving = f"<{to.leave_url}>"
    if to.leave_mailto:
        leaving = f"{leaving}, <{to.leave_mailto}>"
    return (
        mailbox(to.name, to.address).encode(),
        to.reference.encode(),
        leaving.encode(),
        to.service_headers.encode(),
        *_in_text_and_html(cleaned(to.name)),
        *_in_text_and_html(cleaned(to.address)),
        *_in_text_and_html(to.leave_url),
        *_in_text_and_html(to.choices_url or to.leave_url),
    )


def _in_text_and_html(words: str) -> tuple[bytes, bytes]:
    if _AS_IT_IS.fullmatch(words):
        return (as_it_is := words.encode()), as_it_is
    in_text = quoted_printable(words).encode()
    escaped = escape(words)
    if escaped == words:
        return in_text, in_text
    return in_text, quoted_printable(escaped).encode()


_OWN = (
    *(MergeField.TO, MergeField.REFERENCE, MergeField.LEAVE, MergeField.SERVICE),
    *(MergeField.NAME_IN_TEXT, MergeField.NAME_IN_HTML),
    *(MergeField.ADDRESS_IN_TEXT, MergeField.ADDRESS_IN_HTML),
    *(MergeField.LEAVE_URL_IN_TEXT, MergeField.LEAVE_URL_IN_HTML),
    *(MergeField.CHOICES_URL_IN_TEXT, MergeField.CHOICES_URL_IN_HTML),
)
_SHARED = (MergeField.REASON_IN_TEXT, MergeField.REASON_IN_HTML, MergeField.PICTURES)
_PLACES = {merge_field: at for at, merge_field in enumerate((*_OWN, *_SHARED))}
_IN_BODY: Mapping[MergeField, Callable[[Recipient], str]] = {
    MergeField.NAME_IN_TEXT: lambda to: cleaned(to.name),
    MergeField.NAME_IN_HTML: lambda to: escape(cleaned(to.name)),
    MergeField.ADDRESS_IN_TEXT: lambda to: cleaned(to.address),
    MergeField.ADDRESS_IN_HTML: lambda to: escape(cleaned(to.address)),
    MergeField.LEAVE_URL_IN_TEXT: lambda to: to.leave_url,
    MergeField.LEAVE_URL_IN_HTML: lambda to: escape(to.leave_url),
    MergeField.CHOICES_URL_IN_TEXT: lambda to: to.choices_url or to.leave_url,
    MergeField.CHOICES_URL_IN_HTML: lambda to: escape(to.choices_url or to.leave_url),
}
