"""Pictures for a letter: local files only, each tried before it is relied on."""

from collections.abc import Sequence
from pathlib import Path

from digest.render.print_typst import Press

LARGEST = 12_000_000
_KINDS = {
    b"\x89PNG\r\n\x1a\n": "png",
    b"\xff\xd8\xff": "jpg",
    b"GIF8": "gif",
    b"RIFF": "webp",
}


class Pictures:
    """Brings pictures into a press's job folder.

    Only files below one of the folders are read; nothing is fetched.
    """

    def __init__(self, press: Press, folders: Sequence[Path]) -> None:
        self._press = press
        self._folders = tuple(folder.resolve() for folder in folders)
        self._taken: dict[str, str | None] = {}

    def take(self, src: str) -> str | None:
        """Return the name under which Typst shows the picture, or None."""
        if src not in self._taken:
            self._taken[src] = self._bring(src)
        return self._taken[src]

    def _bring(self, src: str) -> str | None:
        data = self._read(src)
        kind = next((k for mark, k in _KINDS.items() if data.startswith(mark)), None)
        if kind is None:
            return None
        name = f"picture-{len(self._taken)}.{kind}"
        (self._press.root / name).write_bytes(data)
        return name if self._press.can_show(name) else None

    def _read(self, src: str) -> bytes:
        for folder in self._folders:
            try:
                path = (folder / src).resolve()
                if path.is_relative_to(folder) and path.stat().st_size <= LARGEST:
                    return path.read_bytes()
            # ValueError: a null byte in the name. Whatever it is, it is no picture.
            except (OSError, ValueError):
                continue
        return b""
