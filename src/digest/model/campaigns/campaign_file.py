"""A campaign file (TOML) read whole: a campaign, or every fault by line and key."""

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import PurePath
from zoneinfo import ZoneInfo

from digest.errors import CampaignFileError
from digest.model.campaigns import durations
from digest.model.campaigns.campaign import (
    AHEAD,
    Approval,
    Campaign,
    Envelope,
    FirstContact,
    LastEdition,
    LetterHead,
    Organisation,
    PageSelectors,
    Schedule,
    SectionKind,
    Source,
    SourceKind,
    UnapprovedPolicy,
    UncertainPolicy,
)
from digest.model.campaigns.closures import Closures
from digest.model.campaigns.day_times import MIDNIGHT
from digest.model.campaigns.schedule_table import InheritedTimes, schedule_from
from digest.model.campaigns.toml_table import TomlFaults, TomlTable
from digest.model.campaigns.written_times import checked_name, last_time, zone_name
from digest.model.colours import header_colour
from digest.model.limits import (
    DOMAIN_LABEL_LENGTH,
    JOINING_WORDS_LENGTH,
    LOCAL_PART_LENGTH,
    LOGO_WORDS_LENGTH,
    LONGEST_AHEAD,
    LONGEST_HOLD_BACK,
    MOST_PRICE,
    SHORTEST_AHEAD,
)
from digest.model.logo import Logo, logo_file
from digest.model.people.joining import USUAL_WAYS, Joining, JoiningWay
from digest.model.posts.identity.signs import DECISIVE, Sign
from digest.model.posts.pictures import PictureHosting

_NONE_RESERVED: Mapping[str, Collection[str]] = {}
_SCHEMES = ("https://", "http://")
_CALENDAR_SCHEMES = (*_SCHEMES, "webcal://", "webcals://")
# Stricter than RFC 5322: no quoted local parts, no comments, no IP literals.
_EMAIL_ADDRESS = re.compile(
    rf"[^\s@<>\"(),:;\\[\]\x00-\x1f\x7f-\x9f]{{1,{LOCAL_PART_LENGTH}}}"
    rf"@(?:[\w-]{{1,{DOMAIN_LABEL_LENGTH}}}\.)+[\w-]{{2,{DOMAIN_LABEL_LENGTH}}}"
)


@dataclass(frozen=True, slots=True)
class _Mailbox:
    """A display name, empty where none was written, and an address (RFC 5322 §3.4)."""

    name: str = ""
    address: str = ""


def parse(
    text: str,
    timezone: str,
    folder: PurePath,
    reserved: Mapping[str, Collection[str]] = _NONE_RESERVED,
) -> Campaign:
    """Return the campaign that `text` describes.

    `timezone` serves a campaign that names none; relative paths of sources
    are taken from `folder`. `reserved` are names that a "campaign" and a "schedule"
    may not take. Raises CampaignFileError naming every fault, each
    with its line and key; nothing of a wrong file is used.
    """
    faults = TomlFaults(text)
    try:
        content = tomllib.loads(text)
    except ValueError as problem:  # a TOMLDecodeError, or of a number without end
        raise CampaignFileError(f"the file is not TOML: {problem}") from problem
    except RecursionError as problem:
        raise CampaignFileError(
            "the file has lists within lists without end"
        ) from problem
    root = TomlTable(content, "", faults)
    campaign = _campaign(root, timezone, folder)
    root.finish()
    _refuse_reserved(faults, campaign, reserved)
    if faults.lines:
        raise CampaignFileError("\n".join(sorted(faults.lines)), faults.by_key)
    return campaign


