"""The mail that asks whether its reader joined: with nothing of a visitor's in it.

Whoever types somebody else's address into a form sends them this, so that it holds the
campaign's words and ours alone, no picture, and no news.
"""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from enum import Enum

from jinja2 import Environment

from digest.model.campaigns.campaign import Campaign
from digest.model.editions.mime import AS_FOLDED, mailbox, on_the_wire, unstructured
from digest.render.templates import rendered
from digest.render.words.catalogue import Words, words_for
from digest.render.words.languages import direction


class ConfirmationSubject(Enum):
    """What a mail is about."""

    JOIN = "somebody joins, and confirms it"
    HAS_IT = "who joins gets it already: the page where they choose"
    LOST_LINK = "who lost the link to that page"
    NEW_EMAIL = "a reader's new address, which they confirm"
    OLD_EMAIL = "the address that they had so far, where they confirm it too"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A mail that somebody asked for on the web: what about, and where it leads.

    `privacy_url` is the page of what is held of its readers, "" for none.
    """

    campaign: Campaign
    url: str
    about: ConfirmationSubject = ConfirmationSubject.JOIN
    privacy_url: str = ""

    def message(self, templates: Environment, to: str, now: datetime) -> bytes:
        """Return the mail to that address, as plain text and as HTML."""
        campaign = self.campaign
        words = words_for(campaign.language)
        subject, parts = self._words(words)
        message = EmailMessage(AS_FOLDED)
        message["From"] = mailbox(campaign.sender_name, campaign.sender_address)
        message["To"] = mailbox("", to)
        if campaign.reply_to:
            message["Reply-To"] = mailbox("", campaign.reply_to)
        message["Subject"] = unstructured(subject)
        message["Date"] = format_datetime(now)
        message["Message-ID"] = make_msgid("joining", campaign.sending_domain)
        message["Auto-Submitted"] = "auto-generated"
        before, button, *after = parts
        lines = [before, "", f"{button}:", self.url, *(("", line) for line in after)]
        privacy = words.gettext("What we hold of you, and why")
        if self.privacy_url:
            lines += "", f"{privacy}:", self.privacy_url
        text = "\n".join(
            line if isinstance(line, str) else "\n".join(line) for line in lines
        )
        message.set_content(f"{text}\n", cte="quoted-printable")
        content = {
            "subject": subject,
            "language": words.language,
            "direction": direction(words.language),
            "before": before,
            "button": button,
            "after": after,
            "url": self.url,
            "privacy": privacy,
            "privacy_url": self.privacy_url,
        }
        html = rendered(templates, "confirmation.html", content)
        message.add_alternative(html, subtype="html", cte="quoted-printable")
        return on_the_wire(message.as_bytes())

    def _words(self, words: Words) -> tuple[str, list[str]]:
        """Return the subject, and what it says: before, on and after the button."""
        title, sender = self.campaign.title, self.campaign.sender_name
        ring = []
        if phone := self.campaign.letter.phone:
            ring = [words.gettext("Or ring %(phone)s.", phone=phone)]
        unasked = words.gettext(
            "If it was not you, you need not do anything: nothing has changed."
        )
        match self.about:
            case ConfirmationSubject.NEW_EMAIL:
                subject = words.gettext("Your new address for %(title)s", title=title)
                before = words.gettext(
                    "A reader of %(title)s from %(sender)s asked for it to be sent to "
                    "this address from now on. Open this page and press its button. "
                    "Where there was an address before, the one in a mail to that is "
                    "to be pressed too.",
                    title=title,
                    sender=sender,
                )
                button = words.gettext("Yes, this is my address")
            case ConfirmationSubject.OLD_EMAIL:
                subject = words.gettext("Another address for %(title)s?", title=title)
                before = words.gettext(
                    "Somebody, perhaps you, asked for %(title)s from %(sender)s to be "
                    "sent to another address than this one. Open this page and press "
                    "its button, if it was you.",
                    title=title,
                    sender=sender,
                )
                button = words.gettext("Yes, write to my new address")
            case ConfirmationSubject.LOST_LINK:
                subject = words.gettext("Your page for %(title)s", title=title)
                before = words.gettext(
                    "Somebody, perhaps you, asked for the page where you choose what "
                    "you get of %(title)s from %(sender)s.",
                    title=title,
                    sender=sender,
                )
                button = words.gettext("Open my page")
            case ConfirmationSubject.HAS_IT:
                subject = words.gettext("You get %(title)s already", title=title)
                before = words.gettext(
                    "Somebody, perhaps you, asked for %(title)s to be sent to this "
                    "address. It is sent here already.",
                    title=title,
                )
                button = words.gettext("Change what you get, or stop it")
            case ConfirmationSubject.JOIN:
                subject = words.gettext("Please confirm: %(title)s", title=title)
                before = words.gettext(
                    "Somebody, perhaps you, asked for %(title)s from %(sender)s to be "
                    "sent to this address. Open this page and press its button, and it "
                    "begins.",
                    title=title,
                    sender=sender,
                )
                button = words.gettext("Yes, send it to me")
                unasked = words.gettext(
                    "If it was not you, do nothing. Nothing is sent, and we forget the "
                    "address after 7 days."
                )
        return subject, [before, button, unasked, *ring]
