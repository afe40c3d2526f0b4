"""A campaign file (TOML) read whole: a campaign, or every fault by line and key."""

import tomllib
from dataclasses import fields
from datetime import datetime, timedelta
from functools import partial
from pathlib import PurePath
from zoneinfo import ZoneInfo

from digest.errors import CampaignFileError
from digest.model.campaigns.campaign import (
    AHEAD,
    CATCH_UP,
    EXPIRES,
    Approval,
    Campaign,
    Envelope,
    FirstContact,
    LetterHead,
    PageSelectors,
    Schedule,
    Source,
    SourceKind,
    UncertainPolicy,
)
from digest.model.campaigns.slots import (
    EVERY_DAY,
    MIDNIGHT,
    WeeklyTimes,
    wall_time,
    week_days,
)
from digest.model.campaigns.toml_table import TomlFaults, TomlTable
from digest.model.formats import FORMATS
from digest.model.people.mailbox import Mailbox
from digest.model.posts.pictures import PictureHosting

_ON_DISK = frozenset({SourceKind.FOLDER, SourceKind.WORDPRESS})
# Time for a second try, which greylisting needs; and not for ever.
_SHORTEST_EXPIRY = timedelta(minutes=30)
_SHORTEST_AHEAD = timedelta(days=1)
_LONGEST_AHEAD = timedelta(days=366)
_SCHEMES = ("https://", "http://")
_CALENDAR_SCHEMES = (*_SCHEMES, "webcal://", "webcals://")
_LONGEST_EXPIRY = timedelta(days=30)


def parse(text: str, timezone: str, folder: PurePath) -> Campaign:
    """Return the campaign that `text` describes.

    `timezone` serves a campaign that names none; relative paths of sources
    are taken from `folder`. Raises CampaignFileError naming every fault, each
    with its line and key; nothing of a wrong file is used.
    """
    faults = TomlFaults(text)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise CampaignFileError(f"the file is not TOML: {problem}") from problem
    root = TomlTable(content, "", faults)
    found = _campaign(root, timezone, folder)
    root.finish()
    if faults.found:
        raise CampaignFileError("\n".join(sorted(faults.found)))
    return found


def _campaign(root: TomlTable, timezone: str, folder: PurePath) -> Campaign:
    head = root.table("campaign", required=True)
    sender = head.made("from", Mailbox.parse, Mailbox("", ""), required=True)
    reply_to = head.made("reply_to", Mailbox.parse, Mailbox("", ""))
    zone, starts = head.made("timezone", _zone, timezone), head.day("starts")
    first_day = datetime.combine(starts, MIDNIGHT, ZoneInfo(zone)) if starts else None
    sources = tuple(
        _source(table, folder, first_day) for table in root.tables("source")
    )
    schedules = tuple(_schedule(table) for table in root.tables("schedule"))
    email = root.table("email")
    _check_names(root, sources, schedules)
    campaign = Campaign(
        name=head.made("name", _name, "", required=True),
        title=head.text("title", required=True),
        sender_name=sender.name,
        sender_address=sender.address,
        lists=head.words("lists", required=True),
        timezone=zone,
        sources=sources,
        schedules=schedules,
        reply_to=reply_to.address,
        language=head.text("language", "en-GB"),
        starts=starts,
        ends=head.day("ends"),
        approval=head.made("approval", Approval, Approval.AUTOMATIC),
        uncertain=head.made("uncertain", UncertainPolicy, UncertainPolicy.RESEND),
        in_full=email.flag("in_full", default=False),
        pictures=email.made("pictures", PictureHosting, PictureHosting.ATTACHED),
        letter=_letter(root.table("letter")),
    )
    if campaign.starts and campaign.ends and campaign.ends < campaign.starts:
        head.fault("ends", "is before starts")
    return campaign


