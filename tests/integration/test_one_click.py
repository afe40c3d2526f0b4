"""RFC 8058 to the letter: what only looks changes nothing, and each POST leaves."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update
from starlette.testclient import TestClient

from digest.audience.erasing import erase
from digest.bootstrap import App
from digest.model.people.reader_marks import ReaderRef
from digest.settings import Settings
from digest.store.base.engine import reading, writing
from digest.store.base.tables import departure, reader, subscriber
from digest.web.app import make_app
from tests.builders import EIGHT, SITE
from tests.joining import JOINABLE
from tests.stored import a_reader, a_stored_campaign, reader_ref

FORM = "application/x-www-form-urlencoded"
CLICK = "List-Unsubscribe=One-Click"
BOUNDARY = "----=_x"
MULTIPART = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\n'
    f"One-Click\r\n--{BOUNDARY}--\r\n"
)
# What mail programs and services send, and what is broken on its way.
SHAPES: list[tuple[str, dict[str, str], str]] = [
    ("form", {"Content-Type": FORM}, CLICK),
    ("form with a charset", {"Content-Type": f"{FORM}; charset=UTF-8"}, CLICK),
    ("form in capitals", {"Content-Type": FORM.upper()}, CLICK),
    ("form with a line end", {"Content-Type": FORM}, f"{CLICK}\r\n"),
    ("form with more in it", {"Content-Type": FORM}, f"{CLICK}&x=1&y="),
    ("form of other words", {"Content-Type": FORM}, "a=b"),
    ("form that is empty", {"Content-Type": FORM}, ""),
    ("form that is broken", {"Content-Type": FORM}, "%%%=&&&=%zz"),
    ("parts", {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}, MULTIPART),
    (
        "parts with a quoted boundary",
        {"Content-Type": f'multipart/form-data; boundary="{BOUNDARY}"'},
        MULTIPART,
    ),
    ("parts without a boundary", {"Content-Type": "multipart/form-data"}, MULTIPART),
    (
        "parts that are cut",
        {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"},
        MULTIPART[:60],
    ),
    ("plain text", {"Content-Type": "text/plain"}, CLICK),
    ("json", {"Content-Type": "application/json"}, '{"List-Unsubscribe":"One-Click"}'),
    ("no type", {}, CLICK),
    ("nothing", {}, ""),
    (
        "from another site",
        {"Content-Type": FORM, "Origin": "https://mail.example"},
        CLICK,
    ),
    (
        "as a browser of another site",
        {"Content-Type": FORM, "Sec-Fetch-Site": "cross-site", "Origin": "null"},
        CLICK,
    ),
    ("with a cookie", {"Content-Type": FORM, "Cookie": "session=x"}, CLICK),
    ("bytes", {"Content-Type": "application/octet-stream"}, "\x00\x01"),
]


@pytest.fixture
def site(engine: Engine, tmp_path: Path) -> Iterator[tuple[TestClient, App]]:
    a_stored_campaign(engine, JOINABLE)
    for name in ("ann", "bob", "cy"):
        a_reader(engine, name)
    with writing(engine) as connection:
        connection.execute(update(subscriber).values(mark="abcde"))
    app = App(Settings(data_dir=tmp_path), engine, lambda: EIGHT, "s" * 40)
    with TestClient(make_app(app), base_url=SITE) as client:
        yield client, app


def leavers(app: App) -> list[int]:
    with reading(app.engine) as connection:
        return list(connection.scalars(select(departure.c.subscriber_id)))


def test_a_thousand_looks_by_every_method_and_token_change_nothing(
    site: tuple[TestClient, App],
) -> None:
    client, app = site
    # No database answers the thousandth otherwise than the first: one has them all.
    looks = 1000 if app.engine.dialect.name == "sqlite" else 100
    own = reader_ref(app.engine)
    tokens = (
        f"/u/{app.links.unsubscribe_token(own)}",
        f"/u/{app.links.unsubscribe_token(ReaderRef(1))}",
        f"/u/{app.links.unsubscribe_token(own)}/undo",
        f"/u/{app.links.unsubscribe_token(own)}/why",
        f"/p/{app.links.choices_token(own)}",
    )
    ways: tuple[tuple[str, dict[str, str]], ...] = (
        ("GET", {}),
        ("HEAD", {}),
        ("OPTIONS", {}),
        ("GET", {"Purpose": "prefetch", "Sec-Purpose": "prefetch;prerender"}),
        ("GET", {"X-Moz": "prefetch", "User-Agent": "scanner"}),
    )
    for _ in range(looks // len(tokens) // len(ways)):
        for token in tokens:
            for method, headers in ways:
                answer = client.request(method, token, headers=headers)
                assert answer.status_code in {200, 404, 405}
                assert "set-cookie" not in answer.headers

    assert leavers(app) == []


@pytest.mark.parametrize(
    ("headers", "body"), [shape[1:] for shape in SHAPES], ids=[s[0] for s in SHAPES]
)
def test_a_post_of_any_shape_leaves_and_says_200_again_and_again(
    site: tuple[TestClient, App], headers: dict[str, str], body: str
) -> None:
    client, app = site
    token = app.links.unsubscribe_token(reader_ref(app.engine))
    answers = [
        client.post(
            f"/u/{token}", content=body, headers=headers, follow_redirects=False
        )
        for _ in range(3)
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert all("set-cookie" not in answer.headers for answer in answers)
    assert leavers(app) == [1]


def test_the_longest_token_and_whatever_a_mail_program_puts_behind_it(
    site: tuple[TestClient, App],
) -> None:
    client, app = site
    longest = 2**63 - 1
    with writing(app.engine) as connection:
        connection.execute(update(reader).where(reader.c.id == 1).values(id=longest))
    token = app.links.unsubscribe_token(reader_ref(app.engine, longest))
    for ending in ("", ".", ")", "]", ">", ",", ";", "!", "'", '"', "%20", "%3E", "…"):
        assert client.post(f"/u/{token}{ending}").status_code == 200, ending
    assert leavers(app) == [1]


def test_no_shortened_lengthened_or_changed_token_leaves(
    site: tuple[TestClient, App],
) -> None:
    client, app = site
    token = app.links.unsubscribe_token(reader_ref(app.engine))
    broken = [token[:length] for length in range(len(token))]
    broken += [token + letter for letter in "aA0-_"]
    broken += [
        token[:place] + ("a" if letter != "a" else "b") + token[place + 1 :]
        for place, letter in enumerate(token)
    ]
    statuses = {client.post(f"/u/{each}").status_code for each in broken if each}

    assert statuses <= {404}
    assert leavers(app) == []


def test_after_an_erasure_the_link_answers_and_changes_nothing(
    site: tuple[TestClient, App],
) -> None:
    client, app = site
    token = app.links.unsubscribe_token(reader_ref(app.engine))
    erase(app.engine, app.hasher, "1", EIGHT)

    assert client.post(f"/u/{token}").status_code == 200
    assert "You will get no more of it" in client.get(f"/u/{token}").text


def test_a_reason_is_kept_and_no_other_words(site: tuple[TestClient, App]) -> None:
    client, app = site
    address = f"/u/{app.links.unsubscribe_token(reader_ref(app.engine))}"
    early = client.post(f"{address}/why", data={"why": "too often"})
    client.post(address)
    client.post(f"{address}/why", data={"why": "<script>"})
    thanks = client.post(f"{address}/why", data={"why": "too often"})

    assert "Thank you" not in early.text
    assert "Thank you" in thanks.text
    with reading(app.engine) as connection:
        assert list(connection.scalars(select(departure.c.reason))) == ["too often"]


def test_less_often_or_a_pause_in_place_of_leaving(
    site: tuple[TestClient, App],
) -> None:
    client, app = site
    own = reader_ref(app.engine)
    page = client.get(f"/u/{app.links.unsubscribe_token(own)}").text
    choices = f"/p/{app.links.choices_token(own)}"

    assert f'action="{choices}"' in page
    assert "Have it weekly instead" in page
    saved = client.post(choices, data={"schedule": "weekly"})
    assert "Saved." in saved.text
    assert leavers(app) == []
