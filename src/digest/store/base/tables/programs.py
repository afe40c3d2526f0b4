"""Programs that use the API, and systems that are told what happens."""

from sqlalchemy import (
    JSON,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from digest.store.base.tables.columns import (
    UtcDateTime,
    metadata,
    own_id,
    reference,
    required,
)

# Keys of programs that use the API; only a hash is kept.
access_key = Table(
    "access_key",
    metadata,
    own_id(),
    Column("name", String(80), nullable=False, unique=True),
    Column("secret_hash", String(64), nullable=False, unique=True),
    required("scopes", JSON),  # model.roles.Scope, a list
    required("created_at", UtcDateTime),
    Column("ends_at", UtcDateTime),
    Column("used_at", UtcDateTime),  # to a few minutes
    Column("revoked_at", UtcDateTime),
)

# What programs asked the API to do under a key of their own, so that the same asked
# again is answered and not done again; forgotten after a day.
repeatable_request = Table(
    "repeatable_request",
    metadata,
    reference("access_key_id"),
    Column("repeat_key", String(255), nullable=False),
    Column("fingerprint", String(64), nullable=False),  # of what was asked, keyed
    Column("begun_at", UtcDateTime, nullable=False, index=True),
    Column("status", Integer),  # none until it is answered
    Column("answer", Text),
    Column("headers", JSON),  # where what was made is, and of which version
    PrimaryKeyConstraint("access_key_id", "repeat_key"),
)

# Where other systems of the organisation are told what happens, and which of it.
webhook_endpoint = Table(
    "webhook_endpoint",
    metadata,
    own_id(),
    Column("name", String(80), nullable=False, unique=True),
    required("url", Text),
    required("secret", Text),  # sealed with a key made of our secret
    Column("secret_before", Text),  # the one before it, sealed too, until that ends
    Column("before_ends_at", UtcDateTime),
    required("created_at", UtcDateTime),
    Column("failing_since", UtcDateTime),
    Column("retry_at", UtcDateTime),
    Column("paused_at", UtcDateTime),  # by us, after days of trouble
    Column("paused_because", Text),
    Column("ended_at", UtcDateTime),
)

webhook_choice = Table(
    "webhook_choice",
    metadata,
    reference("webhook_endpoint_id"),
    Column("kind", String(40), nullable=False, index=True),
    PrimaryKeyConstraint("webhook_endpoint_id", "kind"),
)

# What is to be told, written in the transaction of the fact, and what came of it.
webhook_message = Table(
    "webhook_message",
    metadata,
    own_id(),
    reference("webhook_endpoint_id"),
    required("kind", String(40)),
    required("facts", JSON),  # numbers and names of things, of nobody
    required("happened_at", UtcDateTime),
    required("state", String(20)),
    required("attempts", Integer),
    Column("next_attempt_at", UtcDateTime),
    Column("answer", Text),  # of the last attempt, in words
    Column("settled_at", UtcDateTime),
    Index("ix_webhook_message_log", "webhook_endpoint_id", "id"),
    Index("ix_webhook_message_due", "state", "next_attempt_at"),
)
