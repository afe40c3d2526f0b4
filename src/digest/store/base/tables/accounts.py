"""Who may sign in, how, and what they did."""

from sqlalchemy import (
    JSON,
    Column,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
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

# Who did what, when, and what it was before and after: store.staff.audit. No
# subscriber's address stands here, and no row is ever changed.
audit = Table(
    "audit",
    metadata,
    own_id(),
    required("at", UtcDateTime),
    required("actor", String(120)),
    required("act", String(60)),
    reference("campaign_id", nullable=True),
    reference("edition_id", nullable=True),
    Column("subject", String(120)),  # what it was done to, beside those two
    Column("before", JSON(none_as_null=True)),
    Column("after", JSON(none_as_null=True)),
    Index("ix_audit_at", "at"),
    # Newest first, by who did it or what was done: store.staff.audit.
    Index("ix_audit_actor_id", "actor", "id"),
    Index("ix_audit_act_id", "act", "id"),
    partial_index(
        "ix_audit_subject",
        "subject",
        where="subject IS NOT NULL",
    ),
)

# People who may sign in to the desk and the post room. One that was asked in has no
# password yet; one that has ended stays, as what they did is on record by name.
account = Table(
    "account",
    metadata,
    own_id(),
    Column("email", String(320), nullable=False, unique=True),  # by its key
    Column("name", String(80), nullable=False, unique=True),
    required("role", String(16)),  # model.roles.Role
    Column("password_hash", String(200)),  # Argon2id
    Column("totp_secret", Text),  # sealed, see digest.staff.second_step
    required("totp_step", BigId),  # the last of its steps that was used
    required("created_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    # Whose letters an organiser sees: "" those of nobody's, null none at all.
    Column("organiser", Text),
    # What the machine calls them who type commands there: the same person.
    Column("login_name", String(80), unique=True),
)

# Who is signed in on which device; only a hash of the cookie is kept.
account_session = Table(
    "account_session",
    metadata,
    own_id(),
    reference("account_id"),
    Column("token_hash", String(64), nullable=False, unique=True),
    required("device", String(120)),
    required("started_at", UtcDateTime),
    required("seen_at", UtcDateTime),
    required("ends_at", UtcDateTime),
    Column("confirmed_at", UtcDateTime),  # by the second step
    Index(None, "account_id"),
)

# Passkeys of accounts (WebAuthn): public halves alone.
account_passkey = Table(
    "account_passkey",
    metadata,
    own_id(),
    reference("account_id"),
    Column("credential_id", String(1400), nullable=False, unique=True),  # base64url
    required("public_key", LargeBinary),
    required("sign_count", BigId),
    required("name", String(80)),
    required("created_at", UtcDateTime),
    Column("used_at", UtcDateTime),
    Index(None, "account_id"),
)

# Challenges that passkeys have answered, until they are over by themselves.
used_challenge = Table(
    "used_challenge",
    metadata,
    Column("number", BigId, primary_key=True, autoincrement=False),
    required("ends_at", UtcDateTime),
)

# Codes on paper that stand in for the second step, each once; hashed under our key.
recovery_code = Table(
    "recovery_code",
    metadata,
    reference("account_id"),
    required("code_hash", String(64)),
    Column("used_at", UtcDateTime),
    Column("key_id", String(16)),  # of the secret key it was made with, once kept
    PrimaryKeyConstraint("account_id", "code_hash"),
)

# Secret keys that this database was used with, by their ids; what hashes are made with,
# which no rotation changes, is sealed with one of them.
secret_key = Table(
    "secret_key",
    metadata,
    Column("key_id", String(16), primary_key=True),
    Column("first_used_at", UtcDateTime),  # null: before that was kept
    Column("hash_key", Text),
)

# Links that work once: to the first account, into one that was asked in, to a new
# password. The address is signed, see audience.signed_links; none is kept.
account_link = Table(
    "account_link",
    metadata,
    own_id(),
    reference("account_id", nullable=True),  # null: the first account is yet to be made
    required("purpose", String(16)),
    required("ends_at", UtcDateTime),
    Column("used_at", UtcDateTime),
)
