"""A campaign made at the desk, afresh or like another, and one that is to end."""

import re
import unicodedata
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Engine

from digest.model.campaigns.campaign import Campaign, Schedule
from digest.model.campaigns.campaign_slots import last_slot, slots
from digest.model.campaigns.editing.file_edits import (
    FileEdit,
    PartEdit,
    PartRemoval,
    TableEdit,
    content_of,
    edited,
    parts_in,
    table_in,
)
from digest.model.campaigns.editing.toml_text import TomlValue, whole_text
from digest.model.editions.edition import EditionState
from digest.model.staff_words import counted, moment_in_words
from digest.schedule.campaign_files import (
    AppliedCampaign,
    EditedFile,
    apply_edited,
    apply_new,
    foreseen_slots,
)
from digest.store.base.engine import reading
from digest.store.campaigns import campaigns, schedule_rows
from digest.store.campaigns.file_versions import CampaignFile
from digest.store.editions import editions

# In practice nothing of it reaches anybody, and staff choose before they go live.
_FIRST_SCHEDULE: dict[str, TomlValue] = {
    "name": "daily",
    "at": "16:00",
    "default": True,
}
# Before a campaign's end: whatever is due at all is due in it.
_LAST_STRETCH = timedelta(days=366)
# An edition that is one by then, and that a person may still let go.
_WAITING = (EditionState.OPEN, EditionState.FROZEN)
_NOT_LETTERS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class NewCampaign:
    """What a campaign begins with; `like` names the one whose settings it takes.

    `sender` is as `from` in a campaign file has it, `address` the lines of a postal
    address. Without `lists` it has those of the other, or one of its own name.
    """

    name: str
    title: str
    sender: str
    lists: tuple[str, ...]
    address: tuple[str, ...] = ()
    like: str = ""


@dataclass(frozen=True, slots=True)
class CampaignEnding:
    """How a campaign is to end: its last day, and its last edition if that is said.

    `last_edition` and `goodbye` are as in a campaign file; None leaves what is there.
    """

    on: date
    last_edition: str | None = None
    goodbye: str | None = None

    def edit(self) -> TableEdit:
        """Return what it changes of a campaign file."""
        words_of = {"last_edition": self.last_edition, "goodbye": self.goodbye}
        values: dict[str, TomlValue | None] = {"ends": self.on}
        values |= {
            key: words or None for key, words in words_of.items() if words is not None
        }
        return TableEdit("campaign", values)


