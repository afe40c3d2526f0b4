"""The desk's pages of posts and events: the list of a campaign, and each by itself."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from digest.bootstrap import App
from digest.errors import NotFound
from digest.model.campaigns.campaign import Campaign
from digest.model.posts.pictures import PictureUse
from digest.model.roles import Right
from digest.model.staff_words import moment_in_words
from digest.store.campaigns import campaigns
from digest.store.posts import item_pictures, listing, log, pictures
from digest.store.posts.listing import ItemFilter, ItemState, ListedItem
from digest.web import limits
from digest.web.desk.posts.actions import ACTIONS
from digest.web.desk.posts.post_view import LINK_KINDS, post_view
from digest.web.doors.rights import needs
from digest.web.parts.inputs import Number, RowId
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter
from digest.web.parts.state_tags import POSTS

_READ = ["GET", "HEAD"]
_DONE = {name: action.done for name, action in ACTIONS.items()} | {
    "added": "Added",
    "changed": "Changed",
    "unchanged": "This was there already, word for word",
    "duplicate": "A source has the same post already, so it is not sent twice",
    "links": "The links are changed",
    "picture": "It is said now what the picture shows",
    "nothing": "Nothing had to be changed",
}


@dataclass(frozen=True, slots=True)
class PostPages:
    """Makes the pages; who may change them gets buttons."""

    digest: App
    pages: Pages

    def page(self, name: str, **content: Any) -> Response:
        """Return a page of posts."""
        return self.pages.page(name, here="log", **content)

    def post(self, item_id: int, done: str = "", problem: str = "") -> Response:
        """Return the page of a post: what was `done`, or the `problem` with doing it.

        Raises NotFound in words.
        """
        campaign, content = self._content(item_id)
        return self.page(
            "desk/posts/post.html",
            campaign=campaign,
            post=content,
            kinds=LINK_KINDS,
            done=_DONE.get(done, ""),
            problem=problem,
            status=409 if problem else 200,
        )

    def question(self, item_id: int, act: str) -> Response:
        """Return the page that asks once before an act with a question is done.

        Raises NotFound in words, also where the act may not be done.
        """
        campaign, content = self._content(item_id)
        action = dict(content["acts"]).get(act)
        if action is None or not action.question:
            raise NotFound("There is nothing to be asked about this.")
        return self.page(
            "desk/posts/question.html",
            campaign=campaign,
            post=content,
            act=action,
        )

    def _content(self, item_id: int) -> tuple[Campaign, dict[str, Any]]:
        with self.digest.reading() as connection:
            campaign_id = log.row_of(connection, item_id).campaign_id
            campaign = campaigns.load(connection, campaign_id)
            entry = listing.get(connection, campaign_id, item_id)
            now = self.digest.now()
            return campaign, post_view(connection, entry, campaign.timezone, now)


def routes(posts: PostPages) -> APIRouter:
    """Return the routes of what can be looked at."""
    router = PageRouter(prefix="/desk")

    @router.api_route("/log", methods=_READ)
    @needs(Right.LOOK)
    def every_campaign() -> Response:
        with posts.digest.reading() as connection:
            every = [stored.campaign for stored in campaigns.listed(connection)]
        if len(every) == 1:
            return RedirectResponse(f"/desk/log/{every[0].name}", 303)
        return posts.page("desk/posts/campaigns.html", campaigns=every)

    @router.api_route("/log/{name}", methods=_READ)
    @needs(Right.LOOK)
    def of_campaign(
        name: str, state: str = "", before: RowId | None = None
    ) -> Response:
        chosen, most = ItemState(state) if state in POSTS else None, limits.POSTS
        with posts.digest.reading() as connection:
            stored = campaigns.by_name(connection, name)
            which = ItemFilter(chosen, before=before)
            listed = listing.listed(connection, stored.id, which, most + 1)
        return posts.page(
            "desk/posts/list.html",
            campaign=stored.campaign,
            posts=[_row(entry, stored.campaign.timezone) for entry in listed[:most]],
            state=chosen or "",
            before=before,
            following=listed[most - 1].id if listed[most:] else 0,
        )

    @router.api_route("/posts/{item_id}", methods=_READ)
    @needs(Right.LOOK)
    def post(item_id: RowId, done: str = "") -> Response:
        return posts.post(item_id, done)

    @router.api_route("/posts/{item_id}/withdraw", methods=_READ)
    @needs(Right.EDIT)
    def ask_to_withdraw(item_id: RowId) -> Response:
        return posts.question(item_id, "withdraw")

    @router.api_route("/posts/{item_id}/pictures/{number}", methods=_READ)
    @needs(Right.LOOK)
    def picture(item_id: RowId, number: Number) -> Response:
        with posts.digest.reading() as connection:
            of_item = item_pictures.of_item(connection, item_id)
            names = [picture.copy_name for picture in of_item[number - 1 : number]]
            files = pictures.gallery(connection, names, [PictureUse.EMAIL])
        for file in files.values():
            return Response(file.content, media_type=file.media_type)
        raise NotFound("There is no such picture, or we do not have it yet.")

    return router


def _row(entry: ListedItem, zone: str) -> dict[str, Any]:
    return {
        "id": entry.id,
        "title": entry.title,
        "state": entry.state,
        "source": entry.source,
        "is_changed": entry.change == "offered",
        "accepted": moment_in_words(entry.accepted_at, zone),
    }
