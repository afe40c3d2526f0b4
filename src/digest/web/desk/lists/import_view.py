"""An import as its page shows it: its columns, how it stands, and its rows' faults."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from digest.audience import limits as audience_limits
from digest.audience.lists.guessing import CHOICES, MatchedColumn, guess
from digest.audience.lists.uploaded_imports import (
    DOUBTFUL,
    PAUSED,
    REFUSED,
    RESTORED,
    STAYS_OUT,
)
from digest.model.people.import_state import WORKING, ImportState
from digest.model.people.lawful_basis import LawfulBasis
from digest.model.staff_words import moment_in_words
from digest.store.campaigns import campaigns
from digest.store.people import subscriptions
from digest.store.people.imports import list_imports
from digest.store.people.imports.list_imports import ImportFault, StoredImport
from digest.web import limits
from digest.web.parts.inputs import FormFields
from digest.web.parts.state_tags import StateTag

_TAGS: Mapping[ImportState, StateTag] = {
    ImportState.UPLOADED: StateTag("Columns to be matched", "question", "ask"),
    ImportState.CHECKING: StateTag("Being checked", "arrow", "doing"),
    ImportState.CHECKED: StateTag("Checked, nothing stored yet", "question", "ask"),
    ImportState.IMPORTING: StateTag("Coming in", "arrow", "doing"),
    ImportState.IMPORTED: StateTag("In", "tick", "good"),
    ImportState.UNDOING: StateTag("Going back", "arrow", "doing"),
    ImportState.UNDONE: StateTag("Undone", "stop", "wait"),
    ImportState.CANCELLED: StateTag("Left, nothing was stored", "stop", "wait"),
}
_CUT_OFF = StateTag("Cut off", "triangle", "look")
_KINDS = {
    REFUSED: "Needs mending",
    DOUBTFUL: "May be somebody we hold",
    STAYS_OUT: "Stays out",
    PAUSED: "Has paused",
    RESTORED: "Comes in, by a guess",
    "stays": "Left as they are",
}
_COUNTS = (
    *("added", "updated", "unchanged", "refused", "not_brought_back", "doubtful"),
    *("paused", "without_permission", "restored_phones"),
    *("removed", "restored", "renewed", "taken off", "stay"),
)
_FORGOTTEN = "The rows of this file are not kept any more."


def in_the_list(stored: StoredImport, zone: str) -> dict[str, Any]:
    """Return an import as a line of all of them."""
    return {
        "id": stored.id,
        "name": stored.file_name,
        "list": stored.list_name,
        "rows": stored.rows,
        "tag": _TAGS[stored.state],
        "by": stored.by,
        "when": moment_in_words(stored.created_at, zone),
    }


def columns(
    connection: Connection, stored: StoredImport, form: FormFields | None = None
) -> dict[str, Any]:
    """Return what the page of its columns shows: a guess, or what was typed."""
    guesses = guess(stored.headings, stored.samples)
    typed: dict[str, str] = {"is_same": ""}
    for place, each in enumerate(guesses):
        typed[f"column_{place}"] = (
            stored.columns[place] if stored.columns else each.column
        )
    has_consent = any(each.column == "consent_basis" for each in guesses)
    consent = stored.consent
    if consent:
        is_alike = len([words for words in consent.values() if words]) > 1
        is_task = consent.get("basis") == LawfulBasis.PUBLIC_TASK
        typed["permission"] = (
            "public-task" if is_task else "alike" if is_alike else "not-asked"
        )
        typed |= {f"consent_{name}": words for name, words in consent.items()}
    elif has_consent or stored.columns:
        typed["permission"] = "each-row"
    lists = _lists(connection)
    typed["list"] = stored.list_name or (lists[1][0] if len(lists) == 2 else "")
    typed |= dict(form or {})
    return {
        "stored": stored,
        "columns": [_column(place, each) for place, each in enumerate(guesses)],
        "choices": CHOICES,
        "lists": lists,
        "typed": typed,
    }


def standing(
    connection: Connection, stored: StoredImport, after: int, now: datetime, zone: str
) -> dict[str, Any]:
    """Return where an import stands, and what is to be told of its rows."""
    most = limits.IMPORT_FAULTS
    rows = list_imports.faults(connection, stored.id, most + 1, after=after)
    is_working = stored.state in WORKING
    is_cut_off = is_working and (
        stored.worked_at is None
        or now - stored.worked_at > audience_limits.IMPORT_SILENCE
    )
    counts = dict.fromkeys(_COUNTS, 0) | dict(stored.counts)
    may_undo = (
        stored.state is ImportState.IMPORTED
        and stored.ended_at is not None
        and now - stored.ended_at < audience_limits.IMPORT_UNDOABLE
    ) or (stored.state is ImportState.IMPORTING and is_cut_off)
    return {
        "stored": stored,
        "state": stored.state.value,
        "tag": _CUT_OFF if is_cut_off else _TAGS[stored.state],
        "is_working": is_working and not is_cut_off,
        "is_cut_off": is_cut_off,
        "counts": counts,
        "has_counts": bool(stored.counts),
        "ready": counts["added"] + counts["updated"],
        "to_mend": counts["refused"] + counts["doubtful"],
        "faults": [_fault(fault) for _, fault in rows[:most]],
        "after": after,
        "following": rows[most - 1][0] if rows[most:] else 0,
        "may_undo": may_undo,
        "undo_days": audience_limits.IMPORT_UNDOABLE.days,
        "has_rows": stored.forgotten_at is None,
        "forgotten": _FORGOTTEN,
        "when": moment_in_words(stored.ended_at or stored.created_at, zone),
    }


def with_mark(parts: Iterator[str]) -> Iterator[bytes]:
    """Yield UTF-8 that a spreadsheet takes for it."""
    yield "\N{ZERO WIDTH NO-BREAK SPACE}".encode()
    for part in parts:
        yield part.encode()


def _fault(fault: ImportFault) -> dict[str, Any]:
    return {
        "line": fault.line,
        "name": fault.name,
        "kind": _KINDS[fault.kind],
        "place": _capital(fault.place.replace("_", " ")) or "The row",
        "wrong": _capital(fault.wrong),
        "do": _capital(fault.do),
    }


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _column(place: int, each: MatchedColumn) -> dict[str, Any]:
    return {
        "name": f"column_{place}",
        "heading": each.heading or f"Column {place + 1}, without a heading",
        "samples": [words for words in each.samples if words],
        "why": each.why,
        "is_known": bool(each.column),
    }


def _lists(connection: Connection) -> list[tuple[str, str]]:
    names = {*subscriptions.names(connection)}
    goes_to: dict[str, list[str]] = {}
    for each in campaigns.listed(connection):
        names.update(each.campaign.lists)
        for name in each.campaign.lists:
            goes_to.setdefault(name, []).append(each.campaign.title)
    pairs = [
        (name, f"{name} ({', '.join(goes_to[name])})" if name in goes_to else name)
        for name in sorted(names)
    ]
    return [("", "Choose one"), *pairs]