def _source(table: TomlTable, folder: PurePath, first_day: datetime | None) -> Source:
    kind = table.made("kind", SourceKind, SourceKind.FEED, required=True)
    return Source(
        name=table.made("name", _name, "", required=True),
        kind=kind,
        location=_location(table, kind, folder),
        topics=table.words("topics"),
        first=table.made(
            "first", partial(_first, first_day=first_day), FirstContact(), of=(str, int)
        ),
        moderated=table.flag("moderated", default=False),
        ahead=_ahead(table) if kind is SourceKind.CALENDAR else AHEAD,
        select=_select(table, kind),
    )


def _location(table: TomlTable, kind: SourceKind, folder: PurePath) -> str:
    path = table.text("path") if kind is SourceKind.CALENDAR else ""
    if kind in _ON_DISK:
        path = table.text("path", required=True)
    if path or kind in _ON_DISK:
        return str(folder / path)
    schemes = _CALENDAR_SCHEMES if kind is SourceKind.CALENDAR else _SCHEMES
    url = table.text("url", required=True)
    if url and not url.startswith(schemes):
        table.fault("url", "must start with https:// or http://")
    return url


def _ahead(table: TomlTable) -> timedelta:
    length = table.length("ahead", AHEAD)
    if not _SHORTEST_AHEAD <= length <= _LONGEST_AHEAD:
        table.fault("ahead", "must be from 1d to 366d: how far ahead events are told")
        return AHEAD
    return length


def _select(table: TomlTable, kind: SourceKind) -> PageSelectors:
    if kind is not SourceKind.PAGE:
        return PageSelectors()
    inner = table.table("select")
    select = PageSelectors(*(inner.text(field.name) for field in fields(PageSelectors)))
    if select.links and select.posts:
        inner.fault("posts", "cannot stand beside links: posts are here or elsewhere")
    return select


def _schedule(table: TomlTable) -> Schedule:
    at = table.made("at", wall_time, MIDNIGHT, required=True)
    return Schedule(
        name=table.made("name", _name, "", required=True),
        timetable=WeeklyTimes(at, table.made("days", week_days, EVERY_DAY)),
        catch_up=table.length("catch_up", CATCH_UP),
        default=table.flag("default", default=False),
        formats=table.choices("formats", FORMATS),
        expires=_expires(table),
    )


def _expires(table: TomlTable) -> timedelta:
    length = table.length("expires", EXPIRES)
    if not _SHORTEST_EXPIRY <= length <= _LONGEST_EXPIRY:
        table.fault("expires", "must be from 30m to 30d: how long an email is of use")
        return EXPIRES
    return length


def _letter(table: TomlTable) -> LetterHead:
    return LetterHead(
        sender=table.words("sender"),
        envelope=table.made("envelope", Envelope, Envelope.DL),
        phone=table.text("phone"),
        postage=table.text("postage", "second"),
    )


def _check_names(
    root: TomlTable, sources: tuple[Source, ...], schedules: tuple[Schedule, ...]
) -> None:
    if not schedules:
        root.fault("schedule", "is missing: add a [[schedule]] with name, at and days")
    for key, named in (("source", sources), ("schedule", schedules)):
        names = [one.name for one in named if one.name]
        for name in sorted({name for name in names if names.count(name) > 1}):
            root.fault(key, f'two of them are called "{name}": names must differ')


def _name(value: str) -> str:
    if not value or not value.replace("-", "").isalnum() or value != value.lower():
        raise ValueError(
            "must be lower-case letters, digits and hyphens, e.g. co-production-week"
        )
    if len(value) > 60 or not value.isascii():
        raise ValueError("must be plain ASCII and at most 60 characters")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (OSError, ValueError, LookupError) as problem:
        raise ValueError("is not a time zone; write e.g. Europe/London") from problem
    return value


def _first(value: str | int, first_day: datetime | None) -> FirstContact:
    if value == "now":
        return FirstContact(0)
    if value == "campaign-start":
        return FirstContact(since=first_day)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return FirstContact(value)
    raise ValueError('must be "campaign-start", "now" or a number (the last N)')
