"""The forms in which an edition can be looked at before and after it goes out."""

from enum import StrEnum

from digest.model.people.reader import Format


class PreviewKind(StrEnum):
    """What a preview shows."""

    HTML = "html"
    TEXT = "text"
    EML = "eml"
    LETTER = "letter"
    LARGE_PRINT = "large-print"

    @property
    def serves(self) -> Format:
        """The format of the readers who get it so."""
        return {
            PreviewKind.TEXT: Format.PLAIN,
            PreviewKind.LETTER: Format.LETTER,
            PreviewKind.LARGE_PRINT: Format.LARGE_PRINT,
        }.get(self, Format.HTML)

    @property
    def media_type(self) -> str:
        """What a browser is told it gets."""
        return {
            PreviewKind.HTML: "text/html; charset=utf-8",
            PreviewKind.TEXT: "text/plain; charset=utf-8",
            PreviewKind.EML: "message/rfc822",
        }.get(self, "application/pdf")
