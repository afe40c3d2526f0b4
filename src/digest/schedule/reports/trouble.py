"""What a person should look at."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something a person should look at, and what would help."""

    what: str
    help: str

    def __str__(self) -> str:
        """Return it as one line."""
        return f"{self.what} {self.help}"
