"""Roles of staff and scopes of programs, and what each may do: the one table."""

from collections.abc import Mapping
from enum import StrEnum


class Right(StrEnum):
    """What somebody may do; every page and button of staff asks for one of them."""

    OWN_ACCOUNT = "see to their own account"
    LOOK = "look at campaigns, posts and editions"
    PEOPLE = "see readers by name and address"
    EDIT = "change campaigns, posts, editions and readers"
    APPROVE = "approve, send back and call back editions"
    POST_ROOM = "print and post letters, and make calls"
    ADMINISTER = "say who may do what, and change settings"


class Role(StrEnum):
    """What somebody is to the organisation; each account has one."""

    VIEWER = "viewer"
    EDITOR = "editor"
    APPROVER = "approver"
    ORGANISER = "organiser"
    ADMIN = "admin"


_VIEWER = frozenset({Right.OWN_ACCOUNT, Right.LOOK})
_EDITOR = _VIEWER | {Right.PEOPLE, Right.EDIT, Right.POST_ROOM}
RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.VIEWER: _VIEWER,
    Role.EDITOR: _EDITOR,
    Role.APPROVER: _EDITOR | {Right.APPROVE},
    Role.ORGANISER: frozenset({Right.OWN_ACCOUNT, Right.POST_ROOM}),
    Role.ADMIN: frozenset(Right),
}
# What a role is, to whoever chooses one.
ROLE_WORDS: Mapping[Role, str] = {
    Role.VIEWER: "Looks at campaigns, editions and reports, and sees no reader",
    Role.EDITOR: "Arranges campaigns, editions and readers; approves nothing",
    Role.APPROVER: "As an editor, and approves, sends back and calls back editions",
    Role.ORGANISER: "Prints, folds, posts and phones; sees nothing else",
    Role.ADMIN: "Everything: as an approver, and who may do what, and the settings",
}


class Scope(StrEnum):
    """What a program may do by its key; each call of the API asks for one."""

    READ = "read"
    WRITE = "write"
    ARRANGE = "arrange"
    APPROVE = "approve"
    PEOPLE = "people"
    CHANGE_PEOPLE = "change-people"
    POST_ROOM = "post-room"


SCOPE_WORDS: Mapping[Scope, str] = {
    Scope.READ: "lists what there is, but no reader by name",
    Scope.WRITE: "adds posts and events",
    Scope.ARRANGE: "changes campaigns, posts and sources, and arranges editions",
    Scope.APPROVE: "approves, calls back and stops editions, and sends copies again",
    Scope.PEOPLE: "sees readers by name and address",
    Scope.CHANGE_PEOPLE: "adds and changes readers",
    Scope.POST_ROOM: "takes letters and calls, and says what became of them",
}
# What a key is for where nobody says: as little as is of use.
USUAL_SCOPES = (Scope.READ, Scope.WRITE)


def may(role: Role, right: Right) -> bool:
    """Whether who has that role may do that."""
    return right in RIGHTS[role]
