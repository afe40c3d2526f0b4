"""The built-in inbox: what practice mode put there, as HTML, text and source."""

from datetime import datetime

from fastapi import APIRouter, Response

from digest.bootstrap import App
from digest.model.roles import Right
from digest.model.staff_words import moment_in_words
from digest.web import limits
from digest.web.doors.rights import needs
from digest.web.parts.pages import HTML, TEXT, Pages, document
from digest.web.parts.routing import PageRouter

_READ = ["GET", "HEAD"]


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the inbox's routes."""
    router = PageRouter(prefix="/inbox")

    def when(instant: datetime) -> str:
        return moment_in_words(instant, digest.settings.timezone)

    @router.api_route("", methods=_READ)
    @needs(Right.PEOPLE)
    def listing() -> Response:
        messages = digest.inbox.messages()[: limits.INBOX_MESSAGES]
        return pages.page(
            "desk/inbox/list.html", here="inbox", messages=messages, when=when
        )

    @router.api_route("/{key}", methods=_READ)
    @needs(Right.PEOPLE)
    def message(key: str) -> Response:
        opened = digest.inbox.read(key)
        return pages.page(
            "desk/inbox/message.html",
            here="inbox",
            message=opened,
            when=when,
            has_html=bool(opened.html),
            text=opened.text,
        )

    @router.api_route("/{key}/html", methods=_READ)
    @needs(Right.PEOPLE)
    def html(key: str) -> Response:
        page = digest.inbox.read(key).html.encode()
        return document(HTML, page, digest.pictures_at)

    @router.api_route("/{key}/text", methods=_READ)
    @needs(Right.PEOPLE)
    def text(key: str) -> Response:
        return document(TEXT, digest.inbox.read(key).text.encode())

    @router.api_route("/{key}/source", methods=_READ)
    @needs(Right.PEOPLE)
    def source(key: str) -> Response:
        return document(TEXT, digest.inbox.read(key).source)

    return router
