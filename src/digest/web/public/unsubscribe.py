"""The page that unsubscribes by the link in an edition, and undoes it."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from digest.audience.signed_links import REHEARSAL
from digest.audience.unsubscribing import LeavingState, LinkState
from digest.bootstrap import App
from digest.model.people.departure import LeavingReason
from digest.web.parts.inputs import FormFields, form_fields
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter
from digest.web.public.leaving_words import LeavingWords

A_MONTH = timedelta(days=30)
_REASONS = {reason.value: reason for reason in LeavingReason}


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the routes; they need no cookie, and may be repeated."""
    router = PageRouter(prefix="/u")

    # In the copies of rehearsals and tests; before the tokens, none of which it can be.
    @router.api_route(f"/{REHEARSAL}", methods=["GET", "HEAD", "POST"])
    def rehearsal() -> Response:
        return pages.notice(
            200,
            "This was a test or a rehearsal",
            "The email that led here was for trying things out. Its link does nothing: "
            "nobody has left, and whoever was subscribed is so still.",
        )

    # RFC 8058: opening the link only shows a button, because mail scanners
    # open links; the POST needs no cookie, never redirects and may be repeated.
    @router.api_route("/{token}", methods=["GET", "HEAD"])
    def ask(token: str) -> Response:
        link = digest.unsubscribe_links.look(token)
        if link.state is LeavingState.SUBSCRIBED:
            words = LeavingWords(link.campaign)
            return pages.page(
                "public/leave.html",
                campaign=link.campaign,
                choices_url=f"/p/{digest.links.choices_token(link.reader)}",
                less_often=words.less_often(),
                in_a_month=(digest.now() + A_MONTH).date().isoformat(),
            )
        return _departure_page(pages, link, token)

    @router.post("/{token}")
    def unsubscribe(token: str) -> Response:
        return _departure_page(
            pages, digest.unsubscribe_links.unsubscribe(token), token
        )

    @router.post("/{token}/undo")
    def undo(token: str) -> Response:
        link = digest.unsubscribe_links.resubscribe(token)
        if link.state is not LeavingState.SUBSCRIBED:
            return _departure_page(pages, link, token)
        words = LeavingWords(link.campaign)
        return pages.notice(200, *words.stays(has_changed=link.has_changed))

    @router.post("/{token}/why")
    def why(token: str, form: Annotated[FormFields, Depends(form_fields)]) -> Response:
        reason = _REASONS.get(form.get("why", ""))
        has_told = reason and digest.unsubscribe_links.tell_why(token, reason)
        link = digest.unsubscribe_links.look(token)
        return _departure_page(pages, link, token, has_told=bool(has_told))

    return router


def _departure_page(
    pages: Pages, link: LinkState, token: str, *, has_told: bool = False
) -> Response:
    """Return the page of who gets no more; the way back where there is one."""
    may_return = link.state is LeavingState.LEFT
    return pages.page(
        "public/left.html",
        campaign=link.campaign,
        has_just=link.has_changed or has_told,
        has_told=has_told,
        undo=f"/u/{token}/undo" if may_return else "",
        why=f"/u/{token}/why" if may_return else "",
        reasons=LeavingWords(link.campaign).reasons(),
    )
