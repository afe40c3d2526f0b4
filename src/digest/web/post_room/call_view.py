"""What the post room's pages say of calls and of what came of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from digest.deliver import limits
from digest.model.delivery.calls import NIGHT, CallOutcome
from digest.model.formats import named
from digest.model.staff_words import counted, day_in_words, moment_in_words
from digest.render.addresses import phone_address
from digest.render.calls.script import CallScript
from digest.schedule.delivery.call_sheets import CallNotes, attempt_in_words, notes_on
from digest.store.campaigns import campaigns
from digest.store.delivery.calling.attempts import CallAttempt
from digest.store.delivery.calling.calls import Call
from digest.web.parts.state_tags import StateTag

OUTCOMES: Mapping[CallOutcome, StateTag] = {
    CallOutcome.SPOKEN: StateTag("Spoken to", "tick", "good"),
    CallOutcome.NO_ANSWER: StateTag("No answer", "clock", "look"),
    CallOutcome.LATER: StateTag("To be rung later", "clock", "look"),
    CallOutcome.WRONG_NUMBER: StateTag("Wrong number", "cross", "bad"),
    CallOutcome.STOP: StateTag("Asked us to stop", "stop", "wait"),
    CallOutcome.ANOTHER_WAY: StateTag("Wants it another way", "return", "wait"),
}
# What is said of it where it was just written down.
_FOLLOWS: Mapping[CallOutcome, str] = {
    CallOutcome.SPOKEN: "spoken to",
    CallOutcome.NO_ANSWER: "no answer",
    CallOutcome.LATER: "rings again later",
    CallOutcome.WRONG_NUMBER: "wrong number. Nobody is rung there any more, and staff "
    "are told",
    CallOutcome.STOP: "we have stopped, for good",
    CallOutcome.ANOTHER_WAY: "wants it another way",
}


@dataclass(frozen=True, slots=True)
class CallWords:
    """Says of the calls of a page whom to ring and what to know."""

    zones: Mapping[int, str]
    titles: Mapping[int, str]
    notes: Mapping[int, CallNotes]
    now: datetime

    def row(self, call: Call) -> dict[str, Any]:
        """Return what a list shows of one call."""
        about = self.notes.get(call.subscriber_id, CallNotes())
        last = [call.reply.capitalize()] if call.attempts and call.reply else []
        tries = [*last, self._waiting(call)] if call.attempts else []
        return {
            "address": f"/post/calls/{call.key}",
            "name": call.name,
            "about": ". ".join((*tries, *about.needs)),
            "organiser": call.organiser,
            "edition": self.edition(call),
            "is_later": call.waits(self.now),
        }

    def edition(self, call: Call) -> str:
        """Return which edition a call is of."""
        return f"{self.titles[call.campaign_id]}, {self._day(call)}"

    def details(self, call: Call) -> dict[str, Any]:
        """Return what one call's page shows of whom to ring."""
        about = self.notes.get(call.subscriber_id, CallNotes())
        zone, waits = self.zones[call.campaign_id], call.attempts and not call.is_over
        # What came of this call itself stands below.
        last = about.last if about.last and about.last.key != call.key else None
        return {
            "address": f"/post/calls/{call.key}",
            "name": call.name or "Somebody who was erased",
            "phone": call.phone,
            "dial": phone_address(call.phone) if call.phone else "",
            "edition": self.edition(call),
            "needs": about.needs,
            "last": attempt_in_words(last, zone) if last else "",
            "note": about.last.note if about.last else "",
            "waiting": self._waiting(call) if waits else "",
            "attempts": call.attempts,
            "has_changed": call.has_changed and bool(call.phone),
            "is_practice": call.is_rehearsal,
            "until": moment_in_words(call.deliver_by, zone) if call.deliver_by else "",
        }

    def _day(self, call: Call) -> str:
        zone = ZoneInfo(self.zones[call.campaign_id])
        return day_in_words(call.slot.astimezone(zone))

    def _waiting(self, call: Call) -> str:
        tries = counted(call.attempts, "try", "tries")
        if call.next_attempt_at is None:
            return f"{tries} so far"
        at = clock(call.next_attempt_at, self.zones[call.campaign_id], self.now)
        return f"{tries} so far. Again {at}"

    def taken_back(self, call: Call, *, may_ring: bool) -> str:
        """Return how a call stands, of which something was just taken back."""
        name = call.name or "Somebody who was erased"
        if may_ring:
            if not call.waits(self.now) or call.next_attempt_at is None:
                return f"Taken back: {name} is to be rung."
            zone = self.zones[call.campaign_id]
            at = clock(call.next_attempt_at, zone, self.now)
            return f"Taken back: {name} is to be rung {at}."
        why = call.reply if call.is_over else "nobody may be rung for it now"
        return (
            f"Taken back. Do not ring {name} for this edition: {why or call.state}. "
            "What they have not had comes with their next one."
        )


