"""The page of an edition: arranged while it is open, read once it is frozen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Response

from digest.bootstrap import App
from digest.errors import DigestError, NotFound, RenderError
from digest.model.posts.item_json import item_from_json
from digest.model.roles import Right
from digest.model.staff_words import moment_in_words
from digest.render.archive.article import note_as_markup
from digest.schedule.editions import preflight
from digest.schedule.editions.steering.steer import RefusedWords
from digest.store.posts import log
from digest.web.desk.editions.edition_view import (
    EditionView,
    edition_view,
    meanwhile,
    view_in,
)
from digest.web.desk.editions.latest_checks import LatestCheck, LatestChecks
from digest.web.desk.editions.reader_sight import ReaderSight, reader_sight
from digest.web.desk.editions.sight import sight_of
from digest.web.doors.rights import needs
from digest.web.parts import visitor
from digest.web.parts.edition_places import EditionPlace
from digest.web.parts.inputs import RowId
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter
from digest.web.parts.tints import tint_of

_READ = ["GET", "HEAD"]
_DONE = {
    "moved": "Moved {title} to place {place}",
    "pinned": "{title} comes first now",
    "unpinned": "{title} comes among the others again",
    "dropped": "{title} is left for the next edition",
    "put-back": "{title} is in it again",
    "withdrawn": "{title} is withdrawn: it is out of every copy that has not left",
    "restored": "{title} is what it was before",
    "changed": "{title} is changed, in every format",
    "edit-undone": "{title} says what it said before",
    "reverted": "{title} says what its source says",
    "correct": "{title} goes in this edition, as a correction",
    "words": "The words are saved",
    "events": "The list of what is on is as you ticked it",
    "undone": "The latest change is undone",
    "nothing": "Nothing had to be changed",
    "approved": "Approved",
    "one-more": "Your approval is kept; it needs another person",
    "recalled": "Called back. Nothing of it has left, and it can be changed again",
    "stopped": "Stopped. What has not left stays here",
    "tested": "A test is on its way to you",
    "tested-here": "A test is in the practice inbox, as you would get it",
}
_NO_FLASH = {
    "words": "",
    "item": 0,
    "at": "",
    "undo": 0,
    "restore": 0,
    "unedit": "",
    "others": (),
    "is_in_inbox": False,
}
_WITH_UNDO = ("moved", "pinned", "unpinned", "dropped", "put-back", "words", "events")
_OF_WORDS = ("changed", "reverted")


@dataclass(frozen=True, slots=True)
class EditionQuery:
    """What an edition's address says besides: what was done, and what to show.

    `version` is that which an act led to, `saw` that at which its form was made.
    """

    done: Annotated[str, Query()] = ""
    item: Annotated[RowId, Query()] = 0
    version: Annotated[RowId, Query()] = 0
    saw: Annotated[RowId, Query()] = 0
    show: Annotated[str, Query()] = ""
    who: Annotated[str, Query(alias="as", max_length=320)] = ""
    check: Annotated[bool, Query()] = False

    def address(self, place: EditionPlace, done: str) -> str:
        """Return the page's address after an act that leaves what is shown as it is."""
        fields = {"done": done, "show": self.show, "as": self.who}
        query = {name: words for name, words in fields.items() if words}
        return f"{place.address}?{urlencode(query)}"


Asked = Annotated[EditionQuery, Depends()]


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was not done: why, and what had been typed."""

    problem: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, str] | None = None

    @classmethod
    def of(cls, problem: DigestError, typed: Mapping[str, str]) -> "Refusal":
        """Return it of what a form's act raised."""
        if isinstance(problem, RefusedWords):
            faults = {name: _sentence(why) for name, why in problem.faults.items()}
            return cls(faults=faults, typed=typed)
        return cls(_sentence(str(problem)), typed=typed if "note" in typed else None)


