"""Pages on privacy, on accessibility and on how to complain, of each campaign."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from digest.audience.complaints.handling import ComplaintForm, take_in, today
from digest.bootstrap import App
from digest.errors import DigestError, NotFound
from digest.model.campaigns.campaign import Campaign
from digest.model.people.data_complaints import ComplaintChannel, acknowledge_by
from digest.render.words.catalogue import words_for
from digest.render.words.dates import day_in_words
from digest.store.campaigns import campaigns
from digest.web.parts.inputs import FormFields, form_fields
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter
from digest.web.public.brakes import BrakeState, JoiningBrakes
from digest.web.public.joining_words import JoiningWords
from digest.web.public.law.accessibility_words import AccessibilityWords
from digest.web.public.law.facts import PrivacyFactsLookup
from digest.web.public.law.privacy_words import PrivacyWords

Form = Annotated[FormFields, Depends(form_fields)]
_READ = ["GET", "HEAD"]
# A field that no person sees: what fills it in is a program.
_TRAP = "website"


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the routes; they need no cookie, and looking changes nothing."""
    router, law = PageRouter(), _LawPages(digest, pages)

    @router.api_route("/privacy", methods=_READ)
    def privacies() -> Response:
        return law.every("privacy")

    @router.api_route("/privacy/{campaign}", methods=_READ)
    def privacy(campaign: str) -> Response:
        return law.privacy(law.campaign(campaign))

    @router.api_route("/accessibility", methods=_READ)
    def accessibilities() -> Response:
        return law.every("accessibility")

    @router.api_route("/accessibility/{campaign}", methods=_READ)
    def accessibility(campaign: str) -> Response:
        return law.accessibility(law.campaign(campaign))

    @router.api_route("/complain", methods=_READ)
    def complaining() -> Response:
        return law.every("complain")

    @router.api_route("/complain/{campaign}", methods=_READ)
    def complain(campaign: str) -> Response:
        return law.form(law.campaign(campaign), {}, {})

    @router.post("/complain/{campaign}")
    def take(request: Request, campaign: str, form: Form) -> Response:
        return law.complain(request, law.campaign(campaign), form)

    return router


class _LawPages:
    """Makes the pages, and takes complaints in."""

    def __init__(self, digest: App, pages: Pages) -> None:
        self._digest = digest
        self._pages = pages
        self._facts = PrivacyFactsLookup(digest)
        self._brakes = JoiningBrakes()

    def every(self, folder: str) -> Response:
        """Return the page of all campaigns; of a single one its own."""
        with self._digest.reading() as connection:
            every = [each.campaign for each in campaigns.listed(connection)]
        if len(every) == 1:
            return RedirectResponse(f"/{folder}/{every[0].name}", 303)
        if not every:
            raise NotFound("Nothing is sent from here yet.")
        return self._pages.page(
            "public/law/campaigns.html", offered=every, folder=folder
        )

    def campaign(self, name: str) -> Campaign:
        """Return the campaign of that name. Raises NotFound in words."""
        with self._digest.reading() as connection:
            for stored in campaigns.listed(connection):
                if stored.campaign.name == name:
                    return stored.campaign
        raise NotFound("Nothing of that name is sent from here.")

    def privacy(self, campaign: Campaign) -> Response:
        """Return what is held of its readers, why, for how long, and what they may."""
        words = PrivacyWords(campaign, self._facts.of(campaign))
        return self._page("privacy", campaign, statements=words.statements())

    def accessibility(self, campaign: Campaign) -> Response:
        """Return how it can be had and read, and how good that is."""
        words = AccessibilityWords(campaign)
        return self._page("accessibility", campaign, statements=words.statements())

    def form(
        self, campaign: Campaign, typed: FormFields, faults: FormFields
    ) -> Response:
        """Return how to complain, with a form."""
        return self._page(
            "complain",
            campaign,
            status=422 if faults else 200,
            typed=dict(typed),
            faults=dict(faults),
        )

    def complain(self, request: Request, campaign: Campaign, form: Form) -> Response:
        """Put a complaint into the log, and say by when we are heard of."""
        digest, words = self._digest, words_for(campaign.language)
        if self._brakes.state(request, is_flood=False) is not BrakeState.FREE:
            stopped = JoiningWords(campaign).stopped()
            return self._pages.notice(429, *stopped)
        now, zone = digest.now(), campaign.timezone
        if not form.get(_TRAP):
            written = ComplaintForm(
                form.get("words", ""),
                ComplaintChannel.WEB,
                name=form.get("name", ""),
                contact=form.get("contact", ""),
            )
            if not written.contact.strip():
                fault = words.gettext("Write how we can reach you")
                return self.form(campaign, form, {"contact": fault})
            try:
                with digest.acting_as("a visitor").writing() as connection:
                    take_in(connection, written, now, zone)
            except DigestError:
                # Its words are for staff.
                fault = words.gettext("Write what it is about, and not too long")
                return self.form(campaign, form, {"words": fault})
        last = campaign.midnight(acknowledge_by(today(now, zone)))
        return self._page("complained", campaign, day=day_in_words(last, zone, words))

    def _page(
        self, name: str, campaign: Campaign, *, status: int = 200, **content: Any
    ) -> Response:
        return self._pages.page(
            f"public/law/{name}.html",
            status=status,
            campaign=campaign,
            email=campaign.reply_to or campaign.sender_address,
            **content,
        )
