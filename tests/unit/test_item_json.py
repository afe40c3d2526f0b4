"""Items as JSON values: rows keep their shape whatever our own names become."""

from datetime import timedelta

from digest.model.posts.blocks import EasyRead, Heading, Paragraph, Picture, TextSpan
from digest.model.posts.item_json import fingerprint, from_json, to_json
from digest.model.posts.items import TimeSpan
from tests.builders import EIGHT, a_post, an_event

WORDS = (TextSpan("Soup", strong=True, href="https://example.org/"),)
POST = a_post(
    body=(
        Heading(1, WORDS),
        Paragraph(WORDS),
        EasyRead(WORDS, Picture("https://example.org/a.png", "A bowl", "", "0" * 32)),
    ),
    byline=None,
    published=None,
    url="",
    summary="",
)
EVENT = an_event(
    ends=None,
    place="",
    announced=TimeSpan(EIGHT),
    also=(TimeSpan(EIGHT + timedelta(days=2)),),
)
SOUP = {"k": "run", "text": "Soup", "strong": True, "href": "https://example.org/"}
STORED_POST = {
    "k": "post",
    "key": "post-1",
    "title": "The kettle is always on",
    "body": [
        {"k": "heading", "level": 1, "runs": [SOUP]},
        {"k": "paragraph", "runs": [SOUP]},
        {
            "k": "easy-read",
            "sentence": [SOUP],
            "picture": {
                "k": "picture",
                "src": "https://example.org/a.png",
                "alt": "A bowl",
                "kept": "0" * 32,
            },
        },
    ],
}
STORED_EVENT = {
    "k": "event",
    "key": "event-1",
    "title": "Lantern walk",
    "starts": {"k": "instant", "at": "2026-07-07T08:00:00+00:00"},
    "zone": "Europe/London",
    "also": [
        {"k": "span", "starts": {"k": "instant", "at": "2026-07-08T08:00:00+00:00"}}
    ],
    "told": {
        "k": "span",
        "starts": {"k": "instant", "at": "2026-07-06T08:00:00+00:00"},
    },
}


def test_rows_hold_items_by_names_that_do_not_change() -> None:
    assert to_json(POST) == STORED_POST
    assert to_json(EVENT) == STORED_EVENT
    assert from_json(STORED_POST) == POST
    assert from_json(STORED_EVENT) == EVENT


def test_a_fingerprint_is_that_of_before() -> None:
    assert fingerprint(a_post()) == (
        "99765b645aed3856becf68f4d5268dba9758f71678bc2a920bf554697f18374a"
    )
