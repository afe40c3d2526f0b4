"""How a reader gets an edition, beside what staff arrange: in each format there is."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from digest.bootstrap import App
from digest.errors import DigestError
from digest.model.formats import Format, Preview, previews
from digest.web import limits
from digest.web.desk.editions.edition_view import EditionView
from digest.web.desk.editions.reader_sight import (
    ReaderSight,
    choices_of,
    facts_of,
)

# An email is looked at in two widths; each other format in the one it has.
_WIDTHS = (("phone", "Phone"), ("desktop", "Desktop"))
_HTML, _TEXT, _PDF = "text/html", "text/plain", "application/pdf"


@dataclass(frozen=True, slots=True)
class EditionSight:
    """One way to see an edition: its name in addresses, and the preview it is of."""

    name: str
    words: str
    preview: Preview

    @property
    def media_type(self) -> str:
        """What kind of document it is."""
        return self.preview.media_type.partition(";")[0]


def sights() -> list[EditionSight]:
    """Return every way to see an edition, as the table of formats has them."""
    every = []
    for _, preview in previews():
        if preview.media_type.startswith(_HTML):
            every += [EditionSight(name, words, preview) for name, words in _WIDTHS]
        elif preview.words:
            words = "Text" if preview.name == "text" else preview.words.capitalize()
            every.append(EditionSight(preview.name, words, preview))
    return every


def sight_of(
    digest: App, view: EditionView, show: str, reader: ReaderSight
) -> dict[str, Any]:
    """Return what the page shows of it, or why that cannot be shown.

    `show` is the name of a sight, "" for that in which its reader gets it.
    """
    every = sights()
    own = next((each for each in every if _is_of(each, reader.own_format)), every[0])
    chosen = next((each for each in every if each.name == show), own)
    sight = {
        "show": chosen.name,
        "words": chosen.preview.words or chosen.words,
        "preview": chosen.preview.name,
        "choices": [(each.name, each.words) for each in every],
        **_reader(reader),
        "is_own": reader.own_format is None or _is_of(chosen, reader.own_format),
        "kind": "",
        "text": "",
        "pages": 0,
        "mark": "",
        "why_not": "",
    }
    try:
        problem = reader.problem or _why_not(view, reader)
        if not problem:
            return sight | _content(digest, view, chosen, reader)
    except DigestError as fault:
        problem = str(fault)
    return sight | {"why_not": f"{problem[:1].upper()}{problem[1:]}"}


def _reader(reader: ReaderSight) -> dict[str, Any]:
    """Return as whom it is seen: for addresses, for the field, and what is told."""
    name = reader.copy.to.name if reader.copy else ""
    return {
        "as": reader.words if reader.number is None else str(reader.number),
        "sought": name or reader.words,
        "name": name,
        "facts": facts_of(reader),
        "own": reader.own_format.words if reader.own_format else "",
        "people": choices_of(reader),
    }


def _is_of(sight: EditionSight, fmt: Format | None) -> bool:
    """Whether readers of that format see it so."""
    return fmt is not None and sight.preview in fmt.previews


def _why_not(view: EditionView, reader: ReaderSight) -> str:
    """Return why nothing of it can be shown to that reader, or ""."""
    if view.contents is None:
        return "It carries nothing to look at."
    if reader.copy is not None:
        why = reader.copy.why_not
        return f"{reader.copy.to.name} gets no copy of it: {why}." if why else ""
    if reader.people:
        return "Several people are meant: choose one, or write more of it."
    # It may hold nothing new, and something that a reader is owed.
    has_any = view.contents.posts or view.contents.events
    return "" if has_any else "There is nothing in it yet."


def _content(
    digest: App, view: EditionView, chosen: EditionSight, reader: ReaderSight
) -> dict[str, Any]:
    place, name = view.place, chosen.preview.name
    match chosen.media_type:
        case "text/html":
            return {"kind": "frame"}
        case "text/plain":
            if reader.copy is None:
                document = digest.previews.of(place.what, place.schedule, name)
            else:
                document = digest.previews.of_copy(reader.copy, name)
            return {"kind": "text", "text": document.content.decode()}
        case "application/pdf":
            mark = _mark(view, reader, digest.now())
            key = (place.what, place.schedule, name, reader.number, mark)
            pages = digest.preview_pages.of(key, reader.copy)
            return {"kind": "pages", "pages": len(pages), "mark": mark}
        case _:
            return {"kind": "file"}


def _mark(view: EditionView, reader: ReaderSight, now: datetime) -> str:
    """Return what is another where its pages are, or their pictures may have come."""
    bucket = int(now.timestamp() // limits.PAGES_DRAWN_FOR.total_seconds())
    parts = [view.mark, repr(view.campaign), str(bucket)]
    if reader.copy is not None and (theirs := reader.copy.variant):
        parts += [repr(reader.copy.to), repr(theirs.entry_ids), theirs.language]
        parts.append(repr(theirs.coming))
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:16]
