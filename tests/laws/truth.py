"""What has left, as whoever got it would tell: no record of the program's own.

A copy names its posts in a header, so that the carrier knows what it takes; letters
are known when they are laid, and count once their batch is sealed; and who was rung
knows what they were told.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from email import message_from_bytes

from sqlalchemy import Connection, Engine, select

from digest.compose.variants import composed
from digest.deliver.carrier import Copy
from digest.deliver.printing.print_room import LaidOutLetters
from digest.model.editions.compiled_message import CompiledMessage, MergeField
from digest.model.editions.edition import EditionState
from digest.store.base.engine import reading
from digest.store.base.tables import campaign, delivery, edition, handover, item
from digest.store.delivery.calling.calls import Call
from digest.store.delivery.copies import DueCopy
from digest.store.delivery.deliveries import DeliveryKey
from digest.store.delivery.printing.print_batches import PrintBatchState, listed

_HEADER = "X-Posts"
_ON_THEIR_WAY = (EditionState.APPROVED, EditionState.PLANNED, EditionState.SENDING)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A copy that has left: its name for whoever took it, for whom, and its posts."""

    reference: str
    reader: str
    posts: frozenset[str]
    edition_id: int
    is_letter: bool = False


@dataclass(slots=True)
class Truth:
    """All that has left. `broken` are laws that were broken as something left.

    `claimed` are copies that were being handed over when somebody stopped them.
    """

    arrivals: dict[str, Arrival] = field(default_factory=dict)
    laid: dict[int, list[Arrival]] = field(default_factory=dict)
    sealed: set[tuple[int, datetime]] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)
    claimed: set[DeliveryKey] = field(default_factory=set)

    def message_for(
        self, engine: Engine, _edition_id: int, variant_id: int
    ) -> CompiledMessage | None:
        """Return an email that says which posts are in it."""
        with reading(engine) as connection:
            posts = posts_of(connection, variant_id)
        if not posts:
            return None
        names = f"{_HEADER}: {' '.join(sorted(posts))}\r\n\r\n".encode()
        return CompiledMessage.of(
            [
                b"From: Lantern Week <digest@example.org>\r\nTo: ",
                MergeField.TO,
                b"\r\nMessage-ID: <",
                MergeField.REFERENCE,
                b"@example.org>\r\nList-Unsubscribe: ",
                MergeField.LEAVE,
                b"\r\n" + names + b"The kettle is always on.\r\n",
            ]
        )

    def look_at(self, engine: Engine, copy: Copy, now: datetime) -> Arrival:
        """Hold a copy that is on the wire to what may leave; return what it is."""
        headers = message_from_bytes(copy.payload)
        posts = frozenset(str(headers[_HEADER]).split())
        key = DeliveryKey.parse(copy.ref)
        with reading(engine) as connection:
            self._judge(connection, key, posts, now)
        reference = str(headers["Message-ID"])
        reader = copy.recipient.partition("@")[0]
        return Arrival(reference, reader, posts, key.edition_id)

    def arrived(self, arrival: Arrival) -> None:
        """Note that somebody has it now; the same copy once more is a repeat known."""
        before = self.arrivals.get(arrival.reference)
        if before is not None:
            posts = arrival.posts | before.posts
            arrival = replace(arrival, posts=posts)
        self.arrivals[arrival.reference] = arrival

    def lay(
        self, engine: Engine, edition_id: int, letters: Sequence[DueCopy]
    ) -> LaidOutLetters:
        """Lay letters out, which leave with their batch."""
        with reading(engine) as connection:
            posts = {
                each.key: posts_of(connection, each.variant_id) for each in letters
            }
        self.laid[edition_id] = [
            Arrival(
                f"letter {edition_id} {each.to.name}",
                each.to.name.lower(),
                posts[each.key],
                edition_id,
                is_letter=True,
            )
            for each in letters
        ]
        emptied = frozenset(key.reader_id for key in posts if not posts[key])
        return LaidOutLetters(b"%PDF", b"manifest", 1, emptied=emptied)

    def note_sealed(self, engine: Engine) -> None:
        """Note that letters have left whose batches were sealed."""
        with reading(engine) as connection:
            for batch in listed(connection):
                # Numbers are given anew after a restore.
                batch_mark = batch.id, batch.made_at
                is_sealed = batch.state is PrintBatchState.SEALED
                if is_sealed and batch_mark not in self.sealed:
                    self.sealed.add(batch_mark)
                    for letter in self.laid.pop(batch.edition_id, ()):
                        self.arrived(letter)

    def look_at_call(self, engine: Engine, call: Call, now: datetime) -> list[str]:
        """Return which laws it would break to tell somebody the call's posts now."""
        with reading(engine) as connection:
            faults = _faults(connection, call.key, self.told_in(engine, call), now)
        # A person rings: no worker has it in hand, and no campaign's pause stops them.
        mere = ("without being claimed", "while its campaign was paused")
        return [f"call {call.key} made {fault}" for fault in faults - {*mere}]

    def told_in(self, engine: Engine, call: Call) -> frozenset[str]:
        """Return the posts that somebody is told who is rung."""
        with reading(engine) as connection:
            return posts_of(connection, call.variant_id)

    def spoken(self, call: Call, posts: frozenset[str]) -> None:
        """Note that somebody was told them."""
        name = call.name.lower()
        self.arrived(Arrival(_call(call.key), name, posts, call.key.edition_id))

    def unsaid(self, key: DeliveryKey) -> None:
        """Note that nobody was rung: it was written down by mistake."""
        self.arrivals.pop(_call(key), None)

    def posts_by_reader(self) -> Mapping[str, Counter[str]]:
        """Return how many copies each reader has that hold each post."""
        posts: dict[str, Counter[str]] = {}
        for arrival in self.arrivals.values():
            posts.setdefault(arrival.reader, Counter()).update(arrival.posts)
        return posts

    def stopped_meanwhile(self, engine: Engine, act: Callable[[], object]) -> None:
        """Do what stops copies; those that were claimed by then may still leave."""
        with reading(engine) as connection:
            rows = connection.execute(
                select(delivery.c.edition_id, delivery.c.reader_id).where(
                    delivery.c.state == "handing-over"
                )
            )
            self.claimed |= {DeliveryKey(*row) for row in rows}
        act()

    def _judge(
        self,
        connection: Connection,
        key: DeliveryKey,
        posts: frozenset[str],
        now: datetime,
    ) -> None:
        if key not in self.claimed:
            faults = _faults(connection, key, posts, now)
            self.broken += [f"copy {key} left {fault}" for fault in sorted(faults)]


