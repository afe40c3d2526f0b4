"""Why a letter came back, and what follows from it."""

from enum import StrEnum


def as_scanned(reference: str) -> str:
    """Return what the code on a letter says, and a scanner types: ".14.7.".

    With a mark at either end: of a code whose first figures were lost, while a page was
    loading, another letter's reference may be left, and that is not to be taken for it.
    """
    return f".{reference}."


def from_scanner(text: str) -> str:
    """Return the reference that was scanned or typed, without the marks at its ends.

    A code that lacks one of them stays as it is, which is no reference.
    """
    text = text.strip()
    is_whole = text.startswith(".") and text.endswith(".")
    return text[1:-1] if is_whole else text


class LetterReturnReason(StrEnum):
    """What stands on the envelope of a letter that came back."""

    GONE_AWAY = "gone-away"
    INCOMPLETE = "incomplete"
    NOT_KNOWN = "not-known"
    REFUSED = "refused"
    DIED = "died"
    UNREADABLE = "unreadable"

    @property
    def words(self) -> str:
        """The reason as staff read it."""
        return _WORDS[self]

    @property
    def ends_post(self) -> bool:
        """Whether nothing more is posted to that name and address."""
        return self not in (
            LetterReturnReason.INCOMPLETE,
            LetterReturnReason.UNREADABLE,
        )

    @property
    def ends_everything(self) -> bool:
        """Whether nothing more is sent to that person by any channel."""
        return self is LetterReturnReason.DIED


_WORDS = {
    LetterReturnReason.GONE_AWAY: "Gone away",
    LetterReturnReason.INCOMPLETE: "Address incomplete",
    LetterReturnReason.NOT_KNOWN: "Not known here",
    LetterReturnReason.REFUSED: "Refused",
    LetterReturnReason.DIED: "Has died",
    LetterReturnReason.UNREADABLE: "Nothing I can read",
}
