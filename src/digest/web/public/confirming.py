"""The page behind a confirmation's link: its button does it, opening it nothing."""

from fastapi import APIRouter, Response

from digest.audience.joining.confirming import JoiningState
from digest.bootstrap import App
from digest.model.campaigns.campaign_slots import next_slot
from digest.model.people.reader_marks import ReaderRef
from digest.render.words.catalogue import words_for
from digest.render.words.dates import moment_told
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the routes; they need no cookie, and may be repeated."""
    router = PageRouter(prefix="/confirm")

    # Mail scanners open links: looking changes nothing and uses nothing up.
    @router.api_route("/{token}", methods=["GET", "HEAD"])
    def ask(token: str) -> Response:
        state = digest.confirmation_links.look(token)
        if state.reader is not None:
            return _confirmed(digest, pages, state)
        return pages.page(
            "public/subscribe/confirm.html",
            campaign=state.campaign,
            wording=state.wording,
            chosen=_chosen(state),
        )

    @router.post("/{token}")
    def confirm(token: str) -> Response:
        return _confirmed(digest, pages, digest.confirmation_links.confirm(token))

    return router


def _chosen(state: JoiningState) -> list[tuple[str, str]]:
    """Return what was asked for, for whoever can read mail at that address."""
    words = words_for(state.campaign.language)
    facts = {
        "name": words.gettext("Name"),
        "email": words.gettext("Email address"),
        "schedule": words.gettext("How often"),
        "topics": words.gettext("What about"),
    }
    return [
        (label, state.content[name].capitalize() if name == "schedule" else text)
        for name, label in facts.items()
        if (text := state.content.get(name))
    ]


def _confirmed(digest: App, pages: Pages, state: JoiningState) -> Response:
    """Return the page of who is on the list: when the first one comes."""
    campaign = state.campaign
    words, now = words_for(campaign.language), digest.now()
    schedule = campaign.schedule_named(state.schedule) or campaign.schedules[0]
    slot = next_slot(campaign, schedule, now)
    panel, whom = "", state.reader or ReaderRef(0)
    if slot is not None:
        when = moment_told(slot, schedule.times.zone, words)
        panel = words.gettext("The next one goes on %(when)s", when=when)
    return pages.page(
        "public/subscribe/confirmed.html",
        campaign=campaign,
        panel=panel,
        choices_url=f"/p/{digest.links.choices_token(whom)}",
    )
