"""Who does not know their password: a link to another one, by mail."""

import logging
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from starlette.background import BackgroundTask

from digest.bootstrap import App
from digest.errors import NotFound
from digest.schedule.guard import guarded
from digest.staff import entrance
from digest.store.staff import accounts
from digest.web.doors.origins import host_of
from digest.web.doors.throttle import WrongAttempts
from digest.web.parts.inputs import FormFields, form_fields
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter

_log = logging.getLogger(__name__)


def routes(digest: App, pages: Pages, wrong: WrongAttempts) -> APIRouter:
    """Return the routes; who asks for a link is counted by `wrong`."""
    router = PageRouter(prefix="/sign-in/forgotten")

    def page(*, is_sent: bool) -> Response:
        mails = digest.settings.live and digest.settings.smtp_url is not None
        return pages.page(
            "doors/forgotten.html", is_sent=is_sent, mails=mails, faults={}
        )

    @router.api_route("", methods=["GET", "HEAD"])
    def ask() -> Response:
        return page(is_sent=False)

    @router.post("")
    def send_link(
        request: Request, form: Annotated[FormFields, Depends(form_fields)]
    ) -> Response:
        email, caller = form.get("email", "").strip().lower(), host_of(request)
        response = page(is_sent=True)
        if not wrong.are_too_many(caller, email):
            wrong.count(caller, email)
            # Behind the answer, which takes as long whether there is such an account.
            response.background = BackgroundTask(_mail_link, digest, email)
        return response

    return router


def _mail_link(digest: App, email: str) -> None:
    """Mail somebody a link to another password, if there is such an account."""
    now = digest.now()
    with guarded("mailing a link to sign in by", "somebody"):
        if not digest.staff_mail.leaves_for(email):
            return
        try:
            with digest.writing() as connection:
                who = accounts.by_email(connection, email)
                number = 0 if who.ended_at else entrance.ask_again(connection, who, now)
        except NotFound:
            return
        if not number:
            return
        lines = [
            f"{who.name}, with this link you choose another password for Digest:",
            "",
            digest.links.account_url(number),
            "",
            "It works once, for an hour. If you did not ask for it, do nothing: your",
            "password is as it was.",
        ]
        why_not = digest.staff_mail.send(email, "Another password", lines, now)
        if why_not:
            _log.warning("link not mailed account=%s why=%s", who.id, why_not)
