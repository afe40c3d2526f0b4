"""The page of one person, and what comes back from each thing done there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from digest.bootstrap import App
from digest.errors import DigestError, NotFound
from digest.model.roles import Right
from digest.store.staff.accounts import Account
from digest.web import limits
from digest.web.desk.people import person_history, person_view
from digest.web.doors.rights import needs
from digest.web.parts.inputs import FormFields, RowId
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter


@dataclass(frozen=True, slots=True)
class DoneWords:
    """What was done, and below a person's page the address that undoes it, if any."""

    words: str
    undo: str = ""
    undo_words: str = "Undo"


_DONE: Mapping[str, DoneWords] = {
    "added": DoneWords("They are added, and get what comes next like everyone else"),
    "joined": DoneWords(
        "They have joined, and get what comes next. Look whether what we hold of them "
        "is what they asked for"
    ),
    "edited": DoneWords("What we hold is changed"),
    "moved": DoneWords("They have moved: what leaves from now on goes to the new door"),
    "unchanged": DoneWords("Nothing had to be changed"),
    "paused": DoneWords("They get nothing before that day", "resume", "Undo the pause"),
    "resumed": DoneWords("They go on: the next edition goes to them"),
    "not-paused": DoneWords("They had not paused"),
    "caught-up": DoneWords(
        "Their next edition brings the posts so far that they have not had",
        "catch-up/undo",
    ),
    "nothing-earlier": DoneWords("There is nothing that they have not had"),
    "not-caught-up": DoneWords("Their next edition brings only what is new"),
    "left": DoneWords(
        "They have left: nothing more of it goes to them, by any channel",
        "leave/undo",
        "Undo, they stay",
    ),
    "had-left": DoneWords("They had left it before"),
    "stays": DoneWords("They stay, and go on from their place"),
    "suppressed": DoneWords(
        "Nothing is sent to them any more, whatever list they are on",
        "suppress/undo",
    ),
    "suppressed-more": DoneWords("Nothing is sent to them any more"),
    "lifted": DoneWords(
        "That is taken back: they are written to where no reason is left"
    ),
    "erased": DoneWords("All that we held of them is erased"),
    "merged": DoneWords(
        "They are one person now, who gets everything once", "merged/undo"
    ),
    "need": DoneWords("It is put down, with the day to ask them again"),
    "need-still-so": DoneWords("As it was: they are asked again in a year"),
    "need-end": DoneWords("It is no need any more"),
    "need-reopen": DoneWords("It is a need again"),
    "nothing": DoneWords("That was so already"),
}


@dataclass(frozen=True, slots=True)
class PersonPages:
    """Makes the pages; who may change people gets buttons."""

    digest: App
    pages: Pages

    def page(self, name: str, **content: Any) -> Response:
        """Return a page of people."""
        return self.pages.page(f"desk/people/{name}.html", here="people", **content)

    def view(self, person_id: int) -> dict[str, Any]:
        """Return somebody as pages show them. Raises NotFound in words."""
        with self.digest.reading() as connection:
            return self.view_in(connection, person_id)

    def view_in(self, connection: Connection, person_id: int) -> dict[str, Any]:
        """Return what `view` does, of the same moment as what else is read there."""
        facts = person_view.read(connection, self.digest, person_id)
        now, zone = self.digest.now(), self.digest.settings.timezone
        return person_view.person_view(facts, now, zone)

    def person(
        self, person_id: int, done: str = "", campaign: str = "", *, is_whole: bool
    ) -> Response:
        """Return the page of a person. Raises NotFound in words."""
        now, zone = self.digest.now(), self.digest.settings.timezone
        most = limits.PERSON_EVENTS_AT_MOST if is_whole else limits.PERSON_EVENTS
        with self.digest.reading() as connection:
            facts = person_view.read(connection, self.digest, person_id)
            events, has_more = person_history.events(connection, facts, most)
        person = person_view.person_view(facts, now, zone)
        names = {each["name"] for each in person["reading"]}
        return self.page(
            "person",
            person=person,
            events=[*person_history.rows(events, zone)],
            has_more=has_more,
            done=_DONE.get(done),
            campaign_name=campaign if campaign in names else "",
        )

    def form(
        self,
        name: str,
        person_id: int,
        typed: FormFields,
        faults: Mapping[str, str] | None = None,
        **content: Any,
    ) -> Response:
        """Return the page of a form about somebody. Raises NotFound in words."""
        return self.page(
            name,
            person=self.view(person_id),
            typed=dict(typed),
            faults=dict(faults or {}),
            **({"status": 422 if faults else 200} | content),
        )

    def perform(
        self,
        staff: Account,
        person_id: int,
        change: Callable[[Connection], str],
        form: Callable[[str], Response],
        campaign: str = "",
    ) -> Response:
        """Do it, and return to the person; `form` where it cannot be done, and why.

        `change` returns which of the words above tell what was done.
        """
        try:
            with self.digest.acting_as(staff.actor).writing() as connection:
                done = change(connection)
        except NotFound:
            raise
        except DigestError as problem:
            return form(str(problem))
        return to_person(person_id, done, campaign)


def to_person(person_id: int, done: str, campaign: str = "") -> Response:
    """Return the way to somebody's page, which says what was done."""
    of = f"&campaign={campaign}" if campaign else ""
    return RedirectResponse(f"/desk/people/{person_id}?done={done}{of}", 303)


def routes(people: PersonPages) -> APIRouter:
    """Return the route of the page itself."""
    router = PageRouter()

    @router.api_route("/desk/people/{person_id}", methods=["GET", "HEAD"])
    @needs(Right.PEOPLE)
    def person(
        person_id: RowId, done: str = "", campaign: str = "", show: str = ""
    ) -> Response:
        return people.person(person_id, done, campaign, is_whole=show == "all")

    return router
