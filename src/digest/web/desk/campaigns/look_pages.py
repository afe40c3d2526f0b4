"""The look of a campaign's mail: its logo and colour, and what they come to."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import UploadFile

from digest.gather.limits import PICTURE_BYTES
from digest.model.campaigns.editing.file_edits import content_of
from digest.model.roles import Right
from digest.schedule import campaign_logos
from digest.store.campaigns import campaigns, file_versions
from digest.store.staff.accounts import Account
from digest.web import limits
from digest.web.desk.campaigns.campaign_pages import CampaignPages
from digest.web.desk.campaigns.form.saving import FormSaver, FormState, SentForm
from digest.web.desk.campaigns.form.sections import LOOK, section_named
from digest.web.desk.campaigns.form.targets import FormTarget, of_section
from digest.web.doors.rights import Staff, needs
from digest.web.parts.inputs import FormFields
from digest.web.parts.pages import HTML, document
from digest.web.parts.routing import PageRouter

_READ = ["GET", "HEAD"]
_TOLD = {"saved": "Saved", "nothing": "That was so already"}


@dataclass(frozen=True, slots=True)
class PictureForm:
    """A form that a picture may have come with: its fields, and the picture's bytes.

    `picture` is None where nobody chose one.
    """

    fields: FormFields
    picture: bytes | None = None


async def picture_form(request: Request) -> AsyncIterator[PictureForm]:
    """Yield the form that was sent, with the picture as far as it may be kept."""
    async with request.form(max_files=1, max_fields=limits.FORM_FIELDS) as form:
        fields = {
            name: value.replace("\r\n", "\n")
            for name, value in form.items()
            if isinstance(value, str)
        }
        file = form.get("logo-file")
        if isinstance(file, UploadFile) and file.filename:
            yield PictureForm(fields, await file.read(PICTURE_BYTES + 1))
        else:
            yield PictureForm(fields)


Sent = Annotated[PictureForm, Depends(picture_form)]


def routes(of_campaigns: CampaignPages) -> APIRouter:
    """Return the routes."""
    router = PageRouter(prefix="/desk/campaigns/{name}/look")
    digest, look = of_campaigns.digest, _LookPages(of_campaigns)

    @router.api_route("", methods=_READ)
    @needs(Right.LOOK)
    def show(name: str, done: str = "") -> Response:
        return look.show(name, done)

    @router.post("")
    @needs(Right.EDIT)
    def save(staff: Staff, name: str, sent: Sent) -> Response:
        return look.save(staff, name, sent)

    @router.api_route("/email", methods=_READ)
    @needs(Right.LOOK)
    def email(name: str) -> Response:
        return document(HTML, digest.previews.look(name, "html").content)

    @router.api_route("/letter", methods=_READ)
    @needs(Right.LOOK)
    def letter(name: str) -> Response:
        return Response(digest.preview_pages.look(name), media_type="image/png")

    return router


class _LookPages:
    """What the page of a campaign's look does."""

    def __init__(self, of_campaigns: CampaignPages) -> None:
        self._of_campaigns = of_campaigns
        self._digest = of_campaigns.digest

    def show(self, name: str, done: str) -> Response:
        """Return the form as the file stands, with an email and a letter beside it."""
        saver, target = FormSaver(self._digest, name), _target()
        return self._page(name, target, saver.unsent(target, saver.stored()), done=done)

    def save(self, staff: Account, name: str, sent: PictureForm) -> Response:
        """Keep the picture and save the form, or show what is to be put right."""
        program = self._digest.acting_as(staff.actor)
        saver, target = FormSaver(program, name), _target()
        fields, fault = dict(sent.fields), ""
        if sent.picture is not None:
            try:
                now = program.now()
                fields["logo"] = campaign_logos.upload(
                    program.engine, sent.picture, now
                )
                fields.pop("logo-away", None)
            except ValueError as problem:
                fault = f"The picture {problem}"
        typed = {field.name: field.typed(fields) for field in target.fields}
        if not typed["logo"]:
            typed["logo_alt"] = ""
        if fault:
            stored = saver.stored()
            now_there = target.texts(content_of(stored.text))
            state = FormState(stored, now_there, typed, {"logo": fault})
            return self._page(name, target, state)
        mark, looked_at = fields.get("mark", ""), fields.get("looked_at", "")
        state = saver.save(target, SentForm(typed, mark, looked_at))
        if state.faults or state.conflicts or state.foresight:
            return self._page(name, target, state)
        done = "saved" if state.applied else "nothing"
        return RedirectResponse(f"/desk/campaigns/{name}/look?done={done}", 303)

    def _page(
        self, name: str, target: FormTarget, state: FormState, *, done: str = ""
    ) -> Response:
        with self._digest.reading() as connection:
            stored = campaigns.by_name(connection, name)
            versions = file_versions.listed(connection, name, 2)
        return self._of_campaigns.page(
            "form-conflict.html" if state.conflicts else "look.html",
            campaign={"name": name, "title": stored.campaign.title},
            look=stored.campaign,
            status=409 if state.conflicts else 422 if state.faults else 200,
            target=target,
            state=state,
            boxes=dict(state.typed),
            sent=[
                pair
                for field in target.fields
                for pair in field.sent(state.typed[field.name])
            ],
            then="",
            done=_TOLD.get(done, ""),
            before=versions[1].number if done == "saved" and versions[1:] else None,
        )


def _target() -> FormTarget:
    section = section_named(LOOK)
    if section is None:
        raise AssertionError("the table of sections has the look")
    return of_section(section, ())
