"""Names that people type: the nearest to one that nobody knows."""

import difflib
from collections.abc import Iterable


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the one of `names` that was most likely meant, if any comes near."""
    by_key = {candidate.casefold(): candidate for candidate in names}
    near = difflib.get_close_matches(name.casefold(), by_key, 1, 0.7)
    return by_key[near[0]] if near else None


def unknown(kind: str, name: str, names: Iterable[str]) -> str:
    """Return that there is no such thing, and what there is, in words."""
    names = sorted(names)
    if near := nearest(name, names):
        return f"there is no {kind} called “{name}”: is it “{near}”?"
    return f"there is no {kind} called “{name}”: there are {', '.join(names)}"
