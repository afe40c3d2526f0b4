"""Live, or practice: whether what is done is for readers, or a rehearsal of it."""

from enum import StrEnum


class Mode(StrEnum):
    """In which mode the program runs; an edition has the one it was opened in."""

    LIVE = "live"
    PRACTICE = "practice"

    @property
    def counted(self) -> tuple["Mode", ...]:
        """The modes whose editions count in this one: in practice, rehearsals too."""
        return (Mode.LIVE,) if self is Mode.LIVE else (Mode.LIVE, Mode.PRACTICE)
