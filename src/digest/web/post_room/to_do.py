"""The post room's first page: what is to be printed, posted and rung, and is done."""

from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response
from sqlalchemy import Connection

from digest.bootstrap import App
from digest.model.roles import Right, may
from digest.model.staff_words import day_in_words, moment_in_words
from digest.schedule.editions import due
from digest.store.base.modes import mode_of
from digest.store.delivery.calling import calls
from digest.store.delivery.printing import print_batches
from digest.store.delivery.printing.print_batches import PrintBatchState
from digest.store.staff.accounts import Account
from digest.store.staff.rounds import VisibleRounds
from digest.web import limits
from digest.web.doors.rights import Staff, needs
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter
from digest.web.post_room.batch_view import words_of
from digest.web.post_room.visible_rounds import RoundsOfStaff

_TO_DO = (PrintBatchState.OPEN, PrintBatchState.SEALED)


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the route."""
    router = PageRouter(prefix="/post")

    @router.api_route("", methods=["GET", "HEAD"])
    @needs(Right.POST_ROOM)
    def to_do(staff: Staff, theirs: RoundsOfStaff) -> Response:
        with digest.reading() as connection:
            content = _content(digest, connection, staff, theirs)
        return pages.page("post_room/to_do.html", here="post", **content)

    return router


def _content(
    digest: App, connection: Connection, staff: Account, theirs: VisibleRounds
) -> dict[str, Any]:
    mode, now = mode_of(connection), digest.now()
    waiting = print_batches.in_states(
        connection, _TO_DO, theirs, mode, limits.POST_ROOM_BATCHES + 1
    )
    over = print_batches.in_states(
        connection, (PrintBatchState.POSTED,), theirs, mode, limits.POST_ROOM_DONE
    )
    words = words_of(connection, [*waiting, *over], staff.actor)
    # Proofs are not posted: printed, nothing is left to do with them.
    to_do = [each for each in waiting if not (each.is_rehearsal and each.printed_at)]
    proofs = [each for each in waiting if each.is_rehearsal and each.printed_at]
    to_ring = calls.count_to_make(connection, theirs)
    next_slots = due.next_slots(connection, now)
    return {
        "to_do": [words.view(each) for each in to_do[: limits.POST_ROOM_BATCHES]],
        "to_ring": f"{to_ring:,} {'person' if to_ring == 1 else 'people'}"
        if to_ring
        else "",
        "has_more": len(waiting) > limits.POST_ROOM_BATCHES,
        "done": [words.view(each) for each in over],
        "proofs": [words.view(each) for each in proofs[: limits.POST_ROOM_DONE]],
        "next": moment_in_words(next_slots[0].at, next_slots[0].timezone)
        if next_slots
        else "",
        "today": day_in_words(now.astimezone(ZoneInfo(digest.settings.timezone))),
        "organiser": theirs.organiser,
        "sees_all": theirs.is_everybodys,
        "may_look": may(staff.role, Right.LOOK),
    }
