"""The outbox: batches and copies, what became of each, and what came back."""

from collections.abc import Sequence

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from digest.store.base.tables.columns import (
    BigId,
    UtcDateTime,
    metadata,
    own_id,
    partial_index,
    reference,
    required,
)

send_batch = Table(
    "send_batch",
    metadata,
    own_id(),
    reference("edition_id"),
    required("first_reader_id", BigId),
    required("last_reader_id", BigId),
    required("state", String(8)),  # open, leased, done
    required("due_at", UtcDateTime),  # of one that is done: when it was
    Column("lease_owner", Text),
    Column("lease_until", UtcDateTime),
    Column("fence", Integer, nullable=False, server_default="0"),
    UniqueConstraint("edition_id", "first_reader_id"),
    Index("ix_send_batch_due", "state", "due_at"),
)

print_batch = Table(
    "print_batch",
    metadata,
    own_id(),
    reference("edition_id"),
    # open, sealed, posted, or stopped before it was sealed
    required("state", String(8)),
    required("letters", Integer),
    required("sheets", Integer),
    required("pdf", Text),  # path below the data directory
    required("manifest", Text),
    required("sha256", String(64)),
    required("made_at", UtcDateTime),
    Column("sealed_at", UtcDateTime),
    Column("posted_at", UtcDateTime),
    Column("printed_at", UtcDateTime),  # somebody said so
    # Who looks after all of its readers, "" for those who have nobody; and the key.
    Column("organiser", Text, nullable=False, server_default=""),
    Column("organiser_key", Text, nullable=False, server_default=""),
    Index("ix_print_batch_edition_id", "edition_id"),
)

# What staff look for among very many copies.
LETTERS = "channel = 'post'"

CALLS = "channel = 'phone'"

_ON_ITS_WAY = ("planned", "handing-over", "accepted")
_IN_TROUBLE = ("refused", "uncertain", "cancelled", "expired")


def _state_is_one_of(states: Sequence[str]) -> str:
    """Return that condition on a row, as SQLite asks it of each that is written.

    Of a list of three or more it would make a table, each time anew.
    """
    return " OR ".join(f"state = '{state}'" for state in states)


# No table is made, as above, for what is not listed.
TROUBLED = (
    "listed_state IS NOT NULL AND listed_state IN "
    "('refused','uncertain','cancelled','expired')"
)
# None of an email on its way to being accepted: its moves change no column that an
# index is of, so that PostgreSQL writes its row alone.
_LISTED = (
    f"CASE WHEN channel <> 'email' OR {_state_is_one_of(_IN_TROUBLE)} THEN state END"
)

delivery = Table(
    "delivery",
    metadata,
    Column("edition_id", BigId, ForeignKey("edition.id"), primary_key=True),
    Column("reader_id", BigId, ForeignKey("reader.id"), primary_key=True),
    reference("subscriber_id"),
    reference("variant_id"),
    required("channel", String(8)),
    required("state", String(12)),
    Column("attempts", Integer, nullable=False, server_default="0"),
    # How often it may have arrived without our knowing: each may be a repeat.
    Column("doubts", Integer, nullable=False, server_default="0"),
    Column("reply", Text),
    Column("next_attempt_at", UtcDateTime),
    Column("handed_over_at", UtcDateTime),
    Column("settled_at", UtcDateTime),
    reference("print_batch_id", nullable=True),
    # It ended without having left: the reader's next edition carries its posts.
    Column("owes", Boolean, nullable=False, server_default=text("false")),
    # The edition that took over what was owed; its own where a person settled it.
    Column("carried_by", BigId),
    # The state of what staff look for: see _LISTED. The database works it out.
    Column("listed_state", String(12), Computed(_LISTED)),
    Index("ix_delivery_subscriber_id", "subscriber_id"),
    partial_index(
        "ix_delivery_owed",
        "reader_id",
        where="owes = 1",
    ),
    # Few are put off, and an email that is not never changes what is in the index.
    partial_index(
        "ix_delivery_put_off",
        "edition_id",
        where="next_attempt_at IS NOT NULL",
    ),
    partial_index(
        "ix_delivery_doubtful",
        "edition_id",
        where="doubts > 0",
    ),
    partial_index(
        "ix_delivery_troubled",
        "edition_id",
        "listed_state",
        where=TROUBLED,
    ),
    partial_index(
        "ix_delivery_letters",
        "edition_id",
        "listed_state",
        where=LETTERS,
    ),
    partial_index(
        "ix_delivery_calls",
        "edition_id",
        "listed_state",
        where=CALLS,
    ),
    CheckConstraint(_state_is_one_of(_ON_ITS_WAY + _IN_TROUBLE), name="state"),
    sqlite_with_rowid=False,
)

