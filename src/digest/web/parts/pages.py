"""Pages from our templates, with what every page shows."""

from typing import Any

from fastapi import Response
from fastapi.responses import HTMLResponse

from digest.bootstrap import App

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
        self._templates = digest.templates("web")

    def page(
        self, name: str, here: str = "", *, status: int = 200, **content: Any
    ) -> Response:
        """Return the page of that template, with `here` marked in the navigation."""
        settings = self._digest.settings
        common = {
            "here": here,
            "practice": not settings.live,
            "allowed": " and ".join(settings.allow),
            "staff": None,
        }
        html = self._templates.get_template(name).render(common | content)
        return HTMLResponse(html, status)

    def notice(self, status: int, heading: str, words: str) -> Response:
        """Return a page that says one thing."""
        template = self._templates.get_template("notice.html")
        html = template.render(heading=heading, words=words)
        return HTMLResponse(html, status)

    def style(self) -> Response:
        """Return the style sheet."""
        css = self._templates.get_template("style.css").render()
        return Response(
            css, media_type="text/css", headers={"Cache-Control": "max-age=3600"}
        )


def document(media_type: str, content: bytes, pictures_at: str = "") -> Response:
    """Return a rendition as a browser shows it, unable to run or fetch anything.

    But for pictures that are hosted at `pictures_at`.
    """
    headers = {}
    if media_type == HTML:
        pictures = f"{pictures_at}/" if pictures_at else ""
        headers = {"Content-Security-Policy": _EMAIL_POLICY.format(pictures)}
    return Response(content, media_type=media_type, headers=headers)