def _campaign(root: TomlTable, timezone: str, folder: PurePath) -> Campaign:
    head = root.table("campaign", required=True)
    sender = head.parsed("from", _mailbox, _Mailbox(), required=True)
    reply_to = head.parsed("reply_to", _mailbox, _Mailbox())
    zone, starts = head.parsed("timezone", zone_name, timezone), head.day("starts")
    first_day = datetime.combine(starts, MIDNIGHT, ZoneInfo(zone)) if starts else None
    sources = tuple(
        _source(table, folder, first_day) for table in root.tables("source")
    )
    ends = head.day("ends")
    inherited = InheritedTimes(zone, starts, _closures(head))
    schedules = tuple(
        schedule_from(table, inherited) for table in root.tables("schedule")
    )
    email, lists = root.table("email"), head.words("lists", required=True)
    _check_names(root, sources, schedules)
    title = head.text("title", required=True)
    campaign = Campaign(
        name=head.parsed("name", checked_name, "", required=True),
        title=title,
        sender_name=sender.name,
        sender_address=sender.address,
        lists=lists,
        timezone=zone,
        sources=sources,
        schedules=schedules,
        reply_to=reply_to.address,
        language=head.text("language", "en-GB"),
        starts=starts,
        ends=ends,
        last_edition=_last_edition(head, ends, ZoneInfo(zone)),
        approval=head.parsed("approval", Approval, Approval.AUTOMATIC),
        approvers=_approvers(head),
        unapproved=head.parsed(
            "unapproved", UnapprovedPolicy, UnapprovedPolicy.CARRY_OVER
        ),
        hold_back=_hold_back(head),
        sections=head.parsed("sections", SectionKind, None),
        most_items=head.parsed("most_items", _most_items, None, of=int),
        events_alone=_events_alone(head, schedules),
        uncertain=head.parsed("uncertain", UncertainPolicy, UncertainPolicy.RESEND),
        in_full=email.flag("in_full", default=False),
        pictures=email.parsed("pictures", PictureHosting, PictureHosting.ATTACHED),
        colour=email.parsed("colour", header_colour, ""),
        logo=_logo(email, sender.name or title),
        letter=_letter(root.table("letter")),
        joining=_joining(root, lists),
        archive=head.flag("archive", default=False),
        organisation=_organisation(root.table("organisation")),
    )
    if campaign.starts and campaign.ends and campaign.ends < campaign.starts:
        head.fault("ends", "is before starts")
    return campaign


def _approvers(head: TomlTable) -> tuple[str, ...]:
    addresses = head.words("approvers")
    for address in addresses:
        if not _EMAIL_ADDRESS.fullmatch(address):
            head.fault("approvers", f'"{address}" is not an email address')
    return addresses


def _hold_back(head: TomlTable) -> timedelta | None:
    length = head.parsed("hold_back", durations.parse, None)
    if length is not None and length > LONGEST_HOLD_BACK:
        head.fault("hold_back", "must be at most 1d: an edition is wanted on its day")
        return None
    return length


def _events_alone(head: TomlTable, schedules: tuple[Schedule, ...]) -> bool:
    is_alone = head.flag("events_alone", default=False)
    if is_alone and not any(schedule.whats_on for schedule in schedules):
        words = "needs a schedule that lists events: whats_on is off in each of them"
        head.fault("events_alone", words)
    return is_alone


def _closures(head: TomlTable) -> Closures:
    days = tuple(sorted(set(head.days("closed"))))
    return head.parsed("holidays", partial(Closures, days=days), Closures("", days))


def _last_edition(head: TomlTable, ends: date | None, zone: ZoneInfo) -> LastEdition:
    goodbye = head.paragraphs("goodbye")
    written = head.text("last_edition")
    if ends is None:
        for key in ("last_edition", "goodbye"):
            if key in head:
                head.fault(key, "needs ends beside it: the campaign's last day")
        return LastEdition()
    if written == "none":
        if goodbye:
            head.fault("goodbye", "needs a last edition, which is the last to go")
        return LastEdition(is_off=True)
    at = head.parsed("last_edition", partial(last_time, ends=ends, zone=zone), None)
    return LastEdition(at, goodbye=goodbye)


def _source(table: TomlTable, folder: PurePath, first_day: datetime | None) -> Source:
    kind = table.parsed("kind", SourceKind, SourceKind.FEED, required=True)
    return Source(
        name=table.parsed("name", checked_name, "", required=True),
        kind=kind,
        location=_location(table, kind, folder),
        topics=table.words("topics"),
        first=table.parsed(
            "first", partial(_first, first_day=first_day), FirstContact(), of=(str, int)
        ),
        moderated=table.flag("moderated", default=False),
        ahead=_ahead(table, kind),
        select=_select(table, kind),
        known_by=table.parsed("known_by", _known_by, None)
        if kind is SourceKind.FEED
        else None,
    )


def _known_by(value: str) -> Sign:
    if value not in DECISIVE:
        raise ValueError(f"is none of {', '.join(DECISIVE)}")
    return Sign(value)


def _location(table: TomlTable, kind: SourceKind, folder: PurePath) -> str:
    path = table.text("path") if kind is SourceKind.CALENDAR else ""
    if kind.is_on_disk:
        path = table.text("path", required=True)
    if path or kind.is_on_disk:
        return str(folder / path)
    schemes = _CALENDAR_SCHEMES if kind is SourceKind.CALENDAR else _SCHEMES
    url = table.text("url", required=True)
    if url and not url.startswith(schemes):
        table.fault("url", "must start with https:// or http://")
    return url


def _ahead(table: TomlTable, kind: SourceKind) -> timedelta:
    if kind is not SourceKind.CALENDAR:
        return AHEAD
    length = table.duration("ahead", AHEAD)
    if not SHORTEST_AHEAD <= length <= LONGEST_AHEAD:
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


