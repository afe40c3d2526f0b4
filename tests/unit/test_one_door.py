"""A delivery's and an edition's state are each written in one module, by its table."""

import ast
import re
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path

import pytest

from digest.model.delivery.delivery import DeliveryState
from digest.model.editions.edition import EditionState
from digest.model.moves import DELIVERY_MOVES, EDITION_MOVES

PRODUCT = Path(__file__).parents[2] / "src" / "digest"
DOORS = {
    "delivery": PRODUCT / "store" / "delivery" / "deliveries.py",
    "edition": PRODUCT / "store" / "editions" / "moves.py",
}
WRITERS = frozenset({"update", "insert", "insert_new", "insert_many", "insert_for"})
TABLES = "digest.store.base.tables"
SQL = re.compile(r"\b(?:update|insert into)\s+\W?(delivery|edition)\b", re.IGNORECASE)
MOST_MODULES_THAT_NAME_A_CHANNEL = 6


def state_writers(text: str) -> list[tuple[str, int]]:
    """Return each place in a module's text that writes a state: which table's, where.

    Any statement on one of the two tables counts but an update of columns that
    are named there, with no state among them.
    """
    tree = ast.parse(text)
    tables = {
        name.asname or name.name: name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == TABLES
        for name in node.names
    }
    harmless = {part for node in ast.walk(tree) for part in harmless_parts(node)}
    return [
        (table, line)
        for node in ast.walk(tree)
        if node not in harmless
        for table, line in [*written_tables(node, tables), *tables_in_words(node)]
    ]


def harmless_parts(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the parts of a statement whose `.values` name columns, and no state."""
    match node:
        case ast.Call(ast.Attribute(statement, "values"), [], words):
            if all(word.arg not in (None, "state") for word in words):
                yield from ast.walk(statement)
        case _:
            pass


def written_tables(
    node: ast.AST, tables: Mapping[str, str]
) -> Iterator[tuple[str, int]]:
    """Yield the table of the two that a call writes to; `tables` has their names."""
    match node:
        case ast.Call(ast.Name(called) | ast.Attribute(_, called), arguments):
            for argument in arguments if called in WRITERS else ():
                name = getattr(argument, "id", getattr(argument, "attr", ""))
                if (table := tables.get(name, name)) in DOORS:
                    yield table, node.lineno
        case _:
            pass


def tables_in_words(node: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield the table of the two that SQL in a string writes to."""
    match node:
        case ast.Constant(str(words)):
            for sql in SQL.finditer(words):
                yield sql[1].lower(), node.lineno
        case _:
            pass


def modules_with(words: str) -> Iterator[tuple[Path, str]]:
    """Yield the product's modules that have such words in them, each with its text."""
    for path in PRODUCT.rglob("*.py"):
        if re.search(words, text := path.read_text()):
            yield path, text


def test_no_module_but_the_door_writes_a_state() -> None:
    strays = [
        f"{path.relative_to(PRODUCT)}:{line} writes the state of a {table}"
        for path, text in modules_with(r"update|insert|UPDATE|INSERT")
        if "migrations" not in path.parts
        for table, line in state_writers(text)
        if path != DOORS[table]
    ]

    assert not strays


IMPORT = "from digest.store.base.tables import delivery as d, edition\n"


@pytest.mark.parametrize(
    ("text", "tables"),
    [
        pytest.param("update(d).values(state='sent')", ["delivery"], id="an update"),
        pytest.param("update(edition).values(x)", ["edition"], id="of unknown columns"),
        pytest.param("update(d).where(a).values(**x)", ["delivery"], id="of a mapping"),
        pytest.param("sa.insert(d)", ["delivery"], id="an insert"),
        pytest.param("insert_new(c, edition, rows)", ["edition"], id="of new rows"),
        pytest.param("insert(tables.delivery)", ["delivery"], id="by the module"),
        pytest.param("text('UPDATE delivery SET')", ["delivery"], id="in words"),
        pytest.param("update(d).where(a).values(reply=None)", [], id="of a reply"),
        pytest.param("select(d).where(d.c.state == 'sent')", [], id="a question"),
        pytest.param("update(item).values(state='sent')", [], id="of something else"),
    ],
)
def test_a_statement_that_writes_a_state_is_noticed(
    text: str, tables: list[str]
) -> None:
    assert [table for table, _ in state_writers(IMPORT + text)] == tables


# As docs/life-of-an-edition.md tells it, and by hand alone what is in capitals.
DELIVERY_WAYS = {
    "planned": "handing-over cancelled expired",
    "handing-over": "planned accepted refused uncertain",
    "uncertain": "planned accepted CANCELLED",
    "refused": "PLANNED",
    "accepted": "CANCELLED PLANNED UNCERTAIN",
    "cancelled": "UNCERTAIN PLANNED ACCEPTED",
    "expired": "ACCEPTED",
}
EDITION_WAYS = {
    "open": "frozen skipped cancelled",
    "frozen": "approved skipped cancelled OPEN",
    "approved": "planned skipped OPEN",
    "planned": "sending sent rehearsed stopped",
    "sending": "sent rehearsed stopped",
    "sent": "SENDING STOPPED",
    "rehearsed": "SENDING STOPPED",
}


@pytest.mark.parametrize(("at", "to"), [*product(DeliveryState, repeat=2)])
def test_a_delivery_may_go_these_ways(at: DeliveryState, to: DeliveryState) -> None:
    ways = DELIVERY_WAYS.get(at, "").split()

    assert (at in DELIVERY_MOVES.sources_of(to)) is (to in ways)
    named = DELIVERY_MOVES.sources_of(to, only_from=at)
    assert (named == [at]) is (to in ways or to.upper() in ways)


@pytest.mark.parametrize(("at", "to"), [*product(EditionState, repeat=2)])
def test_an_edition_may_go_these_ways(at: EditionState, to: EditionState) -> None:
    ways = EDITION_WAYS.get(at, "").split()

    assert (at in EDITION_MOVES.sources_of(to)) is (to in ways)
    named = EDITION_MOVES.sources_of(to, only_from=at)
    assert (named == [at]) is (to in ways or to.upper() in ways)


def test_what_has_ended_goes_nowhere_by_itself() -> None:
    assert set(DELIVERY_MOVES.ended) == {"accepted", "refused", "cancelled", "expired"}
    assert set(EDITION_MOVES.ended) == {
        "sent",
        "rehearsed",
        "skipped",
        "missed",
        "cancelled",
        "stopped",
    }


def test_what_is_unfinished_goes_on() -> None:
    assert set(DELIVERY_MOVES.unfinished) == {"planned", "handing-over", "uncertain"}
    assert set(EDITION_MOVES.unfinished) == {
        "open",
        "frozen",
        "approved",
        "planned",
        "sending",
    }


def test_few_modules_name_a_channel_or_a_format() -> None:
    naming = {
        path
        for path, text in modules_with(r"Channel\.|Format\.")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute)
        and node.attr.isupper()
        and isinstance(node.value, ast.Name)
        and node.value.id in ("Channel", "Format")
    }

    assert len(naming) <= MOST_MODULES_THAT_NAME_A_CHANNEL
