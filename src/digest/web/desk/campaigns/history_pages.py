"""The history of a campaign on pages: who changed what, and the way back to it."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse

from digest.errors import CampaignFileError
from digest.model.campaigns.versions.difference import difference
from digest.model.roles import Right
from digest.model.staff_words import moment_in_words
from digest.schedule import campaign_files
from digest.schedule.campaign_files import ChangedFileError, EditedFile
from digest.schedule.reports.file_history import FileChange, change_of, history_of
from digest.store.campaigns import campaigns
from digest.store.staff.accounts import Account
from digest.web import limits
from digest.web.desk.campaigns.campaign_pages import CampaignPages, named
from digest.web.doors.rights import Staff, needs
from digest.web.parts.inputs import FormFields, Number, form_fields
from digest.web.parts.routing import PageRouter

Form = Annotated[FormFields, Depends(form_fields)]
_READ = ["GET", "HEAD"]


def routes(of_campaigns: CampaignPages) -> APIRouter:
    """Return the routes."""
    router = PageRouter(prefix="/desk/campaigns/{name}/history")
    history = _HistoryPages(of_campaigns)

    @router.api_route("", methods=_READ)
    @needs(Right.LOOK)
    def listed(name: str, before: Number | None = None) -> Response:
        return history.listed(name, before)

    @router.api_route("/{number}", methods=_READ)
    @needs(Right.LOOK)
    def version(name: str, number: Number) -> Response:
        return history.version(name, number)

    @router.post("/{number}")
    @needs(Right.EDIT)
    def go_back(staff: Staff, name: str, number: Number, form: Form) -> Response:
        return history.go_back(staff, name, number, form)

    return router


class _HistoryPages:
    """What the pages of a campaign's history do."""

    def __init__(self, of_campaigns: CampaignPages) -> None:
        self._of_campaigns = of_campaigns
        self._digest = of_campaigns.digest
        self._zone = of_campaigns.digest.settings.timezone

    def listed(self, name: str, before: int | None) -> Response:
        """Return the versions, the newest first, a page of them."""
        most = limits.CAMPAIGN_VERSIONS
        with self._digest.reading() as connection:
            rows = history_of(connection, name, most + 1, before=before)
            text = campaigns.file_of(connection, name).text
        older = f"?before={rows[most - 1].number}" if len(rows) > most else ""
        return self._of_campaigns.page(
            "history.html",
            campaign=named(name, text),
            rows=[self._row(row) for row in rows[:most]],
            older=older,
            is_newest=before is None,
        )

    def version(
        self, name: str, number: int, fault: str = "", status: int = 200
    ) -> Response:
        """Return one version: what it changed, and what going back to it would."""
        is_live = self._digest.settings.live
        with self._digest.reading() as connection:
            stored = campaigns.file_of(connection, name)
            (row,) = history_of(connection, name, 1, before=number + 1)
            before, version = change_of(connection, name, number)
        meaning: tuple[str, ...] = ()
        is_now = version.mark == stored.mark
        if not is_now:
            edited = EditedFile(name, version.text, logo=version.logo)
            engine = self._digest.engine
            try:
                meaning = campaign_files.meaning_of_edited(
                    engine, edited, self._digest.now(), is_live=is_live
                )
            except CampaignFileError as problem:
                fault, status = str(problem), 422
        return self._of_campaigns.page(
            "version.html",
            campaign=named(name, stored.text),
            status=status,
            row=self._row(row),
            changed=list(difference(before, version.text)),
            back=list(difference(stored.text, version.text)),
            meaning=meaning,
            mark=stored.mark,
            is_now=is_now,
            faults=fault.splitlines(),
            may_go_back=status != 422,
        )

    def go_back(
        self, staff: Account, name: str, number: int, form: FormFields
    ) -> Response:
        """Apply that version again; where another came meanwhile, show it anew."""
        program = self._digest.acting_as(staff.actor)
        try:
            applied = campaign_files.go_back(
                program.engine,
                name,
                number,
                program.now(),
                mark=form.get("mark", ""),
                is_live=program.settings.live,
            )
        except ChangedFileError as problem:
            return self.version(name, number, str(problem), 409)
        except CampaignFileError as problem:
            return self.version(name, number, str(problem), 422)
        if applied.notes:
            return self._of_campaigns.page(
                "applied.html", campaign=applied.campaign, notes=applied.notes
            )
        return RedirectResponse(f"/desk/campaigns/{name}?done=back", 303)

    def _row(self, row: FileChange) -> dict[str, Any]:
        return {
            "number": row.number,
            "when": moment_in_words(row.at, self._zone),
            "actor": row.actor,
            "way": row.way,
            "change": row.change,
        }
