"""An edition is held back, called back whole, or stopped half-way; by whom is told."""

import threading
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, select, update

from digest.bootstrap import App
from digest.cli.service.working import work_until_done
from digest.cli.status import status
from digest.compose import lifecycle, plan, stopping
from digest.deliver.printing.print_room import LaidOutLetters, PrintRoom
from digest.errors import DigestError
from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.edition import EditionState
from digest.model.editions.mode import Mode
from digest.schedule.delivery import releasing
from digest.schedule.editions import publishing
from digest.schedule.reports.troubles.of_campaigns import troubles_in
from digest.settings import Settings
from digest.store.base.engine import reading, writing
from digest.store.base.modes import in_mode
from digest.store.base.tables import delivery, edition, reader
from digest.store.campaigns import campaigns
from digest.store.delivery import resending, settling
from digest.store.delivery.copies import DueCopy
from digest.store.delivery.deliveries import DeliveryKey
from digest.store.delivery.printing import print_batches
from digest.store.delivery.sending import send_batches
from digest.store.editions import editions
from digest.store.posts import log
from digest.store.staff.audit import acting_as, latest
from tests.builders import EIGHT, a_post
from tests.fakes.mail_server import DROP, MailServer, mail_server
from tests.rows import a_planned_edition, states
from tests.stored import READY, a_reader, a_stored_campaign, posts_accepted

FIVE_MINUTES, MINUTE = timedelta(minutes=5), timedelta(minutes=1)
NOW = EIGHT + timedelta(minutes=1)
LATER = EIGHT + timedelta(hours=1)
NAMES = ("ann", "bob", "cy", "dee")


def a_live_campaign(engine: Engine, more: str = "") -> Engine:
    """Return live mode on a database with two posts and two readers."""
    a_stored_campaign(engine, READY.replace("lists =", f"{more}\nlists ="))
    for name in ("ann", "bob"):
        a_reader(engine, name)
    posts_accepted(engine, [a_post("one", title="One"), a_post("two", title="Two")])
    return acting_as(in_mode(engine, Mode.LIVE), "priya")


def sent_now(live: Engine, by: str | None = "priya") -> editions.Edition:
    """Have an edition made at once, and return where it then stands."""
    number = publishing.open_now(live, "lantern-week", "daily", EIGHT, by)
    return publishing.carry_forward(live, number, EIGHT)


def stands(engine: Engine, edition_id: int = 1) -> editions.Edition:
    with reading(engine) as connection:
        return editions.get(connection, edition_id)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        pytest.param(
            "",
            r"edition 1 of .* leaves on Monday 6 July 2026, 09:05 BST.*recall 1",
            id="held back",
        ),
        pytest.param(
            'approval = "one"', r"waits for approval.*edition approve 1", id="frozen"
        ),
    ],
)
def test_another_edition_by_hand_is_refused_while_one_waits(
    engine: Engine, more: str, words: str
) -> None:
    live = a_live_campaign(engine, more)
    sent_now(live)
    with pytest.raises(DigestError, match=words):
        publishing.open_now(live, "lantern-week", "daily", EIGHT + MINUTE, "sam")

    if not more:
        stopping.recall(live, 1, EIGHT + MINUTE)
    publishing.cancel(live, 1, EIGHT + MINUTE)
    again = publishing.open_now(live, "lantern-week", "daily", EIGHT + MINUTE, "sam")
    assert stands(live, again).state is EditionState.OPEN
    with reading(engine) as connection:
        assert len(editions.of_campaign(connection, 1)) == 2


def test_one_that_was_called_back_is_to_be_let_go_and_not_made_again(
    sqlite_engine: Engine,
) -> None:
    live = a_live_campaign(sqlite_engine)
    sent_now(live)
    stopping.recall(live, 1, EIGHT + MINUTE)

    with pytest.raises(DigestError, match="was called back; let it go"):
        publishing.open_now(live, "lantern-week", "daily", EIGHT + MINUTE, "sam")
    # Another schedule's readers have nothing to do with it.
    publishing.open_now(live, "lantern-week", "weekly", EIGHT + MINUTE, "sam")


