"""How people come in: the first account, invitations, passwords, another password."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from digest.errors import DigestError
from digest.model.roles import Role
from digest.staff import limits, passwords
from digest.store.base.engine import reading, writing
from digest.store.staff import account_links, accounts, password_hashes, sessions
from digest.store.staff.account_links import AccountLink, LinkPurpose
from digest.store.staff.accounts import Account
from digest.store.staff.audit import Act, record
from digest.store.staff.sessions import NewSession, Session

_LASTS = {
    LinkPurpose.FIRST: limits.FIRST_LASTS,
    LinkPurpose.INVITATION: limits.INVITATION_LASTS,
    LinkPurpose.RESET: limits.RESET_LASTS,
}


class RefusedPassword(DigestError):  # noqa: N818 - says what is the case
    """A password will not do; the message says why."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Whose the first account is to be."""

    name: str
    email: str


def checked(password: str, name: str, email: str) -> str:
    """Return what is kept of a password for who has that name: slow on purpose.

    Raises RefusedPassword in words. Not to be called inside a transaction.
    """
    if fault := passwords.fault_of(password, name, email):
        raise RefusedPassword(fault)
    return passwords.hashed(password)


def first_link(connection: Connection, now: datetime) -> int | None:
    """Return a link to the first account; None where there is an account already."""
    if accounts.exists(connection):
        return None
    return _link(connection, LinkPurpose.FIRST, None, now)


def ask_in(
    connection: Connection, email: str, name: str, role: Role, now: datetime
) -> int:
    """Make an account and return the link by which its owner takes it up."""
    account = accounts.add(connection, email, name, role, now)
    return _link(connection, LinkPurpose.INVITATION, account.id, now)


def ask_again(connection: Connection, who: Account, now: datetime) -> int:
    """Return another link for somebody: to take it up, or to another password."""
    if who.ended_at is not None:
        raise DigestError(
            f"{who.name} may not sign in any more: digest users back {who.email}"
        )
    purpose = LinkPurpose.RESET if who.has_password else LinkPurpose.INVITATION
    return _link(connection, purpose, who.id, now)


def take_up(
    connection: Connection,
    link: AccountLink,
    hashed: str,
    now: datetime,
    newcomer: Newcomer | None = None,
) -> int:
    """Let who has a link in by a password; return their account. The link is used up.

    `hashed` is as `checked` returns it. The first account becomes the newcomer's, an
    admin; its link is good for nothing once there is an account. Raises NotFound where
    the link has been used, and DigestError, in words.
    """
    account_links.use_up(connection, link.id, now)
    account_id = link.account_id
    if account_id is None:
        if newcomer is None or accounts.exists(connection):
            raise DigestError("There is an account by now. Its owner can ask you in.")
        added = accounts.add(connection, newcomer.email, newcomer.name, Role.ADMIN, now)
        account_id = added.id
    password_hashes.set_password(connection, account_id, hashed, now)
    return account_id


def known_by_password(engine: Engine, email: str, password: str) -> int | None:
    """Return whose address and password these are; None, as slowly, for nobody's."""
    with reading(engine) as connection:
        credentials = password_hashes.of_email(connection, email)
    account_id, password_hash = credentials or (None, None)
    if not passwords.is_right(password_hash, password):
        return None
    if password_hash and account_id and passwords.is_of_old_costs(password_hash):
        anew = passwords.hashed(password)
        with writing(engine) as connection:
            password_hashes.rehash(connection, account_id, password_hash, anew)
    return account_id


def sign_in(
    connection: Connection,
    account_id: int,
    device: str,
    now: datetime,
    *,
    is_confirmed: bool,
) -> tuple[str, timedelta]:
    """Sign somebody in on a device; return its cookie and how long it lasts.

    It is on record once they are in wholly.
    """
    if is_confirmed:
        _record(connection, "signed in as", account_id, now, device)
    lasts = limits.SESSION_LASTS if is_confirmed else limits.UNCONFIRMED_LASTS
    new = NewSession(account_id, device, lasts, is_confirmed)
    return sessions.start(connection, new, now), lasts


def _link(
    connection: Connection, purpose: LinkPurpose, account_id: int | None, now: datetime
) -> int:
    ends = now + _LASTS[purpose]
    return account_links.make(connection, purpose, account_id, now, ends)


def sign_out(connection: Connection, session: Session, now: datetime) -> None:
    """Sign somebody out where they are, on record if they were in wholly."""
    has_ended = sessions.end(connection, session.id, session.account.id)
    if has_ended and session.is_confirmed:
        _record(connection, "signed out as", session.account.id, now, session.device)


def note_refusal(connection: Connection, email: str, why: str, now: datetime) -> None:
    """Put on record that somebody was not let in; no address of nobody's is kept."""
    name = accounts.name_of(connection, email)
    subject = f"account {name}" if name else "nobody's account"
    act = Act("was not let in to", subject=subject, after={"why": why})
    record(connection, act, now)


def _record(
    connection: Connection, verb: str, account_id: int, now: datetime, device: str
) -> None:
    subject = f"account {accounts.get(connection, account_id).name}"
    record(connection, Act(verb, subject=subject, after={"device": device}), now)
