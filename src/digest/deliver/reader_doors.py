"""What readers ask of who hears from them by phone or post: others have the doors."""

from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from digest.model.formats import Format


class ReaderDoors(Protocol):
    """What a reader may ask for, each in the transaction that is open.

    The person is named by their number, and the campaign by its name. Whoever makes
    them knows by which means readers told us.
    """

    def leave(
        self, connection: Connection, person: int, name: str, now: datetime
    ) -> bool:
        """Have them leave the campaign; False where they had before."""
        ...

    def come_back(
        self, connection: Connection, person: int, name: str, now: datetime
    ) -> bool:
        """Have them stay after all. Raises DigestError where it is too long ago.

        False where they had not left, or are not to be brought back.
        """
        ...

    def change_format(
        self,
        connection: Connection,
        person: int,
        name: str,
        wanted: Format,
        now: datetime,
    ) -> str:
        """Have them get it in that format; return what they had asked for before."""
        ...
