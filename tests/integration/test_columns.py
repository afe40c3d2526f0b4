"""A fact that is written down is read by something that shows it, or does not exist.

A column is read where a query brings it out: by name, or with its whole row, of which
the same module then asks for it. One that only chooses rows is not.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path

from sqlalchemy import Table

import digest
from digest.store.base import tables
from digest.store.base.tables import metadata

_OURS = Path(digest.__file__).parent
_TABLES = {name: it for name, it in vars(tables).items() if isinstance(it, Table)}
_BRING_OUT = {"select", "add_columns", "returning", "_of_editions"}
# What is not for anybody's eyes, and what it is for.
UNSEEN = {
    "account.totp_step": "a code is taken once: later ones alone are good",
    "bounce.mark": "by which a report that comes twice is taken once",
    "campaign_file_place.base": "which file knows, by which it is matching",
    "campaign_file_place.campaign_id": "by which it is matching",
    "departure.campaign_id": "by which it is matching",
    "joining_tally.since": "which stretch of time it counts, by which it is matching",
    "known_apart.first_id": "who is not offered with whom, by which it is matching",
    "known_apart.second_id": "who is not offered with whom, by which it is matching",
    "list_import_part.list_import_id": "by which it is matching",
    "list_import_part.number": "the order of its pieces",
    "edition.is_tallied": "whether its counts are kept, by which they are chosen",
    "pace.idle_at": "when the row may be thrown away",
    "recovery_code.account_id": "whose code it is, by which it is matching",
    "recovery_code.code_hash": "a secret, by which it is matching",
    "recovery_code.used_at": "how many are left is shown",
    "schedule.began_at": "from where the places of its first readers are reckoned",
    "used_challenge.ends_at": "when the row may be thrown away",
    "used_challenge.number": "that a challenge has been answered",
    "watch.id": "there is one row",
}
# What the store reads and keeps to itself, and what for.
WITHIN = {
    "access_key.secret_hash": "a secret, by which a caller is known",
    "account_session.confirmed_at": "that a second proof was given",
    "account_session.token_hash": "a secret, by which a session is found",
    "alarm.gone_at": "how long it is over, by which that is told",
    "alarm.mailed_at": "that it was told",
    "alarm.noticed_at": "how long it has stood, by which it is told",
    "call_attempt.next_attempt_before": "what an undo brings back",
    "call_attempt.phone_hash": "which calls were to one number",
    "call_attempt.reply_before": "what an undo brings back",
    "call_attempt.tries_before": "what an undo brings back",
    "campaign.had_upto": "up to where its posts count as had, whatever no edition says",
    "delivery.listed_state": "the state, by which a run is counted",
    "handover.held_because": "shown as why nothing may leave: Hold.because",
    "handover.database_id": "by which a database that was restored is noticed",
    "incoming_mail.forward_at": "when it is passed on, or tried again",
    "item.address_mark": "by which the same post is known again",
    "item.given_fingerprint": "by which a change at the source is noticed",
    "item.released_at": "that it is released is shown, and where it stands",
    "item.revision_declined_at": "shown as a correction that was declined",
    "item.revision_fingerprint": "by which the same correction is known again",
    "joining_request.domain_hash": "by which requests are counted",
    "joining_request.mail_due_at": "when its mail is tried again",
    "joining_request.pending_key": "by which the same request is known again",
    "machine_clock.ahead_seconds": "shown as how far a clock is ahead",
    "machine_clock.compared_at": "how old a comparison may be that counts",
    "mailbox.next_look_at": "a lease",
    "pace.ledger": "of it is reckoned what a limit leaves, which is shown",
    "picture_file.unused_since": "when it may be thrown away",
    "print_batch.organiser_key": "by which letters that go together are matching",
    "send_batch.fence": "by which a sender notices that its batch is another's",
    "send_batch.first_reader_id": "whose emails are in it",
    "send_batch.last_reader_id": "whose emails are in it",
    "send_batch.lease_until": "a lease",
    "source.first_read_at": "whether it was ever read is shown as its health",
    "source.notebook": "what its next reading goes on from",
    "subscriber.name_sound": "by which people who may be held twice are found",
    "subscriber.phone_digits": "by which people are looked up",
    "subscriber.phone_hash": "by which suppressions are matching",
    "subscriber.post_hash": "by which suppressions are matching",
    "suppression.target_hash": "by which it is matching",
    "secret_key.first_used_at": "which of its keys signed a copy's links",
    "secret_key.hash_key": "a secret, sealed, by which addresses are hashed",
}
# It hands out all that is held of somebody as it is.
_HANDED_OUT = Path("store", "people", "subject_access.py")


def test_every_column_is_read_or_has_a_reason_not_to_be() -> None:
    every = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.c
    }
    unread = every - set(_read())

    assert {*UNSEEN} <= every, "a reason is given for a column that is gone"
    assert unread == {*UNSEEN}


def test_every_column_that_is_read_is_known_above_the_store_or_has_a_reason() -> None:
    handed_out = _read_in(ast.parse((_OURS / _HANDED_OUT).read_text()))
    visible = {*handed_out, *UNSEEN}
    columns = chain.from_iterable(table.c for table in metadata.sorted_tables)
    within = {
        name
        for column in columns
        if not column.foreign_keys and column.name not in _words_above()
        if (name := f"{column.table.name}.{column.name}") not in visible
    }

    assert within == {*WITHIN}


@cache
def _words_above() -> frozenset[str]:
    """Return every word of what is above the store, and of the templates."""
    modules = (
        path
        for path in _OURS.rglob("*.py")
        if path.relative_to(_OURS).parts[0] not in ("store", "model")
    )
    templates = (_OURS.parents[1] / "templates").rglob("*.*")
    texts = (path.read_text(errors="replace") for path in (*modules, *templates))
    return frozenset(chain.from_iterable(re.findall(r"\w+", text) for text in texts))


def _read() -> Iterator[str]:
    for path in _OURS.rglob("*.py"):
        if not {"migrations", "tables"} & {*path.relative_to(_OURS).parts}:
            yield from _read_in(ast.parse(path.read_text()))


def _read_in(module: ast.Module) -> Iterator[str]:
    names = _imported_tables(module)
    brought_out = [part for node in ast.walk(module) for part in _brought_out(node)]
    for each in brought_out:
        for part in ast.walk(each):
            yield from _column(part, names)
    asked_for = _asked_for(module)
    for table in {table for each in brought_out for table in _whole(each, names)}:
        for column in _TABLES[table].c:
            if {column.name, column.key} & asked_for:
                yield f"{table}.{column.name}"


def _asked_for(module: ast.Module) -> set[str]:
    """Return what a module asks of rows, by name; what it writes is not that."""
    names, written = set[str](), set[int]()
    for node in ast.walk(module):
        match node:
            case ast.Attribute(attr=name, ctx=ast.Load()):
                names.add(name)
            case ast.Dict(keys=keys):
                written |= {id(key) for key in keys}
            case ast.Constant(value=str(name)) if id(node) not in written:
                names.add(name)
            case ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
            case _:
                pass
    return names


def _imported_tables(module: ast.Module) -> dict[str, str]:
    """Return the tables that a module imports, by the names that it has for them."""
    return {
        alias.asname or alias.name: alias.name
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom) and node.module == tables.__name__
        for alias in node.names
        if alias.name in _TABLES
    }


def _brought_out(node: ast.AST) -> list[ast.expr]:
    """Return what a node has a query bring out: its columns, or a list of them."""
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return node.args if name in _BRING_OUT else []
        case ast.Assign(value=ast.Tuple() | ast.List() | ast.ListComp() as value):
            return [value]
        case ast.Assign(value=ast.Call(func=ast.Name(id="tuple"), args=args)):
            return args
        case _:
            return []


def _column(node: ast.AST, names: dict[str, str]) -> Iterator[str]:
    match node:
        case ast.Attribute(
            value=ast.Attribute(value=ast.Name(id=name), attr="c"), attr=column
        ) if name in names:
            yield f"{names[name]}.{_TABLES[names[name]].c[column].name}"
        case ast.comprehension(
            iter=ast.Attribute(value=ast.Name(id=name), attr="c")
        ) if name in names:
            yield from (f"{names[name]}.{it.name}" for it in _TABLES[names[name]].c)
        case _:
            pass


def _whole(node: ast.expr, names: dict[str, str]) -> set[str]:
    """Return the tables of which any column may be brought out."""
    matching = set()
    for part in ast.walk(node):
        match part:
            case ast.Subscript(value=ast.Attribute(value=ast.Name(id=n), attr="c")):
                matching.add(n)
            case ast.Starred(value=ast.Attribute(value=ast.Name(id=n), attr="c")):
                matching.add(n)
            case _:
                pass
    if isinstance(node, ast.Name):
        matching.add(node.id)
    return {names[name] for name in matching if name in names}
