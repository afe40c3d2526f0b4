"""What mail servers that write no report say in plain words.

By the rules that flufl.bounce has gathered from mail servers of thirty years, and ours
on top: who must have written it, and the code that stands in the text. All of it is a
guess, and told as one.
"""

import logging
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import Message
from itertools import islice

from flufl.bounce import all_failures

from digest.deliver import limits
from digest.model.delivery.bounces import DeliveryReport, RecipientReport, code_in

# What its rules stumble over is passed over; their log would show strangers' words.
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)
_FROM_A_MACHINE = re.compile(
    r"<>|mailer.?daemon|postmaster|mdaemon|mail.?delivery|delivery subsystem"
    r"|system administrator|mail administrator|smtp[^@\s]*@",
    re.IGNORECASE,
)
_ANSWERED_BY_MACHINE = re.compile(r"\s*auto-", re.IGNORECASE)


def plain_report(source: bytes, parts: list[Message]) -> DeliveryReport | None:
    """Return what it says by its words, where a machine wrote it; None for nothing.

    What a person writes is none, whatever it quotes. `parts` are those of `source`,
    the whole of it first.
    """
    message = parts[0]
    sender = f"{message.get('Return-Path', '')} {message.get('From', '<>')}"
    is_from_a_server = bool(_FROM_A_MACHINE.search(sender))
    is_automatic = _ANSWERED_BY_MACHINE.match(str(message.get("Auto-Submitted", "")))
    if not (is_from_a_server or is_automatic):
        return None
    line = next(_lines_with_codes(parts), "")
    fates = _by_rules(source, line)
    if not fates and is_from_a_server and line:
        fates = (RecipientReport((), "failed", code_in(line), line),)
    return DeliveryReport(fates, is_guess=True) if fates else None


def _by_rules(source: bytes, line: str) -> tuple[RecipientReport, ...]:
    # Their time goes by the square of a line, and by the parts there are.
    lines = source[: limits.RETURNED_TEXT_BYTES].splitlines()
    front = b"\n".join(each[: limits.MAIL_LINE_BYTES] for each in lines)
    try:
        message = message_from_bytes(front, policy=policy.compat32)
        if len(list(islice(message.walk(), limits.RETURNED_PARTS))) >= (
            limits.RETURNED_PARTS
        ):
            return ()
        late, failed = all_failures(message)
    except Exception:  # noqa: BLE001 - whatever its rules stumble over is no bounce
        return ()
    addresses = [(address, "delayed") for address in late]
    addresses += [(address, "failed") for address in failed]
    # A code is about one; of several nobody can say whose it is.
    code, words = (code_in(line), line) if len(addresses) == 1 else ("", "")
    return tuple(
        RecipientReport((address.decode("ascii", "replace"),), action, code, words)
        for address, action in sorted(addresses)[: limits.REPORTED_RECIPIENTS]
    )


def _lines_with_codes(parts: list[Message]) -> Iterator[str]:
    plain = (part for part in parts if part.get_content_type() == "text/plain")
    part = next(plain, None)
    payload = b"" if part is None else part.get_payload(decode=True)
    text = payload[: limits.RETURNED_TEXT_BYTES] if isinstance(payload, bytes) else b""
    for line in text.decode("utf-8", "replace").splitlines():
        if (code := code_in(line)) and not code.startswith("2"):
            yield line