def _faults(
    connection: Connection, key: DeliveryKey, posts: frozenset[str], now: datetime
) -> set[str]:
    """Return which laws a copy breaks that leaves now with those posts."""
    row = connection.execute(
        select(
            edition.c.state,
            edition.c.approved_at,
            edition.c.leaves_at,
            edition.c.stopped_at,
            campaign.c.paused_at,
            handover.c.held_since,
            delivery.c.state.label("copy"),
        )
        .join(campaign, campaign.c.id == edition.c.campaign_id)
        .join(handover, handover.c.id == 1)
        .join(delivery, delivery.c.edition_id == edition.c.id)
        .where(edition.c.id == key.edition_id, delivery.c.reader_id == key.reader_id)
    ).one()
    withdrawn = posts & set(
        connection.scalars(select(item.c.key).where(item.c.withdrawn_at.is_not(None)))
    ) - set(connection.scalars(select(item.c.key).where(item.c.withdrawn_at.is_(None))))
    faults = {
        "before approval": row.approved_at is None or row.state not in _ON_THEIR_WAY,
        "while it was held back": row.leaves_at is not None and row.leaves_at > now,
        "after it was stopped": row.stopped_at is not None,
        "while its campaign was paused": row.paused_at is not None,
        "while nothing may leave": row.held_since is not None,
        "with what was withdrawn": bool(withdrawn),
        "without being claimed": row.copy != "handing-over",
    }
    return {fault for fault, is_so in faults.items() if is_so}


def _call(key: DeliveryKey) -> str:
    return f"call {key}"


def posts_of(connection: Connection, variant_id: int) -> frozenset[str]:
    """Return the keys of the posts that a variant holds as it now stands."""
    variant = composed(connection, variant_id)
    if variant is None:
        return frozenset()
    ids = [number for some in variant.variant.entry_ids for number in some]
    return frozenset(connection.scalars(select(item.c.key).where(item.c.id.in_(ids))))
