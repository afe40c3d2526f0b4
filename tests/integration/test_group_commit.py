"""What many tasks have written shares a commit."""

import asyncio
from collections.abc import Sequence
from contextlib import closing

import pytest
from sqlalchemy import Engine, insert, select

from digest.deliver.sending.group_commit import GroupCommit
from digest.store.base.engine import WritingConnection, reading
from digest.store.base.tables import mailing_list
from tests.builders import EIGHT

pytestmark = pytest.mark.anyio
BAD = "bad"


def _add(writer: WritingConnection, names: Sequence[str]) -> list[str]:
    with writer.writing() as connection:
        for name in names:
            if name == BAD:
                raise ValueError(BAD)
            connection.execute(insert(mailing_list).values(name=name, created_at=EIGHT))
    return list(names)


def _names(engine: Engine) -> set[str]:
    with reading(engine) as connection:
        return set(connection.scalars(select(mailing_list.c.name)))


async def test_an_answer_comes_after_the_commit(engine: Engine) -> None:
    with closing(GroupCommit(engine, _add, most=lambda: 1)) as commits:
        assert await commits.submit("a") == "a"
        assert _names(engine) == {"a"}


async def test_what_many_ask_meanwhile_shares_a_commit(engine: Engine) -> None:
    groups = list[list[str]]()

    def carry_out(writer: WritingConnection, names: Sequence[str]) -> list[str]:
        groups.append(list(names))
        return _add(writer, names)

    names = [f"list-{number}" for number in range(20)]
    with closing(
        GroupCommit(engine, carry_out, most=lambda: 40, linger=3600)
    ) as commits:
        assert await asyncio.gather(*map(commits.submit, names)) == names
        assert groups == [names]


@pytest.mark.parametrize("turns", [1, 3])
async def test_half_of_them_wait_for_who_comes_at_once(
    engine: Engine, turns: int
) -> None:
    groups = list[list[str]]()

    def carry_out(writer: WritingConnection, names: Sequence[str]) -> list[str]:
        groups.append(list(names))
        return _add(writer, names)

    async def submit(name: str, after: int) -> None:
        for _ in range(after):
            await asyncio.sleep(0)
        await commits.submit(name)

    with closing(
        GroupCommit(engine, carry_out, most=lambda: 4, linger=3600)
    ) as commits:
        together = asyncio.gather(submit("a", 0), submit("b", 0), submit("c", turns))
        await asyncio.wait_for(together, 10)

    assert groups == [["a", "b", "c"]]


async def test_whoever_shares_a_failed_commit_is_told_and_nothing_has_happened(
    engine: Engine,
) -> None:
    with closing(GroupCommit(engine, _add, most=lambda: 4, linger=0.01)) as commits:
        answers = await asyncio.gather(
            *map(commits.submit, ["a", BAD]), return_exceptions=True
        )

        assert [type(answer) for answer in answers] == [ValueError, ValueError]
        assert _names(engine) == set()
        assert await commits.submit("b") == "b"
        assert _names(engine) == {"b"}


async def test_one_that_is_alone_does_not_wait_for_company(engine: Engine) -> None:
    with closing(GroupCommit(engine, _add, most=lambda: 1, linger=3600)) as commits:
        assert await commits.submit("a") == "a"


async def test_company_that_does_not_come_is_not_waited_for_long(
    engine: Engine,
) -> None:
    with closing(GroupCommit(engine, _add, most=lambda: 8, linger=0.01)) as commits:
        assert await asyncio.wait_for(commits.submit("a"), 10) == "a"


def _answer(_writer: WritingConnection, names: Sequence[str]) -> list[str]:
    return list(names)


async def test_company_that_did_not_come_is_not_waited_for_again(
    sqlite_engine: Engine,
) -> None:
    with closing(GroupCommit(sqlite_engine, _answer, lambda: 8, 0.5)) as commits:
        await commits.submit("a")
        next_one = asyncio.create_task(commits.submit("b"))
        for _ in range(10):
            await asyncio.sleep(0)

        assert next_one.done()


async def test_company_that_came_after_all_is_waited_for_again(
    sqlite_engine: Engine,
) -> None:
    with closing(GroupCommit(sqlite_engine, _answer, lambda: 4, 0.5)) as commits:
        await commits.submit("a")
        for _ in range(3):
            await asyncio.gather(commits.submit("b"), commits.submit("c"))
        next_one = asyncio.create_task(commits.submit("d"))
        for _ in range(10):
            await asyncio.sleep(0)

        assert not next_one.done()
        await next_one


async def test_company_that_came_once_by_chance_is_not_waited_for(
    sqlite_engine: Engine,
) -> None:
    with closing(GroupCommit(sqlite_engine, _answer, lambda: 4, 0.5)) as commits:
        await commits.submit("a")
        for name in ("b", "c"):
            pair = (commits.submit(name), commits.submit("with it"))
            await asyncio.gather(*pair)
            next_one = asyncio.create_task(commits.submit("d"))
            for _ in range(10):
                await asyncio.sleep(0)

            assert next_one.done()
