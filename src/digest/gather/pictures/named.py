"""Pictures that a file names: on the web, or beside it in its folder."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from digest.gather.markup import addresses
from digest.gather.markup.words import one_line

_KINDS = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif"})


@dataclass(frozen=True, slots=True)
class PictureFiles:
    """Finds the pictures of a file in `folder`."""

    folder: Path

    def found(self, said: str) -> str:
        """Return the web address, or the absolute path, that is meant.

        Whether a picture is there, and may be read, is seen when it is fetched: it
        costs its post nothing.
        """
        if address := addresses.web(said, ""):
            return address
        try:
            return str((self.folder / said).resolve())
        except (OSError, ValueError):  # too long, or not a path at all
            return one_line(said)

    def of_the_name(self, stem: str) -> str:
        """Return the picture beside that is called as the file is, or an empty name."""
        names = (f"{stem}{ending}" for ending in sorted(_KINDS))
        return next((name for name in names if (self.folder / name).is_file()), "")

    def at(self, address: str) -> str | None:
        """Return where the address of a picture in the file's words leads, if any."""
        return self.found(unquote(address)) if address.strip() else None
