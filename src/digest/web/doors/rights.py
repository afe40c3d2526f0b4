"""The door of staff's pages: each says what right it needs, and one place asks.

A page that says nothing is closed to everybody.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request

from digest.bootstrap import App
from digest.errors import DigestError
from digest.model.roles import RIGHTS, ROLE_WORDS, Right, may
from digest.store.staff import accounts
from digest.store.staff.accounts import Account
from digest.store.staff.sessions import Session
from digest.web.doors.origins import is_local

_LOOKING = frozenset({"GET", "HEAD"})
_OPEN_TO_NOBODY_KNOWN = frozenset({Right.LOOK, Right.PEOPLE})
_Endpoint = TypeVar("_Endpoint", bound=Callable[..., Any])
_NEEDS = "needs_right"


def needs(right: Right) -> Callable[[_Endpoint], _Endpoint]:
    """Have a page or a button be for who has that right."""

    def mark(endpoint: _Endpoint) -> _Endpoint:
        setattr(endpoint, _NEEDS, right)
        return endpoint

    return mark


def right_of(endpoint: object) -> Right | None:
    """Return the right that an endpoint says it needs."""
    return getattr(endpoint, _NEEDS, None)


class SignInNeeded(Exception):  # noqa: N818 - what is to be done
    """Nobody is signed in, or not wholly: they are sent to where they do it."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


class RefusedVisitor(DigestError):  # noqa: N818 - says what is the case
    """Who is signed in may not do this; the message says who may."""


@dataclass(frozen=True, slots=True)
class Door:
    """Lets in who may see a page; a dependency of every page of staff's.

    While there is no account, in practice mode anybody who gets this far may look, and
    in live mode whoever sits at the machine itself.
    """

    digest: App

    def __call__(self, request: Request) -> None:
        """Raise SignInNeeded or RefusedVisitor for who may not come in."""
        right = right_of(request.scope["route"].endpoint)
        if right is None:
            raise RefusedVisitor("This page is closed: it does not say who may see it.")
        session: Session | None = request.state.session
        if session is None:
            if self._is_open(request, right):
                return
            raise SignInNeeded("/sign-in")
        if not session.is_confirmed:
            raise SignInNeeded("/sign-in/code")
        owner = session.account
        if not (
            owner.has_second_step
            or not self.digest.settings.live
            or right is Right.OWN_ACCOUNT
        ):
            raise SignInNeeded("/account/second-step")
        if not may(owner.role, right):
            raise RefusedVisitor(self._not_for(owner, right))

    def _is_open(self, request: Request, right: Right) -> bool:
        if right not in _OPEN_TO_NOBODY_KNOWN or request.method not in _LOOKING:
            return False
        if self.digest.settings.live and not is_local(request):
            return False
        with self.digest.reading() as connection:
            return not accounts.exists(connection)

    def _not_for(self, owner: Account, right: Right) -> str:
        roles = [role for role, rights in RIGHTS.items() if right in rights]
        names = " or ".join(roles)
        with self.digest.reading() as connection:
            every = accounts.listed(connection)
        admins = [
            each.name
            for each in every
            if may(each.role, Right.ADMINISTER) and not each.ended_at
        ]
        return (
            f"This is for who may {right}: {names}. You are here as {owner.role} "
            f"({ROLE_WORDS[owner.role].lower()}). {' or '.join(admins)} can change "
            "that."
        )


def staff_of(request: Request) -> Account:
    """Return who is signed in, for what only they can do. Raises SignInNeeded."""
    session: Session | None = request.state.session
    if session is None:
        raise SignInNeeded("/sign-in")
    return session.account


def session_of(request: Request) -> Session:
    """Return the session of who is signed in. Raises SignInNeeded."""
    session: Session | None = request.state.session
    if session is None:
        raise SignInNeeded("/sign-in")
    return session


Staff = Annotated[Account, Depends(staff_of)]
StaffSession = Annotated[Session, Depends(session_of)]
