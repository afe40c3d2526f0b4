"""The page of an edition: arranged, its words, who lets it go, the way back."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from starlette.testclient import TestClient

from digest.bootstrap import App, opened
from digest.model.editions.mode import Mode
from digest.model.formats import previews
from digest.model.roles import Role
from digest.schedule import limits
from digest.schedule.editions import publishing
from digest.schedule.editions.steering.contents import contents
from digest.schedule.editions.steering.steer import Steer
from digest.settings import Settings
from digest.store.base.modes import in_mode
from digest.store.base.tables import item
from digest.store.editions import editions
from digest.store.editions.editions import Edition
from digest.store.staff.audit import latest
from digest.web.app import make_app
from tests.builders import EIGHT, SITE, a_post, an_event
from tests.integration.test_desk_posts import form_of
from tests.staff import signed_in
from tests.stored import READY, a_reader, a_stored_campaign, posts_accepted

OPEN = "/desk/campaigns/lantern-week/daily"
LINES = ["1 Example Street", "Exampleton", "ZZ99 1AA"]
NOW = EIGHT + timedelta(hours=1)
SLOT = EIGHT + timedelta(hours=7)  # 16:00 in London


@dataclass(frozen=True, slots=True)
class Desk:
    """A client of the pages of a program, and who is signed in."""

    client: TestClient
    program: App

    def as_(self, name: str, role: Role = Role.EDITOR) -> "Desk":
        """Sign somebody in."""
        signed_in(self.client, self.program, role, name)
        return self

    def page(self, path: str = OPEN) -> str:
        """Return a page."""
        return self.client.get(path).text

    def press(self, act: str, at: str = OPEN, **fields: object) -> str:
        """Send a form as the page has it now, and return the page that follows."""
        return self.client.post(f"{at}/{act}", data=self.form(at, **fields)).text

    def form(self, at: str = OPEN, **fields: object) -> dict[str, str]:
        """Return a form's fields: the version and slot as the page says, and these."""
        page = self.page(at)
        values_by_name = {
            name: re.findall(f'name="{name}" value="([^"]*)"', page)[:1]
            for name in ("version", "slot")
        }
        hidden = {name: values[0] for name, values in values_by_name.items() if values}
        return hidden | {name: str(value) for name, value in fields.items()}

    def titles(self, at: str = OPEN) -> list[str]:
        """Return the posts in the order in which the page shows them."""
        heading = r'app-flush">\d+\. (?:<a [^>]*>)?([^<]*)<'
        return re.findall(heading, self.page(at))

    def number(self, key: str) -> int:
        """Return the id of the post of that key."""
        with self.program.reading() as connection:
            query = select(item.c.id).where(item.c.key == key)
            return int(connection.scalars(query).one())

    def edition(self, number: int = 1) -> Edition:
        """Return an edition as it stands."""
        with self.program.reading() as connection:
            return editions.get(connection, number)


def a_desk(engine: Engine, folder: Path, more: str = "") -> Iterator[Desk]:
    a_stored_campaign(engine, READY.replace("lists =", f"{more}\nlists ="))
    for name in ("ann", "bob"):
        a_reader(engine, name)
    posts = [
        a_post(name, title=name.title(), published=EIGHT + timedelta(minutes=minute))
        for minute, name in enumerate(("one", "two", "three"))
    ]
    posts_accepted(engine, [*posts, an_event(title="Walk")])
    url = engine.url.render_as_string(hide_password=False)
    settings = Settings.model_validate({"data_dir": folder, "database_url": url})
    with opened(settings, NOW) as program:
        live = replace(program, engine=in_mode(program.engine, Mode.LIVE))
        with TestClient(
            make_app(live), base_url=SITE, headers={"Origin": SITE}
        ) as client:
            yield Desk(client, live).as_("Priya")


@pytest.fixture
def desk(sqlite_engine: Engine, tmp_path: Path) -> Iterator[Desk]:
    """Yield a desk with an open edition of three posts and an event."""
    yield from a_desk(sqlite_engine, tmp_path)


