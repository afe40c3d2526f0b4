"""One person as their page shows them: how they are reached, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from digest.audience.needs.recording import due_by
from digest.audience.suppressing import SuppressionReason, reasons_of
from digest.bootstrap import App
from digest.errors import NotFound
from digest.model.campaigns.campaign import Campaign
from digest.model.formats import FORMATS, Format, first_for
from digest.model.people.channel_choice import (
    IN_PLACE_OF_EMAILS,
    ReaderFacts,
    Served,
    resolve,
)
from digest.model.people.channel_offers import agreement_on_record, has_asked_for_calls
from digest.model.people.departure import LeavingMeans
from digest.model.people.lawful_basis import gap_of_all, rights_of
from digest.model.people.person import Consent, Person
from digest.model.staff_words import day_as_told, day_in_words, moment_in_words
from digest.render.words.languages import staff_name
from digest.store.base.asked_together import Asked, ask_together
from digest.store.campaigns import campaigns
from digest.store.people import (
    needs,
    subject_access,
    subscribers,
)
from digest.store.people.complaints import data_complaints
from digest.store.people.complaints.data_complaints import DataComplaint
from digest.store.people.departures import Departure
from digest.store.people.needs import PersonNeed
from digest.store.people.subscribers import Subscriber
from digest.store.people.subscriptions import EVIDENCE
from digest.web.parts.state_tags import CHANNEL_ICONS, StateTag

ERASED = StateTag("Erased", "stop", "wait")
_LEFT = StateTag("Has left", "stop", "wait")
_PAUSED = StateTag("Paused", "pause", "wait")
_UNREACHED = StateTag("Cannot be reached", "person", "look")
_CHANNELS = {"email": "by email", "post": "by post", "phone": "by phone"}


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """All that is held of somebody, as it is read at once."""

    subscriber: Subscriber
    dates: Mapping[str, Any]
    subscriptions: Sequence[Mapping[str, Any]]
    reading: Sequence[Mapping[str, Any]]
    departures: Mapping[str, Mapping[str, Any]]
    suppressed: Sequence[SuppressionReason]
    campaigns: Mapping[str, Campaign]
    needs: Sequence[PersonNeed]
    complaints: Sequence[DataComplaint]


def questions(person_id: int) -> tuple[Asked, ...]:
    """Return what `read` asks of somebody, to be asked with others."""
    return (
        (subscribers.with_their_dates, person_id),
        (needs.of_one, person_id),
        (data_complaints.of_one, person_id),
        *subject_access.of_their_page(person_id),
    )


def read(connection: Connection, digest: App, person_id: int) -> PersonFacts:
    """Return what is held of somebody. Raises NotFound in words."""
    ask_together(connection, questions(person_id))
    row = subscribers.with_dates(connection, person_id)
    if row is None:
        raise NotFound(f"There is no person of the number {person_id}.")
    subscriber, dates = row
    targets = digest.hasher.hashed(subscriber.person.keys).targets()
    reasons = reasons_of(connection, targets)
    reading = subject_access.entries(
        connection, subject_access.campaigns_with_departures, subscriber.id
    )
    person_id = subscriber.id
    return PersonFacts(
        subscriber,
        dates,
        subject_access.entries(connection, subject_access.subscriptions, person_id),
        reading,
        {each["campaign"]: each for each in reading if each["left_at"]},
        reasons,
        {each.campaign.name: each.campaign for each in campaigns.listed(connection)},
        needs.of_person(connection, person_id),
        data_complaints.of_person(connection, person_id),
    )


def person_view(facts: PersonFacts, now: datetime, zone: str) -> dict[str, Any]:
    """Return what the page of a person shows but for what has happened."""
    person = facts.subscriber.person
    address = person.address
    is_erased = facts.dates["erased_at"] is not None
    reading = [
        _reading(facts, row, facts.campaigns[row["campaign"]], now)
        for row in facts.reading
        if row["campaign"] in facts.campaigns
    ]
    back_on = facts.dates["back_on"]
    return {
        "id": facts.subscriber.id,
        "name": person.name or "Erased person",
        "email": person.email,
        "phone": person.phone,
        "address": address.on_envelope(person.name)[1:] if address else (),
        "needs": person.format.words if person.format else "",
        "schedule": person.schedule,
        "topics": ", ".join(person.topics or ()),
        "language": staff_name(person.language) if person.language else "",
        "organiser": person.organiser,
        "notes": person.notes,
        "helps": [_need(each, now, zone) for each in facts.needs],
        "is_erased": is_erased,
        "tag": ERASED if is_erased else _tag(reading),
        "reading": reading,
        "may_pause": [each for each in reading if not each["has_left"]],
        "back_on": day_in_words(back_on) if back_on and back_on > now.date() else "",
        "lists": [_on_list(each, zone) for each in facts.subscriptions],
        "suppressed": [
            (_CHANNELS[channel], f"{each.reason}, since {_since(each, zone)}")
            for each in facts.suppressed
            for channel in each.channels
        ],
        "reasons": [
            {
                "reason": each.reason,
                "channels": ", ".join(_CHANNELS[channel] for channel in each.channels),
                "since": _since(each, zone),
                "is_theirs": each.needs_asking(now),
            }
            for each in facts.suppressed
        ],
        "absorbed": facts.dates["absorbed"],
        "held_since": moment_in_words(facts.dates["held_since"], zone),
    }


def _tag(reading: Sequence[Mapping[str, Any]]) -> StateTag:
    """Return how they stand by the campaign that serves them best."""
    if not reading:
        return StateTag("Reads nothing yet", "person", "wait")
    tags: list[StateTag] = [each["tag"] for each in reading]
    return min(tags, key=lambda tag: ("good", "look", "wait").index(tag.tint))


def _reading(
    facts: PersonFacts, row: Mapping[str, Any], campaign: Campaign, now: datetime
) -> dict[str, Any]:
    """Return how somebody reads a campaign, and how they are served of it."""
    departed = facts.departures.get(row["campaign"])
    paused_until = row["paused_until"]
    is_paused = paused_until is not None and paused_until > now and not departed
    served = resolve(_reader_facts(facts, row, campaign))
    if departed:
        tag, why = _LEFT, LeavingMeans(departed["means"]).words
        if departed["reason"]:
            why = f"{why} ({departed['reason']})"
    elif isinstance(served, Served):
        words = f"Served by {served.format.words}"
        tag, why = StateTag(words, CHANNEL_ICONS[served.channel], "good"), ""
    else:
        tag, why = _UNREACHED, served.reason
    if is_paused:
        tag = _PAUSED
    wanted = FORMATS[row["format"]]
    return {
        "name": row["campaign"],
        "title": campaign.title,
        "tag": tag,
        "why": why or _why(facts.subscriber.person, wanted, served),
        "schedule": row["schedule"],
        "language": staff_name(row["language"]),
        "topics": ", ".join(row["topics"]),
        "joined": moment_in_words(row["joined_at"], campaign.timezone),
        "has_left": departed is not None,
        "left": moment_in_words(departed["left_at"], campaign.timezone)
        if departed
        else "",
        "may_undo": departed is not None
        and Departure(
            departed["left_at"], LeavingMeans(departed["means"])
        ).may_be_undone(now),
        "paused_until": moment_in_words(paused_until, campaign.timezone)
        if is_paused
        else "",
        "catch_up": row["catch_up"],
    }


def _reader_facts(
    facts: PersonFacts, row: Mapping[str, Any], campaign: Campaign
) -> ReaderFacts:
    person = facts.subscriber.person
    ties = [
        each
        for each in facts.subscriptions
        if each["ended_at"] is None and each["list"] in campaign.lists
    ]
    consents = [
        Consent(*(each[name] or "" for name in EVIDENCE))
        for each in facts.subscriptions
        if each["ended_at"] is None
    ]
    silent = {channel for each in facts.suppressed for channel in each.channels}
    return ReaderFacts(
        wanted=FORMATS[row["format"]],
        is_subscribed=bool(ties),
        has_email=bool(person.email),
        has_address=person.address is not None,
        has_phone=bool(person.phone),
        email_suppressed="email" in silent,
        post_suppressed="post" in silent,
        phone_suppressed="phone" in silent,
        agreed_to_letters=bool(agreement_on_record(consents, IN_PLACE_OF_EMAILS)),
        agreed_to_calls=has_asked_for_calls(person.format, consents),
        basis_gap=gap_of_all(
            [
                Consent(
                    each["consent_basis"] or "",
                    at=each["consent_at"] or "",
                    conditions=each["consent_conditions"] or "",
                )
                for each in ties
            ],
            rights_of(campaign),
        ),
    )


def _why(person: Person, wanted: Format, served: object) -> str:
    """Return why they are served as they are."""
    usual = first_for(
        has_email=bool(person.email), has_address=person.address is not None
    )
    if isinstance(served, Served) and served.format != wanted:
        return f"asked for {wanted.words}, which cannot reach them now"
    if person.format is None:
        return f"nobody said what they need: {usual.words} is what we hold allows"
    return f"{wanted.words} is what they need, and we hold what it takes"


def _need(each: PersonNeed, now: datetime, zone: str) -> dict[str, Any]:
    return {
        "id": each.id,
        "words": each.words,
        "may_share": each.may_share,
        "since": moment_in_words(each.recorded_at, zone),
        "review": day_in_words(each.review_on),
        "is_due": each.ended_at is None and each.review_on <= due_by(now, zone),
        "ended": moment_in_words(each.ended_at, zone) if each.ended_at else "",
    }


def _on_list(each: Mapping[str, Any], zone: str) -> dict[str, Any]:
    ended = each["ended_at"]
    return {
        "name": each["list"],
        "since": moment_in_words(each["started_at"], zone),
        "ended": moment_in_words(ended, zone) if ended else "",
        "reason": each["ended_reason"] or "",
        "basis": each["consent_basis"] or "",
        "method": each["consent_method"] or "",
        "at": day_as_told(each["consent_at"] or ""),
        "wording": each["consent_wording"] or "",
        "conditions": each["consent_conditions"] or "",
        "reference": each["reference"] or "",
    }


def _since(each: SuppressionReason, zone: str) -> str:
    return moment_in_words(each.since, zone)
