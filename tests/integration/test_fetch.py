"""One document from the web: whole, only where it is new, and from whom it says."""

import gzip
from collections.abc import Iterator

import pytest

from digest import __version__
from digest.errors import SourceError
from digest.gather.fetching.document import (
    FEED,
    Document,
    DocumentRequest,
    SourceMemory,
)
from tests.builders import LOOPBACK
from tests.fakes.web_site import Answer, WebSite, web_site

NEW = SourceMemory()
WHEN = "Mon, 06 Jul 2026 08:00:00 GMT"


@pytest.fixture
def site() -> Iterator[WebSite]:
    with web_site() as site:
        site.answers["/plain"] = Answer(
            b"hello", heads={"ETag": '"one"', "Last-Modified": WHEN}
        )
        yield site


def get(url: str, memory: SourceMemory = NEW, contact: str = "") -> Document:
    return LOOPBACK.fetch(DocumentRequest(url, FEED, memory, contact))


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Answer(b"hello"), id="plain"),
        pytest.param(
            Answer(gzip.compress(b"hello"), heads={"Content-Encoding": "gzip"}),
            id="packed",
        ),
        pytest.param(
            Answer(gzip.compress(b"hello"), heads={"Content-Encoding": " X-GZip "}),
            id="packed, in other words",
        ),
        pytest.param(Answer(status=301, heads={"Location": "/plain"}), id="moved"),
    ],
)
def test_a_document_is_read_whole(site: WebSite, answer: Answer) -> None:
    site.answers["/feed"] = answer

    assert get(f"{site.url}/feed").content == b"hello"


def test_where_a_document_was_found_and_what_it_is_are_told(site: WebSite) -> None:
    site.answers["/feed"] = Answer(status=302, heads={"Location": "/words#top"})
    site.answers["/words"] = Answer(heads={"Content-Type": "text/xml; charset=x"})
    document = get(f"{site.url}/feed")

    assert document.url == f"{site.url}/words"
    assert document.media_type == "text/xml; charset=x"


def test_what_the_server_said_is_sent_back_and_saves_the_reading(site: WebSite) -> None:
    first = get(f"{site.url}/plain")
    site.answers["/plain"] = Answer(status=304)
    again = get(f"{site.url}/plain", first.memory)

    assert (again.content, again.memory) == (None, first.memory)
    heads = site.requests[1][1]
    assert heads["if-none-match"] == '"one"'
    assert heads["if-modified-since"] == WHEN


@pytest.mark.parametrize(
    ("contact", "agent"),
    [
        ("team@example.org", f"Digest/{__version__} (+mailto:team@example.org)"),
        ("", f"Digest/{__version__}"),
        ("t\u00e9am@example.org", f"Digest/{__version__}"),
        ("a@example.org\r\nX: y", f"Digest/{__version__}"),
    ],
)
def test_a_publisher_sees_who_reads(site: WebSite, contact: str, agent: str) -> None:
    get(f"{site.url}/plain", contact=contact)

    assert site.requests[0][1]["user-agent"] == agent


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "http://user:secret@127.0.0.1/plain"]
)
def test_a_redirect_to_what_may_not_be_asked_says_what_to_give(
    site: WebSite, location: str
) -> None:
    site.answers["/feed"] = Answer(status=302, heads={"Location": location})
    with pytest.raises(SourceError, match="give an http or https address"):
        get(f"{site.url}/feed")


@pytest.mark.parametrize(
    ("status", "what"),
    [
        (404, "answered 404 Not Found: open it in a browser and mend the address"),
        (401, "answered 401 Unauthorized: give an address that anybody may read"),
        (500, "answered 500 Internal Server Error: its server is in trouble"),
    ],
)
def test_an_answer_that_is_no_document_is_told_with_what_helps(
    site: WebSite, status: int, what: str
) -> None:
    site.answers["/feed"] = Answer(status=status)
    with pytest.raises(SourceError, match=what):
        get(f"{site.url}/feed")


def test_a_server_that_is_not_there_is_told_so() -> None:
    with web_site() as site:
        url = site.url
    with pytest.raises(SourceError, match="nothing answers there"):
        get(f"{url}/feed")
