"""Something that a person should look at, in words: the same on every page and mail."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something a person should look at, and what would help."""

    what: str
    help: str
    # Then it is not for mails: it names them.
    names_readers: bool = False

    def __str__(self) -> str:
        """Return it as one line."""
        return f"{self.what} {self.help}"