def test_once_its_readers_are_planned_another_may_be_made(
    sqlite_engine: Engine,
) -> None:
    live = a_live_campaign(sqlite_engine)
    sent_now(live)
    releasing.plan_released(live, EIGHT + FIVE_MINUTES, plan.submit_nothing)
    later = EIGHT + FIVE_MINUTES
    posts_accepted(sqlite_engine, [a_post("three", title="Three")], later)

    number = publishing.open_now(live, "lantern-week", "daily", later, "priya")
    assert publishing.carry_forward(live, number, later).state is EditionState.APPROVED


def test_what_a_person_sends_is_held_back_and_then_leaves(engine: Engine) -> None:
    live = a_live_campaign(engine)

    assert sent_now(live).state is EditionState.APPROVED
    assert stands(live).leaves_at == EIGHT + FIVE_MINUTES
    releasing.plan_released(
        live, EIGHT + FIVE_MINUTES - timedelta(seconds=1), plan.submit_nothing
    )
    assert states(live, 1) == {}
    releasing.plan_released(live, EIGHT + FIVE_MINUTES, plan.submit_nothing)
    assert states(live, 1) == {DeliveryState.PLANNED: 2}


@pytest.mark.parametrize(
    ("more", "by", "mode", "wait"),
    [
        pytest.param("", None, Mode.LIVE, 0, id="by itself"),
        pytest.param('hold_back = "9m"', None, Mode.LIVE, 9, id="as the file says"),
        pytest.param('hold_back = "0m"', "ann", Mode.LIVE, 0, id="the file says not"),
        pytest.param("", "ann", Mode.PRACTICE, 0, id="a rehearsal"),
        pytest.param('hold_back = "9m"', "ann", Mode.PRACTICE, 9, id="one as it says"),
    ],
)
def test_what_is_held_back(
    sqlite_engine: Engine, more: str, by: str | None, mode: Mode, wait: int
) -> None:
    a_live_campaign(sqlite_engine, more)
    standing = sent_now(in_mode(sqlite_engine, mode), by)

    assert (standing.state is EditionState.APPROVED) is bool(wait)
    at = EIGHT + timedelta(minutes=wait) if wait else None
    assert standing.leaves_at == at


def test_what_a_person_approves_is_held_back_from_then(sqlite_engine: Engine) -> None:
    live = a_live_campaign(sqlite_engine, 'approval = "one"')
    sent_now(live)
    approved = publishing.approve(live, 1, "sam", LATER)

    assert approved.leaves_at == LATER + FIVE_MINUTES


