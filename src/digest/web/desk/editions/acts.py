"""What the buttons of an open edition's page do, for who may change it."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from digest.errors import DigestError, EditionConflict, NotFound
from digest.model.editions.steering import SteeredEdition
from digest.model.roles import Right
from digest.schedule.editions.steering.contents import contents
from digest.schedule.editions.steering.steer import Steer
from digest.store.editions import steering
from digest.store.posts import editing
from digest.store.staff.accounts import Account
from digest.web.desk.editions.conflicts import chosen_words, conflict, merged_words
from digest.web.desk.editions.edition_pages import EditionPages, EditionQuery, Refusal
from digest.web.desk.posts.actions import ACTIONS
from digest.web.doors.rights import Staff, needs
from digest.web.parts.edition_places import EditionPlace
from digest.web.parts.inputs import FormFields, RowId, form_fields
from digest.web.parts.routing import PageRouter

Form = Annotated[FormFields, Depends(form_fields)]
_NUMBER_LENGTH = 18
_GONE = "That is not in this edition any more. Look at what is in it now"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SteeringButton:
    """One thing to do with an open edition; `done` is what its page then says.

    What is `strict` is refused where somebody else has changed anything meanwhile:
    order and contents merge by themselves, words do not.
    """

    done: str
    perform: Callable[[Steer, FormFields], SteeredEdition]
    strict: bool = False


def _number(form: FormFields, name: str) -> int:
    text = form.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= _NUMBER_LENGTH):
        raise NotFound("There is no such post.")
    return int(text)


def _words(hand: Steer, form: FormFields) -> SteeredEdition:
    """Write the words; those that nobody else has written meanwhile, whatever they did.

    Raises EditionConflict where both wrote the same ones.
    """
    try:
        return hand.words(**chosen_words(form))
    except EditionConflict:
        inside = contents(hand.engine, hand.what, hand.schedule, hand.now)
        mine = merged_words(inside, form)
        if mine.clashes:
            raise
        return replace(hand, version=inside.steered.version).words(**mine.fields)


def _events(hand: Steer, form: FormFields) -> SteeredEdition:
    """List what was ticked in the form, and not what was unticked.

    What stayed as the form showed it is left alone: somebody else may have changed it.
    """
    ticked = {
        number for number in _numbers(form, "shown") if f"listed-{number}" in form
    }
    was = {*_numbers(form, "were-listed")} if "were-listed" in form else None
    offered = _numbers(form, "shown")
    return hand.list_events(
        [
            each
            for each in offered
            if each in ticked and (was is None or each not in was)
        ],
        [
            each
            for each in offered
            if each not in ticked and (was is None or each in was)
        ],
    )


def _numbers(form: FormFields, name: str) -> list[int]:
    return [
        int(number)
        for number in form.get(name, "").split()
        if number.isascii() and number.isdigit() and len(number) <= _NUMBER_LENGTH
    ]


BUTTONS: Mapping[str, SteeringButton] = {
    "move": SteeringButton(
        "moved",
        lambda hand, form: hand.move(_number(form, "post"), _number(form, "place")),
    ),
    "pin": SteeringButton("pinned", lambda hand, form: hand.pin(_number(form, "post"))),
    "unpin": SteeringButton(
        "unpinned", lambda hand, form: hand.unpin(_number(form, "post"))
    ),
    "drop": SteeringButton(
        "dropped", lambda hand, form: hand.drop(_number(form, "post"))
    ),
    "put-back": SteeringButton(
        "put-back", lambda hand, form: hand.put_back(_number(form, "post"))
    ),
    "words": SteeringButton("words", _words, strict=True),
    "events": SteeringButton("events", _events),
    "undo": SteeringButton("undone", lambda hand, _form: hand.undo()[0], strict=True),
}
# What is done to a post wherever it is, and what this page then says.
_OF_POSTS = {
    "withdraw": "withdrawn",
    "restore": "restored",
    "undo-edit": "edit-undone",
    "revert": "reverted",
}
# Of those, what only whoever saw the words as they are may do.
_OF_WORDS: Mapping[str, Callable[[Connection, int, datetime, str], bool]] = {
    "undo-edit": editing.undo,
    "revert": editing.revert,
}


def routes(editions: EditionPages) -> APIRouter:
    """Return the routes."""
    router = PageRouter(prefix="/desk")

    @router.post("/campaigns/{name}/{schedule}/{act}")
    @needs(Right.EDIT)
    def of_schedule(
        staff: Staff, name: str, schedule: str, act: str, form: Form
    ) -> Response:
        place = EditionPlace.of_schedule(name, schedule)
        return _act(editions, staff, place, act, form)

    @router.post("/editions/{edition_id}/{act}")
    @needs(Right.EDIT)
    def of_number(staff: Staff, edition_id: RowId, act: str, form: Form) -> Response:
        return _act(editions, staff, EditionPlace.of_number(edition_id), act, form)

    return router


def _act(
    editions: EditionPages,
    staff: Account,
    place: EditionPlace,
    act: str,
    form: FormFields,
) -> Response:
    if act in _OF_POSTS:
        return _act_on_post(editions, staff, place, act, form)
    if act not in BUTTONS:
        raise NotFound("There is no such button.")
    button, saw = BUTTONS[act], _number({"version": "0", **form}, "version")
    hand = Steer(
        editions.digest.acting_as(staff.actor).engine,
        place.what,
        place.schedule,
        staff.actor,
        editions.digest.now(),
        version=saw if button.strict else None,
        slot=_slot(form),
    )
    try:
        steered = button.perform(hand, form)
    except EditionConflict as problem:
        return _changed_meanwhile(editions, place, act, form, problem)
    except NotFound:
        return editions.edition(place, EditionQuery(), Refusal(_GONE))
    except DigestError as problem:
        return editions.edition(place, EditionQuery(), Refusal.of(problem, form))
    _log.info("edition steered act=%s account=%s", act, staff.id)
    has_changed = steered.version > saw
    query = f"done={button.done}&version={steered.version}&saw={saw}"
    if not has_changed:
        query = "done=nothing"
    if "post" in form:
        number = _number(form, "post")
        return _back(place, f"{query}&item={number}", f"item-{number}")
    return _back(place, query, act if act in ("words", "events") else "done")


def _act_on_post(
    editions: EditionPages,
    staff: Account,
    place: EditionPlace,
    act: str,
    form: FormFields,
) -> Response:
    number, now = _number(form, "post"), editions.digest.now()
    try:
        with editions.digest.acting_as(staff.actor).writing() as connection:
            if act in _OF_WORDS:
                saw = form.get("version", "")
                has_changed = _OF_WORDS[act](connection, number, now, saw)
            else:
                has_changed = bool(ACTIONS[act].perform(connection, number, now))
    except DigestError as problem:
        return editions.edition(place, EditionQuery(), Refusal.of(problem, {}))
    _log.info("post changed id=%s act=%s account=%s", number, act, staff.id)
    done = _OF_POSTS[act] if has_changed else "nothing"
    if act in _OF_WORDS:
        return RedirectResponse(place.address_of(number, done), 303)
    return _back(place, f"done={done}&item={number}", "done")


def _changed_meanwhile(
    editions: EditionPages,
    place: EditionPlace,
    act: str,
    form: FormFields,
    problem: EditionConflict,
) -> Response:
    """Return both sets of words side by side, or why something else was not done."""
    now = editions.digest.now()
    inside = contents(editions.digest.engine, place.what, place.schedule, now)
    slot = _slot(form)
    if act != "words" or slot not in (None, inside.edition.slot):
        return editions.edition(place, EditionQuery(), Refusal.of(problem, form))
    mine = merged_words(inside, form)
    with editions.digest.reading() as connection:
        saw = _number(form, "version")
        acts = steering.acts_since(connection, inside.edition.place, saw)
    page: dict[str, Any] = conflict(inside, acts, mine)
    return editions.page(
        "desk/editions/conflict.html", address=place.address, status=409, **page
    )


def _slot(form: FormFields) -> datetime | None:
    try:
        return datetime.fromisoformat(form.get("slot", ""))
    except ValueError:
        return None


def _back(place: EditionPlace, query: str, at: str) -> Response:
    return RedirectResponse(f"{place.address}?{query}#{at}", 303)
