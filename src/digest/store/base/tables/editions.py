"""What an edition is: how staff steer it, its variants, and what it counted."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
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
    reference,
    required,
)

edition = Table(
    "edition",
    metadata,
    own_id(),
    required("code", String(12)),
    reference("campaign_id"),
    reference("schedule_id"),
    required("slot", UtcDateTime),
    Column("mode", String(8), nullable=False, server_default="live"),
    required("state", String(12)),
    Column("upto", BigId),
    Column("reason", Text),  # why skipped, missed or cancelled
    # The last of its schedule in the campaign, with the campaign's goodbye.
    Column("is_last", Boolean, nullable=False, server_default=text("false")),
    required("opened_at", UtcDateTime),
    Column("frozen_at", UtcDateTime),
    Column("approved_at", UtcDateTime),
    Column("approved_by", JSON),  # one name for each approval
    # Nothing of it leaves sooner: till then the whole of it can be called back.
    Column("leaves_at", UtcDateTime),
    # What earlier editions had kept for it, when it was frozen: stretches of the log.
    Column("carried_in", JSON),
    Column("recalled_at", UtcDateTime),  # called back: it waits for a person's word
    Column("stopped_at", UtcDateTime),  # no copy leaves that had not left by then
    Column("plan_cursor", BigId, nullable=False, server_default="0"),
    Column("planned_at", UtcDateTime),
    Column("deliver_by", UtcDateTime),  # later than this a copy is of no use
    Column("ended_at", UtcDateTime),
    # What became of its readers is counted in `tally`, and has not changed since.
    Column("is_tallied", Boolean, nullable=False, server_default=text("false")),
    UniqueConstraint("schedule_id", "slot", "mode"),
    UniqueConstraint("code"),
    Index("ix_edition_state", "state"),
)

# How staff steer an edition; the open one of a schedule has no row of its own yet.
steering = Table(
    "steering",
    metadata,
    own_id(),
    reference("schedule_id"),
    required("mode", String(8)),
    # 0: the edition that will be frozen next.
    Column("edition_id", BigId, nullable=False, server_default="0"),
    required("content", JSON),  # model.editions.steering
    required("version", Integer),
    UniqueConstraint("schedule_id", "mode", "edition_id"),
)

# Who changed what in it, so that a conflict can be told and an act undone.
steering_act = Table(
    "steering_act",
    metadata,
    own_id(),
    reference("steering_id"),
    required("version", Integer),  # that it led to
    required("by", String(120)),
    required("at", UtcDateTime),
    required("words", Text),
    required("before", JSON),
    Column("undoes", Integer),  # the version whose act it took back
    UniqueConstraint("steering_id", "version"),
)

# What approvers were told of an edition by mail, each thing once.
nudge = Table(
    "nudge",
    metadata,
    reference("edition_id"),
    required("kind", String(8)),  # schedule.editions.nudges
    required("at", UtcDateTime),
    PrimaryKeyConstraint("edition_id", "kind"),
)

variant = Table(
    "variant",
    metadata,
    own_id(),
    reference("edition_id"),
    required("since", BigId),
    required("upto", BigId),
    # Stretches of (since, upto] that are not due: model.editions.due_stretch.
    Column("had", JSON, nullable=False, server_default="[]"),
    required("topics", JSON),
    required("format", String(20)),
    required("language", String(20)),
    # All of the above as one string, so that it can be unique.
    required("key", String(64)),
    UniqueConstraint("edition_id", "key"),
)

rendition = Table(
    "rendition",
    metadata,
    Column("edition_id", BigId, ForeignKey("edition.id"), primary_key=True),
    Column("key", String(32), primary_key=True),  # model.editions.edition.rendition_key
    required("content", LargeBinary),  # a compiled message, or a body PDF
    required("facts", JSON),  # page count and places of a letter; {} for email
)

# What an edition has kept for the next one of a reader: taken out by staff, or more
# than the campaign's most. It is gone when an edition carries it. Edition 0 has left
# what a reader has asked for of the posts so far.
carried_over = Table(
    "carried_over",
    metadata,
    reference("reader_id"),
    required("edition_id", BigId),
    required("mode", String(8)),
    required("since", BigId),
    required("upto", BigId),
    required("had", JSON),
    PrimaryKeyConstraint("reader_id", "edition_id", "mode"),
)

# Readers an edition was for and did not serve, each with the reason.
left_out = Table(
    "left_out",
    metadata,
    Column("edition_id", BigId, ForeignKey("edition.id"), primary_key=True),
    Column("reader_id", BigId, ForeignKey("reader.id"), primary_key=True),
    required("kind", String(20)),  # unreachable, left, nothing-new
    required("reason", Text),
    # For the pages of one person: store.reports.people.person_history.
    Index("ix_left_out_reader_id", "reader_id"),
)

# What became of the readers of an edition that has ended, counted once for all who
# look: store.reports.editions.outcomes.
tally = Table(
    "tally",
    metadata,
    own_id(),
    reference("edition_id"),
    required("outcome", String(20)),  # a delivery's state, or the kind of left_out
    required("channel", String(8)),  # "" of who was left out
    required("format", String(20)),
    required("cause", Text),
    required("readers", Integer),
    Index("ix_tally_edition_id", "edition_id"),
)
