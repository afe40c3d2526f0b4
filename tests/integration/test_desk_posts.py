"""The desk's posts: who may change them, the forms, and what each button does."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from starlette.testclient import TestClient

from digest.bootstrap import App
from digest.model.posts.blocks import Picture
from digest.model.posts.items import Event, EventState, Item, Link, LinkKind, Post
from digest.model.posts.pictures import PictureFile, PictureUse
from digest.model.roles import Role
from digest.settings import Settings
from digest.store.posts import listing, pictures
from digest.store.posts.listing import ListedItem
from digest.web.app import make_app
from tests.builders import EIGHT, SITE, a_post, an_event, words
from tests.staff import signed_in
from tests.stored import FILE, a_stored_campaign, posts_accepted

OURS = {"Origin": SITE}
LOG = "/desk/log/lantern-week"
NEW_POST, NEW_EVENT = f"{LOG}/new/post", f"{LOG}/new/event"
# What the fixture's campaign holds: one that is out, one that is to go.
OUT, TO_GO = 1, 2
SURVEY = Link(LinkKind.SURVEY, "Tell us", "https://example.org/s")


@pytest.fixture
def visitor(program: App) -> Iterator[TestClient]:
    """Yield a client that is not signed in."""
    with TestClient(make_app(program), base_url=SITE, headers=OURS) as client:
        yield client


@pytest.fixture
def desk(visitor: TestClient, program: App) -> TestClient:
    """Return a client that Ann is signed in on, who may edit."""
    signed_in(visitor, program, Role.EDITOR, "Ann")
    return visitor


def item(program: App, item_id: int) -> ListedItem:
    with program.reading() as connection:
        return listing.get(connection, 1, item_id)


def form_of(desk: TestClient, address: str, **changes: str) -> dict[str, str]:
    """Return the fields of the form at an address as a browser would send them."""
    page = desk.get(address).text
    inputs = r'<input [^>]*?name="([\w-]+)"[^>]*? value="([^"]*)"([^>]*)'
    fields = {
        name: value
        for name, value, rest in re.findall(inputs, page)
        if name != "picture_decorative" or "checked" in rest
    }
    if text := re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.S):
        fields["text"] = text[1]
    fields.pop("status", None)
    if 'value="cancelled" checked' in page:
        fields["status"] = "cancelled"
    return {name: unescape(value) for name, value in fields.items()} | changes


def sent(desk: TestClient, address: str, **changes: str) -> str:
    """Send the form at an address with changes, and return the page that follows."""
    answer = desk.post(address, data=form_of(desk, address, **changes))
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Origin": "https://example.org"}, id="another site"),
        pytest.param({"Origin": "null"}, id="a page that hides where it is from"),
        pytest.param({}, id="no browser"),
        pytest.param(
            {**OURS, "Sec-Fetch-Site": "cross-site"}, id="as the browser says"
        ),
        pytest.param({**OURS, "Sec-Fetch-Site": "same-site"}, id="a site beside ours"),
    ],
)
def test_what_another_page_sends_is_refused(
    desk: TestClient, program: App, headers: dict[str, str]
) -> None:
    desk.headers.pop("Origin")
    answer = desk.post(f"/desk/posts/{TO_GO}/withdraw", headers=headers)

    assert answer.status_code == 403
    assert item(program, TO_GO).state == "released"


@pytest.fixture
def from_afar(program: App) -> Iterator[TestClient]:
    """Yield a client elsewhere of a live program that is reached by https."""
    live = {
        "live": True,
        "smtp_url": "smtp://mail.example.org",
        "secret_key": "k" * 32,
        "base_url": "https://digest.example.org",
    }
    settings = Settings.model_validate(program.settings.model_dump() | live)
    with TestClient(
        make_app(replace(program, settings=settings)),
        base_url="https://digest.example.org",
        headers={"Origin": "https://digest.example.org"},
        client=("203.0.113.9", 1),
        follow_redirects=False,
    ) as client:
        yield client


def test_in_live_mode_the_desk_opens_from_elsewhere_to_who_signs_in(
    from_afar: TestClient, program: App
) -> None:
    before = {
        path: from_afar.get(path) for path in ("/desk", LOG, "/desk/editions/1/html")
    }
    signed_in(from_afar, program, Role.EDITOR, "Ann", second_step=True)
    after = from_afar.get(LOG)

    for path, answer in before.items():
        assert answer.headers["location"] == f"/sign-in?then={path}"
        assert "Kettles" not in answer.text
    assert after.status_code == 200
    assert after.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert from_afar.get("/inbox").status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        NEW_POST,
        f"/desk/posts/{TO_GO}/withdraw",
        f"/desk/posts/{TO_GO}/links",
        f"/desk/posts/{TO_GO}/pictures/1",
    ],
)
def test_who_is_not_signed_in_changes_nothing(
    visitor: TestClient, from_afar: TestClient, program: App, path: str
) -> None:
    before = item(program, TO_GO)
    for client in (visitor, from_afar):
        answer = client.post(path, data={"title": "T"}, follow_redirects=False)
        assert answer.status_code == 401

    with program.reading() as connection:
        assert len(listing.listed(connection, 1)) == 2
    assert item(program, TO_GO) == before
    assert "<button" not in visitor.get(f"/desk/posts/{TO_GO}").text


def test_a_post_is_added_once(desk: TestClient, program: App) -> None:
    typed = {
        "title": "Kettle",
        "text": "Come in.\r\n\r\nDo our [survey](https://example.org/s).",
        "author": "Ann Example",
        "role": "Chair",
        "published_day": "2026-07-05",
        "published_time": "14:00",
        "topics": "tea, stories",
    }
    pages = [desk.post(NEW_POST, data=typed) for _ in range(2)]

    assert "Added." in pages[0].text
    assert "The next edition carries it." in pages[0].text
    assert "This was there already, word for word" in pages[1].text
    added = item(program, 3)
    assert isinstance(added.item, Post)
    assert (added.source, added.state, added.title) == ("by hand", "released", "Kettle")
    assert str(added.item.byline) == "Ann Example, Chair"
    assert added.item.published == EIGHT.replace(day=5, hour=13)
    assert [link.kind for link in added.item.links] == [LinkKind.SURVEY]


def test_an_event_of_whole_days_is_added(desk: TestClient, program: App) -> None:
    typed = {
        "title": "Walk",
        "starts_day": "2026-07-07",
        "ends_day": "2026-07-08",
        "place": "The Hall",
    }
    desk.post(NEW_EVENT, data=typed)

    event = item(program, 3).item
    assert isinstance(event, Event)
    assert event.all_day
    assert event.ends == EIGHT.replace(day=8, hour=23)
    fields = form_of(desk, "/desk/posts/3/edit")
    assert (fields["ends_day"], fields["ends_time"]) == ("2026-07-08", "")


@pytest.mark.parametrize(
    "typed",
    [
        {"starts_day": "2026-07-05"},
        {"starts_day": "2026-07-08", "status": "cancelled"},
    ],
    ids=["over", "called off"],
)
def test_an_event_that_is_no_news_is_said_to_be_none(
    desk: TestClient, typed: dict[str, str]
) -> None:
    page = desk.post(NEW_EVENT, data={"title": "Walk"} | typed).text

    assert "No edition carries it" in page
    assert "The next edition carries it" not in page


@pytest.mark.parametrize(
    ("address", "typed", "field"),
    [
        (NEW_POST, {"title": " "}, "title"),
        (NEW_POST, {"title": "T", "url": "example.org"}, "url"),
        (
            NEW_POST,
            {"title": "T", "picture": "https://example.org/k.png"},
            "picture_alt",
        ),
        (NEW_POST, {"title": "T", "published_day": "soon"}, "published_day"),
        (NEW_EVENT, {"title": "T"}, "starts_day"),
        (NEW_EVENT, {"title": "T", "starts_time": "14:00"}, "starts_day"),
        (
            NEW_EVENT,
            {"title": "T", "starts_day": "2026-07-07", "ends_day": "2026-07-01"},
            "ends_day",
        ),
    ],
)
def test_what_is_wrong_is_told_beside_its_field_and_what_was_typed_kept(
    desk: TestClient, address: str, typed: dict[str, str], field: str
) -> None:
    answer = desk.post(address, data=typed | {"text": "A </textarea><b>kettle"})

    assert answer.status_code == 422
    assert "<title>Error: " in answer.text
    assert f'<a href="#{field}">' in answer.text
    assert f'id="{field}"' in answer.text
    assert "A &lt;/textarea&gt;&lt;b&gt;kettle" in answer.text


def test_what_was_typed_is_kept_when_somebody_was_signed_out(
    visitor: TestClient,
) -> None:
    answer = visitor.post(NEW_POST, data={"title": "T", "text": "An hour of typing"})

    assert answer.status_code == 401
    assert "An hour of typing" in answer.text
    assert "You are signed out" in answer.text


def test_an_edit_changes_what_was_changed_and_nothing_else(
    desk: TestClient, program: App
) -> None:
    before = a_post(
        "three",
        body=words("Come in. Nobody is asked for a reason."),
        links=(SURVEY, replace(SURVEY, kind=LinkKind.BSL, url="https://example.org/b")),
        published=EIGHT.replace(second=37),
    )
    posts_accepted(program.engine, [before])
    page = sent(desk, "/desk/posts/3/edit", title="Kettles", topics="tea")

    assert "Changed." in page
    after = item(program, 3)
    assert after.item == replace(before, title="Kettles", topics=("tea",))
    assert after.is_edited
    assert "Nothing had to be changed" in sent(desk, "/desk/posts/3/edit")


def test_a_summary_follows_the_words_that_it_came_from(
    desk: TestClient, program: App
) -> None:
    desk.post(NEW_POST, data={"title": "Kettle", "text": "Come in."})
    sent(desk, "/desk/posts/3/edit", text="Come in, all of you.")

    assert item(program, 3).item.summary == "Come in, all of you."


def test_two_people_who_edit_one_post_are_told(desk: TestClient, program: App) -> None:
    address = f"/desk/posts/{TO_GO}/edit"
    first = form_of(desk, address, title="First")
    second = form_of(desk, address, title="Second")
    desk.post(address, data=first)
    answer = desk.post(address, data=second)

    assert answer.status_code == 409
    assert "Ann changed this while you were writing" in answer.text
    assert 'value="Second"' in answer.text
    assert item(program, TO_GO).title == "First"


def test_what_only_one_of_two_people_wrote_of_a_post_is_kept(desk: TestClient) -> None:
    address = f"/desk/posts/{TO_GO}/edit"
    second = form_of(desk, address, summary="All of brass.")
    desk.post(address, data=form_of(desk, address, title="First", topics="tea"))
    answer = desk.post(address, data=second)

    assert "Ann edited title, topics on Monday 6 July 2026, " in answer.text
    assert "Choose which to keep" not in answer.text
    assert 'name="title" type="text" value="First"' in answer.text
    assert 'name="topics" type="text" value="tea"' in answer.text
    assert 'name="summary" type="text" value="All of brass."' in answer.text


def test_an_event_is_called_off_and_on_again(desk: TestClient, program: App) -> None:
    posts_accepted(program.engine, [an_event()])
    sent(desk, "/desk/posts/3/edit", status="cancelled")
    event = item(program, 3).item
    assert isinstance(event, Event)
    assert event.state is EventState.CANCELLED

    sent(desk, "/desk/posts/3/edit", status="")
    assert item(program, 3).item == an_event()


@pytest.mark.parametrize(
    ("post_id", "steps"),
    [
        pytest.param(
            TO_GO,
            [("hold", "held"), ("release", "released"), ("withdraw", "withdrawn")],
            id="held, released and withdrawn",
        ),
        pytest.param(
            TO_GO,
            [("withdraw", "withdrawn"), ("restore", "released")],
            id="a withdrawal undone",
        ),
        pytest.param(OUT, [("withdraw", "withdrawn")], id="taken out of copies"),
    ],
)
def test_each_button_does_what_it_says(
    desk: TestClient, program: App, post_id: int, steps: list[tuple[str, str]]
) -> None:
    for act, state in steps:
        page = desk.get(f"/desk/posts/{post_id}").text
        asks_first = act == "withdraw"
        leads = "href" if asks_first else "action"
        assert f'{leads}="/desk/posts/{post_id}/{act}"' in page
        answer = desk.post(f"/desk/posts/{post_id}/{act}")

        assert answer.status_code == 200
        assert 'role="status"' in answer.text
        assert item(program, post_id).state == state


def test_withdrawing_is_asked_about_once_and_nothing_is_done_by_looking(
    desk: TestClient, program: App
) -> None:
    page = desk.get(f"/desk/posts/{TO_GO}/withdraw").text

    assert "Withdraw this from every copy that has not left yet?" in page
    assert "You can undo this" in page
    assert item(program, TO_GO).state == "released"


def test_an_undo_is_offered_only_while_there_is_one(desk: TestClient) -> None:
    assert "cannot be undone" in desk.get(f"/desk/posts/{OUT}/withdraw").text
    page = desk.post(f"/desk/posts/{OUT}/withdraw").text

    assert "This cannot be undone" in page
    assert "Undo the withdrawal" not in page
    assert desk.get(f"/desk/posts/{OUT}/withdraw").status_code == 404


def test_a_post_of_a_moderated_source_is_approved(program: App) -> None:
    text = FILE.replace('url = "https', 'moderated = true\nurl = "https')
    a_stored_campaign(program.engine, text)
    posts_accepted(program.engine, [a_post("wait", title="Wait for me")])
    with TestClient(make_app(program), base_url=SITE, headers=OURS) as desk:
        signed_in(desk, program)
        page = desk.get(f"{LOG}?state=waiting").text
        assert "Wait for me" in page
        assert "Kettles" not in page
        desk.post("/desk/posts/3/release")

    assert item(program, 3).state == "released"


def test_a_button_that_comes_too_late_says_so(desk: TestClient, program: App) -> None:
    answer = desk.post(f"/desk/posts/{OUT}/hold")
    edited = desk.post(
        f"/desk/posts/{OUT}/edit",
        data=form_of(desk, f"/desk/posts/{OUT}/edit", title="Late", text="Kept"),
    )

    assert "Nothing had to be changed" in answer.text
    assert edited.status_code == 409
    assert "its words are fixed" in edited.text
    assert "Kept" in edited.text
    assert item(program, OUT).title == "<b>Kettles</b> & urns"


@pytest.mark.parametrize(
    "path",
    [
        *("/desk/posts/99", "/desk/posts/99/edit", "/desk/posts/x", "/desk/log/none"),
        *(f"/desk/posts/{10**30}", f"/desk/posts/{10**30}/edit", "/desk/posts/-1"),
        *(f"{LOG}?before={10**30}", f"/desk/editions/{10**30}/html"),
        *(f"/desk/runs/{10**30}", f"/desk/runs?page={10**30}"),
        *(f"/desk/posts/2/pictures/{10**30}", "/desk/posts/2/pictures/0"),
    ],
)
def test_what_is_not_there_is_said_in_words(desk: TestClient, path: str) -> None:
    assert desk.get(path).status_code == 404


def test_a_link_gets_another_kind_or_is_taken_out(
    desk: TestClient, program: App
) -> None:
    three = tuple(
        replace(SURVEY, url=f"https://example.org/{n}", label=f"Link {n}")
        for n in range(1, 4)
    )
    posts_accepted(program.engine, [a_post("links", links=three)])
    form = form_of(desk, "/desk/posts/3") | {"link-1": "none", "link-2": "webinar"}
    strange = form | {"link-99": "none", "link-\u00b2": "none", "link-1": "spaceship"}
    refused = desk.post("/desk/posts/3/links", data=strange)
    page = desk.post("/desk/posts/3/links", data=form | {"link-3": "none"}).text
    late = desk.post("/desk/posts/3/links", data=form)

    assert (refused.status_code, late.status_code) == (409, 409)
    assert "this post has no link 99" in refused.text
    assert "has changed this post since you opened it" in late.text
    assert "The links are changed" in page
    post = item(program, 3).item
    assert isinstance(post, Post)
    assert post.links == (replace(three[1], kind=LinkKind.WEBINAR),)


def test_its_form_shows_what_is_edited_its_picture_and_the_way_back(
    desk: TestClient, program: App
) -> None:
    with program.writing() as connection:
        files = {PictureUse.EMAIL: PictureFile("image/png", 1, 1, b"\x89PNG")}
        address = "https://example.org/u.png"
        pictures.put(connection, "a" * 32, files, EIGHT)
        reading = pictures.PictureReading("a" * 32, "a")
        pictures.note_found(connection, address, reading, EIGHT)
    urn = Picture(address, decorative=True)
    posts_accepted(program.engine, [a_post("urn", title="Tea & urns", picture=urn)])
    form = form_of(desk, "/desk/posts/3/edit")
    page = unescape(desk.get("/desk/posts/3/edit").text)
    assert "Edit \u201cTea & urns\u201d" in page
    assert "From blog, by Ann Example. What you write" in page
    assert 'src="/desk/posts/3/pictures/1"' in page
    assert form["picture_decorative"] == "yes"
    assert "Put the source\u2019s words back" not in page

    desk.post("/desk/posts/3/edit", data=form | {"title": "Another"})
    assert 'action="/desk/posts/3/revert"' in desk.get("/desk/posts/3/edit").text
    desk.post("/desk/posts/3/revert")
    assert "Tea & urns" in unescape(desk.get("/desk/posts/3").text)


def test_a_post_says_why_its_picture_is_not_there(
    desk: TestClient, program: App
) -> None:
    address = "https://example.org/u.png"
    picture = {"title": "Urn", "picture": address, "picture_alt": "An urn"}
    desk.post(NEW_POST, data=picture)
    before = desk.get("/desk/posts/3").text
    with program.writing() as connection:
        pictures.note_failed(connection, address, "is broken: save it again", EIGHT)

    assert f"We have no copy of it yet: {address}" in before
    assert f"The picture {address} is broken: save it again." in unescape(
        desk.get("/desk/posts/3").text
    )


def test_somebody_says_what_a_picture_shows(desk: TestClient, program: App) -> None:
    picture = {"title": "Urn", "picture": "https://example.org/u.png"}
    both = picture | {"picture_alt": "An urn", "picture_decorative": "yes"}
    refused = desk.post(NEW_POST, data=both)
    assert (refused.status_code, "it cannot be both" in refused.text) == (422, True)
    desk.post(NEW_POST, data=picture | {"picture_decorative": "yes"})
    nothing = desk.post("/desk/posts/3/pictures/1", data={"alt": " "})
    page = desk.post("/desk/posts/3/pictures/1", data={"alt": "An urn"}).text

    assert nothing.status_code == 409
    assert "says nothing of what the picture shows" in nothing.text
    assert "It shows: An urn" in page
    post = item(program, 3).item
    assert isinstance(post, Post)
    assert post.picture is not None
    assert (post.picture.alt, post.picture.decorative) == ("An urn", False)
    assert desk.get("/desk/posts/3/pictures/1").status_code == 404


@pytest.fixture
def changed(program: App) -> Item:
    """Return what a source now says of the post that is out."""
    post = a_post(title="Kettles and urns", body=words("It is on Tuesday."))
    posts_accepted(program.engine, [post])
    return post


@pytest.mark.usefixtures("changed")
def test_a_correction_is_sent(desk: TestClient, program: App) -> None:
    listed = desk.get(f"{LOG}?state=changed").text
    page = desk.get(f"/desk/posts/{OUT}").text
    after = desk.post(f"/desk/posts/{OUT}/correct").text

    assert "Changed at its source" in listed
    assert "Is: Correction: Kettles and urns" in page
    assert "This correction is released" in after
    assert item(program, 3).title == "Correction: Kettles and urns"
    assert item(program, OUT).change == ""


@pytest.mark.usefixtures("changed")
def test_a_correction_is_not_sent_and_that_can_be_undone(
    desk: TestClient, program: App
) -> None:
    page = desk.post(f"/desk/posts/{OUT}/decline").text
    assert "Readers are left with what they have" in page
    assert item(program, OUT).change == "declined"

    desk.post(f"/desk/posts/{OUT}/offer-again")
    assert item(program, OUT).change == "offered"


def test_staff_write_a_correction_themselves(desk: TestClient, program: App) -> None:
    address = f"/desk/posts/{OUT}/correction"
    nothing = desk.post(address, data=form_of(desk, address))
    sent(desk, address, text="It is on Tuesday.")

    assert nothing.status_code == 422
    correction = item(program, 3)
    assert correction.title == "Correction: <b>Kettles</b> & urns"
    assert (correction.correction, correction.item.body) == (
        1,
        words("It is on Tuesday."),
    )


def test_a_long_log_is_read_in_parts(desk: TestClient, program: App) -> None:
    many: list[Any] = [a_post(f"p{n}", title=f"Post no. {n}.") for n in range(40)]
    posts_accepted(program.engine, many)
    first = desk.get(LOG).text
    following = re.findall(r'href="([^"]+)" rel="next"', first)[0].replace("&amp;", "&")
    second = desk.get(following).text

    ids = re.findall(r"/desk/posts/(\d+)\"", first + second)
    assert len(ids) == len(set(ids)) == 42
    assert 'rel="next"' not in second
