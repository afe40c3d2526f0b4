"""What a reader wrote in answer to an edition, passed on to the campaign's people.

It comes from the campaign's own address, so that it passes every check of a sender; an
answer to it goes to who wrote. What they wrote stands in it to be read, and is attached
as it came.
"""

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import format_datetime, make_msgid, parseaddr
from html.parser import HTMLParser

from digest.model.campaigns.campaign import Campaign
from digest.model.editions.mime import (
    AS_FOLDED,
    cleaned,
    mailbox,
    on_the_wire,
    undeliverable,
    unstructured,
)
from digest.schedule.limits import REPLY_TEXT

# The same as that by which what comes back is known not to be passed on once more.
FORWARDED_HEADER = "X-Digest-Forwarded"


@dataclass(frozen=True, slots=True)
class ForwardedReply:
    """An email of a reader's, as it came, and the campaign that they answered."""

    campaign: Campaign
    content: bytes

    def message(self, to: str, now: datetime) -> bytes:
        """Return the mail to the campaign's people. Raises ValueError for `to`."""
        campaign = self.campaign
        original = message_from_bytes(self.content, policy=policy.compat32)
        name, address = parseaddr(str(original.get("From", "")))
        decoded = message_from_bytes(self.content, policy=policy.default)
        subject = cleaned(str(decoded.get("Subject", "") or "")) or "no subject"
        message = EmailMessage(AS_FOLDED)
        message["From"] = mailbox(campaign.title, campaign.sender_address)
        message["To"] = mailbox("", to)
        if not undeliverable(address):
            message["Reply-To"] = mailbox("", address)
        message["Subject"] = unstructured(f"A reader wrote: {subject}")
        message["Date"] = format_datetime(now)
        message["Message-ID"] = make_msgid("reply", campaign.sending_domain)
        message["Auto-Submitted"] = "auto-generated"
        message[FORWARDED_HEADER] = campaign.sending_domain
        who = cleaned(f"{name} <{address}>" if name else address) or "Somebody"
        lines = [
            f"{who} wrote to {campaign.title}:",
            "",
            *(f"> {line}" for line in _text_of(decoded).splitlines()),
            "",
            "Answer this email to write to them. It is attached as it came.",
        ]
        message.set_content("\n".join(lines) + "\n", cte="quoted-printable")
        # As octets: another mail's own lines and letters are not ours to mend.
        message.add_attachment(
            self.content,
            maintype="application",
            subtype="octet-stream",
            filename="as-it-came.eml",
        )
        return on_the_wire(message.as_bytes())


def _text_of(message: Message) -> str:
    """Return what an email says in plain text, as far as it can be read."""
    try:
        body = message.get_body(("plain", "html"))  # type: ignore[attr-defined]  # policy.default makes EmailMessages
        text = str(body.get_content()) if body is not None else ""
        if body is not None and body.get_content_subtype() == "html":
            reader = _TextOfHtml()
            reader.feed(text[: 10 * REPLY_TEXT])
            text = reader.text
    except Exception:  # noqa: BLE001 - a stranger's MIME; it is attached as it came
        return "(What they wrote cannot be shown here: see the attachment.)"
    lines = (
        "".join(letter for letter in line if letter.isprintable() or letter == "\t")
        for line in text[:REPLY_TEXT].splitlines()
    )
    return "\n".join(lines).strip() or "(nothing but what is attached)"


class _TextOfHtml(HTMLParser):
    """Gathers the words of an HTML body; each element begins a line."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - the parser's
        """Begin a line, or hide what no reader sees."""
        self._hidden += tag in ("style", "script", "head", "title")
        if tag in ("p", "div", "br", "li", "tr", "blockquote") and self.text:
            self.text = self.text.rstrip("\n") + "\n"

    def handle_endtag(self, tag: str) -> None:
        """Show again what follows."""
        self._hidden -= tag in ("style", "script", "head", "title")

    def handle_data(self, data: str) -> None:
        """Take the words."""
        if self._hidden <= 0:
            self.text += " ".join(data.split()) + (" " if data[-1:].isspace() else "")