@pytest.fixture
def desk_of_one(sqlite_engine: Engine, tmp_path: Path) -> Iterator[Desk]:
    """Yield a desk where each edition waits for one other person."""
    yield from a_desk(sqlite_engine, tmp_path, 'approval = "one"')


def frozen(desk: Desk) -> str:
    """Have the open edition freeze at its slot, and return where its page is."""
    number = publishing.open_now(desk.program.engine, "lantern-week", "daily", NOW)
    publishing.carry_forward(desk.program.engine, number, NOW)
    return f"/desk/editions/{number}"


def test_the_open_edition_is_told_with_what_is_in_it_and_how_long_it_stays(
    desk: Desk,
) -> None:
    page = desk.page()

    assert desk.titles() == ["One", "Two", "Three"]
    assert "Walk" in page
    assert "Freezes in 6 hours" in page
    assert "Monday 6 July 2026" in page
    assert 'src="/desk/campaigns/lantern-week/daily/html"' in page
    assert f'href="{OPEN}"' in desk.page("/desk")
    assert f'href="{OPEN}"' in desk.page("/desk/editions")


def test_posts_are_moved_pinned_and_left_and_each_act_is_undone(desk: Desk) -> None:
    first, third = desk.number("one"), desk.number("three")
    moved = desk.press("move", post=first, place=2)
    assert "Moved “One” to place 2." in moved
    assert desk.titles() == ["Two", "One", "Three"]
    pinned = desk.press("pin", post=third)
    assert "“Three” comes first now." in pinned
    assert desk.titles() == ["Three", "Two", "One"]
    dropped = desk.press("drop", post=first)
    assert "1 left for the next edition" in dropped
    assert desk.titles() == ["Three", "Two"]

    undone = desk.press("undo")
    assert "The latest change is undone." in undone
    assert desk.titles() == ["Three", "Two", "One"]
    desk.press("drop", post=first)
    assert "“One” is in it again." in desk.press("put-back", post=first)
    desk.press("unpin", post=third)
    assert desk.titles() == ["Two", "One", "Three"]
    with desk.program.reading() as connection:
        acts = latest(connection, 20)
    assert [each.actor for each in acts if each.act == "steered"] == ["Priya"] * 7


def test_a_place_is_counted_among_the_posts_that_are_shown(desk: Desk) -> None:
    desk.press("drop", post=desk.number("one"))
    desk.press("move", post=desk.number("two"), place=2)

    assert desk.titles() == ["Three", "Two"]


def test_a_post_is_withdrawn_and_brought_back(desk: Desk) -> None:
    first = desk.number("one")
    page = desk.press("withdraw", post=first)
    assert "“One” is withdrawn" in page
    assert desk.titles() == ["Two", "Three"]
    assert "“One” is what it was before." in desk.press("restore", post=first)
    assert desk.titles() == ["One", "Two", "Three"]


def test_the_words_around_it_are_saved_together(desk: Desk) -> None:
    words = {"subject": "Nine winters", "preheader": "And the walk", "note": "Ring."}
    page = desk.press("words", **words)
    inside = contents(desk.program.engine, "lantern-week", "daily", NOW)

    assert "The words are saved." in page
    assert (inside.subject, inside.preheader) == ("Nine winters", "And the walk")
    assert inside.steered.version == 1
    assert "Ring." in desk.page(f"{OPEN}?show=text")


def test_a_template_that_cannot_draw_the_note_leaves_the_page_as_it_is(
    desk: Desk, tmp_path: Path
) -> None:
    desk.press("words", subject="", preheader="", note="Ring **before noon**")
    own = tmp_path / "own" / "web" / "public" / "article" / "blocks.html"
    own.parent.mkdir(parents=True)
    own.write_text("{% macro paragraph(")
    update = {"templates_dir": tmp_path / "own"}
    settings = desk.program.settings.model_copy(update=update)
    broken = replace(desk.program, settings=settings)
    with TestClient(make_app(broken), base_url=SITE) as client:
        signed_in(client, broken, Role.VIEWER, "Vi")
        answer = client.get(OPEN)

    assert answer.status_code == 200
    assert "Ring **before noon**" in answer.text


