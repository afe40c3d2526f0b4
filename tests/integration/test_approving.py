"""Who may approve an edition, who is told that it waits, and what if nobody does."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from sqlalchemy import Engine

from digest.bootstrap import App
from digest.compose import stopping
from digest.deliver.carrier import Carrier
from digest.deliver.smtp.connect import SmtpCarrier
from digest.deliver.smtp.mail_server import SmtpServer
from digest.errors import CarrierError, DigestError
from digest.model.editions.edition import EditionState
from digest.model.editions.mode import Mode
from digest.schedule.editions import nudges, publishing
from digest.schedule.editions.steering.steer import Steer
from digest.schedule.reports.status import status_of
from digest.settings import Settings
from digest.store.base.engine import reading
from digest.store.base.modes import in_mode
from digest.store.editions import editions
from tests.builders import EIGHT, SITE, a_post
from tests.fakes.mail_server import MailServer, at, mail_server
from tests.stored import READY, a_reader, a_stored_campaign, posts_accepted

HOUR = timedelta(hours=1)
# As late as an edition of the campaign may run.
TOO_LATE = EIGHT + 6 * HOUR
APPROVERS = 'approvers = ["sam@example.org", "kim@example.org"]'


def a_waiting_edition(engine: Engine, approval: str = "one", more: str = "") -> Engine:
    """Return live mode on a database with an edition that priya changed last."""
    keys = f'approval = "{approval}"\n{more}\nlists ='
    a_stored_campaign(engine, READY.replace("lists =", keys))
    a_reader(engine, "ann")
    posts_accepted(engine, [a_post()])
    live = in_mode(engine, Mode.LIVE)
    Steer(live, "lantern-week", "daily", "priya", EIGHT).subject("Nine winters")
    publishing.publish(live, "lantern-week", "daily", EIGHT)
    return live


def stands(engine: Engine) -> editions.Edition:
    with reading(engine) as connection:
        return editions.get(connection, 1)


def test_whoever_changed_it_last_cannot_approve_it_alone(engine: Engine) -> None:
    live = a_waiting_edition(engine)

    with pytest.raises(DigestError, match="somebody else has to approve"):
        publishing.approve(live, 1, "priya", EIGHT)
    assert stands(live).approved_by == ()
    assert publishing.approve(live, 1, "sam", EIGHT).state is EditionState.APPROVED


def test_of_two_one_may_have_changed_it(sqlite_engine: Engine) -> None:
    live = a_waiting_edition(sqlite_engine, "two")

    assert publishing.approve(live, 1, "priya", EIGHT).state is EditionState.FROZEN
    assert publishing.approve(live, 1, "priya", EIGHT).state is EditionState.FROZEN
    approved = publishing.approve(live, 1, "sam", EIGHT)
    assert approved.approved_by == ("priya", "sam")


def test_a_change_after_it_was_called_back_counts_too(sqlite_engine: Engine) -> None:
    live = a_waiting_edition(sqlite_engine)
    stopping.recall(live, 1, EIGHT)
    Steer(live, "1", None, "sam", EIGHT).subject("Ten winters")

    with pytest.raises(DigestError, match="somebody else"):
        publishing.approve(live, 1, "sam", EIGHT)
    assert publishing.approve(live, 1, "priya", EIGHT).state is EditionState.APPROVED


def test_where_nobody_is_asked_the_author_lets_it_go_on(sqlite_engine: Engine) -> None:
    live = a_waiting_edition(sqlite_engine, "automatic", 'hold_back = "5m"')
    stopping.recall(live, 1, EIGHT)
    Steer(live, "1", None, "priya", EIGHT).subject("Ten winters")

    assert publishing.approve(live, 1, "priya", EIGHT).state is EditionState.APPROVED


@pytest.mark.parametrize(
    ("more", "state", "reason"),
    [
        pytest.param("", "cancelled", "go into the next edition", id="by default"),
        pytest.param('unapproved = "send"', "planned", "it is sent", id="sent"),
    ],
)
def test_what_nobody_approves_in_time(
    engine: Engine, more: str, state: str, reason: str
) -> None:
    live = a_waiting_edition(engine, more=more)
    before = publishing.carry_forward(live, 1, TOO_LATE - timedelta(seconds=1))
    after = publishing.carry_forward(live, 1, TOO_LATE)

    assert before.state is EditionState.FROZEN
    assert after.state == state
    assert reason in (after.reason or "")
    posts_accepted(engine, [a_post("two", title="Two")], TOO_LATE)
    again = publishing.publish(live, "lantern-week", "daily", TOO_LATE + HOUR)
    assert again.state is EditionState.FROZEN


def test_what_was_called_back_is_not_sent_by_itself(sqlite_engine: Engine) -> None:
    live = a_waiting_edition(sqlite_engine, more='unapproved = "send"')
    stopping.recall(live, 1, EIGHT + HOUR)

    assert publishing.carry_forward(live, 1, TOO_LATE).state is EditionState.OPEN
    lapsed = publishing.carry_forward(live, 1, TOO_LATE + HOUR)
    assert lapsed.state is EditionState.CANCELLED


def needs_telling(engine: Engine) -> bool:
    """Whether status tells among what needs help that approvers were not told."""
    [*lines] = (
        line
        for line in status_of(engine, EIGHT)["help"]
        if "the mail that asks for approval could not be sent to everybody" in line
    )
    assert all("Tell them yourself." in line for line in lines)
    return bool(lines)


@contextmanager
def carrier_to(server: MailServer) -> Iterator[Carrier]:
    yield SmtpCarrier(SmtpServer.parse(server.url))


def test_approvers_are_told_once_and_once_more_before_it_is_too_late(
    engine: Engine,
) -> None:
    live = a_waiting_edition(engine, more=APPROVERS)
    moments = (EIGHT, EIGHT + HOUR, TOO_LATE - HOUR, TOO_LATE - HOUR / 2, TOO_LATE)
    with mail_server() as server:
        counts = [
            nudges.send_due(live, lambda: carrier_to(server), SITE, moment)
            for moment in moments
        ]

    assert counts == [2, 0, 2, 0, 0]
    first, _, last, _ = (
        message_from_bytes(body, policy=default) for _, body in server.messages
    )
    assert first["To"] == "sam@example.org"
    assert first["Subject"] == "Waits for approval: Lantern Week, daily: edition 1"
    assert last["Subject"].startswith("Soon too late:")
    text = first.get_content()
    assert "digest edition approve 1" in text
    assert "until Monday 6 July 2026, 15:00 BST" in text
    assert "go into the next edition" in text


def test_who_could_not_be_told_is_told_at_the_next_look(sqlite_engine: Engine) -> None:
    live = a_waiting_edition(sqlite_engine, more=APPROVERS)
    with mail_server(at("MAIL", "451 4.3.0 later", times=1)) as server:
        counts, needs_help = [], []
        for _ in range(3):
            counts.append(
                nudges.send_due(live, lambda: carrier_to(server), SITE, EIGHT)
            )
            needs_help.append(needs_telling(live))

    assert counts == [0, 2, 0]
    assert needs_help == [True, False, False]


class UnwritableAddress(str):
    """An address of the pages of which no mail can be made."""

    def __format__(self, spec: str) -> str:
        raise ValueError("no mail can be made of it")


def test_a_mail_that_cannot_be_made_is_told_and_made_at_the_next_look(
    sqlite_engine: Engine,
) -> None:
    live = a_waiting_edition(sqlite_engine, more=APPROVERS)
    counts, needs_help = [], []
    with mail_server() as server:
        for base_url in (UnwritableAddress(SITE), SITE):
            counts.append(
                nudges.send_due(live, lambda: carrier_to(server), base_url, EIGHT)
            )
            needs_help.append(needs_telling(live))

    assert counts == [0, 2]
    assert needs_help == [True, False]


def no_carrier() -> AbstractContextManager[Carrier]:
    raise CarrierError("there is no mail server")


def test_a_mail_to_approvers_that_cannot_be_sent_needs_help(
    sqlite_engine: Engine,
) -> None:
    live = a_waiting_edition(sqlite_engine, more=APPROVERS)
    assert not needs_telling(live)
    nudges.send_due(live, no_carrier, SITE, EIGHT)
    assert needs_telling(live)

    with mail_server(at("RCPT", "550 5.1.1 nobody", times=1)) as server:
        # One of the two has it: it is not repeated to both.
        counts = [
            nudges.send_due(live, lambda: carrier_to(server), SITE, moment)
            for moment in (EIGHT, EIGHT)
        ]
        assert counts == [1, 0]
        assert needs_telling(live)
        nudges.send_due(live, lambda: carrier_to(server), SITE, TOO_LATE - HOUR)
    assert not needs_telling(live)
    nudges.send_due(live, no_carrier, SITE, EIGHT)
    publishing.approve(live, 1, "sam", EIGHT)
    assert not needs_telling(live)


def test_nobody_is_told_of_what_does_not_wait(sqlite_engine: Engine) -> None:
    live = a_waiting_edition(sqlite_engine, "automatic", APPROVERS)
    with mail_server() as server:
        assert nudges.send_due(live, lambda: carrier_to(server), SITE, EIGHT) == 0


def test_in_practice_the_inbox_has_it(sqlite_engine: Engine, tmp_path: Path) -> None:
    a_waiting_edition(sqlite_engine, more=APPROVERS)
    app = App(Settings(data_dir=tmp_path), sqlite_engine, lambda: EIGHT, "a secret")
    nudges.send_due(in_mode(sqlite_engine, Mode.LIVE), app.carrier, SITE, EIGHT)

    assert {each.envelope_to for each in app.inbox.messages()} == {
        "sam@example.org",
        "kim@example.org",
    }
