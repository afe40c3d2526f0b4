"""From an empty install to a test in one's own inbox, a step at a time."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from digest.audience.adding import add
from digest.bootstrap import App
from digest.errors import DigestError
from digest.model.campaigns.live_needs import campaign_needs
from digest.model.people.person import CONSENT
from digest.model.roles import Right
from digest.model.staff_words import counted, day_in_words
from digest.schedule.editions.proofs.testing import TESTED, EditionTest
from digest.schedule.reports.campaign_standing import schedule_in_words
from digest.store.campaigns import campaigns
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.posts import listing
from digest.store.reports import overview
from digest.store.staff import audit
from digest.store.staff.accounts import Account
from digest.web import limits
from digest.web.doors.rights import Staff, needs
from digest.web.parts.inputs import FormFields, form_fields
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter

Form = Annotated[FormFields, Depends(form_fields)]
_HERE = "/desk/start"
_TOLD = {
    "tested": "A test is on its way to you",
    "tested-here": "A test for you is in the practice inbox",
    "added": "You are one of its readers now",
}


@dataclass(frozen=True, slots=True)
class CampaignStep:
    """One step: what it is, where it is done, how it stands, and whether it is done."""

    words: str
    address: str
    about: str
    is_done: bool


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the routes."""
    router = PageRouter(prefix=_HERE)
    start = _Start(digest, pages)

    @router.api_route("", methods=["GET", "HEAD"])
    @needs(Right.LOOK)
    def steps(campaign: str = "", done: str = "") -> Response:
        return start.steps(campaign, done=done)

    @router.post("/me")
    @needs(Right.EDIT)
    def add_me(staff: Staff, form: Form) -> Response:
        return start.add_me(staff, form.get("campaign", ""))

    @router.post("/test")
    @needs(Right.EDIT)
    def test(staff: Staff, form: Form) -> Response:
        return start.test(staff, form.get("campaign", ""))

    return router


@dataclass(frozen=True, slots=True)
class _Start:
    """What the page of the first steps does."""

    digest: App
    pages: Pages

    def steps(self, name: str, *, done: str = "", problem: str = "") -> Response:
        """Return the steps of that campaign, or of the one that was made last."""
        with self.digest.reading() as connection:
            listed = campaigns.listed(connection)
            newest = max(listed, key=lambda row: row.id, default=None)
            named = [row for row in listed if row.campaign.name == name]
            stored = named[0] if named else newest
            steps = [*_steps(connection, stored)]
            readers = (
                sum(overview.readers_by_format(connection, stored.id).values())
                if stored
                else 0
            )
        return self.pages.page(
            "desk/start.html",
            here="today",
            status=409 if problem else 200,
            stored=stored,
            steps=steps,
            next_step=next((step for step in steps if not step.is_done), None),
            readers=readers,
            done=_TOLD.get(done, ""),
            problem=problem,
            needs=(
                *self.digest.settings.live_needs,
                *(campaign_needs(stored.campaign) if stored else ()),
            ),
        )

    def add_me(self, staff: Account, name: str) -> Response:
        """Have whoever is signed in be a reader, on the campaign's first list."""
        program = self.digest.acting_as(staff.actor)
        cells = {
            "name": staff.name,
            "email": staff.email,
            "consent_basis": CONSENT,
            "consent_method": "at the desk, for themselves",
            "consent_at": day_in_words(program.now()),
            "consent_wording": "I add myself, to see what readers get.",
        }
        try:
            with program.writing() as connection:
                stored = campaigns.by_name(connection, name)
                [first, *_] = stored.campaign.lists
                add(connection, program.hasher, first, cells, program.now())
        except DigestError as problem:
            return self.steps(name, problem=str(problem))
        return _back(name, "added")

    def test(self, staff: Account, name: str) -> Response:
        """Send the campaign's open edition to whoever is signed in, as a test."""
        program = self.digest.acting_as(staff.actor)
        try:
            test = EditionTest(name)
            [sent] = program.edition_tests.send(test, [staff.email], program.now())
        except DigestError as problem:
            return self.steps(name, problem=str(problem))
        if sent.why_not:
            return self.steps(name, problem=sent.words)
        return _back(name, "tested" if sent.leaves else "tested-here")


def _back(name: str, done: str) -> Response:
    query = urlencode({"campaign": name, "done": done})
    return RedirectResponse(f"{_HERE}?{query}", 303)


def _steps(connection: Connection, stored: StoredCampaign | None) -> list[CampaignStep]:
    if stored is None:
        words = "A title, and who emails are from"
        new = "/desk/campaigns/new?then=start"
        return [CampaignStep("Name your campaign", new, words, is_done=False)]
    campaign = stored.campaign
    home = f"/desk/campaigns/{campaign.name}"
    settings, first = f"{home}/settings", campaign.schedules[0]
    readers = sum(overview.readers_by_format(connection, stored.id).values())
    posts = len(listing.listed(connection, stored.id, limit=limits.START_POSTS))
    many = f"{limits.START_POSTS} posts or more"
    total = counted(posts, "post", "posts") if posts < limits.START_POSTS else many
    sources = ", ".join(source.name for source in campaign.sources)
    acts = audit.latest(connection, limits.START_ACTS, campaign.name)
    return [
        CampaignStep(
            "Name your campaign",
            f"{settings}/name?then=start",
            f"{campaign.title}, from {campaign.sender_address}",
            is_done=True,
        ),
        CampaignStep(
            "Say where your news comes from",
            f"{home}/sources/try?then=start",
            f"{sources or 'Written here'}: {total} so far"
            if campaign.sources or posts
            else "A blog, a calendar, a page; or write a post yourself",
            is_done=bool(campaign.sources) or posts > 0,
        ),
        CampaignStep(
            "Bring your readers",
            "/desk/people/new",
            counted(readers, "reader", "readers")
            if readers
            else "Add yourself for now, one person, or a spreadsheet",
            is_done=readers > 0,
        ),
        CampaignStep(
            "Choose when it goes out",
            f"{settings}/schedules/{first.name}?then=start",
            f"{first.name.capitalize()}: {schedule_in_words(first)[0]}",
            is_done=True,
        ),
        CampaignStep(
            "Look at the first edition",
            f"{home}/{first.name}?show=phone",
            "As an email, as a letter and in large print"
            if posts
            else "There is something to see once a post has come in",
            is_done=posts > 0,
        ),
        CampaignStep(
            "Send a test to yourself",
            "#test",
            "Marked as a test; no reader gets it",
            is_done=any(act.act.startswith(TESTED) for act in acts),
        ),
    ]
