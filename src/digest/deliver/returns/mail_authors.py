"""Whether a person wrote an email, as far as it says: RFC 3834, and older customs.

What a program wrote is never answered and never passed on, so that no two programs
write to one another for ever.
"""

import re
from email.message import Message

# Our own mark on what we pass on: it came back to where it was.
FORWARDED_HEADER = "X-Digest-Forwarded"
_PROGRAMS = re.compile(r"<>|mailer.?daemon|postmaster@|no.?reply@", re.IGNORECASE)
_BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
_OLD_SIGNS = ("X-Autoreply", "X-Autorespond", "X-Auto-Response-From", "List-Id")


def written_by_a_program(message: Message) -> str:
    """Return by which sign a program wrote it, "" where a person seems to have."""
    if message.get(FORWARDED_HEADER):
        return "it is one that was passed on already"
    submitted = _word_of(message, "Auto-Submitted")
    if submitted and submitted != "no":
        return "it says that it was written by a program"
    if _word_of(message, "Precedence") in _BULK or any(map(message.get, _OLD_SIGNS)):
        return "it says that it goes to many"
    if message.get_content_type() == "multipart/report":
        return "it is a report of a mail program"
    if _is_from_nobody(message):
        return "it comes from a mail server, or from where nobody reads"
    return ""


def may_ask_to_leave(message: Message) -> bool:
    """Whether it may be what a mail program writes to whom a reader leaves.

    That may be marked as written by a program, but it is no answer to a mail.
    """
    is_answer = _word_of(message, "Auto-Submitted").startswith("auto-replied")
    is_report = message.get_content_type() == "multipart/report"
    return not (is_answer or is_report or _is_from_nobody(message))


def _is_from_nobody(message: Message) -> bool:
    sender = f"{message.get('Return-Path', '')} {message.get('From', '')}"
    return bool(_PROGRAMS.search(sender))


def _word_of(message: Message, name: str) -> str:
    words = str(message.get(name, "")).lower().replace(";", " ").split()
    return words[0] if words else ""
