"""Rounds: whose readers somebody prints, posts and rings, and nobody else's."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Select, false, true

from digest.model.people.person import name_key
from digest.store.base.bulk import one_of


@dataclass(frozen=True, slots=True)
class VisibleRounds:
    """Whose readers somebody sees: all, an organiser's, or where None nobody's.

    The organiser "" stands for people who have none.
    """

    organiser: str | None
    is_everybodys: bool = False

    @property
    def is_nobodys(self) -> bool:
        """Whether there is nobody whom they see."""
        return self.organiser is None and not self.is_everybodys

    def holds(self, organiser_key: ColumnElement[str]) -> ColumnElement[bool]:
        """Return the condition that what has an organiser's key is of it."""
        if self.is_everybodys:
            return true()
        if self.organiser is None:
            return false()
        return organiser_key == name_key(self.organiser)

    def holds_name(
        self,
        connection: Connection,
        organiser: ColumnElement[str | None],
        every: Select[str | None],
    ) -> ColumnElement[bool]:
        """Return the condition that what has an organiser's name is of it.

        `every` selects the names there are, however each is written.
        """
        if self.is_everybodys:
            return true()
        if self.organiser is None:
            return false()
        wanted = name_key(self.organiser)
        names = [
            name for name in connection.scalars(every) if name_key(name or "") == wanted
        ]
        condition = one_of(connection, organiser, [name for name in names if name])
        return condition if wanted else condition | organiser.is_(None)


ALL_ROUNDS = VisibleRounds(None, is_everybodys=True)
