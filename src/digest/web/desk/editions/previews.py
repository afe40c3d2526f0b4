"""Editions as their readers get them: the documents that pages show in frames."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from digest.bootstrap import App
from digest.errors import NotFound
from digest.model.formats import preview_named
from digest.model.roles import Right
from digest.web.doors.rights import RefusedVisitor, needs
from digest.web.parts import visitor
from digest.web.parts.edition_places import EditionPlace
from digest.web.parts.inputs import RowId
from digest.web.parts.pages import document
from digest.web.parts.routing import PageRouter

_READ = ["GET", "HEAD"]
# A name, an address or a number, as of digest preview --as.
AsReader = Annotated[str, Query(alias="as", max_length=320)]


@dataclass(frozen=True, slots=True)
class PagesQuery:
    """Of which pages a picture is: of whose copy, and of which contents of it."""

    who: AsReader = ""
    mark: Annotated[str, Query(max_length=64)] = ""


OfPages = Annotated[PagesQuery, Depends()]


def routes(digest: App) -> APIRouter:
    """Return the previews' routes."""
    router = PageRouter(prefix="/desk")

    @router.api_route(
        "/campaigns/{name}/{schedule}/{preview}/pages/{number}", methods=_READ
    )
    @needs(Right.LOOK)
    def page_of_draft(
        name: str, schedule: str, preview: str, number: RowId, query: OfPages
    ) -> Response:
        place = EditionPlace.of_schedule(name, schedule)
        return picture(digest, place, preview, number, query)

    @router.api_route("/editions/{edition_id}/{preview}/pages/{number}", methods=_READ)
    @needs(Right.LOOK)
    def page_of_edition(
        edition_id: RowId, preview: str, number: RowId, query: OfPages
    ) -> Response:
        place = EditionPlace.of_number(edition_id)
        return picture(digest, place, preview, number, query)

    @router.api_route("/campaigns/{name}/{schedule}/{preview}", methods=_READ)
    @needs(Right.LOOK)
    def draft(name: str, schedule: str, preview: str, who: AsReader = "") -> Response:
        place = EditionPlace.of_schedule(name, schedule)
        return _document(digest, place, preview, who)

    @router.api_route("/editions/{edition_id}/{preview}", methods=_READ)
    @needs(Right.LOOK)
    def edition(edition_id: RowId, preview: str, who: AsReader = "") -> Response:
        return _document(digest, EditionPlace.of_number(edition_id), preview, who)

    return router


def _document(digest: App, place: EditionPlace, preview: str, who: str) -> Response:
    reader = reader_of(digest, who)
    rendition = digest.previews.of(place.what, place.schedule, preview, reader)
    return document(preview_named(preview)[1].media_type, rendition.content)


def pages_of(
    digest: App, place: EditionPlace, preview: str, query: PagesQuery
) -> tuple[bytes, ...]:
    """Return an edition's pages in that format, as pictures; none of what has none.

    Raises NotFound and RenderError in words, and RefusedVisitor as `reader_of`.
    """
    reader = reader_of(digest, query.who)
    key = (place.what, place.schedule, preview, reader, query.mark)
    return digest.preview_pages.of(key)


def picture(
    digest: App, place: EditionPlace, preview: str, number: int, query: PagesQuery
) -> Response:
    """Return one page as a picture. Raises NotFound in words."""
    pages = pages_of(digest, place, preview, query)
    if not 0 < number <= len(pages):
        raise NotFound("There is no such page.")
    return Response(pages[number - 1], media_type="image/png")


def reader_of(digest: App, who: str) -> int | None:
    """Return the subscriber as whom an edition is seen; None for a sample reader.

    Raises NotFound in words, and RefusedVisitor for who may see no readers.
    """
    if not who.strip():
        return None
    refuse_unless_sees_readers()
    return digest.subscriber_id(who)


def refuse_unless_sees_readers() -> None:
    """Raise RefusedVisitor for who may see no readers."""
    if not visitor.may_do(Right.PEOPLE):
        raise RefusedVisitor("You may see no readers: look at it as a sample reader.")
