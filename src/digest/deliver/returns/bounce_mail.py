"""Reads an email that came back: what it reports, and to which address it was sent.

Whoever likes can send us one, so nothing in it is believed but our own signed
address; and nothing in it can do more than be passed over.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string, policy
from email.message import Message
from itertools import islice

from digest.deliver import limits
from digest.deliver.returns.loose_bounces import plain_report
from digest.deliver.returns.mail_authors import may_ask_to_leave, written_by_a_program
from digest.model.delivery.bounces import (
    DeliveryReport,
    FeedbackReport,
    RecipientReport,
    Report,
)

# By whom it was brought to us, and to whom it was written.
_TO = ("Delivered-To", "X-Original-To", "X-Delivered-To", "Envelope-To", "To")
_ADDRESS = re.compile(r"[\w.+=/-]{1,64}@[\w.-]{1,255}", re.ASCII)
_STATUS = frozenset({"message/delivery-status", "message/global-delivery-status"})
# As some write it.
_ACTIONS = {"failure": "failed", "fail": "failed", "delay": "delayed"}
_FEEDBACK = "message/feedback-report"
_ORIGINAL = frozenset(
    {
        "message/rfc822",
        "message/global",
        "message/global-headers",
        "message/rfc822-headers",
        "text/rfc822-headers",
    }
)


@dataclass(frozen=True, slots=True)
class ReturnedMail:
    """An email that came back.

    `sent_to` are the addresses it was brought to; `about` those it says the
    message was sent from. `report` is None where it holds none, and `why` says
    what is there instead. `mark` tells it from every other by the name that it bears,
    and `body_mark` by what it says. `automatic` is why it is no person's, or "".
    """

    sent_to: tuple[str, ...]
    about: tuple[str, ...]
    report: Report | None
    mark: str
    body_mark: str = ""
    why: str = ""
    sender: str = ""
    automatic: str = ""
    may_ask_to_leave: bool = False


def read(source: bytes) -> ReturnedMail:
    """Return what an email says, as far as its first 256 kB.

    Raises ValueError, in words, for what cannot be taken apart.
    """
    try:
        front = source[: limits.RETURNED_MAIL_BYTES]
        message = message_from_bytes(front, policy=policy.compat32)
        parts = list(islice(_parts(message), limits.RETURNED_PARTS))
        report = _report(parts) or plain_report(front, parts)
        return ReturnedMail(
            sent_to=_addresses(message, *_TO),
            about=tuple(_about(parts)),
            report=report,
            mark=_mark(message, source),
            body_mark=_body_mark(source),
            why="" if report else f"it holds no report: {_subject(message)}",
            sender=next(iter(_addresses(message, "From")), ""),
            automatic=written_by_a_program(message),
            may_ask_to_leave=may_ask_to_leave(message),
        )
    # Nesting as deep as the stack, and names of encodings that there are not.
    except (RecursionError, LookupError, TypeError, AttributeError) as problem:
        raise ValueError("it cannot be taken apart: its parts are broken") from problem


def _parts(message: Message, level: int = 0) -> Iterator[Message]:
    """Yield the parts of an email, outermost first, but of no email within it."""
    yield message
    if message.is_multipart() and message.get_content_maintype() == "multipart":
        if level == limits.RETURNED_LEVELS:
            raise ValueError("it cannot be taken apart: its parts are nested too deep")
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from _parts(part, level + 1)


def _report(parts: list[Message]) -> Report | None:
    for part in parts:
        kind = part.get_content_type()
        if kind == _FEEDBACK:
            return FeedbackReport(_text_of(_inside(part), "Feedback-Type"))
        if kind in _STATUS:
            groups = islice(_groups(part), 1, limits.REPORTED_RECIPIENTS + 1)
            if fates := tuple(map(_fate, groups)):
                return DeliveryReport(fates)
    return None


def _fate(group: Message) -> RecipientReport:
    named = _addresses(group, "Original-Recipient", "Final-Recipient")
    return RecipientReport(
        addresses=named,
        action=_ACTIONS.get(action := _text_of(group, "Action").lower(), action),
        status=_text_of(group, "Status"),
        diagnostic=_text_of(group, "Diagnostic-Code"),
        retry_until=_text_of(group, "Will-Retry-Until"),
    )


def _groups(part: Message) -> Iterator[Message]:
    """Yield the groups of fields of a status: of the message, then by recipient."""
    payload = part.get_payload()
    for block in payload:
        if not isinstance(block, Message):
            continue
        if block.keys():
            yield block
        # Of the newer kind the parser knows only the first group.
        is_new = part.get_content_subtype() != "delivery-status"
        rest = block.get_payload() if is_new else ""
        for text in re.split(r"\n[ \t\r]*\n", rest if isinstance(rest, str) else ""):
            if text.strip():
                yield message_from_string(text.strip(), policy=policy.compat32)


def _about(parts: list[Message]) -> Iterator[str]:
    """Yield the envelope senders that it gives for the message it is about."""
    for part in parts:
        kind = part.get_content_type()
        if kind == _FEEDBACK:
            yield from _addresses(_inside(part), "Original-Mail-From")
        elif kind in _ORIGINAL:
            yield from _addresses(_inside(part), "Return-Path")


def _inside(part: Message) -> Message:
    """Return the fields that a part consists of, or begins with."""
    payload = part.get_payload()
    if isinstance(payload, list):
        return payload[0] if payload and isinstance(payload[0], Message) else Message()
    raw = part.get_payload(decode=True)
    return message_from_bytes(raw if isinstance(raw, bytes) else b"")


def _addresses(message: Message, *names: str) -> tuple[str, ...]:
    addresses: dict[str, None] = {}
    for name in names:
        for value in message.get_all(name, []):
            addresses.update(dict.fromkeys(_ADDRESS.findall(str(value))))
    return tuple(islice(addresses, limits.RETURNED_ADDRESSES))


def _text_of(message: Message, name: str) -> str:
    return str(message.get(name, "")).strip()


def _subject(message: Message) -> str:
    words = " ".join(_text_of(message, "Subject").split())
    words = words[: limits.RETURNED_SUBJECT]
    return f"“{words}”" if words.isprintable() and words else "it has no subject"


def _mark(message: Message, source: bytes) -> str:
    """Return what tells it from others, though it is kept in two places."""
    if name := _text_of(message, "Message-ID"):
        return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()
    return _body_mark(source)


def _body_mark(source: bytes) -> str:
    # What carried it here has written above it, and may have written other things.
    _, _, body = source.replace(b"\r\n", b"\n").partition(b"\n\n")
    return hashlib.sha256(body).hexdigest()
