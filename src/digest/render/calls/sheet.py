"""The call sheet on paper: what to say beside the telephone, then whom to ring."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digest.model.delivery.calls import NIGHT
from digest.render.calls.script import CallScript, ScriptPart
from digest.render.paper.languages import typst_language
from digest.render.paper.printable_text import all_printable
from digest.render.paper.typst_compiler import TypstCompiler
from digest.render.words.catalogue import Words, words_for
from digest.render.words.languages import ENGLISH


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """Somebody to ring: who they are, and what helps; `last` is what came of it last.

    `again` is when they asked to be rung, "" where they said nothing.
    """

    reference: str
    name: str
    phone: str
    needs: tuple[str, ...] = ()
    last: str = ""
    again: str = ""


@dataclass(frozen=True, slots=True)
class SheetHead:
    """What stands on every page of a campaign's calls, and in which language.

    `worried` is whom a caller rings who is worried about somebody, "" of nobody.
    """

    title: str
    day: str
    organiser: str = ""
    worried: str = ""
    language: str = ENGLISH
    is_proof: bool = False


@dataclass(frozen=True, slots=True)
class SheetGroup:
    """People of a campaign who are told the same, and what that is."""

    script: CallScript
    entries: tuple[SheetEntry, ...]
    head: SheetHead


def call_sheet(
    groups: Sequence[SheetGroup], templates_dir: Path | None = None, left_over: int = 0
) -> bytes:
    """Return the sheet as PDF/UA-1: the same bytes for the same words.

    Each group's pages are in its campaign's name and language; the document is in the
    first's. `left_over` is how many more are to be rung than are on it. Raises
    RenderError in one line.
    """
    head = groups[0].head
    words = words_for(head.language)
    people = sum(len(group.entries) for group in groups)
    titles = [*dict.fromkeys(group.head.title for group in groups)]
    job = {
        "title": f"{words.gettext('Call sheet')}: {', '.join(titles)}, {head.day}",
        "campaign": ", ".join(titles),
        **typst_language(head.language),
        "shred": _fixed_words(words)["shred"],
        "page_of": _fixed_words(words)["page_of"],
        "groups": [
            _group(group, words_for(group.head.language), people, left_over)
            for group in groups
        ],
    }
    printable = all_printable(job, words)
    with TypstCompiler(templates_dir) as compiler:
        return compiler.typeset("call-sheet.typ", printable).pdf


def _head(head: SheetHead, words: Words, people: int, left_over: int) -> dict[str, Any]:
    return {
        "day": head.day,
        "campaign": head.title,
        "people": words.ngettext(
            "%(number)d person to ring", "%(number)d people to ring", people
        ),
        # Translators: on a call sheet that has not room for all who are to be rung.
        "left_over": words.ngettext(
            "%(number)d more to ring: print again when these are done",
            "%(number)d more to ring: print again when these are done",
            left_over,
        )
        if left_over
        else "",
        "organiser": head.organiser,
        "proof": words.gettext("To practise with: ring nobody")
        if head.is_proof
        else "",
        "worried": head.worried,
        "own": typst_language(head.language),
    }


def _group(
    group: SheetGroup, words: Words, people: int, left_over: int
) -> dict[str, Any]:
    script = group.script
    you = words.gettext("(your name)")
    only = group.entries[0].name if len(group.entries) == 1 else ""
    return {
        **typst_language(script.language),
        "head": _head(group.head, words, people, left_over),
        "words": _fixed_words(words),
        "hello": script.opening(only or words.gettext("(name)"), you),
        "if_not": script.if_not,
        "outline": script.outline,
        "go_on": script.go_on,
        "in_full": script.in_full,
        "goodbye": list(script.goodbye),
        "minutes": _minutes(script.minutes, words),
        "parts": list(_parts(script.parts, words)),
        "entries": [
            {
                "reference": entry.reference,
                "name": entry.name,
                "phone": entry.phone,
                "needs": list(entry.needs),
                "last": entry.last,
                "again": entry.again,
            }
            for entry in group.entries
        ],
    }


def _parts(parts: Sequence[ScriptPart], words: Words) -> Iterator[dict[str, Any]]:
    for part in parts:
        yield {
            "title": part.title,
            "section": part.section,
            "minutes": _minutes(part.minutes, words),
            "brief": list(part.brief),
            "full": list(part.full),
            **typst_language(part.language),
        }


def _minutes(number: int, words: Words) -> str:
    return words.ngettext("%(number)d minute", "%(number)d minutes", number)


def _fixed_words(words: Words) -> dict[str, str]:
    """Return the words that the template places itself, for whoever rings."""
    return {
        # Translators: the heading of a call sheet's first page.
        "say": words.gettext("What to say"),
        # Translators: the heading above the people on a call sheet.
        "ring": words.gettext("Whom to ring"),
        "full": words.gettext("In full, for whoever asks"),
        "first": words.gettext("First"),
        "if_not": words.gettext("If not"),
        "last": words.gettext("Last"),
        "note": words.gettext("From us all"),
        "needs": words.gettext("Needs"),
        "last_time": words.gettext("Last time"),
        "again": words.gettext("Ring at"),
        "spoken": words.gettext("We spoke"),
        "no_answer": words.gettext("No answer"),
        "wrong": words.gettext("Wrong number"),
        "stop": words.gettext("Asked us to stop"),
        "instead": words.gettext("Rather a letter or email"),
        "ring_at": words.gettext("Ring back at"),
        "passed_on": words.gettext("To pass on, word for word:"),
        "somebody_else": words.gettext(
            "If somebody else answers, ask for the person and say no more than your "
            "name."
        ),
        # Translators: on a call sheet; the times are such as 09:00.
        "hours": words.gettext(
            "Ring between %(first)s and %(last)s, unless they asked for another time.",
            first=f"{NIGHT.last:%H:%M}",
            last=f"{NIGHT.first:%H:%M}",
        ),
        # Translators: before a name or number; on a call sheet.
        "worried": words.gettext("If you are worried about somebody, ring"),
        "shred": words.gettext(
            "Names and numbers stand on these pages: hand them back, or shred them."
        ),
        # Translators: at the foot of a page; leave {page} and {pages} as they are.
        "page_of": words.gettext("Page {page} of {pages}"),
    }
