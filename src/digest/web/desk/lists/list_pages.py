"""Mailing lists: all of them, and one with its people, narrowed and written out."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse

from digest.audience.lists.exporting import exported, record_export
from digest.bootstrap import App
from digest.model.formats import FORMATS
from digest.model.people.segment import EVERYBODY, Segment
from digest.model.roles import Right
from digest.model.staff_words import day_as_told
from digest.store.campaigns import campaigns
from digest.store.people import subscribers, subscriptions
from digest.store.people.lists import mailing_lists
from digest.store.people.lists.segments import in_segment
from digest.store.people.subscribers import Subscriber
from digest.web import limits
from digest.web.doors.rights import Staff, needs
from digest.web.parts.inputs import FormFields, RowId, form_fields
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter

Form = Annotated[FormFields, Depends(form_fields)]
_READ = ["GET", "HEAD"]
_DONE = {
    "made": "The list is made. Nobody is on it yet",
    "was-there": "There was a list of that name already: this is it",
}
_REACHED = (
    ("", "Anything"),
    ("email", "Email"),
    ("post", "Post"),
    ("phone", "Phone"),
)


class _ListPages:
    """What the pages of lists show and do."""

    def __init__(self, digest: App, pages: Pages) -> None:
        self._digest = digest
        self._pages = pages

    def every(self, typed: FormFields, faults: FormFields) -> Response:
        """Return the page of every list."""
        with self._digest.reading() as connection:
            rows = mailing_lists.counted(connection)
            every = campaigns.listed(connection)
        there = {row.name for row in rows}
        return self._pages.page(
            "desk/lists/lists.html",
            here="people",
            status=422 if faults else 200,
            lists=[(row, _campaigns(every, row.name)) for row in rows],
            # Named by a campaign, and not made: nobody is on it.
            missing=sorted(
                {name for each in every for name in each.campaign.lists} - there
            ),
            typed=typed,
            faults=faults,
        )

    def make(self, staff: Staff, form: FormFields) -> Response:
        """Make a list, and go to it."""
        name = " ".join(form.get("name", "").split())
        if not name or len(name) > limits.LIST_NAME_CHARACTERS or not _is_text(name):
            most = limits.LIST_NAME_CHARACTERS
            words = f"Write a name of at most {most} characters: neighbours"
            return self.every(form, {"name": words})
        with self._digest.acting_as(staff.actor).writing() as connection:
            now = self._digest.now()
            is_new = subscriptions.create_list(connection, name, now)
            number = subscriptions.make_list(connection, name, now)
        done = "made" if is_new else "was-there"
        return RedirectResponse(f"/desk/lists/{number}?done={done}", 303)

    def show(self, list_id: int, typed: FormFields, after: int, done: str) -> Response:
        """Return the page of one list. Raises NotFound in words."""
        segment, fault = _segment(typed)
        most = limits.PEOPLE
        with self._digest.reading() as connection:
            row = mailing_lists.with_id(connection, list_id)
            narrowed = in_segment(connection, segment)
            people = subscribers.subscribed(
                connection, list_id, after, most + 1, *narrowed
            )
            every = campaigns.listed(connection)
        return self._pages.page(
            "desk/lists/list.html",
            here="people",
            status=422 if fault else 200,
            mailing_list=row,
            campaigns=_campaigns(every, row.name),
            people=[_person(each) for each in people[:most]],
            segment=segment.as_words(),
            typed=typed,
            faults={"postcode": fault} if fault else {},
            formats=_formats(),
            reached=_REACHED,
            after=after,
            following=people[most - 1].id if people[most:] else 0,
            done=_DONE.get(done, ""),
        )

    def export(self, staff: Staff, list_id: int, form: FormFields) -> Response:
        """Return the people of a list as a file, and put it on record."""
        segment, fault = _segment(form)
        if fault:
            return self.show(list_id, form, 0, "")
        digest = self._digest.acting_as(staff.actor)
        with digest.writing() as connection:
            row = mailing_lists.with_id(connection, list_id)
            record_export(connection, row.name, segment, digest.now())
        return StreamingResponse(
            _with_mark(exported(digest.engine, list_id, segment)),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": _file_name(list_id, digest.now())},
        )


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the routes."""
    router = PageRouter(prefix="/desk/lists")
    lists = _ListPages(digest, pages)

    @router.api_route("", methods=_READ)
    @needs(Right.PEOPLE)
    def every() -> Response:
        return lists.every({}, {})

    @router.post("")
    @needs(Right.EDIT)
    def make(staff: Staff, form: Form) -> Response:
        return lists.make(staff, form)

    @router.api_route("/{list_id}", methods=_READ)
    @needs(Right.PEOPLE)
    def show(
        request: Request, list_id: RowId, after: RowId = 0, done: str = ""
    ) -> Response:
        return lists.show(list_id, dict(request.query_params), after, done)

    @router.post("/{list_id}/export")
    @needs(Right.PEOPLE)
    def export(staff: Staff, list_id: RowId, form: Form) -> Response:
        return lists.export(staff, list_id, form)

    return router


def _segment(typed: FormFields) -> tuple[Segment, str]:
    """Return whom the fields mean, or everybody and what is wrong with them."""
    names = ("need", "reached", "postcode", "organiser", "language")
    fields = {
        name: typed.get(name, "").strip()[: limits.SEARCH_CHARACTERS] for name in names
    }
    try:
        return Segment(**fields), ""
    except ValueError as problem:
        words = str(problem)
        return EVERYBODY, words[0].upper() + words[1:]


def _campaigns(
    every: list[campaigns.StoredCampaign], name: str
) -> list[tuple[str, str]]:
    return [
        (each.campaign.name, each.campaign.title)
        for each in every
        if name in each.campaign.lists
    ]


def _person(each: Subscriber) -> dict[str, Any]:
    person, address = each.person, each.person.address
    consent = person.consent
    return {
        "id": each.id,
        "name": person.name,
        "email": person.email,
        "phone": person.phone,
        "where": ", ".join(address.on_envelope(person.name)[1:]) if address else "",
        "needs": person.format.words if person.format else "",
        "organiser": person.organiser,
        "permission": consent.basis or "nothing on record",
        "how": ", ".join(filter(None, (consent.method, day_as_told(consent.at)))),
        "reference": person.reference,
    }


def _formats() -> list[tuple[str, str]]:
    of_table = [(each.name, each.words.capitalize()) for each in FORMATS.values()]
    return [("", "Anything"), *of_table]


def _is_text(name: str) -> bool:
    return name.isprintable()


def _with_mark(parts: Iterator[str]) -> Iterator[bytes]:
    """Yield UTF-8 that a spreadsheet takes for it."""
    yield "\N{ZERO WIDTH NO-BREAK SPACE}".encode()
    for part in parts:
        yield part.encode()


def _file_name(list_id: int, now: datetime) -> str:
    # By its number: a name may hold what no file's may.
    return f'attachment; filename="list-{list_id}-{now:%Y-%m-%d}.csv"'
