"""Errors an operator can do something about; every message says what to do next."""

from collections.abc import Sequence
from dataclasses import dataclass


class DigestError(Exception):
    """Something an operator can mend; the command line shows it as one line."""


class SettingsError(DigestError):
    """A setting is missing or wrong."""


@dataclass(frozen=True, slots=True)
class FileFault:
    """One fault of a campaign file: in which table, of which key, and what it is.

    `place` is as "campaign" or "schedule[2]", counted from 1; "" is the file itself.
    """

    place: str
    key: str
    words: str


class CampaignFileError(DigestError):
    """A campaign file is wrong; the message names every fault by line and key.

    `faults` are the same one by one, where they are of keys.
    """

    def __init__(self, message: str, faults: Sequence[FileFault] = ()) -> None:
        super().__init__(message)
        self.faults = tuple(faults)


class StoreError(DigestError):
    """The database cannot be used: locked, newer than this program, unwritable."""


class UnreadableError(DigestError):
    """A row of the database cannot be read: which, why, and what would help."""

    def __init__(self, what: str, cure: str) -> None:
        super().__init__(f"{what} {cure}")
        self.what = what
        self.cure = cure


class HeldError(DigestError):
    """Nothing leaves before a person says resume; the message says since when and why.

    It names `because` alone too.
    """

    def __init__(self, words: str, because: str = "") -> None:
        super().__init__(words)
        self.because = because


class EditionConflict(DigestError):  # noqa: N818 - says what is the case
    """Somebody changed it since it was looked at; the message says who, and what."""


class SourceError(DigestError):
    """One source cannot be read; the others go on."""


class ImportRefused(DigestError):  # noqa: N818 - what happened to the file, in its reader's words
    """A subscriber file cannot be read at all, so none of it was taken."""


class RenderError(DigestError):
    """A template, a font or an edition's content stops it from being rendered."""


class CarrierError(DigestError):
    """The carrier turned us away, which says nothing about any reader."""


class MailboxError(DigestError):
    """A mailbox cannot be read, or an email in it cannot be put away."""


class NotFound(DigestError):  # noqa: N818 - says what is the case
    """What was asked for does not exist; the message lists what does."""
