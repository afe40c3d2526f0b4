"""How a reader gets an edition, beside what staff arrange: in each format there is."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from digest.bootstrap import App
from digest.errors import DigestError
from digest.model.formats import Preview, previews
from digest.model.people.person import Addressee
from digest.web import limits
from digest.web.desk.editions.edition_view import EditionView
from digest.web.desk.editions.previews import PagesQuery, addressee, pages_of

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


def sight_of(digest: App, view: EditionView, show: str, who: str) -> dict[str, Any]:
    """Return what the page shows of it, or why that cannot be shown.

    `show` is the name of a sight, `who` the reader it is addressed to.
    """
    every = {each.name: each for each in sights()}
    chosen = every.get(show) or every[_WIDTHS[0][0]]
    sight: dict[str, Any] = {
        "show": chosen.name,
        "words": chosen.preview.words or chosen.words,
        "preview": chosen.preview.name,
        "kind": "",
        "as": who,
        "text": "",
        "pages": 0,
        "mark": "",
        "why_not": "",
        "choices": [(each.name, each.words) for each in every.values()],
    }
    if view.contents is None:
        return sight | {"why_not": "It carries nothing to look at."}
    if not (view.contents.posts or view.contents.events):
        return sight | {"why_not": "There is nothing in it yet."}
    try:
        return sight | _content(digest, view, chosen, addressee(digest, who), who)
    except DigestError as problem:
        words = str(problem)
        return sight | {"why_not": words[:1].upper() + words[1:]}


def _content(
    digest: App, view: EditionView, chosen: EditionSight, reader: Addressee, who: str
) -> dict[str, Any]:
    place = view.place
    match chosen.media_type:
        case "text/html":
            return {"kind": "frame"}
        case "text/plain":
            document = digest.previews.of(
                place.what, place.schedule, chosen.preview.name, reader
            )
            return {"kind": "text", "text": document.content.decode()}
        case "application/pdf":
            mark = _mark(view, digest.now())
            query = PagesQuery(who, mark)
            pages = pages_of(digest, place, chosen.preview.name, query)
            return {"kind": "pages", "pages": len(pages), "mark": mark}
        case _:
            return {"kind": "file"}


def _mark(view: EditionView, now: datetime) -> str:
    """Return what is another where its pages are, or their pictures may have come."""
    bucket = int(now.timestamp() // limits.PAGES_DRAWN_FOR.total_seconds())
    parts = f"{view.mark} {view.campaign!r} {bucket}"
    return hashlib.sha256(parts.encode()).hexdigest()[:16]
