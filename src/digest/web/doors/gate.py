"""Who is let in to the pages of staff, and what is not taken from anybody."""

from dataclasses import dataclass

from fastapi import Request, Response

from digest.bootstrap import App
from digest.web.doors.origins import is_forged, is_local, names_our_host
from digest.web.doors.sessions import StaffSessions
from digest.web.doors.sign_in import HERE, to_sign_in
from digest.web.parts.pages import Pages

_LOOKING = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Gate:
    """Stands before every page; what changes something asks for itself.

    Only hosts of ours are answered. In practice mode anybody who gets this far
    may look at the desk and the inbox. In live mode that is who sits at the
    machine itself; the desk, not the inbox, opens to who signs in from elsewhere
    too, where the base address says that it is reached by https.
    """

    digest: App
    pages: Pages
    sessions: StaffSessions

    def stopped(self, request: Request) -> Response | None:
        """Return what to answer in place of the page, None where it may be seen."""
        path = request.url.path
        settings = self.digest.settings
        # What watches over machines asks each by its number.
        is_watched = path in ("/healthz", "/readyz") or (
            path == "/metrics" and settings.metrics_token is not None
        )
        if not (is_watched or names_our_host(request, settings.base_url)):
            words = f"These pages are at {settings.base_url} (DIGEST_BASE_URL)."
            return self.pages.notice(421, "Not the address of these pages", words)
        if not path.startswith(("/desk", "/inbox")):
            return None
        if is_forged(request, settings.base_url):
            words = "Go back, load that page again, and press its button once more."
            return self.pages.notice(403, "This was not sent by our page", words)
        if not settings.live or is_local(request):
            return None
        if not (path.startswith("/desk") and settings.is_https):
            words = "This page is open on its own machine."
            return self.pages.notice(403, "Not from here", words)
        may_see = path == HERE or request.method not in _LOOKING
        return None if may_see or self.sessions.of(request) else to_sign_in(path)