def words_of(connection: Connection, every: Iterable[Call], now: datetime) -> CallWords:
    """Return what says all of these, each campaign looked up once."""
    those = list(every)
    loaded = {
        number: campaigns.load(connection, number)
        for number in sorted({call.campaign_id for call in those})
    }
    return CallWords(
        {number: campaign.timezone for number, campaign in loaded.items()},
        {number: campaign.title for number, campaign in loaded.items()},
        notes_on(connection, those),
        now,
    )


def done_view(
    every: Sequence[CallAttempt], zone: str, now: datetime
) -> list[dict[str, Any]]:
    """Return what a page lists of what was written down, each with who said so."""
    return [
        {
            "reference": str(each.key),
            "name": each.name or "Somebody who was erased",
            "tag": OUTCOMES[each.outcome],
            "again": f", again {clock(each.again_at, zone, now)}"
            if each.again_at
            else "",
            "by": f"By {each.caller}, {clock(each.at, zone, now)}",
            "written": each.id,
            "follows": _follows(each),
            "may_undo": now - each.at <= limits.CALL_UNDO,
        }
        for each in every
    ]


def _follows(each: CallAttempt) -> str:
    """Return what follows, and what is to be done first for it to be so."""
    if each.is_told_again:
        return "spoken to. Their next call has these news too: leave out what they know"
    if each.outcome is not CallOutcome.ANOTHER_WAY or not each.format:
        return _FOLLOWS[each.outcome]
    wanted = named(each.format).words
    if each.lacks:
        return (
            f"wants it another way: {wanted}. Nothing can come so yet ({each.lacks}). "
            "Ask them for it and pass it on: staff write it on the person's page"
        )
    return f"from the next edition on it comes another way: {wanted}"


def script_view(script: CallScript, name: str, caller: str) -> dict[str, Any]:
    """Return what is said to that person, as a page shows it."""
    return {
        "opening": script.opening(name, caller),
        "outline": script.outline,
        "if_not": script.if_not,
        "go_on": script.go_on,
        "in_full": script.in_full,
        "goodbye": script.goodbye,
        "language": script.language,
        "direction": script.direction,
        "minutes": counted(script.minutes, "minute", "minutes"),
        "parts": [
            {
                "title": part.title or "From us all",
                "section": part.section,
                "minutes": counted(part.minutes, "minute", "minutes"),
                "brief": part.brief,
                "full": part.full,
                "language": part.language,
                "direction": part.direction,
            }
            for part in script.parts
        ],
    }


def night(zone: str, now: datetime) -> str:
    """Return that it is no hour to ring anybody, and when it is; "" of other hours."""
    local = now.astimezone(ZoneInfo(zone))
    if not NIGHT.holds(local.time()):
        return ""
    return (
        f"It is {local:%H:%M}: ring between {NIGHT.last:%H:%M} and "
        f"{NIGHT.first:%H:%M}, unless they asked for another time."
    )


def clock(instant: datetime, zone: str, now: datetime) -> str:
    """Return when that is, seen from today: "at 16:05", or the day as well."""
    local, today = (each.astimezone(ZoneInfo(zone)) for each in (instant, now))
    if local.date() == today.date():
        return f"at {local:%H:%M}"
    return f"on {moment_in_words(instant, zone)}"
