"""Pictures that a file names: on the web, or beside it in its folder."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from digest.gather import addresses

_KINDS = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp"})


@dataclass(frozen=True, slots=True)
class PictureFiles:
    """Finds the pictures of a file in `folder`, none of them outside `root`."""

    folder: Path
    root: Path

    def found(self, said: str) -> str:
        """Return the web address or the absolute path of the picture.

        Raises ValueError, in words, for one that is elsewhere, of another kind
        than print and email can show, or not there.
        """
        if address := addresses.web(said, ""):
            return address
        try:
            path = (self.folder / said).resolve()
            is_inside = path.is_relative_to(self.root.resolve())
            is_there = is_inside and path.is_file()
        except (OSError, ValueError):  # too long, or not a path at all
            is_inside = is_there = False
        if not is_inside or path.suffix.lower() not in _KINDS:
            raise ValueError(
                f'names the picture "{said}": use a PNG or JPEG inside the folder'
            )
        if not is_there:
            raise ValueError(f'names the picture "{said}", which is not there')
        return str(path)

    def of_the_name(self, stem: str) -> str:
        """Return the picture beside that is called as the file is, or an empty name."""
        names = (f"{stem}{ending}" for ending in sorted(_KINDS))
        return next((name for name in names if (self.folder / name).is_file()), "")

    def at(self, address: str) -> str | None:
        """Return where the address of a picture in the file's words leads.

        None where it has none. Raises ValueError as `found` does.
        """
        return self.found(unquote(address)) if address.strip() else None
