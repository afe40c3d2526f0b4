"""A source added as it was tried: named, and read at once for who has just begun."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from digest.model.campaigns.campaign import PageSelectors
from digest.model.roles import Right
from digest.schedule.editions.publishing import gather_named
from digest.schedule.guard import guarded
from digest.web.desk.campaigns.campaign_pages import CampaignPages
from digest.web.desk.campaigns.form.form_pages import FormPages
from digest.web.desk.campaigns.form.targets import of_new_source
from digest.web.doors.rights import Staff, needs
from digest.web.parts.inputs import FormFields, form_fields
from digest.web.parts.routing import PageRouter

Form = Annotated[FormFields, Depends(form_fields)]
SELECTORS = tuple(field.name for field in fields(PageSelectors))


def routes(of_campaigns: CampaignPages) -> APIRouter:
    """Return the routes, which stand before those of sources that are there."""
    router = PageRouter(prefix="/desk/campaigns/{name}/settings/sources/new")
    pages, digest = FormPages(of_campaigns), of_campaigns.digest

    @router.post("")
    @needs(Right.EDIT)
    def add(staff: Staff, name: str, form: Form) -> Response:
        target = of_new_source(form.get("kind", ""), selectors_in(form))
        answer = pages.save(staff, name, target, form)
        if form.get("then") == "start" and answer.status_code == 303:
            ours = digest.acting_as(staff.actor)
            with guarded("reading a new source", f"campaign={name}"):
                gather_named(ours.engine, ours.fetcher, name, ours.now())
        return answer

    return router


def selectors_in(form: Mapping[str, str]) -> dict[str, str]:
    """Return the selectors of a page that a form has."""
    return {part: form[part] for part in SELECTORS if part in form}
