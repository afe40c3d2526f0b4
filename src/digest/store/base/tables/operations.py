"""What machines share: handing over, limits, clocks, night tasks and alarms."""

from sqlalchemy import (
    JSON,
    Column,
    Date,
    Float,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from digest.store.base.tables.columns import (
    BigId,
    UtcDateTime,
    metadata,
    own_id,
    required,
)

# One row at most: when a timetable last looked, so that a long sleep is noticed.
watch = Table(
    "watch",
    metadata,
    own_id(),
    required("looked_at", UtcDateTime),
)

# One row: which database this is, how far it has come in handing copies over, and
# whether anything may leave: store.holds.
handover = Table(
    "handover",
    metadata,
    own_id(),
    required("database_id", String(32)),
    Column("generation", BigId, nullable=False, server_default="0"),
    Column("server", JSON(none_as_null=True)),  # which PostgreSQL database this was
    Column("held_since", UtcDateTime),  # nothing leaves until a person says resume
    Column("held_because", Text),
)

# What a timetable does each night by itself: when next, and what came of it.
night_task = Table(
    "night_task",
    metadata,
    Column("name", String(40), primary_key=True),
    required("next_at", UtcDateTime),
    Column("done_at", UtcDateTime),
    Column("amount", Integer),  # of what it did then
    Column("failing_since", UtcDateTime),
    Column("failures", Integer, nullable=False, server_default="0"),  # in a row
    Column("failure", Text),  # why it could not be done, in words
)

# How far each machine's clock is from this database's: store.base.machine_clocks.
machine_clock = Table(
    "machine_clock",
    metadata,
    Column("machine", String(200), primary_key=True),
    required("ahead_seconds", Float),
    required("compared_at", UtcDateTime),
)

# What is broken, until it is well again, so that it is told once.
alarm = Table(
    "alarm",
    metadata,
    Column("cause", String(200), primary_key=True),  # schedule.reports.alarms
    required("words", Text),
    required("noticed_at", UtcDateTime),
    Column("mailed_at", UtcDateTime),  # when a mail of it was written
    Column("gone_at", UtcDateTime),  # when it was not broken any more
)

# Mails to the operators, written before any is sent, one row for each of them.
operator_mail = Table(
    "operator_mail",
    metadata,
    own_id(),
    required("notice", String(80)),  # what it tells: "daily 2026-07-06"
    required("recipient", String(320)),
    required("subject", Text),
    required("content", JSON),  # headings, each with its lines
    required("made_at", UtcDateTime),
    required("next_try_at", UtcDateTime),  # also while somebody is sending it
    Column("failure", Text),  # why it could not be sent yet
    Column("sent_at", UtcDateTime),
    UniqueConstraint("notice", "recipient"),
)

# Mail servers as every machine finds them: see deliver.smtp.failover.
carrier = Table(
    "carrier",
    metadata,
    Column("name", Text, primary_key=True),  # host:port
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("paused_until", UtcDateTime),
    Column("reason", Text),  # why it is left alone, for staff
    Column("since", UtcDateTime),  # when its trouble began
)

# How many copies were allowed to leave lately, for each thing that is limited.
pace = Table(
    "pace",
    metadata,
    Column("scope", String(300), primary_key=True),  # model.delivery.rate_windows
    required("ledger", JSON),
    required("idle_at", UtcDateTime),  # from then on the row says nothing
)

# Sending domains that are new, or were.
slow_start = Table(
    "slow_start",
    metadata,
    Column("domain", String(255), primary_key=True),
    required("days", Integer),  # on how many days it was used
    required("last_day", Date),  # the last of them, in UTC
)
