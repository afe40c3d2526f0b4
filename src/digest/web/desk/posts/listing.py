"""The desk's pages of posts and events: the list of a campaign, and each by itself."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from digest.bootstrap import App
from digest.errors import NotFound
from digest.model.posts.pictures import PictureUse
from digest.store.campaigns import campaigns
from digest.store.posts import item_pictures, listing, log, pictures
from digest.store.posts.listing import ItemFilter, ItemState, ListedItem
from digest.web.desk.posts import words
from digest.web.desk.posts.acts import ACTS
from digest.web.doors.staff import StaffSessions
from digest.web.parts.numbers import Number, RowId
from digest.web.parts.pages import Pages

_READ = ["GET", "HEAD"]
_SHOWN = 30
_WORDS = {
    ItemState.CHANGED: "changed at their source",
    ItemState.DUPLICATE: "duplicates",
}
_STATES = {one.value: _WORDS.get(one, one.value) for one in ItemState}
_DONE = {name: act.done for name, act in ACTS.items()} | {
    "added": "Added",
    "changed": "Changed",
    "unchanged": "This was there already, word for word",
    "duplicate": "A source has the same post already, so it is not sent twice",
    "links": "The links are changed",
    "picture": "It is said now what the picture shows",
    "nothing": "Nothing had to be changed",
}


@dataclass(frozen=True, slots=True)
class LogPages:
    """Makes the pages; whoever is signed in gets buttons on them."""

    digest: App
    pages: Pages
    staff: StaffSessions

    def shown(self, request: Request, name: str, **content: Any) -> Response:
        """Return a page of the log, which says who is signed in."""
        staff = self.staff.of(request)
        return self.pages.page(name, here="log", staff=staff, **content)

    def post(
        self, request: Request, item_id: int, done: str = "", problem: str = ""
    ) -> Response:
        """Return the page of a post: what was `done`, or the `problem` with doing it.

        Raises NotFound in words.
        """
        with self.digest.reading() as connection:
            campaign_id = log.row_of(connection, item_id).campaign_id
            campaign = campaigns.load(connection, campaign_id)
            one = listing.get(connection, campaign_id, item_id)
            said = words.shown(connection, one, campaign.timezone, self.digest.now())
        return self.shown(
            request,
            "post.html",
            campaign=campaign,
            post=said,
            kinds=words.KINDS,
            done=_DONE.get(done, ""),
            problem=problem,
            status=409 if problem else 200,
        )


def routes(desk: LogPages) -> APIRouter:
    """Return the routes of what can be looked at."""
    router = APIRouter(prefix="/desk")

    @router.api_route("/log", methods=_READ)
    def every(request: Request) -> Response:
        with desk.digest.reading() as connection:
            found = [one.campaign for one in campaigns.listed(connection)]
        if len(found) == 1:
            return RedirectResponse(f"/desk/log/{found[0].name}", 303)
        return desk.shown(request, "campaigns.html", campaigns=found)

    @router.api_route("/log/{name}", methods=_READ)
    def listed(
        request: Request, name: str, state: str = "", before: RowId | None = None
    ) -> Response:
        wanted = ItemState(state) if state in _STATES else None
        with desk.digest.reading() as connection:
            stored = campaigns.by_name(connection, name)
            which = ItemFilter(wanted, before=before)
            found = listing.listed(connection, stored.id, which, _SHOWN + 1)
        return desk.shown(
            request,
            "log.html",
            campaign=stored.campaign,
            posts=[_row(desk, one, stored.campaign.timezone) for one in found[:_SHOWN]],
            states=_STATES,
            state=wanted or "",
            before=before,
            following=found[_SHOWN - 1].id if found[_SHOWN:] else 0,
        )

    @router.api_route("/posts/{item_id}", methods=_READ)
    def post(request: Request, item_id: RowId, done: str = "") -> Response:
        return desk.post(request, item_id, done)

    @router.api_route("/posts/{item_id}/pictures/{number}", methods=_READ)
    def picture(item_id: RowId, number: Number) -> Response:
        with desk.digest.reading() as connection:
            there = item_pictures.of_item(connection, item_id)
            names = [one.kept for one in there[number - 1 : number]]
            found = pictures.gallery(connection, names, [PictureUse.EMAIL])
        for file in found.values():
            return Response(file.content, media_type=file.media_type)
        raise NotFound("There is no such picture, or we do not have it yet.")

    return router


def _row(desk: LogPages, one: ListedItem, zone: str) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title,
        "state": one.state,
        "source": one.source,
        "is_changed": one.change == "offered",
        "accepted": desk.pages.in_words(one.accepted_at, zone),
    }