def name_for(title: str) -> str:
    """Return a campaign's name for a title: its words in lower case, with hyphens."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return _NOT_LETTERS.sub("-", plain.lower()).strip("-")[:40].strip("-")


def make(
    engine: Engine,
    new: NewCampaign,
    elsewhere: CampaignFile,
    now: datetime,
    *,
    is_live: bool = False,
) -> AppliedCampaign:
    """Make a campaign; `elsewhere` says whose time zone and folder a fresh one has.

    Raises CampaignFileError naming every fault, and NotFound where there is none like
    it.
    """
    if not new.like:
        file = CampaignFile(_fresh(new), elsewhere.timezone, elsewhere.folder)
        return apply_new(engine, file, now, is_live=is_live)
    with reading(engine) as connection:
        model = campaigns.file_of(connection, new.like)
    text = edited(model.text, _as_another(new, model)).text
    file = replace(model, text=text)
    return apply_new(engine, file, now, is_live=is_live)


def ended_text(file: CampaignFile, ending: CampaignEnding) -> str:
    """Return the file with that ending in it. Raises CampaignFileError."""
    return edited(file.text, [ending.edit()]).text


def end(
    engine: Engine,
    name: str,
    ending: CampaignEnding,
    now: datetime,
    *,
    is_live: bool = False,
) -> AppliedCampaign:
    """Have a campaign end so. Raises CampaignFileError and NotFound in words."""
    with reading(engine) as connection:
        stored = campaigns.file_of(connection, name)
    file = EditedFile(name, ended_text(stored, ending), stored.mark)
    return apply_edited(engine, file, now, is_live=is_live)


def ending_in_words(engine: Engine, campaign: Campaign, now: datetime) -> list[str]:
    """Return what happens when a campaign ends as it says, one thing a line."""
    with reading(engine) as connection:
        readers = schedule_rows.readers_of_each(connection, campaign.name)
        waiting = [
            edition
            for edition in editions.in_states(connection, _WAITING)
            if edition.campaign == campaign.name
        ]
    foreseen = foreseen_slots(engine, campaign, now)
    lines = []
    for schedule in campaign.schedules:
        beside = foreseen.get(schedule.name)
        last = _last_to_come(campaign, schedule, beside, now)
        # One that is renamed by the same file has its readers under its former name.
        names = (schedule.name, schedule.renamed_from)
        of_it = next((readers[name] for name in names if name in readers), 0)
        count = counted(of_it, "reader", "readers")
        if last:
            at = moment_in_words(last, campaign.timezone)
            lines.append(f"{schedule.name} has its last edition on {at}, for {count}")
        else:
            lines.append(f"{schedule.name} has no edition to come, for {count}")
    lines += [
        f"{edition.schedule} of {moment_in_words(edition.slot, campaign.timezone)} "
        "waits still: it goes if it is approved"
        for edition in waiting
    ]
    if campaign.last_edition.goodbye:
        lines.append("the last edition ends with your goodbye")
    return [
        *lines,
        "after that nothing of it is gathered or sent",
        "readers stay on their lists, and nothing is deleted",
        "until its last edition has gone you can undo this: go back to the version "
        "before, under History",
    ]


def _last_to_come(
    campaign: Campaign, schedule: Schedule, beside: datetime | None, now: datetime
) -> datetime | None:
    """Return the last slot that a schedule of a campaign that ends has after now."""
    if last := last_slot(campaign, schedule, beside):
        return last if last > now else None
    _, end = campaign.span
    if end is None:
        return None
    # Without a last edition of its own it ends with one at its own times.
    begin = max(now, end - _LAST_STRETCH)
    every = slots(campaign, schedule, begin, end, beside)
    return next(iter(deque(every, maxlen=1)), None)


def _fresh(new: NewCampaign) -> str:
    head: dict[str, TomlValue] = {
        "name": new.name,
        "title": new.title,
        "from": new.sender,
        "lists": list(new.lists or (new.name,)),
    }
    content: dict[str, TomlValue] = {"campaign": head, "schedule": [_FIRST_SCHEDULE]}
    if new.address:
        content["letter"] = {"sender": list(new.address)}
    return whole_text(content)


def _as_another(new: NewCampaign, model: CampaignFile) -> Iterator[FileEdit]:
    """Yield what a campaign has of its own, whose file is like another's.

    Its days are not those of the other, nor are schedules of single days.
    """
    values: dict[str, TomlValue | None] = {"name": new.name, "title": new.title}
    if new.sender:
        values["from"] = new.sender
    if new.lists:
        values["lists"] = list(new.lists)
    past = ("starts", "ends", "last_edition", "goodbye", "closed")
    yield TableEdit("campaign", values | dict.fromkeys(past))
    if new.address:
        yield TableEdit("letter", {"sender": list(new.address)})
    content = content_of(model.text)
    schedules = parts_in(content, "schedule")
    lasting = [row for row in schedules if "on" not in row]
    for row in schedules:
        name = str(row.get("name", ""))
        if lasting and row not in lasting:
            yield PartRemoval("schedule", name)
            continue
        # By its first day the weeks of "every other week" are counted on.
        first = row.get("starts") or table_in(content, "campaign").get("starts")
        starts = first if "every" in row else None
        none = dict.fromkeys(("ends", "renamed_from"))
        yield PartEdit("schedule", name, {"starts": starts, **none})
