"""Reports that come back while copies are sent, and what has become of them."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, func, select

from digest.model.delivery.delivery import DeliveryState
from digest.model.people.reader_marks import ReaderRef
from digest.store.base.engine import reading
from digest.store.base.tables import bounce, delivery, edition, subscriber, suppression
from tests.kills.program import LINKS
from tests.reports import a_fate, a_maildir, a_report

_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Found:
    """How many reports there were, and how many of them went wrong."""

    reports: int
    astray: int
    half_done: int


class Returns:
    """Brings reports that nobody is there, of copies of the latest edition."""

    def __init__(self, engine: Engine, place: Path) -> None:
        self._engine = engine
        self.place = a_maildir(place)
        self.readers = set[int]()

    def bring(self) -> None:
        """Put a few reports where they are taken in from."""
        latest = select(func.max(delivery.c.edition_id)).scalar_subquery()
        wanted = (
            select(delivery.c.reader_id, edition.c.code, subscriber.c.email)
            .join(edition, edition.c.id == delivery.c.edition_id)
            .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
            .where(delivery.c.edition_id == latest)
            .where(delivery.c.reader_id.not_in(self.readers))
            .where(delivery.c.state != DeliveryState.CANCELLED)
            .order_by(delivery.c.reader_id.desc())
            .limit(_AT_ONCE)
        )
        with reading(self._engine) as connection:
            for row in connection.execute(wanted):
                to = LINKS.envelope_sender(row.code, ReaderRef(row.reader_id))
                report = a_report(
                    to, a_fate(address=row.email), name=f"report-{row.reader_id}"
                )
                (self.place / "new" / f"report-{row.reader_id}").write_bytes(report)
                self.readers.add(row.reader_id)

    def judge(self) -> Found:
        """Return what has become of all reports so far, none being on its way."""
        with reading(self._engine) as connection:
            times = Counter(connection.scalars(select(bounce.c.reader_id)))
            done = set(
                connection.scalars(
                    select(delivery.c.reader_id)
                    .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
                    .where(
                        subscriber.c.email_hash.in_(select(suppression.c.target_hash))
                    )
                )
            )
        waiting = sum(1 for _ in (self.place / "new").iterdir())
        return Found(
            reports=len(self.readers),
            astray=waiting + sum(times[reader_id] != 1 for reader_id in self.readers),
            half_done=len(times.keys() ^ done),
        )
