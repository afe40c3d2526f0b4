"""Campaigns: listed, their file read and applied, paused and resumed."""

from datetime import date, datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from digest.bootstrap import App
from digest.errors import CampaignFileError
from digest.gather.typed_fields import InputFault
from digest.model.roles import Scope
from digest.schedule import campaign_files
from digest.schedule.campaign_files import EditedFile
from digest.schedule.reports.campaign_end import end_of
from digest.schedule.reports.campaign_standing import CampaignStanding, standing_of
from digest.schedule.reports.slot_weeks import slots_between
from digest.schedule.reports.source_health import source_facts
from digest.store.campaigns import campaigns, sources
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.reports import overview
from digest.web import limits
from digest.web.api.parts.calls import ApiRequestRoute, actor_of
from digest.web.api.parts.doors import asks
from digest.web.api.parts.problems import RefusedFields, documented
from digest.web.api.parts.versions import VERSIONED, IfMatch, etag, required_version
from digest.web.parts.routing import PageRouter


class ListedCampaign(BaseModel):
    """A campaign in the list of all.

    `state` is whether somebody has paused it, and `standing` how it stands as a whole:
    one that has ended is still active, as nobody has paused it.
    """

    name: str
    title: str
    state: Literal["active", "paused"]
    standing: CampaignStanding
    lists: list[str]


class SkippedEntry(BaseModel):
    """What a source had that was not taken, and why."""

    name: str
    why: str


class ShownSource(BaseModel):
    """A source and how it reads."""

    campaign: str
    source: str
    kind: str
    location: str
    moved_to: str
    state: str
    failing_since: datetime | None
    failures: int
    failure: str
    next_try_at: datetime | None
    last_read_at: datetime | None
    skipped: list[SkippedEntry]
    skipped_at: datetime | None


class ShownSchedule(BaseModel):
    """When a campaign's editions go."""

    name: str
    words: str
    default: bool
    formats: list[str]


class ShownCampaign(ListedCampaign):
    """A campaign as it stands; `readers` are how many read it in each format."""

    timezone: str
    language: str
    paused_at: datetime | None
    closes: dict[str, datetime] = Field(description="The last slots, by schedule.")
    schedules: list[ShownSchedule]
    sources: list[ShownSource]
    readers: dict[str, int]


class CampaignDocument(BaseModel):
    """A campaign's file, whole: TOML, as `digest campaign apply` takes it."""

    text: str