def test_who_only_reads_the_note_sees_it_as_its_readers_do(desk: Desk) -> None:
    note = "Ring **before noon**: [how](https://example.org/a?b=1&c=2)\n\n- 1 < 2 & 3"
    desk.press("words", subject="", preheader="", note=note)

    assert "Ring **before noon**" in desk.page(), "an editor goes on writing it"
    page = desk.as_("Vi", Role.VIEWER).page()
    assert "**" not in page.partition("as a reader does")[0]
    assert "Ring <strong>before noon</strong>: " in page
    assert (
        '<a class="govuk-link" href="https://example.org/a?b=1&amp;c=2">how</a>' in page
    )
    assert "1 &lt; 2 &amp; 3</p>" in page


def test_every_fault_of_the_words_is_told_and_what_was_typed_is_kept(
    desk: Desk,
) -> None:
    form = desk.form(subject="w" * 900, preheader="Fine", note="![x](https://x.org)")
    answer = desk.client.post(f"{OPEN}/words", data=form)

    assert answer.status_code == 422
    assert "The subject takes 900 columns" in answer.text
    assert "A note has no pictures" in answer.text
    assert 'value="Fine"' in answer.text
    assert 'href="#note"' in answer.text
    inside = contents(desk.program.engine, "lantern-week", "daily", NOW)
    assert inside.steered.version == 0


def test_two_sets_of_words_stand_side_by_side_and_one_is_chosen(desk: Desk) -> None:
    mine = desk.form(subject="Mine", preheader="", note="My note")
    desk.as_("Sam").press("words", subject="Sam's", preheader="", note="")
    desk.as_("Priya")
    answer = desk.client.post(f"{OPEN}/words", data=mine)

    assert answer.status_code == 409
    assert "Sam changed this while you were writing" in answer.text
    assert "Nothing was saved over" in answer.text
    assert "\nMine</textarea>" in answer.text
    assert "Sam&#39;s" in answer.text
    assert 'name="preheader-keep"' not in answer.text
    inside = contents(desk.program.engine, "lantern-week", "daily", NOW)
    assert inside.steered.steering.subject == "Sam's"

    chosen = {
        "subject-keep": "theirs",
        "subject-theirs": "Sam's",
        "subject": "Mine",
        "note-keep": "mine",
        "note": "My note, mended",
        "note-theirs": "",
        "preheader": "",
    }
    desk.press("words", **chosen)
    inside = contents(desk.program.engine, "lantern-week", "daily", NOW)
    assert inside.subject == "Sam's"
    assert "My note, mended" in desk.page(f"{OPEN}?show=text")


def test_order_merges_by_itself_and_says_what_another_did(desk: Desk) -> None:
    form = desk.form(post=desk.number("one"), place=3)
    desk.as_("Sam").press("pin", post=desk.number("two"))
    page = desk.as_("Priya").client.post(f"{OPEN}/move", data=form).text

    assert "Meanwhile Sam pinned “Two”" in page
    assert desk.titles() == ["Two", "Three", "One"]


def test_what_another_did_since_is_not_undone_for_them(desk: Desk) -> None:
    desk.press("pin", post=desk.number("one"))
    form = desk.form()
    desk.as_("Sam").press("pin", post=desk.number("two"))
    answer = desk.as_("Priya").client.post(f"{OPEN}/undo", data=form)

    assert answer.status_code == 409
    assert "Sam pinned post" in answer.text
    assert desk.titles() == ["One", "Two", "Three"]


def test_what_was_typed_for_an_edition_that_froze_does_not_go_into_the_next(
    desk: Desk,
) -> None:
    form = desk.form(subject="For today", preheader="", note="") | {
        "slot": (SLOT - timedelta(days=1)).isoformat()
    }
    answer = desk.client.post(f"{OPEN}/words", data=form)

    assert answer.status_code == 409
    assert "What you saw has been frozen" in answer.text
    assert 'value="For today"' in answer.text
    inside = contents(desk.program.engine, "lantern-week", "daily", NOW)
    assert inside.steered.version == 0