# What came of ringing a reader: one row for each time that somebody wrote it down.
call_attempt = Table(
    "call_attempt",
    metadata,
    own_id(),
    reference("edition_id"),
    reference("reader_id"),
    required("outcome", String(16)),  # model.delivery.calls
    required("caller", Text),
    required("at", UtcDateTime),
    Column("again_at", UtcDateTime),  # when to ring once more
    Column("note", Text),  # what they would have passed on, in their words
    Column("format", String(20)),  # what they want instead
    Column("format_before", String(20)),  # what they had asked for until then
    Column("has_left", Boolean),  # whether they left the campaign by it
    Column("moved_to", String(16)),  # the state of the call since; null: as before
    Column("phone_hash", String(64)),  # what the number is hashed to that was rung
    # What the copy said until then, for who takes it back.
    required("tries_before", Integer),
    Column("reply_before", Text),
    Column("next_attempt_before", UtcDateTime),
    Index("ix_call_attempt_edition_id", "edition_id", "reader_id"),
    Index("ix_call_attempt_reader_id", "reader_id"),
    Index("ix_call_attempt_at", "at"),
)

# What came back of copies that had left: one row for each report.
bounce = Table(
    "bounce",
    metadata,
    own_id(),
    Column("mark", String(100), nullable=False, unique=True),  # deliver.returns.bounces
    reference("edition_id"),
    reference("reader_id"),
    required("kind", String(12)),  # model.delivery.bounces
    required("status", String(12)),  # RFC 3463; "" where none was given
    Column("words", Text),
    required("recorded_at", UtcDateTime),
    Index("ix_bounce_edition_id_reader_id", "edition_id", "reader_id"),
    Index("ix_bounce_reader_id", "reader_id"),
)

# What came in by mail, and a reply of a person's until it is forwarded: nothing of it
# is kept longer. store.delivery.incoming_mail.
incoming_mail = Table(
    "incoming_mail",
    metadata,
    own_id(),
    Column("mark", String(64), nullable=False, unique=True),
    required("received_at", UtcDateTime),
    required("door", String(12)),  # model.delivery.incoming_mail
    required("state", String(16)),
    Column("words", Text),
    reference("campaign_id", nullable=True),
    reference("edition_id", nullable=True),
    reference("reader_id", nullable=True),
    Column("sender_hash", String(32)),  # keyed, of who wrote a reply
    Column("content", LargeBinary),  # the email, while it waits
    Column("forward_at", UtcDateTime),
    required("attempts", Integer),
    Column("forwarded_at", UtcDateTime),
    Column("failure", Text),
    Column("seen_at", UtcDateTime),  # somebody looked at what nobody could read
    Index("ix_incoming_mail_received_at", "received_at"),
    Index("ix_incoming_mail_reader_id", "reader_id"),
    Index("ix_incoming_mail_sender_hash", "sender_hash", "received_at"),
    partial_index(
        "ix_incoming_mail_forward_at",
        "forward_at",
        where="forward_at IS NOT NULL",
    ),
)

# A mailbox that is looked into: up to which number of which generation of numbers
# (IMAP's UID and UIDVALIDITY) it has been, and since when it has not been reached.
mailbox = Table(
    "mailbox",
    metadata,
    Column("name", String(320), primary_key=True),
    required("generation", BigId),
    required("upto", BigId),
    Column("next_look_at", UtcDateTime),
    Column("reached_at", UtcDateTime),
    Column("failing_since", UtcDateTime),
    Column("failure", Text),
)
