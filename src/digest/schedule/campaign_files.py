"""A campaign file applied: its rows, and a place in it for every subscriber."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine

from digest.audience.enrolment import enrol
from digest.errors import CampaignFileError, FileFault
from digest.model.campaigns.campaign import Campaign
from digest.model.campaigns.coming_slots import never_due
from digest.model.campaigns.versions import stamp
from digest.schedule import campaign_logos, campaign_meaning
from digest.schedule.campaign_older_files import place_of, refuse_older
from digest.schedule.limits import CAMPAIGN_FILE_BYTES
from digest.store.base.engine import reading, writing
from digest.store.campaigns import campaigns, file_places, file_versions, schedule_rows
from digest.store.campaigns.file_versions import CampaignFile, FileDoor, FileOrigin

NO_POSTAL_ADDRESS = (
    "sender under [letter] names no postal address, which every email has to say: "
    'write e.g. sender = ["Our News", "1 Example Street", "EXAMPLETON", "ZZ99 1AA"]'
)

# Pages of the desk stand at these addresses, where a campaign or a schedule would be.
RESERVED_SCHEDULES = frozenset(
    {"end", "file", "history", "look", "pause", "resume", "settings", "sources"}
)
_RESERVED = {"campaign": frozenset({"new"}), "schedule": RESERVED_SCHEDULES}


@dataclass(frozen=True, slots=True)
class AppliedCampaign:
    """The campaign as applied, and how many readers joined or changed.

    `notes` say what it means for readers that its schedules have changed.
    """

    campaign: Campaign
    readers: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EditedFile:
    """What somebody has made of a campaign's file, which was that of `mark` before.

    `logo` is our copy of the picture that it names, "" for what that name meant last.
    """

    name: str
    text: str
    mark: str = ""
    logo: str = ""

    def over(self, stored: CampaignFile) -> CampaignFile:
        """Return it as a file that stands where the one before it stood."""
        return replace(stored, text=self.text, logo=self.logo)


class ChangedFileError(CampaignFileError):
    """Somebody has applied another file since the one that was edited was made."""


def unclear_renaming(engine: Engine, path: Path, timezone: str) -> str:
    """Say what applying the file would mean if a schedule in it has a new name.

    Empty where none goes while another comes. Raises CampaignFileError.
    """
    campaign = _file(path, timezone).parsed()
    with reading(engine) as connection:
        readers = schedule_rows.readers_of_each(connection, campaign.name)
    return campaign_meaning.unclear_renaming(campaign, readers)


def apply_file(  # noqa: PLR0913 - how a file is meant, by name
    engine: Engine,
    path: Path,
    timezone: str,
    now: datetime,
    *,
    known_as: str = "",
    replaces: bool = False,
    is_live: bool = False,
) -> AppliedCampaign:
    """Make the database match the file; all of it or nothing.

    It is known again by its path, or where that changes by what it is `known_as`.
    Raises CampaignFileError naming every fault, and what cannot be read; for a
    schedule that is never due; and, where mail goes out live, for a campaign that does
    not say from where it writes. Raises OlderFileError where somebody has changed the
    campaign since the file was made, unless it `replaces` what they did.
    """
    file = _file(path, timezone)
    place = place_of(path, known_as)
    campaign = _checked(file, is_live=is_live)
    logo = campaign_logos.beside(path, campaign)
    with writing(engine) as connection:
        ours, origin = _unstamped(connection, campaign.name, file)
        ours = campaign_logos.with_logo(connection, ours, logo, now)
        if not replaces:
            refuse_older(connection, ours, origin, place)
        applied = _apply(connection, ours, now, origin)
        file_places.note(connection, campaign.name, place, origin.base)
    return applied


def exported(engine: Engine, name: str) -> str:
    """Return the campaign's file as it stands, with a line that says which it is.

    Applied again it changes nothing. Raises NotFound listing the campaigns there are.
    """
    with reading(engine) as connection:
        stored = campaigns.file_of(connection, name)
        version = file_versions.marked(connection, name, stored.mark)
    return stamp.stamped(stored.text, version.number if version else 0, stored.mark)


def exported_logo(engine: Engine, name: str) -> tuple[str, bytes] | None:
    """Return what the campaign's file calls its logo, and that picture, if it has one.

    Raises NotFound listing the campaigns there are.
    """
    with reading(engine) as connection:
        return campaign_logos.exported(connection, campaigns.file_of(connection, name))


def meaning_of_edited(
    engine: Engine, edited: EditedFile, now: datetime, *, is_live: bool = False
) -> tuple[str, ...]:
    """Return what an edited file would mean for readers now; changes nothing.

    Raises CampaignFileError as applying it would.
    """
    with reading(engine) as connection:
        stored = campaigns.file_of(connection, edited.name)
        campaign = _checked_edited(edited, stored, is_live=is_live)
        campaign_logos.with_kept_logo(connection, edited.over(stored))
        before = schedule_rows.readers_of_each(connection, campaign.name)
        slots = schedule_rows.extra_slots(connection, campaign.name)
        foreseen = _foreseen_slots(connection, stored, campaign, now)
    unclear = campaign_meaning.unclear_renaming(campaign, before)
    notes = () if unclear else campaign_meaning.schedule_notes(campaign, before)
    moved = campaign_meaning.slots_to_move(campaign, slots, foreseen)
    last = campaign_meaning.last_editions_alone(campaign)
    return tuple(filter(None, (unclear, *notes, *moved, *last)))


def foreseen_slots(
    engine: Engine, campaign: Campaign, now: datetime
) -> Mapping[str, datetime]:
    """Return what each schedule would have beside its times, were the file this now."""
    with reading(engine) as connection:
        stored = campaigns.file_of(connection, campaign.name)
        return _foreseen_slots(connection, stored, campaign, now)


def _foreseen_slots(
    connection: Connection, stored: CampaignFile, campaign: Campaign, now: datetime
) -> Mapping[str, datetime]:
    try:
        before = stored.parsed()
    except CampaignFileError:
        return {}  # of a file that cannot be read nothing was to come
    return schedule_rows.foreseen_slots(connection, before, campaign, now)


def apply_edited(
    engine: Engine, edited: EditedFile, now: datetime, *, is_live: bool = False
) -> AppliedCampaign:
    """Apply a file as `apply_file` does, in place of the one that was edited.

    Raises ChangedFileError where that is not the campaign's file any more, or where the
    line at its head says that it was made from another; and CampaignFileError also for
    another campaign's file and for a folder on this machine that the file did not name
    before: those are for whoever runs it.
    """
    with writing(engine) as connection:
        stored = campaigns.file_of(connection, edited.name)
        if stored.mark != edited.mark:
            raise ChangedFileError("somebody has applied another file meanwhile")
        _checked_edited(edited, stored, is_live=is_live)
        text, made_from = stamp.unstamped(edited.text)
        if made_from not in ("", stored.mark):
            raise ChangedFileError(
                "its first line says that it was made from another version than what "
                "is now: make the change in that, or leave the line out to have this "
                "one all the same"
            )
        ours = replace(edited, text=text).over(stored)
        file = campaign_logos.with_kept_logo(connection, ours)
        return _apply(connection, file, now, FileOrigin(FileDoor.DESK, edited.mark))


def apply_new(
    engine: Engine, file: CampaignFile, now: datetime, *, is_live: bool = False
) -> AppliedCampaign:
    """Apply the file of a campaign that is not there yet, as made at the desk.

    Live it begins paused: it is sent to nobody before a person resumes it. Raises
    CampaignFileError as `apply_file`, and where there is one of that name.
    """
    campaign = _checked(file, is_live=is_live)
    with writing(engine) as connection:
        if campaigns.is_there(connection, campaign.name):
            words = f'"{campaign.name}" is the name of another campaign: take a new one'
            fault = FileFault("campaign", "name", words)
            raise CampaignFileError(f"campaign.name: {words}", [fault])
        file = campaign_logos.with_kept_logo(connection, file)
        applied = _apply(connection, file, now, FileOrigin(FileDoor.DESK))
        if is_live:
            stored = campaigns.by_name(connection, campaign.name)
            campaigns.pause(connection, stored.id, now)
    return applied


def go_back(  # noqa: PLR0913 - who goes back, and from what, by name
    engine: Engine,
    name: str,
    number: int,
    now: datetime,
    *,
    mark: str | None = None,
    is_live: bool = False,
) -> AppliedCampaign:
    """Apply again what that version of a campaign's file said.

    `mark` is of the file as it was when that was decided; None for as it is now.
    Raises NotFound where there is no such version, ChangedFileError where another has
    the place of the marked one, and CampaignFileError as applying it would: what was
    right once may be past by now.
    """
    with reading(engine) as connection:
        stored = campaigns.file_of(connection, name)
        version = file_versions.numbered(connection, name, number)
    latest_mark = stored.mark if mark is None else mark
    edited = EditedFile(name, version.file.text, latest_mark, version.file.logo)
    return apply_edited(engine, edited, now, is_live=is_live)


def _unstamped(
    connection: Connection, name: str, file: CampaignFile
) -> tuple[CampaignFile, FileOrigin]:
    """Return a file without its stamp, and what that says it was made from.

    Paths in what was exported are from where the file was that was exported.
    """
    text, mark = stamp.unstamped(file.text)
    version = file_versions.marked(connection, name, mark) if mark else None
    if version is None:
        return replace(file, text=text), FileOrigin()
    return (
        replace(file, text=text, folder=version.file.folder),
        FileOrigin(base=mark),
    )


def _checked_edited(
    edited: EditedFile, stored: CampaignFile, *, is_live: bool
) -> Campaign:
    campaign = _checked(edited.over(stored), is_live=is_live)
    if campaign.name != edited.name:
        raise CampaignFileError(
            f"name is {campaign.name}, and this is the file of {edited.name}: a "
            "campaign keeps its name, and another is added with digest campaign apply"
        )
    try:
        before = {(each.kind, each.location) for each in stored.parsed().sources}
    except CampaignFileError:
        before = set()
    new = [
        f"source {source.name}: {source.location} is on this machine, and new: whoever "
        "runs it names it, with digest campaign apply"
        for source in campaign.sources
        if source.kind.is_on_disk and (source.kind, source.location) not in before
    ]
    if new:
        raise CampaignFileError("\n".join(new))
    return campaign


def _checked(file: CampaignFile, *, is_live: bool) -> Campaign:
    # None of this is asked of the file itself: a stored campaign is read again for
    # years, in which pages get new addresses and bank holidays change.
    campaign = file.parsed_anew(_RESERVED)
    lines, faults = [], []
    if is_live and not campaign.has_postal_address:
        lines.append(NO_POSTAL_ADDRESS)
        faults.append(FileFault("letter", "sender", NO_POSTAL_ADDRESS))
    for place, schedule in enumerate(campaign.schedules, 1):
        if why := never_due(campaign, schedule):
            lines.append(f"schedule {schedule.name} {why}")
            faults.append(FileFault(f"schedule[{place}]", "days", why))
    if faults:
        raise CampaignFileError("\n".join(lines), faults)
    return campaign


def _apply(
    connection: Connection,
    file: CampaignFile,
    now: datetime,
    origin: FileOrigin,
) -> AppliedCampaign:
    campaign = file.parsed()
    before = schedule_rows.readers_of_each(connection, campaign.name)
    slots = schedule_rows.extra_slots(connection, campaign.name)
    stored = campaigns.apply(connection, file, now, origin)
    new_slots = schedule_rows.extra_slots(connection, campaign.name)
    readers = enrol(connection, stored.id, stored.campaign, now)
    notes = [
        *campaign_meaning.schedule_notes(campaign, before),
        *campaign_meaning.moved_slots(campaign, slots, new_slots),
        *campaign_meaning.last_editions_alone(campaign),
    ]
    return AppliedCampaign(stored.campaign, readers, tuple(notes))


def _file(path: Path, timezone: str) -> CampaignFile:
    return CampaignFile(_text(path), timezone, str(path.resolve().parent))


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > CAMPAIGN_FILE_BYTES:
            raise CampaignFileError(f"{path} is over 1 MB: it is no campaign file")
        return path.read_text(encoding="utf-8-sig")
    except OSError as problem:
        raise CampaignFileError(
            f"{path} cannot be read ({problem.strerror}): give the path of a .toml file"
        ) from problem
    except UnicodeDecodeError as problem:
        raise CampaignFileError(
            f"{path} is not UTF-8 text: save it as UTF-8"
        ) from problem
