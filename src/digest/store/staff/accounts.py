"""Accounts of staff: who may sign in, as what; each act is in the audit trail.

Belongs: rows of people who may sign in, and the rule that somebody can always let
others in. How a password or a code is checked stands in digest.staff.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, select, update

from digest.errors import DigestError, NotFound
from digest.model.names import nearest
from digest.model.roles import Role
from digest.store import limits
from digest.store.base.asked_together import Asked, rows_of
from digest.store.base.tables import (
    account,
    account_passkey,
    account_session,
    recovery_code,
)
from digest.store.base.upsert import insert_new
from digest.store.staff import account_links
from digest.store.staff.audit import PROGRAM, Act, record

_AT_MOST = limits.ACCOUNT_NAME_LENGTH
_ROLES = {role.value: role for role in Role}
_LEAST = Role.ORGANISER


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in, or was asked in, or once could.

    `organiser` is whose letters they see if that is their role: "" for those of people
    whom nobody looks after, None for none. `login_name` is what the machine calls them,
    "" where they type no commands. `unknown_role` is what their row has where this
    version knows no such role: they have the least of rights then.
    """

    id: int
    email: str
    name: str
    role: Role
    created_at: datetime
    ended_at: datetime | None
    has_password: bool
    has_codes: bool
    passkeys: int
    seen_at: datetime | None
    organiser: str | None = None
    login_name: str = ""
    unknown_role: str = ""

    @property
    def has_second_step(self) -> bool:
        """Whether something besides the password proves who it is."""
        return self.has_codes or self.passkeys > 0

    @property
    def actor(self) -> str:
        """The name under which their acts are on record."""
        return self.name


def add(
    connection: Connection, email: str, name: str, role: Role, now: datetime
) -> Account:
    """Make an account, which has no password yet.

    `email` is in the form that addresses are known by. Raises DigestError where there
    is, or was, one of that address or that name: names tell people apart in the audit
    trail and in approvals.
    """
    label = _label(name)
    row = {
        "email": email,
        "name": label,
        "role": role,
        "totp_step": 0,
        "created_at": now,
    }
    if not insert_new(connection, account, [row]):
        raise DigestError(_why_not(connection, email, label))
    record(
        connection, Act("made", subject=f"account {label}", after={"role": role}), now
    )
    return by_email(connection, email)


def exists(connection: Connection) -> bool:
    """Whether there is an account, whether or not it can still sign in."""
    return connection.execute(select(account.c.id).limit(1)).first() is not None


def listed(connection: Connection) -> list[Account]:
    """Return every account there is or was, by name."""
    every = [of_row(row) for row in rows_of(connection, _every)]
    return sorted(every, key=lambda each: (each.name.casefold(), each.id))


def _every(_connection: Connection) -> Select[Any]:
    return rows()


# What `listed` asks, to be asked with others.
QUESTIONS: tuple[Asked, ...] = ((_every,),)


def get(connection: Connection, account_id: int) -> Account:
    """Return the account of that row. Raises NotFound in words."""
    row = connection.execute(rows().where(account.c.id == account_id)).first()
    if row is None:
        raise NotFound("There is no such account.")
    return of_row(row)


def by_email(connection: Connection, email: str) -> Account:
    """Return the account of that address. Raises NotFound in words."""
    row = connection.execute(rows().where(account.c.email == email)).first()
    if row is None:
        every = [each.email for each in listed(connection)]
        near = nearest(email, every)
        help_words = f"is it {near}?" if near else "see: digest users list"
        raise NotFound(f"nobody has an account with the address {email}: {help_words}")
    return of_row(row)


def name_of(connection: Connection, email: str) -> str:
    """Return the name of whose address that is, "" where it is nobody's."""
    name: str | None = connection.scalar(
        select(account.c.name).where(account.c.email == email)
    )
    return name or ""


def change_role(
    connection: Connection, account_id: int, role: Role, now: datetime
) -> bool:
    """Give somebody another role; False where they have it already.

    Raises DigestError where nobody would be left to let others in.
    """
    _lock_admins(connection)
    before = get(connection, account_id)
    if before.role is role and not before.unknown_role:
        return False
    if before.role is Role.ADMIN and before.has_password:
        _keep_an_admin(connection, account_id)
    connection.execute(
        update(account).where(account.c.id == account_id).values(role=role)
    )
    _record(connection, "gave another role to", before, now, role)
    return True


def change_organiser(
    connection: Connection, account_id: int, organiser: str | None, now: datetime
) -> bool:
    """Say whose letters somebody sees as an organiser; False where it is so already."""
    before = get(connection, account_id)
    label = None if organiser is None else " ".join(organiser.split())
    if label is not None and len(label) > limits.ACCOUNT_NAME_LENGTH:
        raise DigestError(
            f"an organiser's name has at most {limits.ACCOUNT_NAME_LENGTH} letters"
        )
    if before.organiser == label:
        return False
    connection.execute(
        update(account).where(account.c.id == account_id).values(organiser=label)
    )
    act = Act(
        "said whose letters are for",
        subject=f"account {before.name}",
        before={"organiser": _whose(before.organiser)},
        after={"organiser": _whose(label)},
    )
    record(connection, act, now)
    return True


