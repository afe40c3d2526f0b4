"""What is answered to who may not come in: sign in, or who could let them."""

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from digest.web.doors.rights import RefusedVisitor, SignInNeeded
from digest.web.parts.inputs import form_fields
from digest.web.parts.pages import Pages

_LOOKING = frozenset({"GET", "HEAD"})
# What is longer is shown in a field that grows, not kept out of sight.
_SHORT = 200


def add_to(app: FastAPI, pages: Pages) -> None:
    """Have the application answer so."""

    @app.exception_handler(SignInNeeded)
    async def sign_in(request: Request, problem: SignInNeeded) -> Response:
        if request.method in _LOOKING:
            return RedirectResponse(f"{problem.address}?then={request.url.path}", 303)
        # What somebody has typed for an hour is not lost because an hour has passed.
        # A file is: of whoever is not signed in, none is read.
        kind = request.headers.get("content-type", "")
        has_file = kind.startswith("multipart/")
        fields = [] if has_file else list((await form_fields(request)).items())
        long = [name for name, value in fields if len(value) > _SHORT]
        return pages.page(
            "doors/signed_out.html",
            status=401,
            fields=fields,
            long=long,
            page=request.url.path if has_file else "",
        )

    @app.exception_handler(RefusedVisitor)
    async def not_allowed(_request: Request, problem: RefusedVisitor) -> Response:
        # "/" is the page of theirs, whoever they are.
        on = ("/", "Go to your own page")
        return pages.notice(403, "This is not for you", str(problem), on=on)
