"""Pages from our templates, with what every page shows."""

from typing import Any

from fastapi import Response
from fastapi.responses import HTMLResponse

from digest.bootstrap import App
from digest.model.campaigns.campaign import Campaign
from digest.model.roles import Right
from digest.render.words.catalogue import words_for
from digest.render.words.languages import ENGLISH
from digest.web.parts import state_tags, visitor
from digest.web.parts.components import GovukComponents
from digest.web.parts.menu import MENU, POST_ROOM_MENU
from digest.web.parts.static_files import StaticFiles

HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
# Styles an email carries in itself; nothing else of it may run or be fetched.
_EMAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data: {}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"
)


class Pages:
    """Renders pages; what is put into them is escaped where it stands."""

    def __init__(self, digest: App) -> None:
        self._digest = digest
        self.static = StaticFiles(digest.settings.templates_dir)
        self._templates = digest.templates("web")
        # What partials use too, which see nothing of a page's own content.
        self._templates.globals |= {
            "govuk": GovukComponents(),
            "static": self.static.address,
            "state_tags": state_tags,
        }

    def page(
        self, name: str, here: str = "", *, status: int = 200, **content: Any
    ) -> Response:
        """Return the page of that template, with `here` marked in the menu."""
        return HTMLResponse(self.content(name, here, **content), status)

    def content(self, name: str, here: str = "", **content: Any) -> bytes:
        """Return the bytes of that page."""
        settings, session = self._digest.settings, visitor.session()
        sees_desk = session is None or visitor.may_do(Right.LOOK)
        menu = MENU if sees_desk else POST_ROOM_MENU
        about = content.get("campaign")
        words = words_for(about.language if isinstance(about, Campaign) else ENGLISH)
        common = {
            "_": words.gettext,
            "language": words.catalogues[0].language,
            "here": here,
            "menu": [link for link in menu if session is None or _may(link.right)],
            "home": "/desk" if sees_desk else "/post",
            "practice": not settings.live,
            "allowed": " and ".join(settings.allow),
            "home_zone": settings.timezone,
            "staff": session.account if session else None,
            "may": _may,
            "campaign": None,
        }
        return self._templates.get_template(name).render(common | content).encode()

    def notice(
        self, status: int, heading: str, words: str, on: tuple[str, str] | None = None
    ) -> Response:
        """Return a page that says one thing; `on` is where to go, and its name.

        Staff have it within their desk, with the way back that its menu is.
        """
        session = visitor.session()
        is_staff = session is not None and session.is_confirmed
        name = "desk/notice.html" if is_staff else "public/notice.html"
        return self.page(name, status=status, heading=heading, words=words, on=on)


def _may(right: str) -> bool:
    """Whether whoever is signed in has the right of that name."""
    return visitor.may_do(Right[right])


def document(media_type: str, content: bytes, pictures_at: str = "") -> Response:
    """Return a rendition as a browser shows it, unable to run or fetch anything.

    But for pictures that are hosted at `pictures_at`.
    """
    headers = {}
    if media_type == HTML:
        pictures = f"{pictures_at}/" if pictures_at else ""
        headers = {"Content-Security-Policy": _EMAIL_POLICY.format(pictures)}
    return Response(content, media_type=media_type, headers=headers)
