"""What is wrong with mail that comes in: a mailbox out of reach, replies that wait."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection

from digest.model.staff_words import counted, moment_in_words
from digest.schedule import limits
from digest.schedule.reports.troubles.trouble import Trouble
from digest.store.delivery.incoming import incoming_mail, mailboxes


def incoming_troubles(
    connection: Connection, now: datetime, zone: str
) -> Iterator[Trouble]:
    """Yield what is wrong; the help is the same for as long as it is."""
    for each in mailboxes.in_trouble(connection):
        since = each.failing_since
        if since is None or now - since < limits.MAILBOX_UNREACHED:
            continue
        at = moment_in_words(since, zone)
        yield Trouble(
            f"The mailbox of mail that comes back is out of reach since {at}: "
            f"{each.failure.rstrip('.')}.",
            "Bounces are not heard, and who leaves by email is not taken off. Check "
            "DIGEST_MAILBOX_URL, then: digest bounces look",
        )
    before = now - limits.REPLY_STUCK
    count, since = incoming_mail.stuck(connection, before)
    if since:
        replies = counted(count, "reply of a reader", "replies of readers")
        at = moment_in_words(since, zone)
        yield Trouble(
            f"{replies} could not be passed on, since {at}.",
            "They are kept and tried again. Why: digest bounces list",
        )
