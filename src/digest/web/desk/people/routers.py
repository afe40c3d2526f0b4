"""All routes of people's pages, in the order in which they are looked through."""

from fastapi import APIRouter

from digest.bootstrap import App
from digest.web.desk.people import (
    asking,
    complaints,
    details,
    doubles,
    ending,
    finding,
    joining,
    merged,
    needs,
    person_pages,
)
from digest.web.desk.people.person_pages import PersonPages
from digest.web.parts.pages import Pages


def routers(digest: App, pages: Pages) -> tuple[APIRouter, ...]:
    """Return them; the page of somebody new comes before those of a number."""
    people = PersonPages(digest, pages)
    return (
        finding.routes(digest, pages),
        joining.routes(people),
        needs.routes(people),
        complaints.routes(people),
        doubles.routes(people),
        details.routes(people),
        merged.routes(people),
        person_pages.routes(people),
        asking.routes(people),
        ending.routes(people),
    )
