"""Pages on which people sign up: how, then where; the same answer for everybody."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from digest.audience import limits as audience_limits
from digest.audience.joining.requests import request_of
from digest.audience.lists.list_file import RowRefused
from digest.bootstrap import App
from digest.errors import NotFound
from digest.model.people.joining import JoiningWay
from digest.schedule.limits import JOINING_FLOOD
from digest.store.campaigns import campaigns
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.people.joining import joining_requests, joining_tallies
from digest.store.people.joining.joining_requests import NewJoiningRequest
from digest.web.parts.inputs import FormFields, form_fields
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter
from digest.web.public.brakes import BrakeState, JoiningBrakes
from digest.web.public.joining_words import JoiningWords

Form = Annotated[FormFields, Depends(form_fields)]
_READ = ["GET", "HEAD"]
# A field that no person sees: what fills it in is a program.
_TRAP = "website"


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the routes; they need no cookie, and looking changes nothing."""
    router = PageRouter(prefix="/subscribe")
    joining = JoiningPages(digest, pages)

    @router.api_route("", methods=_READ)
    def every() -> Response:
        return joining.every()

    @router.api_route("/{campaign}", methods=_READ)
    def how(campaign: str, how: str = "") -> Response:
        stored = joining.stored(campaign)
        way = joining.way(stored, how) if how else None
        return joining.how(stored) if way is None else joining.where(stored, way)

    @router.post("/{campaign}/{how}")
    def join(request: Request, campaign: str, how: str, form: Form) -> Response:
        stored = joining.stored(campaign)
        return joining.join(request, stored, joining.way(stored, how), form)

    return router


class JoiningPages:
    """Makes the pages, and writes down what is asked for."""

    def __init__(self, digest: App, pages: Pages) -> None:
        self._digest = digest
        self._pages = pages
        self._brakes = JoiningBrakes()

    def every(self) -> Response:
        """Return the page of all that can be joined; of a single one its own."""
        with self._digest.reading() as connection:
            offered = [
                each.campaign
                for each in campaigns.listed(connection)
                if each.campaign.joining
            ]
        if len(offered) == 1:
            return RedirectResponse(f"/subscribe/{offered[0].name}", 303)
        if not offered:
            raise NotFound(
                "Nothing can be signed up for here at the moment. Ring or write to "
                "whoever told you of it."
            )
        return self._pages.page("public/subscribe/campaigns.html", offered=offered)

    def stored(self, name: str) -> StoredCampaign:
        """Return the campaign. Raises NotFound where it cannot be joined here."""
        with self._digest.reading() as connection:
            for stored in campaigns.listed(connection):
                if stored.campaign.name == name and stored.campaign.joining:
                    return stored
        raise NotFound(
            "This cannot be signed up for on the web. Ring or write to whoever told "
            "you of it."
        )

    def way(self, stored: StoredCampaign, how: str) -> JoiningWay:
        """Return the way of that name. Raises NotFound for none of the campaign's."""
        joining = stored.campaign.joining
        for way in joining.ways if joining else ():
            if way == how:
                return way
        raise NotFound("It cannot be sent that way. Go back, and choose another.")

    def how(self, stored: StoredCampaign) -> Response:
        """Return the page that asks how somebody would like to hear from us."""
        words = JoiningWords(stored.campaign)
        return self._page("how", stored, ways=words.ways())

    def where(
        self,
        stored: StoredCampaign,
        way: JoiningWay,
        typed: Mapping[str, str] | None = None,
        faults: Mapping[str, str] | None = None,
    ) -> Response:
        """Return the page that asks where to, and only what that way needs."""
        words = JoiningWords(stored.campaign)
        now = self._digest.now()
        return self._page(
            "where",
            stored,
            status=422 if faults else 200,
            way=way,
            is_by_post=way.is_by_post,
            heading=words.where(way),
            button=words.button(way),
            name_hint=words.name_hint(way),
            others=words.others(),
            schedules=words.schedules(now, way),
            topics=words.topics(),
            typed=dict(typed or {}),
            faults=dict(faults or {}),
        )

    def join(
        self, request: Request, stored: StoredCampaign, way: JoiningWay, form: Form
    ) -> Response:
        """Write down what somebody asks for; who they are is looked up later."""
        if form.get(_TRAP):
            return self._thanks(stored, way, form)
        try:
            wanted = request_of(
                self._digest.hasher, stored.id, stored.campaign, way, form
            )
        except RowRefused as refused:
            words = JoiningWords(stored.campaign)
            faults = words.faults(refused.problems, way)
            return self.where(stored, way, form, faults)
        if (answer := self._braked(request, stored, wanted, form)) is not None:
            return answer
        now = self._digest.now()
        with self._digest.acting_as("a visitor").writing() as connection:
            joining_tallies.count_up(connection, now)
            joining_requests.add(connection, wanted, now)
        return self._thanks(stored, way, form)

    def _braked(
        self,
        request: Request,
        stored: StoredCampaign,
        wanted: NewJoiningRequest,
        form: Form,
    ) -> Response | None:
        """Return what to answer instead, None where it may go on."""
        now = self._digest.now()
        with self._digest.reading() as connection:
            lately = joining_tallies.count_lately(connection, now)
        state = self._brakes.state(request, is_flood=lately > JOINING_FLOOD)
        if state is BrakeState.FREE:
            return None
        words = JoiningWords(stored.campaign)
        if state is BrakeState.STOPPED:
            return self._pages.notice(429, *words.stopped())
        proofs, content = self._digest.work_proofs, sorted(wanted.content.items())
        about = f"{wanted.campaign_id} {wanted.way} {content}"
        question, answer = form.get("question", ""), form.get("answer", "")
        if proofs.is_answered(
            question, about, answer, now
        ) and not self._brakes.is_used(question):
            return None
        typed = {
            name: value
            for name, value in form.items()
            if name not in {"question", "answer"}
        }
        return self._page(
            "slow",
            stored,
            way=wanted.way,
            typed=typed,
            question=proofs.question(about, now),
            bits=audience_limits.PROOF_BITS,
        )

    def _thanks(self, stored: StoredCampaign, way: JoiningWay, form: Form) -> Response:
        if way is JoiningWay.EMAIL:
            address = form.get("email", "").strip()
            return self._page("email_sent", stored, address=address)
        words = JoiningWords(stored.campaign)
        return self._page("to_check", stored, panel=words.to_check(way))

    def _page(
        self, name: str, stored: StoredCampaign, *, status: int = 200, **content: Any
    ) -> Response:
        return self._pages.page(
            f"public/subscribe/{name}.html",
            status=status,
            campaign=stored.campaign,
            **content,
        )