def test_whoever_looks_is_told_when_it_leaves(
    program: App, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(program.engine) as connection:
        connection.execute(
            update(edition).values(
                state=EditionState.APPROVED,
                mode=Mode.PRACTICE,
                plan_cursor=0,
                leaves_at=program.now() + FIVE_MINUTES,
            )
        )
    monkeypatch.setattr("digest.bootstrap.open_app", lambda: nullcontext(program))
    status()
    worked = work_until_done(program, threading.Event())

    held_back = "edition 1: nothing leaves before Monday 6 July 2026, 10:05 BST"
    assert worked.lines(program.settings.data_dir)[-1] == held_back
    assert worked.facts()["held_back"] == {1: EIGHT + timedelta(hours=1, minutes=5)}
    assert "approved, and leaves from Monday 6 July 2026" in capsys.readouterr().out


def test_nothing_is_leased_of_what_is_held_back(engine: Engine) -> None:
    a_planned_edition(engine)
    with writing(engine) as connection:
        connection.execute(update(edition).values(leaves_at=NOW))
        early = send_batches.claim(
            connection, "a", NOW - timedelta(seconds=1), NOW - EIGHT
        )
        due = send_batches.claim(connection, "a", NOW, NOW - EIGHT)

    assert early is None
    assert due


def test_what_is_called_back_can_be_changed_and_goes_by_a_persons_word(
    engine: Engine,
) -> None:
    live = a_live_campaign(engine)
    sent_now(live)
    stopping.recall(live, 1, NOW)
    with writing(live) as connection:
        places = set(connection.scalars(select(reader.c.position)))
        is_held = log.hold(connection, 2, NOW)
        worries = troubles_in(connection, campaigns.listed(connection), NOW)
    publishing.carry_forward(live, 1, LATER)

    assert places == {0}
    assert is_held  # no edition carries it any more
    assert stands(live).state is EditionState.OPEN
    assert any("called back" in str(each) for each in worries)

    again = publishing.approve(live, 1, "priya", LATER)
    assert (again.state, again.leaves_at) == ("approved", LATER + FIVE_MINUTES)
    plan.plan(live, 1, LATER + FIVE_MINUTES)
    assert states(live, 1) == {DeliveryState.PLANNED: 2}
    with reading(live) as connection:
        [entry] = log.released(connection, 1, 0, stands(live).upto or 0)
    assert entry.item.title == "One"


def test_called_back_it_needs_as_many_people_as_before(sqlite_engine: Engine) -> None:
    live = a_live_campaign(sqlite_engine, 'approval = "two"')
    sent_now(live)
    for by in ("ann", "bob"):
        publishing.approve(live, 1, by, EIGHT)
    stopping.recall(live, 1, NOW)

    assert stands(live).approved_by == ()
    assert publishing.approve(live, 1, "cy", NOW).state is EditionState.FROZEN
    assert publishing.approve(live, 1, "cy", NOW).state is EditionState.FROZEN
    assert publishing.approve(live, 1, "dee", NOW).state is EditionState.APPROVED


def test_who_called_it_back_is_on_record(sqlite_engine: Engine) -> None:
    live = a_live_campaign(sqlite_engine)
    sent_now(live)
    stopping.recall(live, 1, NOW)
    with reading(live) as connection:
        act = latest(connection, 1)[0]

    assert act.line() == (
        "2026-07-06 08:01:00 UTC  priya called back edition 1 of campaign "
        "lantern-week: state approved → open, recalled at 2026-07-06 08:01 UTC"
    )


def test_who_stopped_it_is_on_record(sqlite_engine: Engine) -> None:
    live = a_live_campaign(sqlite_engine)
    sent_now(live, by=None)
    stopping.stop(live, 1, NOW)
    with reading(live) as connection:
        lines = [act.line() for act in latest(connection, 2)]

    edition_name = "edition 1 of campaign lantern-week"
    assert lines == [
        f"2026-07-06 08:01:00 UTC  priya ended the stopped {edition_name}: "
        "state planned → stopped",
        f"2026-07-06 08:01:00 UTC  priya stopped {edition_name}: kept back 2",
    ]


def test_the_next_edition_carries_what_is_stopped(engine: Engine) -> None:
    live = a_live_campaign(engine)
    sent_now(live, by=None)
    stopping.stop(live, 1, NOW)
    again = publishing.publish(live, "lantern-week", "daily", LATER)

    assert again.state is EditionState.PLANNED
    assert states(live, 2) == {DeliveryState.PLANNED: 2}


def test_the_next_edition_carries_what_stays_called_back(sqlite_engine: Engine) -> None:
    live = a_live_campaign(sqlite_engine)
    sent_now(live)
    stopping.recall(live, 1, NOW)
    publishing.publish(live, "lantern-week", "daily", LATER)
    publishing.approve(live, 1, "priya", LATER)
    plan.plan(live, 1, LATER + FIVE_MINUTES)

    assert states(live, 2) == {DeliveryState.PLANNED: 2}
    assert states(live, 1) == {}
    assert stands(live, 1).state is EditionState.SKIPPED


def planned_in_part(engine: Engine) -> None:
    """Plan one reader of two."""
    sent_now(engine)
    while not stands(engine).plan_cursor:
        plan._plan_chunk(  # noqa: SLF001 - as a kill between two chunks leaves it
            engine, 1, LATER, 1, plan.submit_nothing
        )


@pytest.mark.parametrize("begun", [planned_in_part, lambda live: sent_now(live, None)])
def test_what_is_planned_is_stopped_and_not_called_back(
    sqlite_engine: Engine, begun: Callable[[Engine], object]
) -> None:
    live = a_live_campaign(sqlite_engine)
    begun(live)

    with pytest.raises(DigestError, match="digest edition stop 1"):
        stopping.recall(live, 1, NOW)
    assert stands(live).state in ("approved", "planned")


def test_what_nobody_is_planned_for_is_called_back_and_not_stopped(
    sqlite_engine: Engine,
) -> None:
    live = a_live_campaign(sqlite_engine)
    sent_now(live)

    with pytest.raises(DigestError, match="digest edition recall 1"):
        stopping.stop(live, 1, NOW)


def test_stopped_in_the_middle_of_planning_it_ends(engine: Engine) -> None:
    live = a_live_campaign(engine)
    planned_in_part(live)
    report = stopping.stop(live, 1, LATER)
    plan.plan(live, 1, LATER)

    assert report.kept_back == 1
    assert stands(live).state is EditionState.STOPPED
    assert states(live, 1) == {DeliveryState.CANCELLED: 1}


def test_what_is_cancelled_or_done_is_neither(sqlite_engine: Engine) -> None:
    live = a_live_campaign(sqlite_engine, 'approval = "one"')
    sent_now(live)
    publishing.cancel(live, 1, NOW)

    for act in (stopping.recall, stopping.stop):
        with pytest.raises(DigestError, match="cancelled"):
            act(live, 1, NOW)


@pytest.mark.parametrize("state", [EditionState.SENT, EditionState.REHEARSED])
def test_of_what_has_left_only_letters_are_kept_back(
    sqlite_engine: Engine, state: EditionState
) -> None:
    a_planned_edition(sqlite_engine)
    with writing(sqlite_engine) as connection:
        connection.execute(update(edition).values(state=state))

    with pytest.raises(DigestError, match="its emails have left; letters that are not"):
        stopping.recall(sqlite_engine, 1, NOW)


# == Stopped while a sender has it in hand ==


@pytest.fixture
def planned(engine: Engine, tmp_path: Path) -> App:
    """Return a program with an edition planned for four people, on a database."""
    a_stored_campaign(engine)
    for name in NAMES:
        a_reader(engine, name)
    posts_accepted(engine, [a_post("one", title="Lantern")])
    publishing.publish(engine, "lantern-week", "daily", EIGHT)
    return App(Settings(data_dir=tmp_path), engine, lambda: NOW, "a secret")


def sent(app: App, script: Callable[[str, str], str | None]) -> MailServer:
    """Send what is due over one connection to a server that answers so."""
    with mail_server(script) as server:
        settings = Settings(
            data_dir=app.settings.data_dir,
            smtp_url=SecretStr(server.url),
            smtp_connections=1,
            allow=("@example.org",),
        )
        with App(settings, app.engine, app.clock, app.secret).work() as work:
            work.once(threading.Event())
    return server


def stopping_at_the_first(
    app: App, reply: str | None
) -> Callable[[str, str], str | None]:
    """Return a script that stops the edition at the first final dot, and answers so."""
    first = threading.Lock()

    def script(step: str, _words: str) -> str | None:
        if step == "EHLO":
            return "250-hello\r\n250 PIPELINING"
        if step == "BODY" and first.acquire(blocking=False):
            stopping.stop(app.engine, 1, NOW)
            return reply
        return None

    return script


def test_of_what_a_sender_has_in_hand_nothing_more_leaves(planned: App) -> None:
    server = sent(planned, stopping_at_the_first(planned, None))

    assert [who for who, _ in server.messages] == ["ann@example.org"]
    assert states(planned.engine, 1) == {
        DeliveryState.ACCEPTED: 1,
        DeliveryState.CANCELLED: 3,
    }
    assert stands(planned.engine).state is EditionState.STOPPED


def test_what_is_put_off_after_that_is_kept_back_too(planned: App) -> None:
    server = sent(planned, stopping_at_the_first(planned, "451 4.3.0 later"))
    again = sent(planned, lambda _step, _words: None)

    assert server.messages == again.messages == []
    assert states(planned.engine, 1) == {DeliveryState.CANCELLED: 4}
    assert stands(planned.engine).state is EditionState.STOPPED


def test_what_may_have_arrived_waits_for_a_person(planned: App) -> None:
    sent(planned, stopping_at_the_first(planned, DROP))
    sent(planned, lambda _step, _words: None)
    uncertain = states(planned.engine, 1)
    with writing(planned.engine) as connection:
        key = DeliveryKey(
            1,
            connection.scalars(
                select(delivery.c.reader_id).where(
                    delivery.c.state == DeliveryState.UNCERTAIN
                )
            ).one(),
        )
        assert settling.settle_one(connection, key, DeliveryState.PLANNED, NOW)

    assert uncertain == {DeliveryState.UNCERTAIN: 1, DeliveryState.CANCELLED: 3}
    assert states(planned.engine, 1) == {DeliveryState.CANCELLED: 4}
    assert stands(planned.engine).state is EditionState.STOPPED


def test_what_is_refused_is_not_sent_again_once_it_is_stopped(planned: App) -> None:
    sent(planned, stopping_at_the_first(planned, "550 5.1.1 nobody here"))

    with (
        writing(planned.engine) as connection,
        pytest.raises(DigestError, match="was stopped"),
    ):
        resending.retry(connection, 1, DeliveryState.REFUSED, NOW)


def test_a_copy_that_is_planned_all_the_same_does_not_leave(planned: App) -> None:
    stopping.stop(planned.engine, 1, NOW)
    with writing(planned.engine) as connection:
        # As no door of ours would.
        connection.execute(update(delivery).values(state=DeliveryState.PLANNED))
        connection.execute(update(edition).values(state=EditionState.SENDING))

    assert sent(planned, lambda _step, _words: None).messages == []
    assert states(planned.engine, 1) == {DeliveryState.CANCELLED: 4}


def test_what_is_stopped_twice_is_stopped_once(planned: App) -> None:
    stopping.stop(planned.engine, 1, NOW)

    with pytest.raises(DigestError, match="stopped already"):
        stopping.stop(planned.engine, 1, NOW)


def laid_out(_edition_id: int, letters: Sequence[DueCopy]) -> LaidOutLetters:
    return LaidOutLetters(b"%PDF", b"", sheets=len(letters))


def test_letters_that_are_not_sealed_have_not_left(
    engine: Engine, tmp_path: Path
) -> None:
    a_planned_edition(engine, emails=0, letters=2)
    room = PrintRoom(engine, tmp_path, laid_out, lambda: NOW)
    room.make(1)
    assert stands(engine).state is EditionState.SENT
    report = stopping.stop(engine, 1, NOW)

    assert report.kept_back == 2
    assert states(engine, 1) == {DeliveryState.CANCELLED: 2}
    assert stands(engine).state is EditionState.STOPPED
    for act in (room.seal, room.posted):
        with pytest.raises(DigestError, match="was stopped"):
            act(1)


def test_of_sealed_letters_a_person_is_told(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    a_planned_edition(sqlite_engine, emails=1, letters=2)
    room = PrintRoom(sqlite_engine, tmp_path, laid_out, lambda: NOW)
    room.make(1)
    room.seal(1)
    report = stopping.stop(sqlite_engine, 1, NOW)

    assert report.lines() == [
        "1 kept back: the next edition carries their posts",
        "2 left: that cannot be undone",
        "print batch 1 is sealed: keep it back if it is not in the post",
    ]
    with reading(sqlite_engine) as connection:
        assert print_batches.get(connection, 1).state == "sealed"


def test_letters_that_are_being_laid_out_are_not_printed(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    a_planned_edition(sqlite_engine, emails=0, letters=2)

    def stopped_meanwhile(
        edition_id: int, letters: Sequence[DueCopy]
    ) -> LaidOutLetters:
        stopping.stop(sqlite_engine, edition_id, NOW)
        return laid_out(edition_id, letters)

    outcome = PrintRoom(sqlite_engine, tmp_path, stopped_meanwhile, lambda: NOW).make(1)

    assert outcome.batch is None
    assert states(sqlite_engine, 1) == {DeliveryState.CANCELLED: 2}


def test_approval_waits_where_it_does_not_go_by_itself(sqlite_engine: Engine) -> None:
    live = a_live_campaign(sqlite_engine)
    sent_now(live)
    stopping.recall(live, 1, NOW)
    lifecycle.freeze(live, 1, NOW, by="priya")

    assert not lifecycle.approve(live, 1, NOW)
    assert stands(live).state is EditionState.FROZEN
