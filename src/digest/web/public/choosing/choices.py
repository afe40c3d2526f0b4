"""A reader's own page: how they have a campaign now, and all that they may choose."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from digest.audience.choosing import ReaderChoiceLinks, ReaderPage
from digest.audience.joining.requests import topics_typed
from digest.audience.lists.columns import ADDRESS
from digest.audience.lists.list_file import RowRefused
from digest.bootstrap import App
from digest.errors import DigestError, NotFound
from digest.web.parts.inputs import FormFields, form_fields
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter
from digest.web.public.choosing.choice_words import ChoiceWords

Form = Annotated[FormFields, Depends(form_fields)]
_POSTAL = (*ADDRESS, "postcode")
_CHOICES = ("format", "schedule", "language", "topics")


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the routes; they need no cookie, and looking changes nothing."""
    router = PageRouter(prefix="/p")
    own = ChoicePages(digest, pages)

    @router.api_route("/{token}", methods=["GET", "HEAD"])
    def look(token: str) -> Response:
        return own.page(token)

    @router.post("/{token}")
    def save(token: str, form: Form) -> Response:
        return own.save(token, form)

    @router.post("/{token}/undo")
    def undo(token: str, form: Form) -> Response:
        return own.undo(token, form)

    @router.post("/{token}/needs")
    def needs(token: str, form: Form) -> Response:
        return own.needs(token, form)

    @router.post("/{token}/posts-so-far")
    def posts_so_far(token: str) -> Response:
        return own.posts_so_far(token)

    return router


class ChoicePages:
    """Makes the page, and keeps what is chosen on it."""

    def __init__(self, digest: App, pages: Pages) -> None:
        self._digest = digest
        self._pages = pages

    @property
    def _links(self) -> ReaderChoiceLinks:
        return self._digest.reader_choice_links

    def page(
        self,
        token: str,
        *,
        done: str = "",
        before: Mapping[str, str] | None = None,
        typed: Mapping[str, str] | None = None,
        faults: Mapping[str, str] | None = None,
    ) -> Response:
        """Return the page of the link's reader; an undo brings `before` back."""
        page = self._links.look(token)
        leave_url = f"/u/{self._digest.links.unsubscribe_token(page.reader)}"
        if page.has_left:
            return self._pages.page(
                "public/choices/away.html", campaign=page.campaign, leave_url=leave_url
            )
        words = ChoiceWords(page)
        now = self._digest.now()
        return self._pages.page(
            "public/choices/choices.html",
            status=422 if faults else 200,
            campaign=page.campaign,
            reader=page,
            token=token,
            now_words=words.now_words(now),
            formats=words.formats(),
            schedules=words.schedules(now),
            topics=words.topics(),
            languages=words.languages(),
            needs=words.needs(),
            paused=words.paused(),
            leave_url=leave_url,
            done=done,
            before=dict(before or {}),
            typed=dict(typed or words.typed()),
            faults=dict(faults or {}),
        )

    def save(self, token: str, form: FormFields) -> Response:
        """Keep what was chosen, and say so with a way back."""
        page = self._links.look(token)
        words = ChoiceWords(page)
        if faults := words.missing(form):
            return self.page(token, typed=form, faults=faults)
        cells = _cells(page, form)
        before = words.cells()
        try:
            self._links.choose(token, cells, words.wording())
            self._rest(token, page, form)
        except RowRefused as refused:
            faults = words.faults(each.column for each in refused.problems)
            return self.page(token, typed=form, faults=faults)
        except NotFound:
            raise
        except DigestError:
            # Its words are for staff, and may name somebody else.
            return self.page(token, typed=form, faults=words.refused(form))
        return self.page(token, done="saved", before=before)

    def undo(self, token: str, form: FormFields) -> Response:
        """Choose again what it was before, as the button has it."""
        page = self._links.look(token)
        cells = {name: form[name] for name in _CHOICES if name in form}
        try:
            self._links.choose(token, cells, ChoiceWords(page).wording())
        except NotFound:
            raise
        except DigestError:
            return self.page(token)
        return self.page(token, done="undone")

    def needs(self, token: str, form: FormFields) -> Response:
        """Keep what helps the reader, or that it is still so, or is no more."""
        match form.get("act", ""):
            case "same":
                self._links.keep_needs(token)
            case "over":
                self._links.end_needs(token)
            case _:
                return self._new_need(token, form)
        return self.page(token, done="needs")

    def _new_need(self, token: str, form: FormFields) -> Response:
        text = form.get("need", "")
        try:
            may_share = form.get("share") == "yes"
            self._links.tell_need(token, text, may_share=may_share)
        except NotFound:
            raise
        except DigestError:
            words = ChoiceWords(self._links.look(token))
            return self.page(
                token,
                typed={**words.typed(), **form},
                faults={"need": words.need_fault(text)},
            )
        return self.page(token, done="needs")

    def posts_so_far(self, token: str) -> Response:
        """Have the next edition bring what the reader has not had."""
        count = self._links.catch_up(token)
        return self.page(token, done="caught-up" if count else "nothing-earlier")

    def _rest(self, token: str, page: ReaderPage, form: FormFields) -> None:
        rest, until = form.get("rest", ""), form.get("until", "")
        if rest == "until" and until:
            self._links.pause(token, until, catch_up=form.get("catch_up") == "yes")
        elif rest == "no" and page.choices.paused_until is not None:
            self._links.resume(token)


def _cells(page: ReaderPage, form: FormFields) -> dict[str, str]:
    cells: dict[str, Any] = {
        name: form[name]
        for name in ("format", "schedule", "language")
        if form.get(name)
    }
    if form.get("has_topics"):
        cells["topics"] = topics_typed(page.campaign, form)
    if any(form.get(name) for name in _POSTAL):
        cells |= {name: form.get(name, "") for name in _POSTAL}
    if form.get("phone"):
        cells["phone"] = form["phone"]
    return cells
