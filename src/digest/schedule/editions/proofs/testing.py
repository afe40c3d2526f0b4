"""A test: an edition sent to staff, to look at in their own inbox.

It is marked as a test, its link to unsubscribe leads nowhere, and it touches no record
of readers: no delivery, no place in the log, no count. On record is who sent it.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import zip_longest

from sqlalchemy import Connection, Engine

from digest.deliver.carrier import Carrier
from digest.errors import DigestError
from digest.model.delivery.delivery import Accepted, Outcome
from digest.model.editions.compiled_message import CompiledMessage, Recipient
from digest.model.editions.edition import Variant
from digest.model.formats import HTML, Format
from digest.model.people.person import Addressee
from digest.model.roles import Right, may
from digest.model.staff_words import counted
from digest.render.email.compile import compile_email
from digest.schedule import limits
from digest.schedule.editions.nudges import handed_over
from digest.schedule.editions.previews import Previews, in_language
from digest.store.base.engine import reading, writing
from digest.store.campaigns import campaigns
from digest.store.staff import accounts, audit
from digest.store.staff.audit import Act

log = logging.getLogger(__name__)

TESTED = "tested"
_CODE = "test"


@dataclass(frozen=True, slots=True)
class EditionTest:
    """Which edition is tested, and as whom.

    `what` and `schedule` are as of `Previews.variant`. `reader` is the subscriber whose
    copy it is, None a sample reader; `language` another one than theirs.
    """

    what: str
    schedule: str | None = None
    format: Format = HTML
    reader: int | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class SentTest:
    """What became of the test to one address: `why_not` is "" where it went.

    `leaves` is whether it went outside; else it is in the built-in inbox.
    """

    address: str
    leaves: bool
    why_not: str = ""

    @property
    def words(self) -> str:
        """Return it as a sentence without its stop."""
        if self.why_not:
            return f"the test to {self.address} did not go: {self.why_not}"
        if self.leaves:
            return f"a test is on its way to {self.address}"
        return f"a test to {self.address} is in the practice inbox"


@dataclass(frozen=True, slots=True)
class EditionTests:
    """How tests are made and by which carrier they go.

    `leaves_for` is whether mail to an address leaves this machine, `dead_link` the
    address in place of a reader's own to unsubscribe, and `operators` are who run it.
    """

    engine: Engine
    previews: Previews
    open_carrier: Callable[[], AbstractContextManager[Carrier]]
    leaves_for: Callable[[str], bool]
    dead_link: str
    operators: Sequence[str]

    def send(
        self, test: EditionTest, to: Sequence[str], now: datetime
    ) -> list[SentTest]:
        """Send the edition to those addresses of staff; return what became of each.

        It is on record before it goes. Raises DigestError in words: for an address that
        is nobody's of staff, for one test too many, and for an edition that cannot be
        made.
        """
        variant, reader = self._variant(test)
        names = self._names(variant, to)
        message = compile_email(variant, self.previews.options(variant))
        copies = [
            (address, _copy(message, names[address], address, reader, self.dead_link))
            for address in names
        ]
        with writing(self.engine) as connection:
            _refuse_too_many(connection, len(copies), now)
            for name in names.values():
                audit.record(connection, _act(connection, variant, test, name), now)
        sender = variant.campaign.sender_address
        with self.open_carrier() as carrier:
            outcomes = asyncio.run(handed_over(carrier, sender, copies))
        log.info("edition tested copies=%s handed-over=%s", len(copies), len(outcomes))
        # A carrier that turns us away ends it: what is behind was not tried.
        return [
            SentTest(address, self.leaves_for(address), _why_not(outcome))
            for (address, _), outcome in zip_longest(copies, outcomes)
        ]

    def _variant(self, test: EditionTest) -> tuple[Variant, Addressee]:
        if test.format.family != HTML.family:
            raise DigestError(
                f"a test goes by email: it cannot be a {test.format.words}; "
                "look at that with: digest preview"
            )
        variant, reader = self.previews.seen_by(
            test.what, test.schedule, test.format, test.reader
        )
        marked = replace(
            in_language(variant, test.language),
            # Complaints and bounces are counted by it: a test's are no edition's.
            code=_CODE,
            draft=False,
            rehearsal=False,
            test=True,
        )
        return marked, reader

    def _names(self, variant: Variant, to: Sequence[str]) -> dict[str, str]:
        """Return whose each address is. Raises DigestError for who is not of staff."""
        with reading(self.engine) as connection:
            of_staff = {
                each.email.casefold(): each.name
                for each in accounts.listed(connection)
                if each.ended_at is None and may(each.role, Right.LOOK)
            }
        campaign = variant.campaign
        own = (campaign.reply_to, campaign.sender_address)
        for address in filter(None, (*campaign.approvers, *self.operators, *own)):
            of_staff.setdefault(address.casefold(), "")
        for address in to:
            if address.casefold() not in of_staff:
                raise DigestError(
                    f"{address} is no address of staff, and a test goes to nobody "
                    f"else: write one of {', '.join(sorted(of_staff))}; "
                    "accounts are made with: digest users add"
                )
        return {address: of_staff[address.casefold()] for address in to}


def _copy(
    message: CompiledMessage,
    name: str,
    address: str,
    reader: Addressee,
    leave_url: str,
) -> bytes:
    recipient = Recipient(
        name=reader.name,
        address=reader.email or "nobody@example.org",
        reference=f"{_CODE}.{secrets.token_hex(16)}",
        leave_url=leave_url,
        consent=reader.consent,
    )
    return message.addressed_to(name, address).merge(recipient)


def _refuse_too_many(connection: Connection, count: int, now: datetime) -> None:
    sent = audit.count_since(connection, TESTED, now - limits.TESTS_WITHIN)
    if sent + count > limits.TESTS:
        minutes = limits.TESTS_WITHIN.total_seconds() // 60
        raise DigestError(
            f"{counted(sent, 'test has', 'tests have')} gone in the last "
            f"{minutes:.0f} minutes, and at most {limits.TESTS} may: wait a little"
        )


def _act(connection: Connection, variant: Variant, test: EditionTest, name: str) -> Act:
    facts = {"format": test.format.name, "to": name or "an address of the campaign"}
    if test.reader is not None:
        facts["as"] = "a reader"
    if test.what.isdigit():
        return Act(TESTED, edition_id=int(test.what), after=facts)
    campaign_id = campaigns.by_name(connection, variant.campaign.name).id
    subject = f"the next {test.schedule or ''} edition".replace("  ", " ")
    return Act(TESTED, campaign_id=campaign_id, subject=subject, after=facts)


def _why_not(outcome: Outcome | None) -> str:
    match outcome:
        case None:
            return "it was not tried"
        case Accepted():
            return ""
        case _:
            return outcome.reply or "the mail server did not answer"
