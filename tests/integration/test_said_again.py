"""The same words to the same readers twice: not by itself, and not by mistake."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from digest.errors import DigestError
from digest.model.editions.edition import EditionState
from digest.model.editions.mode import Mode
from digest.schedule.editions import publishing
from digest.store.base.engine import writing
from digest.store.base.modes import in_mode
from digest.store.base.tables import item
from digest.store.editions import editions
from digest.store.posts import log
from tests.builders import EIGHT, a_post
from tests.stored import READY, a_reader, a_stored_campaign, posts_accepted

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def a_campaign_that_went(engine: Engine, more: str = "") -> Engine:
    """Return live mode on a database whose only post has gone out."""
    a_stored_campaign(engine, READY.replace("lists =", f"{more}\nlists ="))
    a_reader(engine, "ann")
    posts_accepted(engine, [a_post("one")])
    live = in_mode(engine, Mode.LIVE)
    assert published(live, 0 * HOUR).state is EditionState.PLANNED
    return live


def published(engine: Engine, later: timedelta) -> editions.Edition:
    return publishing.publish(engine, "lantern-week", "daily", EIGHT + later)


def added_again(engine: Engine, key: str = "again") -> None:
    """Add a post with the same words, and let it in though it is known."""
    posts_accepted(engine, [a_post(key)], EIGHT)
    with writing(engine) as connection:
        number = connection.scalars(select(item.c.id).where(item.c.key == key)).one()
        log.release(connection, number, EIGHT)


def test_the_same_words_wait_for_a_second_yes(engine: Engine) -> None:
    live = a_campaign_that_went(engine)
    added_again(live)
    waiting = published(live, HOUR)

    assert waiting.state is EditionState.FROZEN
    with pytest.raises(DigestError, match="approve 2 --again"):
        publishing.approve(live, 2, "sam", EIGHT + HOUR)
    sent = publishing.approve(live, 2, "sam", EIGHT + HOUR, again=True)
    assert sent.state is EditionState.APPROVED


def test_with_anything_new_they_go(sqlite_engine: Engine) -> None:
    live = a_campaign_that_went(sqlite_engine)
    added_again(live)
    posts_accepted(live, [a_post("two", title="Two")])

    assert published(live, HOUR).state is EditionState.PLANNED


def test_after_some_days_they_are_a_new_notice(sqlite_engine: Engine) -> None:
    live = a_campaign_that_went(sqlite_engine)
    added_again(live)

    assert published(live, 3 * DAY + HOUR).state is EditionState.PLANNED


def test_what_was_withdrawn_before_it_went_is_not_said_yet(
    sqlite_engine: Engine,
) -> None:
    live = a_campaign_that_went(sqlite_engine)
    posts_accepted(live, [a_post("two", title="Two"), a_post("three", title="Three")])
    with writing(live) as connection:
        number = connection.scalars(select(item.c.id).where(item.c.key == "two")).one()
        log.withdraw(connection, number, EIGHT)
    published(live, HOUR)
    posts_accepted(live, [a_post("anew", title="Two")])
    with writing(live) as connection:
        number = connection.scalars(select(item.c.id).where(item.c.key == "anew")).one()
        log.release(connection, number, EIGHT + HOUR)

    assert published(live, 2 * HOUR).state is EditionState.PLANNED


def test_they_are_not_sent_for_want_of_an_answer(sqlite_engine: Engine) -> None:
    live = a_campaign_that_went(sqlite_engine, 'unapproved = "send"')
    added_again(live)
    published(live, HOUR)
    lapsed = publishing.carry_forward(live, 2, EIGHT + 8 * HOUR)

    assert lapsed.state is EditionState.CANCELLED
