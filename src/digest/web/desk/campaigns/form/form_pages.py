"""The pages of a campaign's form: all of it at a glance, and a page for each thing."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse

from digest.errors import CampaignFileError, NotFound
from digest.model.campaigns.editing.file_edits import (
    PartRemoval,
    content_of,
    edited,
    parts_in,
)
from digest.model.roles import Right
from digest.schedule.campaign_files import ChangedFileError, EditedFile
from digest.store.campaigns import campaigns, file_versions
from digest.store.people.lists import mailing_lists
from digest.store.staff.accounts import Account
from digest.web.desk.campaigns.campaign_pages import CampaignPages, named
from digest.web.desk.campaigns.form.saving import (
    FormSaver,
    FormState,
    SentForm,
    words_by_field,
)
from digest.web.desk.campaigns.form.sections import LOOK, section_named
from digest.web.desk.campaigns.form.targets import (
    PART_KINDS,
    FormTarget,
    of_part,
    of_section,
    of_sections,
)
from digest.web.doors.rights import Staff, needs
from digest.web.parts.inputs import FormFields, form_fields
from digest.web.parts.routing import PageRouter

Form = Annotated[FormFields, Depends(form_fields)]
_READ = ["GET", "HEAD"]
_NEW = "new"
_TOLD = {"saved": "Saved", "nothing": "That was so already", "removed": "Taken out"}


def routes(of_campaigns: CampaignPages) -> APIRouter:
    """Return the routes."""
    router = PageRouter(prefix="/desk/campaigns/{name}/settings")
    pages = FormPages(of_campaigns)

    @router.api_route("", methods=_READ)
    @needs(Right.LOOK)
    def overview(name: str, done: str = "") -> Response:
        return pages.overview(name, done)

    @router.api_route("/{section}", methods=_READ)
    @needs(Right.EDIT)
    def section_form(name: str, section: str, then: str = "") -> Response:
        return pages.show(name, pages.section(section), then)

    @router.post("/{section}")
    @needs(Right.EDIT)
    def section_sent(staff: Staff, name: str, section: str, form: Form) -> Response:
        return pages.save(staff, name, pages.section(section), form)

    @router.api_route("/{kinds}/{part}", methods=_READ)
    @needs(Right.EDIT)
    def part_form(name: str, kinds: str, part: str, then: str = "") -> Response:
        return pages.show(name, pages.part(name, kinds, part), then)

    @router.post("/{kinds}/{part}")
    @needs(Right.EDIT)
    def part_sent(
        staff: Staff, name: str, kinds: str, part: str, form: Form
    ) -> Response:
        return pages.save(staff, name, pages.part(name, kinds, part), form)

    @router.api_route("/{kinds}/{part}/remove", methods=_READ)
    @needs(Right.EDIT)
    def removal(name: str, kinds: str, part: str) -> Response:
        return pages.ask_removal(name, pages.part(name, kinds, part))

    @router.post("/{kinds}/{part}/remove")
    @needs(Right.EDIT)
    def remove(staff: Staff, name: str, kinds: str, part: str, form: Form) -> Response:
        return pages.remove(staff, name, pages.part(name, kinds, part), form)

    return router


class FormPages:
    """What the pages of a campaign's form do."""

    def __init__(self, of_campaigns: CampaignPages) -> None:
        self._of_campaigns = of_campaigns
        self._digest = of_campaigns.digest

    def overview(self, name: str, done: str) -> Response:
        """Return all that the file says, each with the page where it is changed."""
        with self._digest.reading() as connection:
            stored = campaigns.file_of(connection, name)
            versions = file_versions.listed(connection, name, 2)
        content = content_of(stored.text)
        parts = [
            (kinds, kind, [str(part.get("name")) for part in parts_in(content, kind)])
            for kinds, kind in PART_KINDS.items()
        ]
        return self._of_campaigns.page(
            "settings.html",
            campaign=named(name, stored.text),
            sections=[
                (each.title, each.address, words_by_field(each, content))
                for each in of_sections(self._lists())
            ],
            parts=parts,
            done=_TOLD.get(done, ""),
            before=versions[1].number if done != "nothing" and versions[1:] else None,
        )

    def section(self, name: str) -> FormTarget:
        """Return the form of that section. Raises NotFound in words."""
        section = section_named(name)
        if section is None:
            raise NotFound(f"there is no page of {name}")
        return of_section(section, self._lists())

    def part(self, campaign: str, kinds: str, name: str) -> FormTarget:
        """Return the form of that schedule or source. Raises NotFound in words."""
        is_new_source = kinds == "sources" and name == _NEW
        if kinds not in PART_KINDS or is_new_source:
            raise NotFound(f"there is no page of {kinds}")
        content = content_of(self._saver(campaign).stored().text)
        return of_part(content, kinds, "" if name == _NEW else name)

    def show(self, name: str, target: FormTarget, then: str) -> Response:
        """Return a form that shows what is in the file; the look has its own page."""
        if target.address == LOOK:
            return RedirectResponse(f"/desk/campaigns/{name}/look", 303)
        saver = self._saver(name)
        return self._page(name, target, saver.unsent(target, saver.stored()), then)

    def save(
        self, staff: Account, name: str, target: FormTarget, form: FormFields
    ) -> Response:
        """Save a form, or show what is to be seen or put right before."""
        saver, then = self._saver(name, staff), form.get("then", "")
        typed = self._typed(saver, target, form)
        mark, looked_at = form.get("mark", ""), form.get("looked_at", "")
        state = saver.save(target, SentForm(typed, mark, looked_at))
        if state.faults or state.conflicts or state.foresight:
            return self._page(name, target, state, then)
        if state.applied and state.applied.notes:
            return self._of_campaigns.page(
                "applied.html",
                campaign=state.applied.campaign,
                notes=state.applied.notes,
                then=then,
            )
        if then == "start":
            return RedirectResponse(f"/desk/start?campaign={name}", 303)
        done = "saved" if state.applied else "nothing"
        return RedirectResponse(f"/desk/campaigns/{name}/settings?done={done}", 303)

    def ask_removal(self, name: str, target: FormTarget, fault: str = "") -> Response:
        """Return the page that says what becomes of it, and asks once."""
        saver, meaning = self._saver(name), tuple[str, ...]()
        stored = saver.stored()
        try:
            meaning = saver.meaning(_without(target, stored.text))
        except CampaignFileError as problem:
            fault = str(problem)
        return self._of_campaigns.page(
            "removal.html",
            campaign=named(name, stored.text),
            status=422 if fault else 200,
            target=target,
            mark=stored.mark,
            meaning=meaning,
            fault=fault,
        )

    def remove(
        self, staff: Account, name: str, target: FormTarget, form: FormFields
    ) -> Response:
        """Take it out of the file; where another was applied meanwhile, ask again."""
        saver = self._saver(name, staff)
        try:
            text = _without(target, saver.stored().text)
            saver.apply(EditedFile(name, text, form.get("mark", "")))
        except ChangedFileError:
            words = "Somebody changed the campaign meanwhile: see what it means now"
            return self.ask_removal(name, target, words)
        except CampaignFileError as problem:
            return self.ask_removal(name, target, str(problem))
        return RedirectResponse(f"/desk/campaigns/{name}/settings?done=removed", 303)

    def _typed(
        self, saver: FormSaver, target: FormTarget, form: FormFields
    ) -> dict[str, str]:
        """Return what was typed, or chosen of two people's, by field."""
        now = target.texts(content_of(saver.stored().text))
        return {
            field.name: now[field.name]
            if form.get(f"{field.name}-keep") == "theirs"
            else field.typed(form)
            for field in target.fields
        }

    def _saver(self, name: str, staff: Account | None = None) -> FormSaver:
        digest = self._digest.acting_as(staff.actor) if staff else self._digest
        return FormSaver(digest, name)

    def _lists(self) -> tuple[str, ...]:
        with self._digest.reading() as connection:
            return tuple(row.name for row in mailing_lists.counted(connection))

    def _page(
        self, name: str, target: FormTarget, state: FormState, then: str
    ) -> Response:
        status = 409 if state.conflicts else 422 if state.faults else 200
        page = "form-conflict.html" if state.conflicts else "form.html"
        return self._of_campaigns.page(
            page,
            campaign=named(name, self._saver(name).stored().text),
            status=status,
            target=target,
            state=state,
            boxes=_boxes(target, state.typed),
            sent=[
                pair
                for field in target.fields
                for pair in field.sent(state.typed[field.name])
            ],
            then=then if then == "start" else "",
            hidden=list(target.hidden()),
        )


def _without(target: FormTarget, text: str) -> str:
    return edited(text, [PartRemoval(target.kind, target.part)]).text


def _boxes(target: FormTarget, typed: Mapping[str, str]) -> dict[str, Any]:
    """Return which boxes are ticked, and what stands beside them, by their names."""
    sent: dict[str, Any] = {}
    for field in target.fields:
        sent |= dict(field.sent(typed[field.name]))
    return sent
