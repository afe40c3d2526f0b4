"""One thread that writes for many."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, Engine, insert, select

from digest.deliver.owner import is_gone, new_owner
from digest.deliver.recorder import Recorder
from digest.store.engine import reading
from digest.store.tables import mailing_list
from tests.builders import EIGHT

BAD = "bad"


def _add(connection: Connection, names: Sequence[str]) -> list[str]:
    for name in names:
        if name == BAD:
            raise ValueError(BAD)
        connection.execute(insert(mailing_list).values(name=name, created_at=EIGHT))
    return list(names)


def _names(engine: Engine) -> set[str]:
    with reading(engine) as connection:
        return set(connection.scalars(select(mailing_list.c.name)))


def test_an_answer_comes_after_the_commit(engine: Engine) -> None:
    with Recorder(engine, _add, most=1) as recorder:
        assert recorder.ask("a") == "a"
        assert _names(engine) == {"a"}


def test_what_many_ask_meanwhile_shares_a_commit(engine: Engine) -> None:
    groups = list[list[str]]()

    def carry_out(connection: Connection, names: Sequence[str]) -> list[str]:
        groups.append(list(names))
        return _add(connection, names)

    names = [f"list-{number}" for number in range(20)]
    with (
        Recorder(engine, carry_out, most=20, linger=60) as recorder,
        ThreadPoolExecutor(20) as pool,
    ):
        assert list(pool.map(recorder.ask, names)) == names
    assert [sorted(group) for group in groups] == [sorted(names)]


def test_whoever_shares_a_failed_commit_is_told_and_nothing_has_happened(
    engine: Engine,
) -> None:
    both = threading.Barrier(2, timeout=10)

    def ask(name: str) -> str:
        both.wait()
        return recorder.ask(name)

    with (
        Recorder(engine, _add, most=2, linger=10) as recorder,
        ThreadPoolExecutor(2) as pool,
    ):
        good, bad = pool.submit(ask, "a"), pool.submit(ask, BAD)
        for one in (good, bad):
            with pytest.raises(ValueError, match=BAD):
                one.result()
        assert _names(engine) == set()
        assert pool.submit(recorder.ask, "b").result() == "b"
    assert _names(engine) == {"b"}


def test_one_that_is_alone_does_not_wait_for_company(engine: Engine) -> None:
    with Recorder(engine, _add, most=1, linger=3600) as recorder:
        assert recorder.ask("a") == "a"


def test_only_a_process_known_to_have_ended_is_gone() -> None:
    mine = new_owner()
    here, pid, nonce, number = mine.split("/")

    assert not is_gone(mine)
    assert not is_gone(f"elsewhere/{pid}/other/{number}")
    assert not is_gone(f"{here}/1/{nonce}/{number}")
    assert not is_gone("nonsense")
    assert is_gone(f"{here}/{pid}/other/{number}"), "had our number before us"
    assert is_gone(f"{here}/999999999/{nonce}/{number}")
