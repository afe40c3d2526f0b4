"""Why a letter came back, and what follows from it."""

from enum import StrEnum


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