@dataclass(frozen=True, slots=True)
class _NamedPost:
    """The post of which it is said what was done, and which of its versions it is."""

    title: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class EditionPages:
    """Makes the pages; who may change them gets buttons."""

    digest: App
    pages: Pages
    checks: LatestChecks

    def page(self, name: str, **content: Any) -> Response:
        """Return a page of editions."""
        return self.pages.page(name, here="editions", **content)

    def view(self, place: EditionPlace) -> EditionView:
        """Return what the page of an edition tells. Raises NotFound in words."""
        return edition_view(self.digest, place)

    def view_with_check(
        self, place: EditionPlace, is_wanted: Callable[[EditionView], bool]
    ) -> tuple[EditionView, LatestCheck | None, str]:
        """Return what `view` does and the latest check; a new one where it is wanted.

        And in words why that could not be made. All of it is of one moment.
        """
        view, latest, problem, _ = self._seen_as("", place, is_wanted)
        return view, latest, problem

    def _seen_as(
        self, who: str, place: EditionPlace, is_wanted: Callable[[EditionView], bool]
    ) -> tuple[EditionView, LatestCheck | None, str, ReaderSight]:
        """Return what `view_with_check` does, and the reader whom words mean."""
        foreseen, problem = None, ""
        with self.digest.reading() as connection:
            view = view_in(connection, place, self.digest.now())
            reader = reader_sight(connection, view, who, self.digest.now())
            if view.contents is not None and is_wanted(view):
                inside = view.contents.edition
                try:
                    now = self.digest.now()
                    foreseen = preflight.foresee_open(connection, inside, now)
                except DigestError as fault:
                    problem = str(fault)
        if foreseen is None:
            return view, self.checks.of(place), problem, reader
        check = self.checks.anew(place, foreseen, view.mark)
        return view, check, problem, reader

    def edition(
        self,
        place: EditionPlace,
        query: EditionQuery,
        refusal: Refusal | None = None,
    ) -> Response:
        """Return the page of an edition. Raises NotFound in words."""
        refused = refusal or Refusal()
        view, latest, fault, reader = self._seen_as(
            query.who, place, lambda _view: query.check
        )
        problem = _sentence(fault) if fault else refused.problem
        status = 422 if refused.faults else 409 if problem else 200
        return self.page(
            "desk/editions/edition.html",
            campaign=view.campaign,
            address=place.address,
            place_name=place.name,
            edition=view.facts,
            is_editable=view.is_editable,
            has_contents=view.contents is not None,
            note=self._note(view),
            typed=refused.typed or view.facts.get("words", {}),
            faults=refused.faults,
            problem=problem,
            flash=self._flash(view, query),
            checked=self.checked(view, latest),
            sight=sight_of(self.digest, view, query.show, reader),
            status=status,
        )

    def _note(self, view: EditionView) -> str:
        """Return the note for those to read who may not write it, "" for none.

        As it was typed where a template of the operator's cannot draw it.
        """
        if view.contents is None:
            return ""
        note = view.contents.steered.steering.note
        folder = self.digest.settings.templates_dir
        try:
            return note_as_markup(note, view.campaign.language, folder)
        except RenderError:
            return str(view.facts["words"]["note"])

    def checked(self, view: EditionView, latest: LatestCheck | None) -> dict[str, Any]:
        """Return what its latest check came to; `at` is "" where there was none."""
        if latest is None:
            return {"at": "", "is_old": False, "stops": 0, "results": ()}
        reach, check = latest.check.reach, latest.check
        zone = view.campaign.timezone
        return {
            "at": moment_in_words(latest.at, zone),
            "is_old": latest.mark != view.mark,
            "level": check.level.value,
            "results": [
                (each.level.value, _sentence(each.words)) for each in check.results
            ],
            "stops": sum(each.level.value == "stop" for each in check.results),
            "copies": sorted(
                (
                    (count, f"by {fmt.words}", tint_of(fmt.words))
                    for fmt, count in reach.by_format.items()
                ),
                key=itemgetter(2),
            ),
            "readers": reach.readers,
            "left_out": sorted(reach.left_out.items()),
            "unreachable": reach.left_out["unreachable"],
            "unreached": [(each.name, each.reason) for each in reach.unreached]
            if visitor.may_do(Right.PEOPLE)
            else [],
            "pauses": check.pauses,
        }

    def _flash(self, view: EditionView, query: EditionQuery) -> dict[str, Any]:
        if query.done not in _DONE:
            return dict(_NO_FLASH)
        places = {each["id"]: each["place"] for each in view.facts.get("posts", ())}
        others_in_it = {each["id"] for each in view.facts.get("left_over", ())} | {
            each["id"] for each in view.facts.get("events", ())
        }
        post = self._post(query.item)
        is_shown = query.item in places or query.item in others_in_it
        words = _DONE[query.done].format(
            title=f"“{post.title}”" if query.item else "It",
            place=places.get(query.item, "another"),
        )
        others = []
        if view.contents is not None and query.version > query.saw:
            with self.digest.reading() as connection:
                others = meanwhile(connection, view.contents, query.saw, query.version)
        version = view.facts.get("version", 0)
        is_latest = query.version == version and query.version > query.saw
        return {
            "words": words,
            "item": query.item if is_shown else 0,
            "at": query.done if query.done in ("words", "events") else "",
            "undo": query.version if query.done in _WITH_UNDO and is_latest else 0,
            "restore": query.item if query.done == "withdrawn" else 0,
            "unedit": post.version if query.done in _OF_WORDS else "",
            "others": others,
            "is_in_inbox": query.done == "tested-here",
        }

    def _post(self, item_id: int) -> "_NamedPost":
        try:
            with self.digest.reading() as connection:
                row = log.row_of(connection, item_id)
        except NotFound:
            return _NamedPost("that post")
        return _NamedPost(item_from_json(row.content).title, row.fingerprint)


def routes(editions: EditionPages) -> APIRouter:
    """Return the routes of what can be looked at."""
    router = PageRouter(prefix="/desk")

    @router.api_route("/campaigns/{name}/{schedule}", methods=_READ)
    @needs(Right.LOOK)
    def of_schedule(name: str, schedule: str, query: Asked) -> Response:
        return editions.edition(EditionPlace.of_schedule(name, schedule), query)

    @router.api_route("/editions/{edition_id}", methods=_READ)
    @needs(Right.LOOK)
    def of_number(edition_id: RowId, query: Asked) -> Response:
        return editions.edition(EditionPlace.of_number(edition_id), query)

    return router


def _sentence(words: str) -> str:
    """Return a refusal as a sentence of a page."""
    return words[:1].upper() + words[1:]
