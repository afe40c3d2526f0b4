"""One of each thing that staff's pages show, made by their own forms and rooms.

And as many messages to a webhook, complaints and requests as there are to be.
"""

from collections.abc import Mapping

from _plan_rows import AT
from _web_rows import Size, stored
from sqlalchemy import Connection, text
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.model.posts.blocks import Picture
from digest.model.posts.items import Post
from digest.model.posts.pictures import PictureUse
from digest.store.campaigns import campaigns
from digest.store.posts import acceptance, pictures
from digest.store.posts.pictures import PictureReading
from tests.pictures import a_file

HEADINGS = ("name", "email", "address_1", "postcode", "consent_at")
ROWS_OF_A_FILE, PEOPLE_AT_ONCE, COMES_IN = 2_000, 50, 3
# Alike, so that they are found to be one; of whom the second is merged into the first.
DOUBLES, MERGED = (11, 12), (1011, 1012)
_JAR = f"{1:032x}"
_FORMS: dict[str, dict[str, str]] = {
    "/desk/complaints/new": {
        "words": "You still write to me",
        "channel": "letter",
        "received": f"{AT:%Y-%m-%d}",
        "who": "11",
    },
    "/desk/settings/webhooks": {
        "name": "Members",
        "url": "https://example.org/hook",
        "kind-person.left": "yes",
    },
    "/desk/settings/keys": {"name": "A robot", "scope-read": "yes"},
    "/desk/people/11/need": {"words": "Large print", "review": "2026-12-01"},
    f"/desk/people/doubles/{MERGED[0]}/{MERGED[1]}/merge": {},
}
# Of hundreds of messages one waits, and one was given up.
_MESSAGES = """
INSERT INTO webhook_message (webhook_endpoint_id, kind, facts, happened_at, state,
    attempts, answer, settled_at)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows)
SELECT 1, 'delivery.failed', '{"edition": 1}', :at,
    CASE WHEN i % 500 = 0 THEN 'given up' ELSE 'delivered' END, 1, '200', :at FROM n
"""
_COMPLAINTS = """
INSERT INTO data_complaint (name, contact, channel, received_on, words, acknowledge_by,
    answer_by, recorded_at, answer, closed_at, outcome)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows)
SELECT name, contact, channel, received_on, words, acknowledge_by, answer_by,
    recorded_at, answer, :at, 'upheld' FROM n JOIN data_complaint ON id = 1
"""
_REQUESTS = """
INSERT INTO joining_request (campaign_id, content, way, wording, requested_at)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows)
SELECT 1, '{"name": "Ann Example", "email": "", "phone": "01632 960 155"}', 'phone',
    'Yes, please', :at FROM n
"""


def one_of_each(live: App, client: TestClient, size: Size) -> None:
    """Make them; the client is an admin's."""
    jar = Picture("https://example.org/jar.jpg", alt="A jar of preserves")
    pictured = Post("pictured", "Jars", picture=jar)
    with live.writing() as connection:
        pictures.put(connection, _JAR, {PictureUse.EMAIL: a_file()}, AT)
        its_file = PictureReading(_JAR, "mark")
        pictures.note_found(connection, jar.src, its_file, AT)
        stored = campaigns.by_name(connection, "lantern-week")
        origin = acceptance.AcceptanceOrigin(
            stored.id, 1, stored.campaign.sources[0], is_first_contact=False
        )
        acceptance.accept(connection, origin, [pictured], AT)
    _imports(client)
    for path, fields in _FORMS.items():
        _post(client, path, fields)
    with live.writing() as connection:
        _long_lists(connection, size)
    for outcome in live.print_room.make_all(size.editions):
        if outcome.batch:
            live.print_room.seal(outcome.batch.id)


def _long_lists(connection: Connection, size: Size) -> None:
    at = stored(connection.engine, AT)
    for words, rows in (
        (_MESSAGES, size.rows),
        (_COMPLAINTS, size.rows // 100),
        (_REQUESTS, PEOPLE_AT_ONCE),
    ):
        # No parameter is behind a colon of JSON.
        statement = words.replace('": ', '"\\: ')
        connection.execute(text(statement), {"rows": rows, "at": at})


def _imports(client: TestClient) -> None:
    """Bring one file in to the choice of its columns, one to its faults, one whole."""
    columns: dict[str, str] = {
        f"column_{place}": name for place, name in enumerate(HEADINGS)
    }
    columns |= {"list": "lantern", "permission": "each-row"}
    for number in (1, 2, 3):
        _post(client, "/desk/imports/new", {}, _file(number))
        if number > 1:
            _post(client, f"/desk/imports/{number}/columns", columns)
    _post(client, f"/desk/imports/{COMES_IN}/run", {})


def _file(number: int) -> bytes:
    """Return a list of which each tenth row has to be mended."""
    at = [
        "@" if row % 10 or number == COMES_IN else "," for row in range(ROWS_OF_A_FILE)
    ]
    lines = (
        f'Come {number}-{row},"come-{number}-{row}{at[row]}example.org",,,2026-05-01'
        for row in range(ROWS_OF_A_FILE)
    )
    return "\n".join([",".join(HEADINGS), *lines]).encode()


def _post(
    client: TestClient, path: str, fields: Mapping[str, str], file: bytes = b""
) -> None:
    """Send a form. Raises ValueError with what a page said that would not have it."""
    files = {"file": ("readers.csv", file)} if file else None
    answer = client.post(path, data=fields, files=files, follow_redirects=False)
    if answer.status_code not in (200, 303):
        raise ValueError(f"{path}: {answer.status_code} {answer.text[-3000:]}")
