"""How many examples a costly property is tried with, in every run and in a long one.

A run tries others each time, of every kind. `make test LONG=1` is for a machine
that has the hours: before a release, or after a change of what is promised.
"""

import os

_IS_LONG = bool(os.environ.get("LONG"))


def examples(few: int, *, long: int) -> int:
    """Return how many examples this run tries."""
    return long if _IS_LONG else few
