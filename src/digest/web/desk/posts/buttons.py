"""What the buttons of a post's page do, for who may change it."""

import logging
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from digest.errors import DigestError, NotFound
from digest.model.posts.edits import with_link_kind
from digest.model.posts.item_json import fingerprint
from digest.model.posts.items import Item, LinkKind
from digest.model.roles import Right
from digest.store.posts import editing, item_pictures
from digest.store.posts.item_pictures import PictureWords
from digest.store.staff.accounts import Account
from digest.web.desk.posts.actions import ACTIONS
from digest.web.desk.posts.post_pages import PostPages
from digest.web.desk.posts.post_view import NO_KIND
from digest.web.doors.rights import Staff, needs
from digest.web.parts.inputs import FormFields, Number, RowId, form_fields
from digest.web.parts.routing import PageRouter

Form = Annotated[FormFields, Depends(form_fields)]
_CHANGED = (
    "Somebody else, or its source, has changed this post since you opened it: look at "
    "its links as they are now"
)
_log = logging.getLogger(__name__)


def routes(posts: PostPages) -> APIRouter:
    """Return the routes."""
    router = PageRouter(prefix="/desk/posts/{item_id}")

    @router.post("/links")
    @needs(Right.EDIT)
    def links(staff: Staff, item_id: RowId, form: Form) -> Response:
        def change(connection: Connection) -> int:
            done = editing.edit(
                connection,
                item_id,
                lambda item: _with_link_kinds(item, form),
                posts.digest.now(),
            )
            return item_id if done else 0

        return _perform(posts, staff, (item_id, "links"), change)

    @router.post("/pictures/{number}")
    @needs(Right.EDIT)
    def picture(staff: Staff, item_id: RowId, number: Number, form: Form) -> Response:
        words = PictureWords(
            number, form.get("alt", ""), decorative="decorative" in form
        )

        def change(connection: Connection) -> int:
            item_pictures.describe(connection, item_id, words, posts.digest.now())
            return item_id

        return _perform(posts, staff, (item_id, "picture"), change)

    @router.post("/{act}")
    @needs(Right.EDIT)
    def act(staff: Staff, item_id: RowId, act: str) -> Response:
        if act not in ACTIONS:
            raise NotFound("There is no such button.")
        now = posts.digest.now()
        return _perform(
            posts,
            staff,
            (item_id, act),
            lambda c: ACTIONS[act].perform(c, item_id, now),
        )

    return router


def _perform(
    posts: PostPages,
    staff: Account,
    act: tuple[int, str],
    change: Callable[[Connection], int],
) -> Response:
    """Do it, and return the page to look at next.

    `change` returns the post of that page, or 0 where there was nothing to do.
    """
    item_id, name = act
    try:
        with posts.digest.acting_as(staff.actor).writing() as connection:
            changed = change(connection)
    except NotFound:
        raise
    except DigestError as problem:
        return posts.post(item_id, problem=str(problem))
    _log.info("post changed id=%s act=%s account=%s", item_id, name, staff.id)
    done = name if changed else "nothing"
    return RedirectResponse(f"/desk/posts/{changed or item_id}?done={done}", 303)


def _with_link_kinds(item: Item, form: FormFields) -> Item:
    kinds: dict[str, LinkKind | None] = {kind.value: kind for kind in LinkKind}
    kinds[NO_KIND] = None
    if form.get("version") != fingerprint(item):
        raise DigestError(_CHANGED)
    # From the last, as taking one out renumbers those behind it.
    for name in sorted(form, reverse=True, key=_number):
        if _number(name) and form[name] in kinds:
            try:
                item = with_link_kind(item, _number(name), kinds[form[name]])
            except ValueError as problem:
                raise DigestError(f"this post {problem}") from problem
    return item


def _number(name: str) -> int:
    """Return which link a field is of, 0 for another field."""
    number = name.removeprefix("link-")
    is_one = name != number and number.isascii() and number.isdigit()
    return int(number[:4]) if is_one else 0
