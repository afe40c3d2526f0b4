"""One thread that writes for many."""

import threading
from functools import partial

import pytest
from sqlalchemy import Connection, Engine, insert, select

from digest.deliver.owner import is_gone, new_owner
from digest.deliver.recorder import Recorder
from digest.store.engine import reading
from digest.store.tables import mailing_list
from tests.builders import EIGHT


def _add(name: str, connection: Connection) -> str:
    connection.execute(insert(mailing_list).values(name=name, created_at=EIGHT))
    return name


def _names(engine: Engine) -> set[str]:
    with reading(engine) as connection:
        return set(connection.scalars(select(mailing_list.c.name)))


def test_an_answer_comes_after_the_commit(engine: Engine) -> None:
    with Recorder(engine) as recorder:
        assert recorder.record(partial(_add, "a")).result() == "a"
        assert _names(engine) == {"a"}


def test_what_is_queued_meanwhile_shares_a_commit_in_the_order_given(
    engine: Engine,
) -> None:
    gate, order = threading.Event(), list[int]()

    def blocked(_connection: Connection) -> None:
        gate.wait(timeout=10)

    def note(number: int, _connection: Connection) -> int:
        order.append(number)
        return threading.get_ident()

    with Recorder(engine) as recorder:
        recorder.record(blocked)
        answers = [recorder.record(partial(note, number)) for number in range(50)]
        gate.set()
        assert len({answer.result() for answer in answers}) == 1

    assert order == list(range(50))


def test_all_of_a_failed_commit_answer_with_its_failure_and_none_has_happened(
    engine: Engine,
) -> None:
    gate = threading.Event()

    def fail(_connection: Connection) -> None:
        raise LookupError("broken")

    with Recorder(engine) as recorder:
        recorder.record(lambda _connection: gate.wait(timeout=10))
        good, bad = recorder.record(partial(_add, "a")), recorder.record(fail)
        gate.set()
        for answer in (good, bad):
            with pytest.raises(LookupError, match="broken"):
                answer.result()
        assert recorder.record(partial(_add, "b")).result() == "b"

    assert _names(engine) == {"b"}


def test_it_ends_only_when_all_it_was_given_is_done(engine: Engine) -> None:
    with Recorder(engine) as recorder:
        for number in range(100):
            recorder.record(partial(_add, str(number)))

    assert len(_names(engine)) == 100


def test_only_a_process_known_to_have_ended_is_gone() -> None:
    mine = new_owner()
    here, pid, nonce, number = mine.split("/")

    assert not is_gone(mine)
    assert not is_gone(f"elsewhere/{pid}/other/{number}")
    assert not is_gone(f"{here}/1/{nonce}/{number}")
    assert not is_gone("nonsense")
    assert is_gone(f"{here}/{pid}/other/{number}"), "had our number before us"
    assert is_gone(f"{here}/999999999/{nonce}/{number}")
