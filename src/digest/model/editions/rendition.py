"""What is made once for every variant with the same items, format and language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Of an email: the names and uses of the pictures that belong inside it, and what
# they would have weighed where they are hosted for that reason.
ATTACHED = "attached"
TOO_HEAVY = "too_heavy"
# Why none could be made, until one is.
FAULT = "fault"
# Of a letter: what could not be printed and is told of in its place, with why.
UNPRINTED = "unprinted"
# Of what is printed: how many pages it has.
PAGES = "pages"


@dataclass(frozen=True, slots=True)
class Rendition:
    """A compiled message, a letter's body or a preview; its facts are JSON values."""

    content: bytes
    facts: Mapping[str, Any]