def test_events_are_ticked_for_the_list_of_what_is_on(desk: Desk) -> None:
    publishing.publish(desk.program.engine, "lantern-week", "daily", EIGHT)
    posts_accepted(desk.program.engine, [a_post("four", title="Four")], NOW)
    walk = desk.number("event-1")
    assert re.search(f'id="listed-{walk}"[^>]* checked', desk.page())
    page = desk.press("events", shown=walk)

    assert "The list of what is on is as you ticked it." in page
    assert not re.search(f'id="listed-{walk}"[^>]* checked', page)
    desk.press("events", shown=walk, **{f"listed-{walk}": "yes"})
    assert re.search(f'id="listed-{walk}"[^>]* checked', desk.page())


def test_two_people_tick_events_and_neither_unticks_for_the_other(desk: Desk) -> None:
    posts_accepted(desk.program.engine, [an_event("event-2", title="Tea")], NOW)
    publishing.publish(desk.program.engine, "lantern-week", "daily", EIGHT)
    posts_accepted(desk.program.engine, [a_post("four", title="Four")], NOW)
    walk, tea = desk.number("event-1"), desk.number("event-2")
    offered = {"shown": f"{walk} {tea}", "were-listed": f"{walk} {tea}"}
    form = desk.form(**offered, **{f"listed-{tea}": "yes"})
    desk.as_("Sam").press("events", **offered, **{f"listed-{walk}": "yes"})
    page = desk.as_("Priya").client.post(f"{OPEN}/events", data=form).text

    assert "Meanwhile Sam" in page
    for number in (walk, tea):
        assert not re.search(f'id="listed-{number}"[^>]* checked', page)


def test_words_that_nobody_else_wrote_are_saved_whatever_they_did(desk: Desk) -> None:
    read = {"read-subject": "", "read-preheader": "", "read-note": ""}
    form = desk.form(subject="Mine", preheader="", note="", **read)
    desk.as_("Sam").press("pin", post=desk.number("two"))
    page = desk.as_("Priya").client.post(f"{OPEN}/words", data=form).text

    assert "Meanwhile Sam pinned “Two”" in page
    assert contents(desk.program.engine, "lantern-week", "daily", NOW).subject == "Mine"


def test_checks_and_whom_it_reaches_are_told_when_asked_for(desk: Desk) -> None:
    assert "Check it now" in desk.page()
    page = desk.page(f"{OPEN}?check=yes")
    assert "Nobody gets anything again that they have had." in page
    assert "Readers of this edition: 2 by email" in page
    desk.press("pin", post=desk.number("two"))

    assert "It has been changed since it was checked." in desk.page()
    assert "It has been changed" not in desk.page(f"{OPEN}?check=yes")


@pytest.mark.parametrize("act", ["words", "move", "undo", "withdraw"])
def test_who_may_only_look_changes_nothing_and_sees_no_buttons(
    desk: Desk, act: str
) -> None:
    page = desk.as_("Vic", Role.VIEWER).page()
    answer = desk.client.post(f"{OPEN}/{act}", data={"post": "1", "place": "1"})

    assert answer.status_code == 403
    assert "Save the words" not in page
    assert "Leave for next time" not in page
    assert "Addressed to" not in page


def test_an_edition_is_shown_as_one_reader_gets_it_to_who_may_see_readers(
    desk: Desk,
) -> None:
    assert "Dear Ann," in desk.page(f"{OPEN}?show=text&as=1")
    assert "Dear Ann," in desk.page(f"{OPEN}/text?as=1")
    assert "Nobody called “Nemo” is held" in desk.page(f"{OPEN}?as=Nemo")
    desk.as_("Vic", Role.VIEWER)
    assert desk.client.get(f"{OPEN}/text?as=1").status_code == 403
    assert "You may see no readers" in desk.page(f"{OPEN}?as=1")