def change_login_name(
    connection: Connection, account_id: int, login_name: str, now: datetime
) -> bool:
    """Say what the machine calls somebody who types commands there; "" takes it back.

    False where it is so already. Raises DigestError where it is somebody else's, or
    what somebody else is known by: two people would count as one.
    """
    before = get(connection, account_id)
    label = login_name.strip()
    if len(label) > limits.ACCOUNT_NAME_LENGTH or not label.isprintable():
        raise DigestError(f"that is no login name; it has {_AT_MOST} letters at most")
    if before.login_name == label:
        return False
    for other in listed(connection) if label else []:
        if other.id != account_id and label in (other.name, other.login_name):
            raise DigestError(f"{label} is {other.name}: a login name is one person's")
    connection.execute(
        update(account)
        .where(account.c.id == account_id)
        .values(login_name=label or None)
    )
    act = Act(
        "said who types commands as",
        subject=f"account {before.name}",
        before={"login name": before.login_name},
        after={"login name": label},
    )
    record(connection, act, now)
    return True


def known_as(connection: Connection, names: Iterable[str]) -> dict[str, str]:
    """Return by which name each of these people is known: their account's, if any.

    Somebody who types a command is named by their login.
    """
    every = listed(connection)
    owners = {each.login_name: each.name for each in every if each.login_name}
    return {name: owners.get(name, name) for name in names}


def _whose(organiser: str | None) -> str:
    return "nobody's" if organiser is None else organiser or "those who have none"


def end(connection: Connection, account_id: int, now: datetime) -> bool:
    """Let somebody sign in no more, from now; False where they could not already.

    They are signed out everywhere, and links of theirs lead nowhere. Raises
    DigestError where nobody would be left to let others in.
    """
    _lock_admins(connection)
    before = get(connection, account_id)
    if before.ended_at is not None:
        return False
    if before.role is Role.ADMIN and before.has_password:
        _keep_an_admin(connection, account_id)
    connection.execute(
        update(account)
        .where(account.c.id == account_id)
        .values(ended_at=now, password_hash=None, totp_secret=None)
    )
    for table in (account_session, account_passkey, recovery_code):
        connection.execute(delete(table).where(table.c.account_id == account_id))
    account_links.end_all(connection, account_id, now)
    _record(connection, "ended", before, now)
    return True


def bring_back(connection: Connection, account_id: int, now: datetime) -> bool:
    """Let somebody in again who could not; they choose a password anew."""
    back = connection.execute(
        update(account)
        .where(account.c.id == account_id, account.c.ended_at.is_not(None))
        .values(ended_at=None)
    )
    if back.rowcount:
        _record(connection, "brought back", get(connection, account_id), now)
    return back.rowcount == 1


def _lock_admins(connection: Connection) -> None:
    """Have no two people take the last rights from one another at the same moment."""
    connection.execute(
        select(account.c.id).where(account.c.role == Role.ADMIN).with_for_update()
    )


def _keep_an_admin(connection: Connection, but: int) -> None:
    others = select(func.count()).where(
        account.c.role == Role.ADMIN,
        account.c.ended_at.is_(None),
        account.c.password_hash.is_not(None),
        account.c.id != but,
    )
    if not connection.execute(others).scalar_one():
        raise DigestError(
            "this is the only admin who can sign in: make somebody else an admin first"
        )


def _record(
    connection: Connection,
    verb: str,
    whose: Account,
    now: datetime,
    role: Role | None = None,
) -> None:
    subject = f"account {whose.name}"
    before, after = ({"role": whose.role}, {"role": role}) if role else (None, None)
    record(connection, Act(verb, subject=subject, before=before, after=after), now)


def _label(name: str) -> str:
    label = " ".join(name.split())
    if not 0 < len(label) <= limits.ACCOUNT_NAME_LENGTH:
        raise DigestError(
            f"a name of at most {limits.ACCOUNT_NAME_LENGTH} letters is needed: what "
            "others know them by"
        )
    if label.casefold() == PROGRAM or "(" in label:
        raise DigestError("a person's name is needed, without brackets")
    return label


def _why_not(connection: Connection, email: str, name: str) -> str:
    row = connection.execute(select(account).where(account.c.email == email)).first()
    if row is None:
        return (
            f"there is somebody called {name} already, or was: add what tells the two "
            "apart, such as where they work"
        )
    if row.ended_at is not None:
        return f"{email} had an account that has ended: digest users back {email}"
    return f"{email} has an account already, called {row.name}"


def rows() -> Select[Any]:
    """Return what selects every account with what is counted of it."""

    def counted(table: Any, *where: Any) -> Any:
        return (
            select(func.count())
            .select_from(table)
            .where(table.c.account_id == account.c.id, *where)
            .scalar_subquery()
        )

    last_seen = (
        select(func.max(account_session.c.seen_at))
        .where(account_session.c.account_id == account.c.id)
        .scalar_subquery()
    )
    return select(
        account,
        counted(account_passkey).label("passkeys"),
        last_seen.label("seen_at"),
    )


def of_row(row: Row[Any]) -> Account:
    """Return the account of a row of `rows`."""
    role = _ROLES.get(row.role)
    return Account(
        id=row.id,
        email=row.email,
        name=row.name,
        role=role or _LEAST,
        created_at=row.created_at,
        ended_at=row.ended_at,
        has_password=row.password_hash is not None,
        has_codes=row.totp_secret is not None,
        passkeys=row.passkeys,
        seen_at=row.seen_at,
        # Of a role that is not known no letter is shown either.
        organiser=row.organiser if role else None,
        login_name=row.login_name or "",
        unknown_role="" if role else row.role,
    )
