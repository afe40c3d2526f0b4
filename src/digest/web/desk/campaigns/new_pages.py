"""The page that makes a campaign, afresh or like another."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse

from digest.errors import CampaignFileError, FileFault
from digest.model.roles import Right
from digest.schedule import campaign_making
from digest.schedule.campaign_making import NewCampaign, name_for
from digest.store.campaigns import campaigns
from digest.store.campaigns.file_versions import CampaignFile
from digest.store.staff.accounts import Account
from digest.web.desk.campaigns.campaign_pages import CampaignPages
from digest.web.desk.campaigns.form import codecs
from digest.web.desk.campaigns.form.fields import (
    FieldKind,
    FormField,
    SenderField,
    by_field,
    sender,
)
from digest.web.doors.rights import Staff, needs
from digest.web.parts.inputs import FormFields, form_fields
from digest.web.parts.routing import PageRouter

Form = Annotated[FormFields, Depends(form_fields)]
_FIELDS: tuple[FormField, ...] = (
    FormField("title", "Title", "What readers see, like Lantern Week"),
    SenderField("sender_name", "Sender's name", "Who emails are from", key="-"),
    SenderField(
        "sender_address",
        "Sender's address",
        "Like news@example.org",
        key="from",
        is_address=True,
    ),
    FormField(
        "lists",
        "Mailing list",
        "Who it goes to. Left empty, a list of the campaign's own is made",
        codec=codecs.COMMAS,
    ),
    FormField(
        "sender",
        "Name and postal address",
        "One line each. Every email says it; it can wait until you go live",
        kind=FieldKind.LINES,
        codec=codecs.LINES,
    ),
    FormField(
        "name",
        "Short name",
        "For addresses and commands: lower-case letters, digits and hyphens. Left "
        "empty, it is made from the title",
        is_rare=True,
    ),
)
_OF_LETTER = ("sender",)


def routes(of_campaigns: CampaignPages) -> APIRouter:
    """Return the routes, which stand before those of one campaign."""
    router = PageRouter(prefix="/desk/campaigns/new")

    @router.api_route("", methods=["GET", "HEAD"])
    @needs(Right.EDIT)
    def form(like: str = "", then: str = "") -> Response:
        return _page(of_campaigns, {"like": like, "then": then}, {})

    @router.post("")
    @needs(Right.EDIT)
    def make(staff: Staff, form: Form) -> Response:
        return _make(of_campaigns, staff, form)

    return router


def _make(of_campaigns: CampaignPages, staff: Account, form: FormFields) -> Response:
    program = of_campaigns.digest.acting_as(staff.actor)
    settings, title = program.settings, form.get("title", "").strip()
    name = form.get("name", "").strip() or name_for(title)
    like = form.get("like", "")
    lists = codecs.COMMAS.value(form.get("lists", ""))
    new = NewCampaign(
        name,
        title,
        sender(form.get("sender_name", ""), form.get("sender_address", "")),
        tuple(map(str, lists)) if isinstance(lists, list) else (),
        tuple(filter(None, map(str.strip, form.get("sender", "").split("\n")))),
        like,
    )
    here = CampaignFile("", settings.timezone, str(settings.data_dir.resolve()))
    try:
        campaign_making.make(
            program.engine, new, here, program.now(), is_live=settings.live
        )
    except CampaignFileError as problem:
        return _page(of_campaigns, form, _faults(form, problem))
    if form.get("then") == "start":
        return RedirectResponse(f"/desk/start?campaign={name}", 303)
    return RedirectResponse(f"/desk/campaigns/{name}?done=made", 303)


def _faults(form: FormFields, problem: CampaignFileError) -> dict[str, str]:
    """Return each fault by its field; one of a name made for an empty title once."""
    of_campaign = [each for each in problem.faults if each.place != "letter"]
    of_letter = [
        FileFault("campaign", each.key, each.words)
        for each in problem.faults
        if each.place == "letter" and each.key in _OF_LETTER
    ]
    faults = by_field(_FIELDS, "campaign", [*of_campaign, *of_letter])
    if "title" in faults:
        faults.pop("name", None)
    elif "name" in faults and not form.get("name", "").strip():
        faults["name"] = (
            "No short name can be made of that title: write one, in lower-case letters "
            "from a to z, digits and hyphens"
        )
    return faults or {"": str(problem)}


def _page(
    of_campaigns: CampaignPages, form: FormFields, faults: dict[str, str]
) -> Response:
    with of_campaigns.digest.reading() as connection:
        names = [
            (stored.campaign.name, stored.campaign.title)
            for stored in campaigns.listed(connection)
        ]
    return of_campaigns.page(
        "new.html",
        status=422 if faults else 200,
        fields=_FIELDS,
        typed=dict(form),
        faults=faults,
        others=names,
        then="start" if form.get("then") == "start" else "",
        is_live_mode=of_campaigns.digest.settings.live,
    )
