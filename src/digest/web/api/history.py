"""The history of a campaign's document: who changed what, when, and the way back."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from digest.bootstrap import App
from digest.errors import CampaignFileError
from digest.gather.typed_fields import InputFault
from digest.model.campaigns.versions.difference import difference
from digest.model.roles import Scope
from digest.schedule import campaign_files
from digest.schedule.campaign_files import ChangedFileError
from digest.schedule.reports.file_history import FileChange, change_of, history_of
from digest.web.api.campaigns import AppliedDocument
from digest.web.api.parts.calls import ApiRequestRoute, actor_of
from digest.web.api.parts.doors import asks
from digest.web.api.parts.links import NEXT, Most, page_of
from digest.web.api.parts.problems import RefusedFields, documented
from digest.web.api.parts.versions import IfMatch, required_version
from digest.web.parts.inputs import Number
from digest.web.parts.routing import PageRouter


class ListedVersion(BaseModel):
    """One version of a campaign's document: by whom, through what, and what changed."""

    number: int
    at: datetime
    actor: str
    through: str
    changed: str


class ShownVersion(ListedVersion):
    """A version with its text, and what it changed, line by line.

    Each line of that begins with a sign: `+` is new, `-` is gone, a space stayed; `…`
    stands for lines that stayed.
    """

    text: str
    lines: list[str]


class VersionQuery(BaseModel):
    """Which versions: the newest first."""

    before: Annotated[
        Number | None, Query(description="Those before the version of this number.")
    ] = None
    limit: Most = 50


def routes(digest: App) -> APIRouter:
    """Return the routes."""
    router = PageRouter(
        prefix="/v1/campaigns/{name}/history",
        route_class=ApiRequestRoute,
        tags=["Campaigns"],
    )

    @router.get("", responses=NEXT)
    @asks(Scope.READ)
    def history(
        name: str,
        which: Annotated[VersionQuery, Query()],
        request: Request,
        response: Response,
    ) -> list[ListedVersion]:
        """List the versions of its document, the newest first."""
        with digest.reading() as connection:
            rows = history_of(connection, name, which.limit + 1, before=which.before)
        views = [_view(row) for row in rows]
        return page_of(views, which.limit, request, response, before="number")

    @router.get("/{number}")
    @asks(Scope.READ)
    def version(name: str, number: Number) -> ShownVersion:
        """Show one version, and what it changed of the one before it."""
        with digest.reading() as connection:
            before, after = change_of(connection, name, number)
            [row] = history_of(connection, name, 1, before=number + 1)
        lines = [str(line) for line in difference(before, after.text)]
        return ShownVersion(**_view(row).model_dump(), text=after.text, lines=lines)

    @router.post("/{number}/back", responses=documented(412, 428))
    @asks(Scope.ARRANGE)
    def go_back(
        name: str, number: Number, request: Request, if_match: IfMatch = None
    ) -> AppliedDocument:
        """Apply again what that version said; If-Match is of the document that is."""
        latest_mark = required_version(if_match)
        return _go_back(actor_of(request, digest), name, number, latest_mark)

    return router


def _go_back(
    program: App, name: str, number: int, latest_mark: str | None
) -> AppliedDocument:
    try:
        applied = campaign_files.go_back(
            program.engine,
            name,
            number,
            program.now(),
            mark=latest_mark,
            is_live=program.settings.live,
        )
    except ChangedFileError:
        raise
    except CampaignFileError as problem:
        faults = str(problem).splitlines()
        raise RefusedFields(*(InputFault("number", each) for each in faults)) from None
    return AppliedDocument(
        name=applied.campaign.name,
        readers=applied.readers,
        notes=list(applied.notes),
    )


def _view(row: FileChange) -> ListedVersion:
    return ListedVersion(
        number=row.number,
        at=row.at,
        actor=row.actor,
        through=row.way,
        changed=row.change,
    )
