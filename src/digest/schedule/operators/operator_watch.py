"""Looks for what is broken and tells the operators by mail: every process does.

A dead timetable tells nobody, so whoever is alive does. What is told is in the database
before it is sent, and so is told once.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from jinja2 import Environment
from sqlalchemy import Connection, Engine

from digest.deliver.carrier import Carrier
from digest.model.delivery.delivery import Accepted, Refused
from digest.model.delivery.rate_limits import RateLimits
from digest.model.editions.mime import (
    AS_FOLDED,
    mailbox,
    on_the_wire,
    unstructured,
    wire_address,
)
from digest.model.staff_words import counted
from digest.schedule import limits
from digest.schedule.editions.nudges import handed_over
from digest.schedule.guard import guarded
from digest.schedule.operators.daily_mail import daily_mail
from digest.schedule.reports.alarms import AlarmKind, reckon
from digest.store.base.engine import reading, writing
from digest.store.campaigns import campaigns
from digest.store.staff import operators
from digest.store.staff.operators import OperatorMail


@dataclass(frozen=True, slots=True)
class OperatorWatch:
    """Who is told, by which carrier, and by which clock the day begins."""

    engine: Engine
    open_carrier: Callable[[], AbstractContextManager[Carrier]]
    templates: Environment
    addresses: tuple[str, ...]
    timezone: str
    base_url: str
    rates: RateLimits

    def look(self, now: datetime) -> int:
        """Tell what is new, and send what waits; return how many mails went.

        What fails is logged, and tried again at a later look.
        """
        if not self.addresses:
            return 0
        for act, name in ((self._alarms, "alarms"), (self._daily, "the daily mail")):
            with guarded("telling the operators", f"what={name!r}"):
                act(now)
        count = 0
        while mail := self._claimed(now):
            with guarded("sending mail to the operators", f"mail={mail.id}") as fault:
                count += self._sent(mail, now)
            if fault:
                again_at = now + limits.OPERATOR_MAIL_RETRY
                with writing(self.engine) as connection:
                    operators.note_unsent(connection, mail.id, fault.words, again_at)
        return count

    def _alarms(self, now: datetime) -> None:
        with reading(self.engine) as connection:
            # Of a mail that cannot be sent no other is written.
            broken = {
                alarm.cause: str(alarm.trouble)
                for alarm in reckon(connection, now, self.rates).alarms
                if alarm.kind is not AlarmKind.OPERATORS
            }
        settles, well_after = limits.ALARM_SETTLES, limits.WELL_AGAIN_AFTER
        with writing(self.engine) as connection:
            new, well = operators.note_alarms(
                connection, broken, now, settles, well_after
            )
            if new:
                count = counted(len(new), "thing is", "things are")
                self._write(connection, f"{count} broken", "What is broken", new, now)
            if well:
                count = counted(len(well), "thing is", "things are")
                heading = "What was broken, and is well"
                self._write(connection, f"{count} well again", heading, well, now)

    def _write(
        self,
        connection: Connection,
        what: str,
        heading: str,
        lines: list[str],
        now: datetime,
    ) -> None:
        notice = f"{heading} {now:%Y-%m-%d %H:%M:%S.%f}"
        words = f"Digest: {what}", [(heading, lines)]
        operators.write(connection, notice, self.addresses, words, now)

    def _daily(self, now: datetime) -> None:
        local = now.astimezone(ZoneInfo(self.timezone))
        if local.hour < limits.DAILY_MAIL_HOUR:
            return
        notice = f"daily {local.date()}"
        with reading(self.engine) as connection:
            if operators.is_written(connection, notice):
                return
            words = daily_mail(connection, now, self.timezone, self.rates)
        with writing(self.engine) as connection:
            operators.write(connection, notice, self.addresses, words, now)

    def _claimed(self, now: datetime) -> OperatorMail | None:
        again_at = now + limits.OPERATOR_MAIL_RETRY
        with writing(self.engine) as connection:
            return operators.claim(connection, now, again_at)

    def _sent(self, mail: OperatorMail, now: datetime) -> int:
        """Send it; return 1 where it went. What it came to is on record."""
        sender = self._sender()
        message = [(mail.recipient, self.message(mail, sender))]
        with self.open_carrier() as carrier:
            [outcome] = asyncio.run(handed_over(carrier, sender, message))
        with writing(self.engine) as connection:
            if isinstance(outcome, Accepted):
                operators.note_sent(connection, mail.id, now)
                return 1
            is_refused = isinstance(outcome, Refused)
            wait = (
                limits.OPERATOR_MAIL_REFUSED
                if is_refused
                else limits.OPERATOR_MAIL_RETRY
            )
            why = getattr(outcome, "reply", "") or "no reason was given"
            operators.note_unsent(connection, mail.id, why, now + wait)
        return 0

    def _sender(self) -> str:
        """Return an address that the mail server takes mail from already."""
        with reading(self.engine) as connection:
            stored = campaigns.listed(connection)
        return stored[0].campaign.sender_address if stored else self.addresses[0]

    def message(self, mail: OperatorMail, sender: str) -> bytes:
        """Return the mail, as plain text and as HTML."""
        message = EmailMessage(AS_FOLDED)
        message["From"] = mailbox("Digest", sender)
        message["To"] = mail.recipient
        message["Subject"] = unstructured(mail.subject)
        message["Date"] = format_datetime(mail.made_at)
        domain = wire_address(sender).rpartition("@")[2]
        message["Message-ID"] = (
            f"<operators.{mail.id}.{mail.made_at:%Y%m%d%H%M%S}@{domain}>"
        )
        message["Auto-Submitted"] = "auto-generated"
        parts = [
            "\n".join([heading, "-" * len(heading), *(f"* {line}" for line in lines)])
            for heading, lines in mail.content
        ]
        desk = f"{self.base_url}/desk"
        text = "\n\n".join([*parts, f"The desk: {desk}"])
        message.set_content(text, cte="quoted-printable")
        html = self.templates.get_template("operators.html").render(
            subject=mail.subject, parts=mail.content, desk=desk
        )
        message.add_alternative(html, subtype="html", cte="quoted-printable")
        return on_the_wire(message.as_bytes())
