"""The pages of all campaigns and of one, and what their buttons do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from digest.bootstrap import App
from digest.model.campaigns.editing.file_edits import content_of, table_in
from digest.model.roles import Right
from digest.store.base.asked_together import ask_together
from digest.store.campaigns import campaigns, sources
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.staff.accounts import Account
from digest.web.desk.campaigns.overview import at_a_glance, in_the_list
from digest.web.doors.rights import Staff, needs
from digest.web.parts.inputs import FormFields, form_fields
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter

Form = Annotated[FormFields, Depends(form_fields)]
_READ = ["GET", "HEAD"]
_DONE = {
    "paused": "Paused: nothing of it is gathered or sent until somebody resumes it",
    "resumed": "Resumed: it goes on where it was",
    "source": "It is tried again at the next reading",
    "applied": "The campaign is as the file says now",
    "made": "It is made. Say where its news comes from, and when it goes out",
    "back": "The campaign is as that version said",
    "nothing": "That was so already",
}
_UNDO = {
    "paused": ("resume", "Undo, resume it"),
    "resumed": ("pause", "Undo, pause it"),
}


def named(name: str, text: str) -> dict[str, str]:
    """Return what its pages call a campaign of that name, by the text of its file."""
    title = table_in(content_of(text), "campaign").get("title")
    return {"name": name, "title": str(title or name)}


@dataclass(frozen=True, slots=True)
class CampaignPages:
    """Makes the pages of campaigns; who may change them gets buttons."""

    digest: App
    pages: Pages

    def page(self, name: str, **content: Any) -> Response:
        """Return a page of campaigns."""
        return self.pages.page(f"desk/campaigns/{name}", here="campaigns", **content)

    def stored(self, name: str) -> StoredCampaign:
        """Return the campaign of that name. Raises NotFound in words."""
        with self.digest.reading() as connection:
            return campaigns.by_name(connection, name)

    def perform(
        self,
        staff: Account,
        name: str,
        done: str,
        change: Callable[[Connection, StoredCampaign], bool],
    ) -> Response:
        """Do it on record, and go to the campaign's page, which says what was done."""
        with self.digest.acting_as(staff.actor).writing() as connection:
            has_changed = change(connection, campaigns.by_name(connection, name))
        return RedirectResponse(
            f"/desk/campaigns/{name}?done={done if has_changed else 'nothing'}", 303
        )


def routes(of_campaigns: CampaignPages) -> APIRouter:
    """Return the routes."""
    router, digest = PageRouter(prefix="/desk/campaigns"), of_campaigns.digest

    @router.api_route("", methods=_READ)
    @needs(Right.LOOK)
    def every() -> Response:
        now = digest.now()
        with digest.reading() as connection:
            rows = [
                in_the_list(connection, stored, now)
                for stored in campaigns.listed(connection)
            ]
            unreadable = campaigns.unreadable(connection)
        return of_campaigns.page("list.html", campaigns=rows, unreadable=unreadable)

    @router.api_route("/{name}", methods=_READ)
    @needs(Right.LOOK)
    def overview(name: str, done: str = "") -> Response:
        with digest.reading() as connection:
            ask_together(connection, campaigns.QUESTIONS)
            stored = campaigns.by_name(connection, name)
            content = at_a_glance(connection, stored, digest.now())
        return of_campaigns.page(
            "overview.html",
            campaign=stored.campaign,
            done=_DONE.get(done, ""),
            undo=_UNDO.get(done),
            **content,
        )

    @router.post("/{name}/pause")
    @needs(Right.EDIT)
    def pause(staff: Staff, name: str) -> Response:
        return of_campaigns.perform(
            staff,
            name,
            "paused",
            lambda c, stored: campaigns.pause(c, stored.id, digest.now()),
        )

    @router.post("/{name}/resume")
    @needs(Right.EDIT)
    def resume(staff: Staff, name: str) -> Response:
        return of_campaigns.perform(
            staff,
            name,
            "resumed",
            lambda c, stored: campaigns.resume(c, stored.id, digest.now()),
        )

    @router.post("/{name}/sources/resume")
    @needs(Right.EDIT)
    def resume_source(staff: Staff, name: str, form: Form) -> Response:
        def change(connection: Connection, stored: StoredCampaign) -> bool:
            row = sources.by_name(connection, stored.id, form.get("source", ""))
            return sources.resume(connection, row, digest.now())

        return of_campaigns.perform(staff, name, "source", change)

    return router