def test_a_reader_is_found_as_on_people_and_seen_with_what_they_get(
    desk: Desk,
) -> None:
    a_reader(desk.program.engine, "joan abara", address=LINES, format="large-print")
    a_reader(desk.program.engine, "joan birch", on="weekly")
    several = desk.page(f"{OPEN}?as=joan")
    large = desk.page(f"{OPEN}?as=abara")
    as_text = desk.page(f"{OPEN}?show=text&as=3")

    assert "Several people are meant: choose one, or write more of it." in several
    assert f'href="{OPEN}?as=3#see">Joan Abara</a>' in several
    assert f'src="{OPEN}/large-print/pages/1?mark=' in large
    assert "large print letter, in English (United Kingdom)" in large
    assert "They do not get it like this" not in large
    assert "They do not get it like this: they get large print letter" in as_text
    assert "Joan Birch gets no copy of it: they read weekly." in desk.page(
        f"{OPEN}?as=birch"
    )
    assert desk.client.get(f"{OPEN}/text?as=4").status_code == 404


def edited(desk: Desk, post: int, title: str, to: str = "edit") -> str:
    """Edit a post as its form has it, and return the page that follows."""
    address = f"/desk/posts/{post}/{to}?edition=daily"
    form = form_of(desk.client, address, title=title)
    return desk.client.post(address, data=form).text


def test_a_post_is_edited_from_the_edition_and_back_with_an_undo(desk: Desk) -> None:
    first = desk.number("one")
    form = desk.page(f"/desk/posts/{first}/edit?edition=daily")
    page = edited(desk, first, "Once")
    [version] = re.findall(r'undo-edit"><input [^>]*value="(\w{64})"', page)

    assert f'href="/desk/posts/{first}/edit?edition=daily"' in desk.page()
    assert f'href="{OPEN}#item-{first}">Back to the edition' in form
    assert "“Once” is changed, in every format." in page
    assert desk.titles() == ["Once", "Two", "Three"]
    assert "Was: One" in desk.page(f"/desk/posts/{first}")
    undone = desk.press("undo-edit", post=first, version=version)
    assert "“One” says what it said before." in undone
    assert desk.titles() == ["One", "Two", "Three"]
    edited(desk, first, "Only")
    late = desk.press("undo-edit", post=first, version=version)
    assert "It has been changed again since" in late
    assert desk.titles()[0] == "Only"


def test_the_sources_words_are_put_back_from_the_edition_and_stay_there(
    desk: Desk,
) -> None:
    first = desk.number("one")
    edited(desk, first, "Once")
    form = desk.page(f"/desk/posts/{first}/edit?edition=daily")
    [version] = re.findall(rf'{OPEN}/revert">.*?value="(\w{{64}})"', form)

    page = desk.press("revert", post=first, version=version)

    assert "“One” says what its source says." in page
    assert desk.titles() == ["One", "Two", "Three"]
    [after] = re.findall(r'undo-edit"><input [^>]*value="(\w{64})"', page)
    desk.press("undo-edit", post=first, version=after)
    assert desk.titles()[0] == "Once"
    edited(desk, first, "Only")
    late = desk.press("revert", post=first, version=version)
    assert "It has been changed again since" in late
    assert desk.titles()[0] == "Only"


def test_an_edit_is_not_undone_once_its_source_has_said_something_new(
    desk: Desk,
) -> None:
    first = desk.number("one")
    edited(desk, first, "Once")
    posts_accepted(desk.program.engine, [a_post("one", title="One", body=())])
    answer = desk.client.post(f"/desk/posts/{first}/undo-edit").text

    assert "Nothing had to be changed" in answer
    assert "What it said before it was edited" not in answer
    assert "Once" in desk.titles()


def test_what_an_edition_has_taken_is_corrected_and_the_form_says_so(
    desk: Desk,
) -> None:
    first = desk.number("one")
    frozen(desk)
    posts_accepted(desk.program.engine, [a_post("four", title="Four")])
    form = desk.page(f"/desk/posts/{first}/edit?edition=daily")
    sent = edited(desk, first, "Once", to="correction")

    assert "Write a correction" in form
    assert "An edition has the post already, and keeps it as it was" in form
    assert "“Once” goes in this edition, as a correction." in sent
    assert desk.titles() == ["Four", "Once"]