def _logo(table: TomlTable, organisation: str) -> Logo | None:
    file = table.parsed("logo", logo_file, "")
    alt = " ".join(table.text("logo_alt").split())
    if len(alt) > LOGO_WORDS_LENGTH:
        table.fault("logo_alt", f"is longer than {LOGO_WORDS_LENGTH} characters")
    if alt and "logo" not in table:
        table.fault("logo_alt", "needs logo beside it: the picture that it is of")
    return Logo(file, alt or organisation) if file else None


def _letter(table: TomlTable) -> LetterHead:
    return LetterHead(
        sender=table.words("sender"),
        envelope=table.parsed("envelope", Envelope, Envelope.DL),
        phone=table.text("phone"),
        postage=table.text("postage", "second"),
        price=table.parsed("price", _price, None, of=(int, float)),
        slip=table.flag("slip", default=True),
    )


def _joining(root: TomlTable, lists: tuple[str, ...]) -> Joining | None:
    if "joining" not in root:
        return None
    table = root.table("joining")
    offered = (way for way in JoiningWay if way.is_to_join)
    ways = table.choices("ways", {way.value: way for way in offered})
    list_name = table.text("list", lists[0] if lists else "")
    if list_name and lists and list_name not in lists:
        table.fault("list", f'"{list_name}" is none of the campaign\'s lists')
    return Joining(
        wording=_sentences(table, "wording", required=True),
        list_name=list_name,
        about=_sentences(table, "about"),
        ways=tuple(dict.fromkeys(ways)) or USUAL_WAYS,
    )


def _organisation(table: TomlTable) -> Organisation:
    organisation = Organisation(
        **{field.name: _sentences(table, field.name) for field in fields(Organisation)}
    )
    if organisation.charitable_purpose and not organisation.charity:
        words = "needs charity beside it: the number of the registered charity"
        table.fault("charitable_purpose", words)
    return organisation


def _sentences(table: TomlTable, key: str, *, required: bool = False) -> str:
    words = " ".join(table.text(key, required=required).split())
    if len(words) > JOINING_WORDS_LENGTH:
        table.fault(key, f"is longer than {JOINING_WORDS_LENGTH} characters")
    return words


def _check_names(
    root: TomlTable, sources: tuple[Source, ...], schedules: tuple[Schedule, ...]
) -> None:
    if not schedules:
        root.fault("schedule", "is missing: add a [[schedule]] with name, at and days")
    for key, named in (("source", sources), ("schedule", schedules)):
        names = [part.name for part in named if part.name]
        for name in sorted({name for name in names if names.count(name) > 1}):
            root.fault(key, f'two of them are called "{name}": names must differ')
    _check_renaming(root, schedules)


def _refuse_reserved(
    faults: TomlFaults, campaign: Campaign, reserved: Mapping[str, Collection[str]]
) -> None:
    named = [("campaign", "campaign", campaign.name)] + [
        ("schedule", f"schedule[{number}]", schedule.name)
        for number, schedule in enumerate(campaign.schedules, 1)
    ]
    for kind, place, name in named:
        if name in reserved.get(kind, ()):
            words = f'"{name}" is an address of the desk: take another name'
            faults.add(place, "name", words)


def _check_renaming(root: TomlTable, schedules: tuple[Schedule, ...]) -> None:
    names = [schedule.name for schedule in schedules]
    former = [row.renamed_from for row in schedules if row.renamed_from]
    for name in dict.fromkeys(former):
        if name in names:
            words = "which is in the file still: a schedule has one name at a time"
            root.fault("schedule", f'one was renamed from "{name}", {words}')
        elif former.count(name) > 1:
            words = "only one of them can go on where it stood"
            root.fault("schedule", f'two were renamed from "{name}": {words}')


def _mailbox(value: str) -> _Mailbox:
    name, bracket, rest = value.strip().rpartition("<")
    address = rest.removesuffix(">") if bracket else value.strip()
    if (bracket and not rest.endswith(">")) or not _EMAIL_ADDRESS.fullmatch(address):
        raise ValueError(
            "is not an email address; write e.g. Our News <news@example.org>"
        )
    if any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in name):
        raise ValueError("holds a line break or another control character")
    return _Mailbox(name.strip().strip('"'), address)


def _price(value: float) -> Decimal:
    if isinstance(value, bool) or not 0 < value <= MOST_PRICE:
        raise ValueError("must be what it costs to post a letter, e.g. 0.87")
    return Decimal(str(value))


def _most_items(value: int) -> int:
    if isinstance(value, bool) or value < 1:
        raise ValueError("must be 1 or more: how many posts and events a copy has")
    return value


def _first(value: str | int, first_day: datetime | None) -> FirstContact:
    if value == "now":
        return FirstContact(0)
    if value == "campaign-start":
        return FirstContact(since=first_day)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return FirstContact(value)
    raise ValueError('must be "campaign-start", "now" or a number (the last N)')
