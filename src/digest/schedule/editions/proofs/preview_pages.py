"""Pages of a letter as pictures, made once for all who look at the same edition."""

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

from digest.model.editions.rendition import PAGES
from digest.render.page_pictures import page_pictures
from digest.schedule import limits
from digest.schedule.editions.previews import Previews
from digest.schedule.editions.proofs.reader_copies import ReaderCopy

# Of which edition, in which format, as which subscriber, and at which mark of both.
PagesKey = tuple[str, str | None, str, int | None, str]


@dataclass(frozen=True, slots=True)
class PreviewPages:
    """Draws pages of previews; the latest are kept, in this process."""

    previews: Previews
    _latest: "OrderedDict[PagesKey, tuple[bytes, ...]]" = field(
        default_factory=OrderedDict
    )
    _lock: Lock = field(default_factory=Lock)

    def look(self, name: str) -> bytes:
        """Return the first page of a letter as a campaign's look has it, as a PNG."""
        return page_pictures(self.previews.look(name, "letter").content, 1)[0]

    def of(self, key: PagesKey, copy: ReaderCopy | None = None) -> tuple[bytes, ...]:
        """Return the pages as PNG, none where it is not known how many there are.

        They are drawn of the reader's `copy`, or of one that is made anew. Raises
        NotFound and RenderError in words.
        """
        with self._lock:
            if key in self._latest:
                self._latest.move_to_end(key)
                return self._latest[key]
        what, schedule, preview, reader, _ = key
        if copy is None:
            rendition = self.previews.of(what, schedule, preview, reader)
        else:
            rendition = self.previews.of_copy(copy, preview)
        pages = page_pictures(rendition.content, int(rendition.facts.get(PAGES, 0)))
        with self._lock:
            self._latest[key] = pages
            while len(self._latest) > limits.PREVIEW_PAGES_KEPT:
                self._latest.popitem(last=False)
        return pages