def test_a_second_person_approves_by_name_and_the_first_may_not(
    desk_of_one: Desk,
) -> None:
    desk = desk_of_one
    desk.as_("Priya", Role.APPROVER).press("pin", post=desk.number("two"))
    home = frozen(desk)
    desk.as_("Sam", Role.APPROVER)
    desk.as_("Vic", Role.VIEWER)
    page = desk.page(home)
    assert "Waits for approval" in page
    assert "Sam may approve it" in page
    assert "Save the words" not in page

    desk.as_("Priya", Role.APPROVER)
    question = desk.page(f"{home}/approve")
    assert "You changed edition 1 last: somebody else has to approve it" in question
    assert "Approve it</button>" not in re.sub(r"\s+<", "<", question)
    refused = desk.client.post(f"{home}/approve", data={"read": "yes", "version": "1"})
    assert refused.status_code == 409

    desk.as_("Sam", Role.APPROVER)
    form = {"version": "1"}
    unread = desk.client.post(f"{home}/approve", data=form)
    assert unread.status_code == 422
    assert "Error:" in unread.text
    done = desk.client.post(f"{home}/approve", data=form | {"read": "yes"})
    assert "Approved." in done.text
    assert desk.edition().approved_by == ("Sam",)
    assert "Nothing of it leaves before" in done.text


def test_what_changed_since_it_was_read_is_not_approved(desk_of_one: Desk) -> None:
    desk = desk_of_one
    home = frozen(desk)
    desk.as_("Sam", Role.APPROVER)
    desk.client.post(f"{home}/recall")
    Steer(desk.program.engine, "1", None, "Priya", NOW).pin(desk.number("two"))
    answer = desk.client.post(f"{home}/approve", data={"version": "0", "read": "yes"})

    assert answer.status_code == 409
    assert "Somebody changed it while you looked" in answer.text
    assert desk.edition().state == "open"


def test_an_edition_is_called_back_changed_and_let_go(desk_of_one: Desk) -> None:
    desk = desk_of_one
    home = frozen(desk)
    desk.as_("Sam", Role.APPROVER)
    assert "Nothing of it has left" in desk.page(f"{home}/recall")
    back = desk.client.post(f"{home}/recall").text
    assert "Called back. Nothing of it has left" in back
    desk.as_("Priya").press("move", home, post=desk.number("one"), place=3)
    assert desk.titles(home) == ["Two", "Three", "One"]
    desk.as_("Sam", Role.APPROVER)
    desk.client.post(f"{home}/approve", data={"version": "1", "read": "yes"})

    assert desk.edition().state == "approved"
    assert desk.titles(home) == ["Two", "Three", "One"]


def test_what_has_not_left_is_stopped_and_no_other_page_offers_more(
    desk: Desk,
) -> None:
    publishing.publish(desk.program.engine, "lantern-week", "daily", NOW)
    home = "/desk/editions/1"
    desk.as_("Sam", Role.APPROVER)
    recall = desk.client.get(f"{home}/recall", follow_redirects=False)
    assert recall.headers["location"] == f"{home}/stop"
    assert "Call back 2 copies?" in desk.page(f"{home}/stop")
    stopped = desk.client.post(f"{home}/stop")
    assert "Stopped. What has not left stays here." in stopped.text
    assert desk.edition().stopped_at == NOW
    again = desk.client.post(f"{home}/stop")
    assert again.status_code == 409
    assert "was stopped already" in again.text


def test_who_may_not_approve_calls_nothing_back(desk_of_one: Desk) -> None:
    home = frozen(desk_of_one)
    for act in ("approve", "recall", "stop"):
        answer = desk_of_one.client.post(f"{home}/{act}", data={"read": "yes"})
        assert answer.status_code == 403, act
    assert desk_of_one.edition().state == "frozen"
    assert "Call it back" not in desk_of_one.page(home)


