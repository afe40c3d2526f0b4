"""Editions as their readers get them: the documents that pages show in frames."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from digest.bootstrap import App
from digest.model.formats import preview_named
from digest.model.people.person import Addressee
from digest.model.roles import Right
from digest.schedule.editions.previews import SAMPLE
from digest.web.doors.rights import RefusedVisitor, needs
from digest.web.parts import visitor
from digest.web.parts.inputs import RowId
from digest.web.parts.pages import document

_READ = ["GET", "HEAD"]
# A name, an address or a number, as of digest preview --as.
AsReader = Annotated[str, Query(alias="as", max_length=320)]


def routes(digest: App) -> APIRouter:
    """Return the previews' routes."""
    router = APIRouter(prefix="/desk")

    @router.api_route("/campaigns/{name}/{schedule}/{preview}", methods=_READ)
    @needs(Right.LOOK)
    def draft(name: str, schedule: str, preview: str, who: AsReader = "") -> Response:
        reader = addressee(digest, who)
        content = digest.previews.draft(name, schedule, preview, reader).content
        return document(preview_named(preview)[1].media_type, content)

    @router.api_route("/editions/{edition_id}/{preview}", methods=_READ)
    @needs(Right.LOOK)
    def edition(edition_id: RowId, preview: str, who: AsReader = "") -> Response:
        reader = addressee(digest, who)
        content = digest.previews.edition(edition_id, preview, reader).content
        return document(preview_named(preview)[1].media_type, content)

    return router


def addressee(digest: App, who: str) -> Addressee:
    """Return whom a preview is addressed to: that subscriber, or a sample reader.

    Raises NotFound in words, and RefusedVisitor for who may see no readers.
    """
    if not who:
        return SAMPLE
    if not visitor.may_do(Right.PEOPLE):
        raise RefusedVisitor("You may see no readers: look at it as a sample reader.")
    return digest.addressee(who)
