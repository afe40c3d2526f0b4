"""What a source's last reading could not take, as it is kept beside the source."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from digest.store import limits


@dataclass(frozen=True, slots=True)
class SkippedItem:
    """An item that was not taken: which, and what to do about it.

    Where that is `passing` nobody needs do anything but wait. Where it is a part
    of the item alone, the rest of it came in.
    """

    name: str
    why: str
    passing: bool = False
    is_part: bool = False

    def __str__(self) -> str:
        """Return it as a few words."""
        return f"{self.name}: {self.why}"


def to_text(skipped: Sequence[SkippedItem]) -> str:
    """Return the items as text, of very many the first; "" for none.

    Those that are passing are left out.
    """
    lasting = [item for item in skipped if not item.passing]
    rows = [
        (
            item.name[: limits.SKIPPED_NAME_LENGTH],
            item.why[: limits.SKIPPED_REASON_LENGTH],
            False,
            item.is_part,
        )
        for item in lasting[: limits.SKIPPED_ITEMS]
    ]
    if more := len(lasting) - len(rows):
        rows.append((f"{more} more", "see what is said of the others", False, False))
    return json.dumps(rows, ensure_ascii=False) if rows else ""


def from_text(text: str | None) -> tuple[SkippedItem, ...]:
    """Return the items that `to_text` wrote."""
    return tuple(SkippedItem(*row) for row in json.loads(text)) if text else ()