def test_hostile_titles_stay_words(desk: Desk) -> None:
    hostile = a_post("hostile", title='"><script>alert(1)</script>')
    posts_accepted(desk.program.engine, [hostile], NOW)
    page = desk.press("pin", post=desk.number("hostile"))

    assert "<script>alert" not in page


@pytest.mark.parametrize(
    "path",
    [
        "/desk/editions/99",
        "/desk/editions/99/approve",
        "/desk/campaigns/12/daily",
        "/desk/campaigns/none/daily",
        "/desk/campaigns/lantern-week/none",
    ],
)
def test_what_is_not_there_is_a_page_in_words(desk: Desk, path: str) -> None:
    answer = desk.as_("Ada", Role.ADMIN).client.get(path)

    assert answer.status_code == 404
    assert "<h1" in answer.text


@pytest.mark.parametrize(
    "fields",
    [
        {"post": "x", "place": "1"},
        {"post": "9" * 30, "place": "1"},
        {"post": "99", "place": "1"},
        {"post": "1", "place": "0"},
        {"post": "1", "place": "99", "version": "x"},
        {"slot": "never"},
    ],
)
def test_a_form_that_makes_no_sense_is_answered_in_words(
    desk: Desk, fields: dict[str, str]
) -> None:
    answer = desk.client.post(f"{OPEN}/move", data=fields)

    assert answer.status_code in (200, 404, 409)
    assert desk.client.post(f"{OPEN}/none", data={}).status_code == 404


def test_a_form_from_elsewhere_is_not_taken(desk: Desk) -> None:
    forged = {"Origin": "https://example.net"}
    answer = desk.client.post(f"{OPEN}/words", data={"subject": "x"}, headers=forged)

    assert answer.status_code == 403


def test_a_test_goes_to_whoever_presses_for_it_as_the_page_shows_it(
    desk: Desk,
) -> None:
    assert "Send me a test" in desk.page(f"{OPEN}?show=text&as=ann")
    after = desk.press("test", show="text", **{"as": "ann"})
    [mail] = desk.program.inbox.messages()

    assert "A test is in the practice inbox" in after
    assert 'href="/inbox"' in after
    assert f'href="{OPEN}?show=letter&amp;as=1#see"' in after
    assert mail.subject.startswith("Test: One")
    assert mail.envelope_to == "priya@example.org"
    assert "Dear Ann," in desk.program.inbox.read(mail.key).text


def test_a_test_is_of_what_has_not_gone_and_one_too_many_is_told(desk: Desk) -> None:
    for _ in range(limits.TESTS):
        assert "A test is in the practice inbox" in desk.press("test")

    assert "20 tests have gone in the last 10 minutes" in desk.press("test")
    assert "Send me a test" not in desk.page(frozen(desk))


@pytest.mark.parametrize("show", ["letter", "large-print"])
def test_pages_of_a_letter_are_shown_as_pictures_with_the_pdf_beside_them(
    desk: Desk, show: str
) -> None:
    page = desk.page(f"{OPEN}?show={show}")
    sources = [
        each.replace("&amp;", "&") for each in re.findall(r'<img src="([^"]*)"', page)
    ]
    assert sources[0].startswith(f"{OPEN}/{show}/pages/1?mark=")
    assert f'href="{OPEN}/{show}"' in page
    answers = [desk.client.get(each) for each in sources]
    assert {each.headers["Content-Type"] for each in answers} == {"image/png"}
    assert f"{len(sources)} page" in page
    beyond = sources[0].replace("pages/1", f"pages/{len(sources) + 1}")
    assert desk.client.get(beyond).status_code == 404
    assert desk.client.get(f"{OPEN}/html/pages/1").status_code == 404


def test_every_format_that_has_a_preview_can_be_seen_on_the_page(desk: Desk) -> None:
    for _, preview in previews():
        if preview.words:
            name = "phone" if preview.name == "html" else preview.name
            page = desk.page(f"{OPEN}?show={name}")
            assert f'href="{OPEN}?show={name}#see" aria-current="true"' in page
            assert "cannot be shown" not in page
