"""What the page of an edition shows: how it stands, what is in it, its words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from digest.bootstrap import App
from digest.compose import lifecycle
from digest.compose.approvals import ApprovalNeed, need_of
from digest.model.campaigns.campaign import Approval, Campaign
from digest.model.editions.coming_events import ComingMark
from digest.model.editions.edition import EditionState
from digest.model.posts.items import Event, Item, Post
from digest.model.posts.markdown import to_markdown
from digest.model.posts.pictures import pictures_of
from digest.model.posts.shortening import width_of
from digest.model.roles import Right, may
from digest.model.staff_words import counted, day_in_words, moment_in_words
from digest.schedule.editions import due
from digest.schedule.editions.steering.contents import EditionContents, contents_in
from digest.store.base.asked_together import Asked, ask_together
from digest.store.campaigns import campaigns
from digest.store.editions import editions, steering
from digest.store.editions.editions import Edition
from digest.store.people import readers
from digest.store.posts.log import LogEntry
from digest.store.reports.editions import edition_copies
from digest.store.staff import accounts
from digest.web.desk.editions.edition_path import (
    PathMoments,
    countdown,
    path_of,
    time_in_words,
    who_may,
)
from digest.web.parts.edition_places import EditionPlace

_MARKS = {
    ComingMark.TOLD: "Readers know of it",
    ComingMark.NEW: "New",
    ComingMark.CHANGED: "Changed",
    ComingMark.OFF: "Called off",
}
_POST_NUMBER = re.compile(r"\bpost (\d{1,18})")


@dataclass(frozen=True, slots=True)
class EditionView:
    """An edition as its page tells of it.

    `edition` is None before its slot comes, `contents` where it carries nothing that
    could be shown, `need` where it waits for nobody.
    """

    place: EditionPlace
    campaign: Campaign
    edition: Edition | None
    contents: EditionContents | None
    need: ApprovalNeed | None
    facts: dict[str, Any]

    @property
    def is_editable(self) -> bool:
        """Whether staff may still change it."""
        return self.edition is None or (
            self.edition.state is EditionState.OPEN and self.edition.is_recalled
        )

    @property
    def mark(self) -> str:
        """What is another where a check of it would come out otherwise."""
        if self.contents is None:
            return ""
        inside = self.contents.edition.entries
        prints = " ".join(f"{entry.id}:{entry.fingerprint}" for entry in inside)
        return f"{self.contents.steered.version} {self.contents.edition.slot} {prints}"


def edition_view(digest: App, place: EditionPlace) -> EditionView:
    """Return it. Raises NotFound in words."""
    with digest.reading() as connection:
        return view_in(connection, place, digest.now())


def view_in(connection: Connection, place: EditionPlace, now: datetime) -> EditionView:
    """Return what `edition_view` does, of the moment of what else is read there."""
    edition = None
    if place.edition_id is None:
        ask_together(connection, (*campaigns.QUESTIONS, (readers.every_list,)))
    else:
        ask_together(connection, _questions(place.edition_id))
        edition = editions.get(connection, place.edition_id)
    has_contents = (
        edition is None or edition.upto is not None or edition.state.value == "open"
    )
    inside = (
        contents_in(connection, place.what, place.schedule, now)
        if has_contents
        else None
    )
    if inside is not None:
        campaign = inside.edition.campaign
    else:
        campaign = campaigns.load(connection, _campaign_id(edition))
    waits = edition is not None and lifecycle.waits(edition)
    need = need_of(connection, edition, campaign, now) if edition and waits else None
    view = EditionView(place, campaign, edition, inside, need, {})
    view.facts.update(_standing(connection, view, now))
    view.facts.update(_people(connection, view))
    if inside is not None:
        view.facts.update(_inside(inside, campaign.timezone))
    return view


def _questions(edition_id: int) -> tuple[Asked, ...]:
    return (
        *editions.questions_of(edition_id),
        *campaigns.QUESTIONS,
        *accounts.QUESTIONS,
        (readers.every_list,),
        *edition_copies.questions_in_words([edition_id]),
    )


def in_words_with_titles(words: str, inside: EditionContents) -> str:
    """Return what was done, naming posts by their titles and not by their numbers."""
    entries = (*inside.posts, *inside.events, *inside.left_over)
    titles = {entry.id: entry.item.title for entry in entries}
    return _POST_NUMBER.sub(
        lambda match: (
            f"“{titles[int(match[1])]}”" if int(match[1]) in titles else match[0]
        ),
        words,
    )


def _campaign_id(edition: Edition | None) -> int:
    if edition is None:
        raise LookupError("only an edition with a number may carry nothing")
    return edition.campaign_id


def _standing(
    connection: Connection, view: EditionView, now: datetime
) -> dict[str, Any]:
    edition, zone = view.edition, view.campaign.timezone
    if edition is None:
        return _open_standing(connection, view, now)
    waits = view.need is not None and view.need.people > 0
    until = lifecycle.approve_by(edition, view.campaign) if waits else None
    leaves_at = edition.leaves_at or edition.slot
    moments = PathMoments(
        closes=time_in_words(edition.frozen_at, zone) if edition.frozen_at else "",
        approval=" and ".join(edition.approved_by)
        or (f"by {time_in_words(until, zone)}" if until else ""),
        goes=time_in_words(max(edition.slot, leaves_at), zone),
    )
    needs_people = view.need.people > 0 if view.need else bool(edition.approved_by)
    return {
        "id": edition.id,
        "name": edition.title,
        "schedule": edition.schedule,
        "slot": moment_in_words(edition.slot, zone),
        "day": day_in_words(edition.slot.astimezone(ZoneInfo(zone))),
        "state": edition.state,
        "standing": edition.standing_as_told,
        "reason": edition.reason or "",
        "is_rehearsal": edition.is_rehearsal,
        "is_recalled": edition.is_recalled and edition.state is EditionState.OPEN,
        "leaves": moment_in_words(leaves_at, zone)
        if edition.is_held_back(now) and edition.state is EditionState.APPROVED
        else "",
        "until": moment_in_words(until, zone) if until else "",
        "has_run": edition.planned_at is not None or edition.is_being_planned,
        "may_be_recalled": edition.may_be_recalled,
        "may_be_stopped": edition.may_be_stopped,
        "path": path_of(edition.state, moments, needs_people=needs_people),
        "copies": edition_copies.copies_in_words(connection, edition),
        "given": list(edition.approved_by),
        "countdown": "",
        "closes": "",
    }


def _open_standing(
    connection: Connection, view: EditionView, now: datetime
) -> dict[str, Any]:
    if view.contents is None:
        raise LookupError("an open edition can always be shown")
    zone, slot = view.campaign.timezone, view.contents.edition.slot
    coming = due.open_slot(
        connection, view.campaign.name, view.contents.edition.schedule, now
    )
    words, closes = countdown(coming.closes, now, zone) if coming else ("", "")
    moments = PathMoments(
        closes=time_in_words(coming.closes, zone) if coming else "",
        approval="",
        goes=time_in_words(slot, zone) if coming else "when somebody says so",
    )
    return {
        "id": 0,
        "name": view.contents.edition.title,
        "schedule": view.contents.edition.schedule,
        "slot": moment_in_words(slot, zone) if coming else "",
        "day": day_in_words(slot.astimezone(ZoneInfo(zone)))
        if coming
        else "no slot to come",
        "state": EditionState.OPEN,
        "standing": "open",
        "reason": "",
        "is_rehearsal": False,
        "is_recalled": False,
        "leaves": "",
        "until": "",
        "has_run": False,
        "may_be_recalled": False,
        "may_be_stopped": False,
        "path": path_of(
            EditionState.OPEN,
            moments,
            needs_people=view.campaign.approval is not Approval.AUTOMATIC,
        ),
        "copies": [],
        "given": [],
        "countdown": words,
        "closes": closes,
        "until_instant": coming.closes.isoformat() if coming and closes else "",
        "now_instant": now.isoformat(),
    }


def _people(connection: Connection, view: EditionView) -> dict[str, Any]:
    """Return who may say that it goes, and who changed it last."""
    if view.need is None:
        return {"people": 0, "may_approve": [], "author": None, "before": None}
    approvers = [
        each.name
        for each in accounts.listed(connection)
        if each.ended_at is None and may(each.role, Right.APPROVE)
    ]
    return {
        "people": view.need.people,
        "may_approve": who_may(view.need, approvers),
        "author": view.need.author,
        "before": view.need.before,
    }


def _inside(inside: EditionContents, zone: str) -> dict[str, Any]:
    steered = inside.steered.steering
    return {
        "version": inside.steered.version,
        "slot_mark": inside.edition.slot.isoformat(),
        "posts": list(_posts(inside)),
        "events": [_event(entry, zone) for entry in inside.events],
        "left_over": [
            _item(entry) | {"taken_out": entry.id in steered.out}
            for entry in inside.left_over
        ],
        "coming": [
            {
                "id": each.entry.id,
                "title": each.event.event.title,
                "when": moment_in_words(each.event.event.starts, zone),
                "mark": _MARKS[each.event.mark],
                "listed": inside.lists(each),
            }
            for each in inside.coming
            if each.is_known or not inside.lists(each)
        ],
        "words": {
            "subject": steered.subject,
            "preheader": steered.preheader,
            "note": to_markdown(steered.note),
        },
        "subject": inside.subject,
        "subject_width": width_of(inside.subject),
        "preheader": inside.preheader,
    }


def _posts(inside: EditionContents) -> Iterator[dict[str, Any]]:
    pinned = inside.steered.steering.pinned
    places: Sequence[tuple[str, bool]] = [
        (section, entry.id in pinned)
        for entry, section in zip(inside.posts, inside.sections, strict=True)
    ]
    for at, entry in enumerate(inside.posts):
        above = places[at - 1] if at else None
        below = places[at + 1] if at + 1 < len(places) else None
        yield _item(entry) | {
            "place": at + 1,
            "pinned": entry.id in pinned,
            "section": inside.sections[at],
            "begins_section": above is None or above[0] != places[at][0],
            "may_go_up": above == places[at],
            "may_go_down": below == places[at],
        }


def _item(entry: LogEntry) -> dict[str, Any]:
    item = entry.item
    return {
        "id": entry.id,
        "title": item.title or "Without a title",
        "is_event": isinstance(item, Event),
        "about": " · ".join(filter(None, (_author(item), entry.source, _size(item)))),
        "without_words": [
            picture.src
            for picture in _pictures(item)
            if not picture.alt and not picture.decorative
        ],
    }


def _event(entry: LogEntry, zone: str) -> dict[str, Any]:
    event = entry.item
    if not isinstance(event, Event):
        raise TypeError(f"post {entry.id} is no event")
    return _item(entry) | {
        "when": day_in_words(event.starts.astimezone(ZoneInfo(zone)))
        if event.all_day
        else moment_in_words(event.starts, zone),
        "where": event.place or event.joining_url,
    }


def _author(item: Item) -> str:
    return item.byline.author if isinstance(item, Post) and item.byline else ""


def _pictures(item: Item) -> list[Any]:
    pictures = list(pictures_of(item.body))
    if isinstance(item, Post) and item.picture:
        pictures.insert(0, item.picture)
    return pictures


def _size(item: Item) -> str:
    words = counted(len(to_markdown(item.body).split()), "word", "words")
    number = len(_pictures(item))
    return f"{words}, {counted(number, 'picture', 'pictures')}" if number else words


def meanwhile(
    connection: Connection, inside: EditionContents, saw: int, until: int
) -> list[str]:
    """Return what others did between the version somebody saw and their own act."""
    acts = steering.acts_since(connection, inside.edition.place, saw)
    return [
        f"{act.by} {in_words_with_titles(act.words, inside)}"
        for act in acts
        if act.version is not None and act.version < until
    ]
