"""Files that every page is drawn with: style sheets, fonts, the mark."""

import gzip
import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path, PurePosixPath

from fastapi import Response

from digest.errors import NotFound, RenderError

_OURS = Path(__file__).parents[1] / "static"
_FONT = "font/woff2"  # compressed as it is
# A kind of file that is not here is not served.
_MEDIA_TYPES: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": _FONT,
}
_ONE_YEAR = "public, max-age=31536000, immutable"


class StaticFiles:
    """The files, each at an address that changes when any of them does.

    A browser asks for each once. Files in `folder`/web/static stand in for ours of
    the same name. Raises RenderError for one that cannot be read.
    """

    def __init__(self, folder: Path | None) -> None:
        self._files = _files_below(_OURS)
        if folder is not None:
            self._files |= _files_below(folder / "web" / "static")
        self.edition = _hash_of(self._files)

    def address(self, name: str) -> str:
        """Return the address of a file. Raises KeyError where there is none."""
        self._files[name]
        return f"/static/{self.edition}/{name}"

    def answer(self, edition: str, name: str, encodings: str) -> Response:
        """Return the file, in the encoding that a browser may read.

        Asked for as of another edition, by a page from before an update, it is as
        it is now, and not to be kept. Raises NotFound in words.
        """
        content = self._files.get(name)
        if content is None:
            raise NotFound("There is no such file.")
        headers = {
            "Cache-Control": _ONE_YEAR if edition == self.edition else "no-cache",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Vary": "Accept-Encoding",
        }
        media_type = _MEDIA_TYPES[PurePosixPath(name).suffix]
        if media_type != _FONT and "gzip" in encodings:
            content = _gzipped(content)
            headers["Content-Encoding"] = "gzip"
        return Response(content, media_type=media_type, headers=headers)


def _files_below(folder: Path) -> dict[str, bytes]:
    try:
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.suffix in _MEDIA_TYPES
        }
    except OSError as problem:
        raise RenderError(f"{folder} cannot be read: {problem}") from problem


@lru_cache(maxsize=32)
def _gzipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def _hash_of(files: Mapping[str, bytes]) -> str:
    total = hashlib.sha256()
    for name, content in sorted(files.items()):
        total.update(f"{name} {len(content)} ".encode() + content)
    return total.hexdigest()[:16]
