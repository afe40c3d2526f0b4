"""A reader's new email address: asked for on their page, confirmed at both ends."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from digest.audience.joining.new_email import ChangeState, EmailChange, ask_for
from digest.bootstrap import App
from digest.render.words.catalogue import words_for
from digest.schedule.limits import JOINING_FLOOD
from digest.store.people.joining import joining_tallies
from digest.web.parts.inputs import FormFields, form_fields
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter
from digest.web.public.brakes import BrakeState, JoiningBrakes
from digest.web.public.choosing.choices import ChoicePages
from digest.web.public.joining_words import JoiningWords

Form = Annotated[FormFields, Depends(form_fields)]


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the routes; they need no cookie, and a GET changes nothing."""
    router, brakes = PageRouter(), JoiningBrakes()
    own = ChoicePages(digest, pages)

    @router.post("/p/{token}/email")
    def ask(request: Request, token: str, form: Form) -> Response:
        page, now = digest.reader_choice_links.look(token), digest.now()
        words = JoiningWords(page.campaign)
        with digest.reading() as connection:
            is_flood = joining_tallies.count_lately(connection, now) > JOINING_FLOOD
        if brakes.state(request, is_flood=is_flood) is not BrakeState.FREE:
            return pages.notice(429, *words.stopped())
        with digest.acting_as("a visitor").writing() as connection:
            reader = digest.reader_choice_links.reader(connection, token)
            typed = form.get("email", "")
            is_address = ask_for(connection, digest.hasher, reader, typed, now)
            joining_tallies.count_up(connection, now)
        if not is_address:
            return own.page(token, faults={"email": words.no_email()})
        return own.page(token, done="new-email")

    # Mail scanners open links: looking changes nothing and uses nothing up.
    @router.api_route("/address/{token}", methods=["GET", "HEAD"])
    def look(token: str) -> Response:
        return _answer(pages, digest.new_email_links.look(token))

    @router.post("/address/{token}")
    def confirm(token: str) -> Response:
        return _answer(pages, digest.new_email_links.confirm(token))

    return router


def _answer(pages: Pages, change: EmailChange) -> Response:
    if change.state is ChangeState.ASKED:
        return pages.page(
            "public/choices/new_email.html", campaign=change.campaign, change=change
        )
    heading, words = _words(change)
    return pages.page(
        "public/notice.html", campaign=change.campaign, heading=heading, words=words
    )


def _words(change: EmailChange) -> tuple[str, str]:
    """Return the heading and the words of a change whose button here was pressed."""
    campaign, words = change.campaign, words_for(change.campaign.language)
    match change.state:
        case ChangeState.DONE:
            return words.gettext("Your address has changed"), words.gettext(
                "%(title)s comes to your new address from now on.",
                title=campaign.title,
            )
        case ChangeState.IMPOSSIBLE:
            return words.gettext("This could not be done"), words.gettext(
                "Ring or write to us, and we do it together."
            )
        case ChangeState.WAITING | ChangeState.ASKED:
            return words.gettext("Thank you. Now the other one"), words.gettext(
                "We wrote to your other address too. It changes once the button behind "
                "that mail is pressed. If you cannot read it, ring or write to us."
            )
