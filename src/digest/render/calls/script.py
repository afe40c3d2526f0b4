"""A call script: what a caller says of an edition, the same for a kind of reader."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Self

# Aloud, with pauses: so many words take a minute.
WORDS_A_MINUTE = 130


@dataclass(frozen=True, slots=True)
class ScriptPart:
    """A post, the dates or a note: what is said of it first, and all of it on request.

    `full` is the whole of what `brief` shortens; empty where it leaves nothing out.
    `language` and `direction` are of the part's own words; a heading above its first
    of a section is `section`.
    """

    title: str
    brief: tuple[str, ...]
    full: tuple[str, ...] = ()
    section: str = ""
    language: str = ""
    direction: str = ""

    @property
    def minutes(self) -> int:
        """How long it takes to say, in whole minutes, at least one."""
        return minutes_of((self.title, *self.brief))


@dataclass(frozen=True, slots=True)
class CallScript:
    """What is said from the first word to the last, in the reader's language.

    `hello` and `if_not` have {name} for the reader and {caller} for who rings;
    `goodbye` is said at the end.
    """

    title: str
    day: str
    hello: str
    if_not: str
    outline: str
    go_on: str
    in_full: str
    goodbye: tuple[str, ...]
    parts: tuple[ScriptPart, ...]
    language: str
    direction: str
    is_proof: bool = False

    @property
    def minutes(self) -> int:
        """How long all of it takes, in whole minutes."""
        return sum(part.minutes for part in self.parts) + 1

    def opening(self, name: str, caller: str) -> str:
        """Return what is said first, to that person by that caller."""
        return self.hello.replace("{name}", name).replace("{caller}", caller)

    def to_bytes(self) -> bytes:
        """Return it as it is kept."""
        return json.dumps(asdict(self), ensure_ascii=False).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Return what was kept."""
        stored: dict[str, Any] = json.loads(content)
        parts = tuple(
            ScriptPart(**_with_tuples(part, "brief", "full"))
            for part in stored["parts"]
        )
        return cls(**_with_tuples(stored, "goodbye") | {"parts": parts})


def minutes_of(texts: tuple[str, ...]) -> int:
    """Return how many minutes it takes to say these, at least one."""
    words = sum(len(text.split()) for text in texts)
    return max(1, round(words / WORDS_A_MINUTE))


def _with_tuples(stored: dict[str, Any], *names: str) -> dict[str, Any]:
    return stored | {name: tuple(stored[name]) for name in names}
