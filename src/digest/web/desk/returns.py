"""What came back, and what helps: offers of another channel, and what is not clear."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse

from digest.audience.offers import channel_offers
from digest.bootstrap import App
from digest.errors import DigestError
from digest.model.formats import Channel
from digest.model.people.channel_choice import INSTEAD
from digest.model.people.channel_offers import (
    ChannelOffer,
    OfferKey,
    OfferMeans,
    OfferOutcome,
    cause_in_words,
)
from digest.model.roles import Right
from digest.model.staff_words import moment_in_words
from digest.store.delivery.incoming import incoming_mail
from digest.store.delivery.returns import bounces
from digest.store.delivery.returns.bounces import ReturnedCopy
from digest.store.people import channel_offers as stored_offers
from digest.store.people.channel_offers import SettledOffer
from digest.store.staff.accounts import Account
from digest.web import limits
from digest.web.doors.rights import Staff, needs
from digest.web.parts.inputs import FormFields, RowId, form_fields
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter
from digest.web.parts.state_tags import return_in_words

Form = Annotated[FormFields, Depends(form_fields)]
_HERE = "/desk/returns"
_READ = ["GET", "HEAD"]
_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
_DONE = {
    "accept": "Changed: what comes next goes to them by the other channel",
    "dismiss": "Nothing is offered to them, until that channel is lost anew",
    "undo": "The offer waits again",
    "seen": "Looked at",
}
_ACTS = ("accept", "dismiss", "undo")
_UNDOABLE = ("accept", "dismiss")
_OUTCOMES = {
    OfferOutcome.CHANGED: "Changed",
    OfferOutcome.DISMISSED: "Left as it was",
}
_MEANS = {each.value: each for each in OfferMeans}


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the routes."""
    router = PageRouter(prefix=_HERE)
    returns = _ReturnPages(digest, pages)

    @router.api_route("", methods=_READ)
    @needs(Right.PEOPLE)
    def every(done: str = "", person: RowId = 0, lost: str = "") -> Response:
        return returns.page(done=done, person=person, lost=lost)

    @router.post("/mail")
    @needs(Right.EDIT)
    def mail(staff: Staff, form: Form) -> Response:
        return returns.look_at(staff, form)

    @router.post("/{person_id}/{lost}/{act}")
    @needs(Right.EDIT)
    def settle(
        staff: Staff, person_id: RowId, lost: Channel, act: str, form: Form
    ) -> Response:
        return returns.settle(staff, OfferKey(person_id, lost), act, form)

    return router


class _ReturnPages:
    """What the page shows, and what its buttons do."""

    def __init__(self, digest: App, pages: Pages) -> None:
        self._digest = digest
        self._pages = pages
        self._zone = digest.settings.timezone

    def page(
        self, *, done: str = "", person: int = 0, lost: str = "", problem: str = ""
    ) -> Response:
        """Return the page; `problem` is why something could not be done."""
        digest, most = self._digest, limits.RETURNS_LISTED
        with digest.reading() as connection:
            waiting = channel_offers.offers(
                connection, digest.hasher, limits.RETURNS_OFFERS + 1
            )
            settled = stored_offers.settled(connection, most)
            latest = bounces.latest(connection, most)
            unclear = incoming_mail.unclear(connection, most)
        may_undo = done in _UNDOABLE and lost in {*Channel} and person
        return self._pages.page(
            "desk/returns.html",
            here="returns",
            status=422 if problem else 200,
            problem=problem[:1].upper() + problem[1:],
            done=_DONE.get(done, ""),
            undo=f"{_HERE}/{person}/{lost}/undo" if may_undo else "",
            by_channel=[
                (
                    way.words,
                    [self._offer(each) for each in waiting if each.key.lost is channel],
                )
                for channel, way in INSTEAD.items()
            ],
            count=len(waiting[: limits.RETURNS_OFFERS]),
            has_more=len(waiting) > limits.RETURNS_OFFERS,
            settled=[self._settled(each) for each in settled],
            latest=[self._came_back(each) for each in latest],
            unclear=[
                {
                    "id": each.id,
                    "at": moment_in_words(each.received_at, self._zone),
                    "door": each.door,
                    "words": each.words,
                }
                for each in unclear
            ],
        )

    def settle(
        self, staff: Account, key: OfferKey, act: str, form: FormFields
    ) -> Response:
        """Take an offer up, let it be, or take back what became of it."""
        digest = self._digest
        means = _MEANS.get(form.get("means", ""))
        if act not in _ACTS:
            return self.page(problem="there is no such button")
        if act == "accept" and means is None:
            return self.page(problem="choose how they agreed to it")
        try:
            with digest.acting_as(staff.actor).writing() as connection:
                args = connection, digest.hasher, key
                if act == "accept" and means:
                    channel_offers.take_up(*args, means, digest.now())
                elif act == "dismiss":
                    channel_offers.dismiss(*args, digest.now())
                elif act == "undo":
                    channel_offers.undo(*args, digest.now())
        except DigestError as problem:
            return self.page(problem=str(problem))
        done = f"?done={act}&person={key.person_id}&lost={key.lost}"
        return RedirectResponse(f"{_HERE}{done}", 303)

    def look_at(self, staff: Account, form: FormFields) -> Response:
        """Note that somebody looked at an email that could not be understood."""
        number, digest = form.get("mail", ""), self._digest
        if _NUMBER.fullmatch(number):
            with digest.acting_as(staff.actor).writing() as connection:
                incoming_mail.note_seen(connection, int(number), digest.now())
        return RedirectResponse(f"{_HERE}?done=seen", 303)

    def _offer(self, each: ChannelOffer) -> dict[str, Any]:
        return {
            "person": each.key.person_id,
            "lost": each.key.lost,
            "name": each.name,
            "cause": cause_in_words(each.cause),
            "since": moment_in_words(each.since, self._zone),
            "instead": each.key.way.brings,
            "can_change": each.can_change,
            "agreement": each.agreement,
            "phone": each.phone,
            "organiser": each.organiser,
        }

    def _settled(self, each: SettledOffer) -> dict[str, Any]:
        how = f", {each.means.words}" if each.means else ""
        before = each.format_before or "what is held allows"
        was = f" Before: {before}." if each.outcome is OfferOutcome.CHANGED else ""
        return {
            "person": each.key.person_id,
            "lost": each.key.lost,
            "name": each.name,
            "what": f"{_OUTCOMES[each.outcome]}{how}.{was}",
            "at": moment_in_words(each.settled_at, self._zone),
        }

    def _came_back(self, each: ReturnedCopy) -> dict[str, Any]:
        return {
            "person": each.person_id,
            "name": each.name,
            "at": moment_in_words(each.at, self._zone),
            "reference": str(each.key),
            "kind": return_in_words(each.kind, each.status or ""),
            "words": each.words,
        }
