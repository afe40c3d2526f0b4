"""Tokens that stand for a reader's values while templates are rendered.

A token is plain letters, so that it passes unharmed through escaping, line
filling and HTML parsers. It holds 128 random bits made after the content was
written, so that no content can forge one.
"""

import re
import secrets

from digest.model.editions.compiled_message import MergeField

Pieces = tuple[str | MergeField, ...]


class Markers:
    """The tokens of one compilation."""

    def __init__(self) -> None:
        secret = secrets.token_hex(16)
        self._fields = {
            f"zq{secret}x{number:02d}qz": field
            for number, field in enumerate(MergeField)
        }
        self._pattern = re.compile(f"(zq{secret}x[0-9]{{2}}qz)")

    def reader(self, place: str) -> dict[str, str]:
        """Return what a template calls `reader`: a token for each value.

        `place` is "text" or "html".
        """
        suffix = f"-in-{place}"
        return {
            field.removesuffix(suffix).replace("-", "_"): token
            for token, field in self._fields.items()
            if field.endswith(suffix)
        }

    def split(self, text: str) -> Pieces:
        """Return the text cut at its tokens, each replaced by its field."""
        parts = self._pattern.split(text)
        return tuple(self._fields.get(part, part) for part in parts if part)
