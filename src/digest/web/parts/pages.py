"""Pages from our templates, with what every page shows."""

from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from fastapi import Response
from fastapi.responses import HTMLResponse

from digest.bootstrap import App


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
        given = {
            "here": here,
            "practice": not settings.live,
            "allowed": " and ".join(settings.allow),
            "staff": None,
        }
        html = self._templates.get_template(name).render(given | content)
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

    def in_words(self, instant: Any, zone: str) -> str:
        """Return an instant as people say it in that zone."""
        local = instant.astimezone(ZoneInfo(zone))
        day = format_datetime(local, "EEEE d MMMM y", locale="en_GB")
        return f"{day}, {local:%H:%M}"
