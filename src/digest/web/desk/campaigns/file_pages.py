"""The campaign file on a page: as it stands, edited, what would change, applied."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse

from digest.errors import CampaignFileError
from digest.model.campaigns.versions import stamp
from digest.model.campaigns.versions.difference import difference
from digest.model.roles import Right
from digest.model.staff_words import moment_in_words
from digest.schedule import campaign_files
from digest.schedule.campaign_files import ChangedFileError, EditedFile
from digest.schedule.reports.file_history import history_of
from digest.store.campaigns import campaigns
from digest.store.campaigns.file_versions import CampaignFile
from digest.store.staff.accounts import Account
from digest.web import limits
from digest.web.desk.campaigns.campaign_pages import CampaignPages, named
from digest.web.doors.rights import Staff, needs
from digest.web.parts.inputs import FormFields, form_fields
from digest.web.parts.routing import PageRouter

Form = Annotated[FormFields, Depends(form_fields)]
_READ = ["GET", "HEAD"]
_NUMBER = re.compile(r"line +(\d{1,6}),")
_TOO_LONG = (
    f"The file is over {limits.CAMPAIGN_FILE_CHARACTERS:,} characters or "
    f"{limits.CAMPAIGN_FILE_LINES:,} lines: apply it with digest campaign apply"
)


def routes(of_campaigns: CampaignPages) -> APIRouter:
    """Return the routes."""
    router = PageRouter(prefix="/desk/campaigns/{name}/file")
    file = _FilePages(of_campaigns)

    @router.api_route("", methods=_READ)
    @needs(Right.LOOK)
    def show(name: str) -> Response:
        return file.form(file.stored(name), name)

    @router.post("")
    @needs(Right.EDIT)
    def edit(staff: Staff, name: str, form: Form) -> Response:
        match form.get("step", ""):
            case "apply":
                return file.apply(staff, name, form)
            case "edit":
                return file.form(file.stored(name), name, form.get("text", ""))
            case _:
                return file.look(name, form)

    return router


class _FilePages:
    """What the page of a campaign's file does."""

    def __init__(self, of_campaigns: CampaignPages) -> None:
        self._of_campaigns = of_campaigns
        self._digest = of_campaigns.digest

    def stored(self, name: str) -> CampaignFile:
        """Return the file that was applied last. Raises NotFound in words."""
        with self._digest.reading() as connection:
            return campaigns.file_of(connection, name)

    def form(
        self,
        stored: CampaignFile,
        name: str,
        typed: str | None = None,
        faults: list[str] | None = None,
    ) -> Response:
        """Return the file in a form: what was `typed`, or as it stands."""
        text = _lined(stored.text) if typed is None else typed
        return self._of_campaigns.page(
            "file.html",
            campaign=named(name, stored.text),
            status=422 if faults else 200,
            text=text,
            mark=stored.mark,
            faults=[(fault, _line_of(fault, text)) for fault in faults or ()],
        )

    def look(self, name: str, form: FormFields) -> Response:
        """Return what an edited file would change, or every fault in it."""
        stored, text = self.stored(name), form.get("text", "")
        bare, made_from = stamp.unstamped(text)
        if bare == _lined(stored.text):
            return RedirectResponse(f"/desk/campaigns/{name}?done=nothing", 303)
        try:
            _refuse_too_long(text)
            meaning = campaign_files.meaning_of_edited(
                self._digest.engine,
                EditedFile(name, text),
                self._digest.now(),
                is_live=self._digest.settings.live,
            )
        except CampaignFileError as problem:
            return self.form(stored, name, text, str(problem).splitlines())
        # An exported file says at its head what it was made from.
        is_as_read = {form.get("mark"), made_from or stored.mark} == {stored.mark}
        return self._difference(name, stored, bare, meaning, is_as_read=is_as_read)

    def apply(self, staff: Account, name: str, form: FormFields) -> Response:
        """Apply it; where another was applied meanwhile show how the two differ."""
        text = form.get("text", "")
        program = self._digest.acting_as(staff.actor)
        try:
            _refuse_too_long(text)
            applied = campaign_files.apply_edited(
                program.engine,
                EditedFile(name, text, form.get("mark", "")),
                program.now(),
                is_live=program.settings.live,
            )
        except ChangedFileError:
            return self.look(name, form)
        except CampaignFileError as problem:
            return self.form(self.stored(name), name, text, str(problem).splitlines())
        if not applied.notes:
            return RedirectResponse(f"/desk/campaigns/{name}?done=applied", 303)
        return self._of_campaigns.page(
            "applied.html", campaign=applied.campaign, notes=applied.notes
        )

    def _difference(
        self,
        name: str,
        stored: CampaignFile,
        text: str,
        meaning: tuple[str, ...],
        *,
        is_as_read: bool,
    ) -> Response:
        return self._of_campaigns.page(
            "difference.html",
            campaign=named(name, stored.text),
            status=200 if is_as_read else 409,
            text=text,
            mark=stored.mark,
            lines=list(difference(_lined(stored.text), text)),
            meaning=meaning,
            is_as_read=is_as_read,
            newest=self._newest(stored, name),
        )

    def _newest(self, stored: CampaignFile, name: str) -> str:
        """Return who changed the campaign last, when and through what, in words."""
        with self._digest.reading() as connection:
            [newest] = history_of(connection, name, 1)
        when = moment_in_words(newest.at, stored.timezone)
        return (
            f"version {newest.number}, by {newest.actor}, through {newest.way}, {when}"
        )


def _refuse_too_long(text: str) -> None:
    is_long = len(text) > limits.CAMPAIGN_FILE_CHARACTERS
    if is_long or text.count("\n") > limits.CAMPAIGN_FILE_LINES:
        raise CampaignFileError(_TOO_LONG)


def _lined(text: str) -> str:
    """Return a text with its lines ended as a form's are."""
    return text.replace("\r\n", "\n")


def _line_of(fault: str, text: str) -> str:
    """Return the line that a fault names, "" where it names none."""
    number = _NUMBER.match(fault)
    lines = text.splitlines()
    at = int(number[1]) if number else 0
    return lines[at - 1].strip() if 0 < at <= len(lines) else ""
