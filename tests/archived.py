"""A campaign that anybody may read on the web, for tests: its pages, at a time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from digest.bootstrap import App
from digest.model.editions.edition import EditionState
from digest.model.posts.items import Item
from digest.schedule.editions.publishing import publish
from digest.settings import Settings
from digest.store.base.engine import reading, writing
from digest.store.editions import editions, moves
from digest.web.app import make_app
from tests.builders import EIGHT
from tests.joining import JOINABLE
from tests.one_loop import client_of
from tests.stored import a_reader, a_stored_campaign, posts_accepted

OPEN = JOINABLE.replace("timezone =", "archive = true\ntimezone =")
ARCHIVE = "/archive/lantern-week"
EVENTS = "/events/lantern-week"


@dataclass
class ArchivedSite:
    """The pages of one campaign, which has a reader by email and one by letter."""

    engine: Engine
    folder: Path
    now: datetime = EIGHT
    file: str = OPEN

    def __post_init__(self) -> None:
        self.digest = App(
            Settings(data_dir=self.folder), self.engine, lambda: self.now, "s" * 40
        )
        self.client = client_of(make_app(self.digest))
        a_stored_campaign(self.engine, self.file)
        a_reader(self.engine, "zoe")

    def publishes(self, *items: Item, days: int = 1, schedule: str = "daily") -> str:
        """Have an edition of these items planned some days on; return its code."""
        posts_accepted(self.engine, items, self.now)
        self.now += timedelta(days=days)
        edition = publish(self.engine, "lantern-week", schedule, self.now)
        assert edition.state is EditionState.PLANNED
        return edition.code

    def goes_out(self, code: str) -> None:
        """Have the first copy of an edition leave."""
        with writing(self.engine) as connection:
            edition = editions.by_code(connection, code)
            assert edition is not None
            moves.move(connection, edition.id, EditionState.SENDING, self.now)

    def sends(self, *items: Item, days: int = 1, schedule: str = "daily") -> str:
        """Have an edition of these items go out; return its code."""
        code = self.publishes(*items, days=days, schedule=schedule)
        self.goes_out(code)
        return code

    def edition_id(self, code: str) -> int:
        """Return the number of an edition."""
        with reading(self.engine) as connection:
            edition = editions.by_code(connection, code)
            assert edition is not None
            return edition.id

    def code_of(self, edition_id: int) -> str:
        """Return the code of an edition."""
        with reading(self.engine) as connection:
            return editions.get(connection, edition_id).code

    def text(self, address: str) -> str:
        """Return the page at an address, which is there."""
        answer = self.client.get(address)
        assert answer.status_code == 200, answer.text
        return answer.text

    def status(self, address: str) -> int:
        """Return the status of an address."""
        return self.client.get(address).status_code
