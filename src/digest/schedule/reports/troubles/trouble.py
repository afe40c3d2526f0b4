"""Something that a person should look at, in words: the same on every page and mail.

And where at the desk it is put right.
"""

from dataclasses import dataclass
from enum import StrEnum


class TroublePlace(StrEnum):
    """Where at the desk a trouble is put right; its pages know their addresses."""

    CAMPAIGN = "campaign"
    CAMPAIGN_FILE = "campaign-file"
    POSTS = "posts"
    EDITION = "edition"
    APPROVAL = "approval"
    RUN = "run"
    POST_ROOM = "post-room"
    GO_LIVE = "go-live"
    RETURNS = "returns"
    IMPORT = "import"
    COMPLAINTS = "complaints"


@dataclass(frozen=True, slots=True)
class TroubleCure:
    """The button that helps: where it leads, and what it says.

    `campaign` is that whose page or posts it is, `edition_id` the edition, `state` that
    of the posts or copies which are shown. `about` is what the desk says in place of a
    command.
    """

    place: TroublePlace
    words: str
    campaign: str = ""
    edition_id: int = 0
    state: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something a person should look at, and what would help."""

    what: str
    help: str
    # Then it is not for mails: it names them.
    names_readers: bool = False
    cure: TroubleCure | None = None

    def __str__(self) -> str:
        """Return it as one line."""
        return f"{self.what} {self.help}"
