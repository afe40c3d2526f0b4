"""Who is at the other end of the request: what a page's header and menu go by.

Set by the gate for as long as a request lasts. Whether they may is asked at the door
alone, see doors.rights.
"""

from contextvars import ContextVar

from digest.model.roles import Right, may
from digest.store.staff.sessions import Session

_session: ContextVar[Session | None] = ContextVar("session", default=None)


def welcome(session: Session | None) -> None:
    """Have the rest of this request be of that session, or of nobody's."""
    _session.set(session)


def session() -> Session | None:
    """Return whose request this is, None where nobody is signed in."""
    return _session.get()


def may_do(right: Right) -> bool:
    """Whether whoever is signed in has that right."""
    now = _session.get()
    return now is not None and may(now.account.role, right)
