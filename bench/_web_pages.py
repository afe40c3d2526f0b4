"""Where staff's pages are in a filled database, drawn from the route table.

Each leads to what there is; what it answers otherwise is said here, and why.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from _web_one_of_each import DOUBLES, MERGED
from _web_rows import Size
from fastapi import FastAPI
from fastapi.routing import APIRoute
from sqlalchemy import Connection, text

OF_STAFF = ("/desk", "/post", "/account")
OK, GOES_ON = 200, 303
# What stands in a path, wherever it does.
PARTS = {
    "{name}": "lantern-week",
    "{schedule}": "daily",
    "{preview}": "html",
    "{section}": "name",
    "{kinds}": "sources",
    "{part}": "blog",
    "{table}": "copies",
    "{kind}": "post",
    "{state}": "refused",
    "{person_id}": "11",
    "{list_id}": "1",
    "{import_id}": "3",
    "{complaint_id}": "1",
    "{endpoint_id}": "1",
    "{account_id}": "1",
    "{number}": "1",
}
# And where it leads to something else there. 7 is refused, 6 suppressed, 99 rung.
PARTS_OF: dict[str, dict[str, str]] = {
    "/desk/campaigns/{name}/history/{number}": {"{number}": "2"},
    "/desk/campaigns/{name}/{schedule}/{preview}/pages/{number}": {
        "{preview}": "letter"
    },
    "/desk/editions/{edition_id}/{preview}/pages/{number}": {"{preview}": "letter"},
    "/desk/runs/{edition_id}/again/{reader_id}": {"{reader_id}": "7"},
    "/desk/people/{person_id}/suppress/lift": {"{person_id}": "6"},
    "/desk/people/{person_id}/merged": {"{person_id}": f"{MERGED[0]}"},
    "/desk/people/doubles/{person_id}/{other_id}": {
        "{person_id}": f"{DOUBLES[0]}",
        "{other_id}": f"{DOUBLES[1]}",
    },
    "/desk/imports/{import_id}/rows-to-mend.csv": {"{import_id}": "2"},
}
# Pages with what is chosen on them, each of which asks something else.
CHOSEN = (
    "/desk/campaigns/{name}/{schedule}?check=yes",
    "/desk/campaigns/{name}/{schedule}?show=letter",
    "/desk/campaigns/{name}/{schedule}?as=11",
    "/desk/calendar?view=list",
    "/desk/editions?page=2",
    "/desk/runs?page=2",
    "/desk/runs/{edition_id}?state=planned",
    "/desk/runs/{edition_id}?state=accepted&after={reader}",
    "/desk/runs/{edition_id}?state=refused",
    "/desk/runs/{edition_id}?state=uncertain",
    "/desk/runs/{edition_id}?state=doubtful",
    "/desk/runs/{edition_id}?state=left-out&after={reader}",
    "/desk/log/{name}?before={post}",
    "/desk/log/{name}?state=held",
    "/desk/log/{name}?state=withdrawn",
    "/desk/log/{name}?state=changed",
    "/desk/people?after={reader}",
    "/desk/people?q=reader+{reader}",
    "/desk/people?q=nobody",
    "/desk/people?q=reader-{reader}@",
    "/desk/people?q=01632+960099",
    "/desk/people?q=ZZ50",
    "/desk/people/needs?after={need}",
    "/desk/people/{person_id}?show=all",
    "/desk/complaints?before={complaint}",
    "/desk/lists/{list_id}?after={reader}",
    "/desk/lists/{list_id}?reached=post",
    "/desk/lists/{list_id}?reached=phone",
    "/desk/lists/{list_id}?postcode=ZZ50",
    "/desk/lists/{list_id}?organiser=Round+7",
    "/desk/lists/{list_id}?need=large-print",
    "/desk/imports/{import_id}?after=100",
    "/desk/settings/audit?day=2026-05-02",
    "/desk/settings/audit?who=Editor+3",
    "/desk/settings/audit?who=Editor+3&act=resumed&day=2026-05-02",
    "/desk/settings/audit?who=Priya",
    "/desk/settings/audit?act=created",
    "/desk/settings/audit?before={act_before}",
    "/desk/settings/webhooks/{endpoint_id}?before={message}",
)
# The numbers of what is there, as the filled database has them.
_NUMBERS = {
    "{batch_id}": "SELECT min(id) FROM print_batch WHERE state = 'sealed'",
    "{item_id}": "SELECT max(id) FROM item WHERE key = 'pictured'",
    "{reference}": "SELECT max(reader_id || '.' || delivery.edition_id) "
    "FROM delivery JOIN print_batch ON print_batch.id = print_batch_id AND "
    "print_batch.edition_id = delivery.edition_id WHERE channel = 'post' "
    "AND print_batch.state = 'sealed'",
    "{need}": "SELECT min(id) FROM need",
    "{post}": "SELECT max(id) / 2 FROM item",
    "{act_before}": "SELECT max(id) / 2 FROM audit",
    "{message}": "SELECT max(id) / 2 FROM webhook_message",
    "{complaint}": "SELECT max(id) / 2 FROM data_complaint",
}


@dataclass(frozen=True, slots=True)
class DeskPage:
    """A page by its path, an address of it, and what it is to answer."""

    path: str
    address: str
    status: int = OK


def pages_of(
    app: FastAPI, connection: Connection, size: Size, words: tuple[str, ...]
) -> list[DeskPage]:
    """Return those with one of these words in their path, in order of the routes."""
    numbers = {
        name: str(connection.scalar(text(query))) for name, query in _NUMBERS.items()
    }
    going, waiting = str(size.editions), str(size.editions + 1)
    numbers |= {
        "{edition_id}": going,
        "{reader}": str(size.readers // 2),
        "{reader_id}": "7",
    }
    return [
        DeskPage(path, _address(path, numbers, going, waiting), _STATUS.get(path, OK))
        for path in _paths(app)
        if any(each in path for each in words)
    ]


# There is one campaign, to whose log this leads.
_STATUS = {"/desk/log": GOES_ON}
_WAITING = ("/approve", "/recall")


def _paths(app: FastAPI) -> Iterator[str]:
    for route in app.routes:
        if (
            isinstance(route, APIRoute)
            and "GET" in (route.methods or ())
            and route.path.startswith(OF_STAFF)
        ):
            yield route.path
    yield from CHOSEN


def _address(path: str, numbers: dict[str, str], going: str, waiting: str) -> str:
    """Return it. Raises ValueError where nothing is said of a part of the path."""
    parts = PARTS | numbers | PARTS_OF.get(path, {})
    if path.endswith(_WAITING):
        parts["{edition_id}"] = waiting
    if "/calls/" in path:
        parts["{reference}"] = f"99.{going}"
    address = path
    for name, value in parts.items():
        address = address.replace(name, value)
    if "{" in address:
        raise ValueError(f"say in {__name__} what stands in {path}")
    return address
