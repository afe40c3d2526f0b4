"""The forms in which an edition can be looked at before and after it goes out."""

from enum import StrEnum

from digest.model.people.reader import Format


class Form(StrEnum):
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
            Form.TEXT: Format.PLAIN,
            Form.LETTER: Format.LETTER,
            Form.LARGE_PRINT: Format.LARGE_PRINT,
        }.get(self, Format.HTML)

    @property
    def media_type(self) -> str:
        """What a browser is told it gets."""
        return {
            Form.HTML: "text/html; charset=utf-8",
            Form.TEXT: "text/plain; charset=utf-8",
            Form.EML: "message/rfc822",
        }.get(self, "application/pdf")
