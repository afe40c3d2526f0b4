"""Who signed up on the web for paper or a call: looked at, and taken in or not."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse

from digest.audience.joining import looking
from digest.audience.joining.looking import WaitingRequest
from digest.audience.lists.columns import ADDRESS
from digest.audience.lists.list_file import RowRefused
from digest.errors import DigestError, NotFound
from digest.model.formats import FORMATS
from digest.model.people.joining import JoiningWay
from digest.model.roles import Right
from digest.model.staff_words import counted, moment_in_words
from digest.store.people import subscribers
from digest.store.people.joining import joining_requests
from digest.web import limits
from digest.web.desk.people.person_pages import PersonPages, to_person
from digest.web.doors.rights import Staff, needs
from digest.web.parts.inputs import FormFields, RowId, form_fields
from digest.web.parts.routing import PageRouter

Form = Annotated[FormFields, Depends(form_fields)]
_READ = ["GET", "HEAD"]
_ADDRESS = "/desk/people/joining"
_WAYS = {
    JoiningWay.EMAIL: "By email",
    JoiningWay.LETTER: "As a letter",
    JoiningWay.LARGE_PRINT: "As a letter in large print",
    JoiningWay.PHONE: "By telephone",
    JoiningWay.OTHER: "Some other way: ring them",
}


def routes(people: PersonPages) -> APIRouter:
    """Return the routes; they go before those of a person's number."""
    router = PageRouter(prefix=_ADDRESS)

    @router.api_route("", methods=_READ)
    @needs(Right.EDIT)
    def every(done: str = "") -> Response:
        return _page(people, is_declined=done == "declined")

    @router.post("/{number}/accept")
    @needs(Right.EDIT)
    def accept(staff: Staff, number: RowId, form: Form) -> Response:
        choice = form.get("who", "")
        same_as = int(choice) if choice.isascii() and choice.isdigit() else None
        digest = people.digest
        try:
            with digest.acting_as(staff.actor).writing() as connection:
                person_id = looking.accept(
                    connection,
                    digest.hasher,
                    number,
                    digest.now(),
                    is_new=choice == "new",
                    same_as=same_as,
                )
        except RowRefused as refused:
            faults = [f"This {each.wrong}: {each.do}" for each in refused.problems]
            return _page(people, number, faults[0], refused.like)
        except NotFound:
            raise
        except DigestError as problem:
            return _page(people, number, str(problem))
        return to_person(person_id, "joined")

    @router.post("/{number}/decline")
    @needs(Right.EDIT)
    def decline(staff: Staff, number: RowId) -> Response:
        digest = people.digest
        with digest.acting_as(staff.actor).writing() as connection:
            looking.decline(connection, number, digest.now())
        return RedirectResponse(f"{_ADDRESS}?done=declined", 303)

    return router


def _page(
    people: PersonPages,
    number: int = 0,
    fault: str = "",
    like: tuple[int, ...] = (),
    *,
    is_declined: bool = False,
) -> Response:
    zone = people.digest.settings.timezone
    with people.digest.reading() as connection:
        waiting = looking.waiting(connection, limits.JOINING_WAITING)
        unconfirmed, failures = joining_requests.unconfirmed(connection)
        others = subscribers.of_ids(connection, like)
    return people.page(
        "joining",
        status=422 if fault else 200,
        rows=[_row(request, zone) for request in waiting],
        unconfirmed=counted(unconfirmed, "person has", "people have"),
        failures=failures[: limits.JOINING_FAILURES],
        number=number,
        fault=fault,
        like=[(str(each.id), each.person.name) for each in others],
        is_declined=is_declined,
    )


def _row(request: WaitingRequest, zone: str) -> dict[str, Any]:
    content = request.content
    where = [content.get(name, "") for name in (*ADDRESS, "postcode")]
    needs_words = FORMATS[content["format"]].words if "format" in content else ""
    facts = (
        ("Asked for", f"{request.campaign.title}. {_WAYS[request.way]}"),
        ("What they need", needs_words.capitalize()),
        ("Where", ", ".join(filter(None, where))),
        ("Phone", content.get("phone", "")),
        ("How often", content.get("schedule", "").capitalize()),
        ("What about", content.get("topics", "")),
        ("They wrote", content.get("notes", "")),
        ("They said yes to", f"“{request.wording}”"),
        ("When", moment_in_words(request.requested_at, zone)),
    )
    return {
        "id": request.id,
        "name": content.get("name", ""),
        "facts": [fact for fact in facts if fact[1]],
    }
