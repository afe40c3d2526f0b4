"""Signing in to the desk with a key, and out again."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from digest.bootstrap import App
from digest.web.doors.origins import host_of
from digest.web.doors.sessions import StaffSessions
from digest.web.doors.throttle import Throttle
from digest.web.parts.inputs import FormFields, form_fields
from digest.web.parts.pages import Pages

HERE = "/desk/sign-in"
_DESK_PAGE = re.compile(r"/desk(?:/[\w-]+)*", re.ASCII)


def to_sign_in(then: str) -> Response:
    """Return what sends somebody to sign in, and then to a page of the desk."""
    return RedirectResponse(f"{HERE}?then={then}", 303)


def routes(
    digest: App, pages: Pages, sessions: StaffSessions, wrong: Throttle
) -> APIRouter:
    """Return the routes; wrong keys are counted by `wrong`."""
    router = APIRouter()

    @router.api_route(HERE, methods=["GET", "HEAD"])
    def ask(then: str = "") -> Response:
        return _page(pages, then)

    @router.post(HERE)
    def sign_in(
        request: Request, form: Annotated[FormFields, Depends(form_fields)]
    ) -> Response:
        then = form.get("then", "")
        if key := sessions.key_of(form.get("key", "")):
            response = RedirectResponse(
                then if _DESK_PAGE.fullmatch(then) else "/desk/log", 303
            )
            sessions.sign_in(response, key)
            return response
        if wrong.too_often(host_of(request), digest.now()):
            words = "That was too often. Wait ten minutes, then try again"
            return _page(pages, then, words, 429)
        words = "There is no such key, or it has ended. Enter it once more"
        return _page(pages, then, words, 422)

    @router.post("/desk/sign-out")
    def sign_out() -> Response:
        response = RedirectResponse(HERE, 303)
        sessions.sign_out(response)
        return response

    return router


def _page(pages: Pages, then: str, fault: str = "", status: int = 200) -> Response:
    faults = {"key": fault} if fault else {}
    return pages.page("doors/sign_in.html", status=status, then=then, faults=faults)
