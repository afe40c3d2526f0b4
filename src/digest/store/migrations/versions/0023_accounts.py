"""People have accounts to sign in by, and keys are of programs, with scopes."""

import sqlalchemy as sa
from alembic import op

from digest.store.base.tables import UtcDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _foreign_key(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_account_id")
    return sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=name)


def upgrade() -> None:
    """Bring the database to this revision."""
    op.create_table(
        "account",
        sa.Column("id", _ID, nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("totp_secret", sa.Text(), nullable=True),
        sa.Column("totp_step", _ID, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
        sa.UniqueConstraint("name", name=op.f("uq_account_name")),
    )
    op.create_table(
        "account_session",
        sa.Column("id", _ID, nullable=False),
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=120), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        _foreign_key("account_session"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_account_session_token_hash")),
    )
    op.create_index(
        op.f("ix_account_session_account_id"), "account_session", ["account_id"]
    )
    op.create_table(
        "account_passkey",
        sa.Column("id", _ID, nullable=False),
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("credential_id", sa.String(length=1400), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", _ID, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        _foreign_key("account_passkey"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_passkey")),
        sa.UniqueConstraint(
            "credential_id", name=op.f("uq_account_passkey_credential_id")
        ),
    )
    op.create_index(
        op.f("ix_account_passkey_account_id"), "account_passkey", ["account_id"]
    )
    op.create_table(
        "recovery_code",
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        _foreign_key("recovery_code"),
        sa.PrimaryKeyConstraint(
            "account_id", "code_hash", name=op.f("pk_recovery_code")
        ),
    )
    op.create_table(
        "account_link",
        sa.Column("id", _ID, nullable=False),
        sa.Column("account_id", _ID, nullable=True),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        _foreign_key("account_link"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_link")),
    )


def downgrade() -> None:
    """Take the database back to the revision before."""
    for table in ("account_link", "recovery_code", "account_passkey"):
        op.drop_table(table)
    op.drop_table("account_session")
    op.drop_table("account")
