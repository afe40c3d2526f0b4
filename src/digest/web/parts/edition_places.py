"""Which edition a page is of, and where that page is."""

from dataclasses import dataclass
from urllib.parse import quote

from digest.errors import NotFound


@dataclass(frozen=True, slots=True)
class EditionPlace:
    """The edition of a number, or the open one of a campaign's schedule.

    `what` and `schedule` are as of `Steer`.
    """

    what: str
    schedule: str | None = None

    @classmethod
    def of_number(cls, edition_id: int) -> "EditionPlace":
        """Return the edition of that number."""
        return cls(str(edition_id))

    @classmethod
    def of_schedule(cls, campaign: str, schedule: str) -> "EditionPlace":
        """Return the open edition of a schedule. Raises NotFound for no campaign."""
        # A number would be that of an edition.
        if campaign.isdigit():
            raise NotFound(f"There is no campaign {campaign}.")
        return cls(campaign, schedule)

    @classmethod
    def named(cls, campaign: str, name: str) -> "EditionPlace":
        """Return that of the `name` of one of a campaign's."""
        is_number = name.isascii() and name.isdigit()
        return cls(name) if is_number else cls.of_schedule(campaign, name)

    @property
    def name(self) -> str:
        """What tells it from others of its campaign: a schedule, or its number."""
        return self.schedule or self.what

    @property
    def edition_id(self) -> int | None:
        """Its number, None where it has none yet."""
        return None if self.schedule else int(self.what)

    @property
    def address(self) -> str:
        """Where its page is; what is done to it and its previews are below that."""
        if self.schedule:
            return f"/desk/campaigns/{quote(self.what)}/{quote(self.schedule)}"
        return f"/desk/editions/{self.what}"

    def address_of(self, item_id: int, done: str) -> str:
        """Return where its page shows a post, and what was done to it."""
        return f"{self.address}?done={quote(done)}&item={item_id}#item-{item_id}"
