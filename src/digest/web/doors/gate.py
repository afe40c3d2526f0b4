"""What is not taken from anybody: other hosts' names, forged forms, open wires."""

from dataclasses import dataclass

from fastapi import Request, Response

from digest.bootstrap import App
from digest.store.staff.sessions import Session
from digest.web.doors.origins import is_forged, is_local, names_our_host
from digest.web.doors.sessions import StaffSessions
from digest.web.parts.pages import Pages

_OF_STAFF = (
    "/desk",
    "/inbox",
    "/post",
    "/account",
    "/sign-in",
    "/sign-out",
    "/welcome",
)


@dataclass(frozen=True, slots=True)
class Gate:
    """Stands before every page; who may see which is asked at the door behind it.

    Only hosts of ours are answered. In live mode the pages of staff are open from
    elsewhere only where the base address says that they are reached by https, and the
    practice inbox not at all.
    """

    digest: App
    pages: Pages
    sessions: StaffSessions

    def answer_or_session(
        self, request: Request
    ) -> tuple[Response | None, Session | None]:
        """Return what to answer in place of the page, or whose request it is."""
        stopped = self.stopped(request)
        return stopped, None if stopped else self.session(request)

    def stopped(self, request: Request) -> Response | None:
        """Return what to answer in place of the page, None to go on to its door."""
        path = request.url.path
        settings = self.digest.settings
        # What watches over machines asks each by its number.
        is_watched = path in ("/healthz", "/readyz") or (
            path == "/metrics" and settings.metrics_token is not None
        )
        if not (is_watched or names_our_host(request, settings.base_url)):
            words = f"These pages are at {settings.base_url} (DIGEST_BASE_URL)."
            return self.pages.notice(421, "Not the address of these pages", words)
        if not path.startswith(_OF_STAFF):
            return None
        if is_forged(request, settings.base_url):
            words = "Go back, load that page again, and press its button once more."
            return self.pages.notice(403, "This was not sent by our page", words)
        if not settings.live or is_local(request):
            return None
        if path.startswith("/inbox") or not settings.is_https:
            words = "This page is open on its own machine."
            return self.pages.notice(403, "Not from here", words)
        return None

    def session(self, request: Request) -> Session | None:
        """Return whose request it is; of a page of readers' nobody's."""
        path = request.url.path
        is_of_staff = path == "/" or path.startswith(_OF_STAFF)
        return self.sessions.of(request) if is_of_staff else None