class EditedDocument(BaseModel):
    """What is to stand in its place."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(max_length=limits.CAMPAIGN_FILE_CHARACTERS)]


class AppliedDocument(BaseModel):
    """What became of it: how many readers joined or changed, and what it means."""

    name: str
    readers: int
    notes: list[str]


class CampaignChange(BaseModel):
    """How a campaign stands now, and whether it had stood so."""

    name: str
    state: Literal["active", "paused"]
    changed: bool


class ShownSlot(BaseModel):
    """A slot on its day, or where `at` is null a day that is skipped, and why."""

    campaign: str
    schedule: str
    day: date
    at: datetime | None
    note: str
    edition: int | None
    state: str | None


class SlotQuery(BaseModel):
    """Which days."""

    first: Annotated[
        date | None, Query(alias="from", description="The first day; today if unsaid.")
    ] = None
    days: Annotated[int, Query(ge=1, le=limits.API_SLOT_DAYS)] = 35


def routes(digest: App) -> APIRouter:
    """Return the routes."""
    router = PageRouter(
        prefix="/v1/campaigns", route_class=ApiRequestRoute, tags=["Campaigns"]
    )

    @router.get("")
    @asks(Scope.READ)
    def every() -> list[ListedCampaign]:
        """List the campaigns."""
        with digest.reading() as connection:
            return [
                _listed(connection, stored, digest.now())
                for stored in campaigns.listed(connection)
            ]

    @router.get("/{name}")
    @asks(Scope.READ)
    def campaign(name: str) -> ShownCampaign:
        """Show a campaign: its schedules, its readers by format, its sources."""
        return _view(digest, name)

    @router.get("/{name}/sources")
    @asks(Scope.READ)
    def sources_of(name: str) -> list[ShownSource]:
        """List its sources, with how they read."""
        return _view(digest, name).sources

    @router.get("/{name}/slots")
    @asks(Scope.READ)
    def slots(name: str, which: Annotated[SlotQuery, Query()]) -> list[ShownSlot]:
        """List its slots day by day: what was made of them, and what is to come."""
        return _slots(digest, name, which)

    @router.get("/{name}/document", responses=VERSIONED)
    @asks(Scope.READ)
    def document(name: str, response: Response) -> CampaignDocument:
        """Return the campaign file that was applied last; its ETag is its version."""
        with digest.reading() as connection:
            stored = campaigns.file_of(connection, name)
        response.headers["ETag"] = etag(stored.mark)
        return CampaignDocument(text=stored.text)

    @router.put("/{name}/document", responses=documented(412, 428))
    @asks(Scope.ARRANGE)
    def apply(
        name: str, new: EditedDocument, request: Request, if_match: IfMatch = None
    ) -> AppliedDocument:
        """Apply an edited campaign file, whole, in place of the one that was seen.

        412 where it is another by now, or where the text is an exported file's whose
        first line says that it was made from another.
        """
        return _apply(actor_of(request, digest), name, new, required_version(if_match))

    _add_acts(router, digest)
    return router


def _add_acts(router: APIRouter, digest: App) -> None:
    @router.post("/{name}/pause")
    @asks(Scope.ARRANGE)
    def pause(name: str, request: Request) -> CampaignChange:
        """Stop its timetable and its sending until it is resumed."""
        with actor_of(request, digest).writing() as connection:
            stored = campaigns.by_name(connection, name)
            changed = campaigns.pause(connection, stored.id, digest.now())
        return CampaignChange(name=name, state="paused", changed=changed)

    @router.post("/{name}/resume")
    @asks(Scope.ARRANGE)
    def resume(name: str, request: Request) -> CampaignChange:
        """Let it go on."""
        with actor_of(request, digest).writing() as connection:
            stored = campaigns.by_name(connection, name)
            changed = campaigns.resume(connection, stored.id, digest.now())
        return CampaignChange(name=name, state="active", changed=changed)

    @router.post("/{name}/sources/{source}/resume")
    @asks(Scope.ARRANGE)
    def resume_source(name: str, source: str, request: Request) -> ShownSource:
        """Have a failing source tried again at the next look."""
        with actor_of(request, digest).writing() as connection:
            stored = campaigns.by_name(connection, name)
            row = sources.by_name(connection, stored.id, source)
            sources.resume(connection, row, digest.now())
            row = sources.by_name(connection, stored.id, source)
        return ShownSource.model_validate(source_facts(name, row))


def _listed(
    connection: Connection, stored: StoredCampaign, now: datetime
) -> ListedCampaign:
    campaign = stored.campaign
    return ListedCampaign(
        name=campaign.name,
        title=campaign.title,
        state="paused" if stored.paused_at else "active",
        standing=standing_of(connection, stored, now),
        lists=list(campaign.lists),
    )


def _view(digest: App, name: str) -> ShownCampaign:
    with digest.reading() as connection:
        stored = campaigns.by_name(connection, name)
        rows = sources.of_campaign(connection, stored.id).values()
        readers = overview.readers_by_format(connection, stored.id)
        end = end_of(connection, stored, digest.now())
        listed = _listed(connection, stored, digest.now())
    campaign = stored.campaign
    return ShownCampaign(
        **listed.model_dump(),
        timezone=campaign.timezone,
        language=campaign.language,
        paused_at=stored.paused_at,
        closes=end.closes,
        schedules=[
            ShownSchedule(
                name=each.name,
                words=str(each.times),
                default=each.default,
                formats=[fmt.name for fmt in each.formats],
            )
            for each in campaign.schedules
        ],
        sources=[ShownSource.model_validate(source_facts(name, row)) for row in rows],
        readers=dict(readers),
    )


def _slots(digest: App, name: str, which: SlotQuery) -> list[ShownSlot]:
    now = digest.now()
    with digest.reading() as connection:
        stored = campaigns.by_name(connection, name)
        today = now.astimezone(ZoneInfo(stored.campaign.timezone)).date()
        first = which.first or today
        if abs(first - today) > limits.CALENDAR_REACH:
            words = f"is over {limits.CALENDAR_REACH.days} days from today"
            raise RefusedFields(InputFault("from", words))
        days = (first, first + timedelta(days=which.days))
        slots = slots_between(connection, stored, days, now, limits.CALENDAR_SLOTS)
    return [
        ShownSlot(
            campaign=name,
            schedule=slot.schedule,
            day=slot.day,
            at=slot.at,
            note=slot.note,
            edition=slot.edition.id if slot.edition else None,
            state=slot.edition.standing if slot.edition else None,
        )
        for slot in slots
    ]


def _apply(
    program: App, name: str, new: EditedDocument, version: str | None
) -> AppliedDocument:
    with program.reading() as connection:
        mark = campaigns.file_of(connection, name).mark
    edited = EditedFile(name, new.text, mark if version is None else version)
    try:
        applied = campaign_files.apply_edited(
            program.engine, edited, program.now(), is_live=program.settings.live
        )
    except campaign_files.ChangedFileError:
        raise
    except CampaignFileError as problem:
        faults = str(problem).splitlines()
        raise RefusedFields(*(InputFault("text", words) for words in faults)) from None
    return AppliedDocument(
        name=applied.campaign.name,
        readers=applied.readers,
        notes=list(applied.notes),
    )
