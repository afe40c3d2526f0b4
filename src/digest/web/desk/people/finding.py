"""Find somebody by what staff have of them: a name, a postcode, a letter's foot."""

import re
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from digest.audience.subject_access import find
from digest.bootstrap import App
from digest.errors import NotFound
from digest.model.delivery.returned_letters import from_scanner
from digest.model.roles import Right
from digest.store.people import searching
from digest.store.people.subscribers import Subscriber
from digest.web import limits
from digest.web.doors.rights import needs
from digest.web.parts.inputs import RowId
from digest.web.parts.pages import Pages
from digest.web.parts.routing import PageRouter

# Of whom there is one: a number of ours, or the reference at the foot of a letter.
_NUMBER = re.compile(r"(?:[1-9][0-9]{0,5}|[0-9]{1,18}\.[0-9]{1,18})", re.ASCII)


def routes(digest: App, pages: Pages) -> APIRouter:
    """Return the route."""
    router = PageRouter()

    @router.api_route("/desk/people", methods=["GET", "HEAD"])
    @needs(Right.PEOPLE)
    def people(q: str = "", after: RowId | None = None) -> Response:
        words = from_scanner(q)[: limits.SEARCH_CHARACTERS]
        most = limits.PEOPLE
        with digest.reading() as connection:
            if _NUMBER.fullmatch(words):
                try:
                    number = find(connection, words).id
                    return RedirectResponse(f"/desk/people/{number}", 303)
                except NotFound:
                    pass
            search = searching.meant_by(words, after)
            rows = searching.page(connection, search, most + 1)
        return pages.page(
            "desk/people/list.html",
            here="people",
            people=[_row(each) for each in rows[:most]],
            words=words,
            by=search.by,
            after=after,
            following=rows[most - 1].id if rows[most:] else 0,
            following_name=rows[most].person.name if rows[most:] else "",
        )

    return router


def _row(each: Subscriber) -> dict[str, Any]:
    person = each.person
    address = person.address
    return {
        "id": each.id,
        "name": person.name,
        "email": person.email,
        "phone": person.phone,
        "where": ", ".join(address.on_envelope(person.name)[1:]) if address else "",
        "needs": person.format.words if person.format else "",
        "organiser": person.organiser,
    }
