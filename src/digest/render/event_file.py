"""Events as a file that a reader's calendar takes in (RFC 5545, RFC 5546, RFC 7986)."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

import icalendar
from icalendar import Calendar, vCalAddress

from digest.model.campaigns.campaign import Campaign
from digest.model.editions.mime import cleaned
from digest.model.posts.event_changes import AnnouncedEvent
from digest.model.posts.items import Event, EventState
from digest.render.addresses import web_address
from digest.render.words.catalogue import Words, words_for
from digest.render.words.dates import zone_of

_REFRESH = timedelta(hours=1)
_STATUS = {
    EventState.ON: "CONFIRMED",
    EventState.PROVISIONAL: "TENTATIVE",
    EventState.CANCELLED: "CANCELLED",
}


def event_file(
    campaign: Campaign, events: Sequence[AnnouncedEvent], now: datetime, host: str
) -> bytes:
    """Return events of a campaign as one iCalendar file.

    Each keeps its UID, which `host` is a part of, through all changes, and its
    SEQUENCE grows with them, so that a calendar changes the entry that it has. Where
    all are called off the file says so as a whole, which takes them out.
    """
    all_off = all(entry.event.state is EventState.CANCELLED for entry in events)
    calendar = _calendar()
    calendar.add("method", "CANCEL" if all_off else "PUBLISH")
    for entry in events:
        component = _entry(campaign, entry, host)
        component.add("dtstamp", now)
        calendar.add_component(component)
    content: bytes = calendar.to_ical()
    return content


def event_calendar(
    campaign: Campaign, events: Sequence[AnnouncedEvent], host: str
) -> bytes:
    """Return events of a campaign as a calendar to subscribe to.

    Each is the same to a calendar as in an `event_file`. The same events are the same
    bytes, whenever they are asked for.
    """
    calendar = _calendar()
    words = words_for(campaign.language)
    title = cleaned(campaign.title)
    # Translators: the name of a calendar of a campaign's events.
    name = words.gettext("What is on: %(title)s", title=title)
    for key in ("name", "x-wr-calname"):
        calendar.add(key, name)
    calendar.add("refresh-interval", _REFRESH, {"value": "DURATION"})
    calendar.add("x-published-ttl", _REFRESH)
    for entry in events:
        component = _entry(campaign, entry, host)
        # RFC 5545 §3.8.7.2: without a METHOD, when the entry was last revised.
        component.add("dtstamp", entry.changed_at)
        calendar.add_component(component)
    content: bytes = calendar.to_ical()
    return content


def _calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Digest//Events//EN")
    calendar.add("version", "2.0")
    return calendar


def _entry(campaign: Campaign, entry: AnnouncedEvent, host: str) -> icalendar.Event:
    words = words_for(campaign.language)
    component = _component(entry.event, campaign.timezone, words)
    # RFC 7986 §5.3: a UUID says nothing of whose it is.
    uid = uuid5(NAMESPACE_URL, "\n".join((host, *entry.origin)))
    component.add("uid", str(uid))
    component.add("sequence", entry.revision)
    component.add("last-modified", entry.changed_at)
    component.add("organizer", _organizer(campaign))
    return component


def _component(event: Event, home_zone: str, words: Words) -> icalendar.Event:
    def moment(at: datetime) -> date:
        """Return an instant, or the day that it begins where people read it."""
        if event.all_day:
            return at.astimezone(zone_of(event.zone, home_zone)).date()
        return at.astimezone(UTC)

    component = icalendar.Event()
    component.add("dtstart", moment(event.starts))
    if event.ends is not None and event.ends > event.starts:
        component.add("dtend", moment(event.ends))
    component.add("summary", cleaned(event.title) or cleaned(event.summary))
    joining = web_address(event.joining_url)
    if place := cleaned(event.place) or joining:
        component.add("location", place)
    if lines := "\n".join(_description(event, joining, words)):
        component.add("description", lines)
    if url := web_address(event.url):
        component.add("url", url)
    component.add("status", _STATUS[event.state])
    if event.all_day:
        component.add("transp", "TRANSPARENT")
    return component


def _description(event: Event, joining: str, words: Words) -> Iterator[str]:
    if summary := cleaned(event.summary):
        yield summary
    if event.state is EventState.CANCELLED:
        return
    if joining:
        yield f"{words.label(words.gettext('Online'))} {joining}"
    if phone := cleaned(event.booking_phone):
        yield f"{words.gettext('To book, ring')} {phone}"


def _organizer(campaign: Campaign) -> vCalAddress:
    """Return whom calendars name: RFC 5546 §3.2.1 asks for somebody."""
    organizer = vCalAddress(f"mailto:{campaign.reply_to or campaign.sender_address}")
    organizer.params["CN"] = cleaned(campaign.sender_name)
    return organizer
