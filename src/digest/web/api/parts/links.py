"""Long lists, a page at a time: the next one begins behind the last of this."""

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Query, Request, Response

from digest.web import limits

Entry = TypeVar("Entry")
Most = Annotated[
    int, Query(ge=1, le=limits.API_ITEMS, description="How many there are at most.")
]
# What the description of the API says of an answer that is a page.
NEXT: dict[int | str, dict[str, Any]] = {
    200: {
        "headers": {
            "Link": {
                "description": 'The address of the next page, as `<…>; rel="next"` '
                "(RFC 8288); absent from the last.",
                "schema": {"type": "string"},
            }
        }
    }
}


def page_of(
    entries: Sequence[Entry],
    limit: int,
    request: Request,
    response: Response,
    **last: str,
) -> list[Entry]:
    """Return the first `limit` of one more, and link to the next page if there is one.

    `last` says which field of the last entry goes into which query of that address.
    """
    page = list(entries[:limit])
    if len(entries) > limit:
        behind = {query: _value(page[-1], field) for query, field in last.items()}
        url = request.url.include_query_params(**behind)
        response.headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'
    return page


def _value(entry: object, field: str) -> str:
    return str(getattr(entry, field))
