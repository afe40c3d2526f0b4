"""What checking an edition last came to, kept for its page while this process runs.

To check is to make every format and to decide for every reader, which is not done anew
each time that somebody moves a post.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from digest.bootstrap import App
from digest.schedule.editions import preflight
from digest.schedule.editions.preflight import EditionCheck, ForeseenCopies
from digest.web import limits
from digest.web.parts.edition_places import EditionPlace


@dataclass(frozen=True, slots=True)
class LatestCheck:
    """What a check came to, when, and of which contents."""

    check: EditionCheck
    at: datetime
    mark: str


class LatestChecks:
    """The latest check of each edition that somebody has looked at lately."""

    def __init__(self, digest: App) -> None:
        self._digest = digest
        self._lock = Lock()
        self._latest = OrderedDict[EditionPlace, LatestCheck]()

    def of(self, place: EditionPlace) -> LatestCheck | None:
        """Return what it last came to, None where nobody has checked it yet."""
        with self._lock:
            return self._latest.get(place)

    def anew(
        self, place: EditionPlace, foreseen: ForeseenCopies, mark: str
    ) -> LatestCheck:
        """Check now what was read of it, of contents with that mark."""
        now = self._digest.now()
        checked = preflight.checked(self._digest.previews, foreseen, now)
        latest = LatestCheck(checked, now, mark)
        with self._lock:
            self._latest[place] = latest
            self._latest.move_to_end(place)
            while len(self._latest) > limits.CHECKS_KEPT:
                self._latest.popitem(last=False)
        return latest
