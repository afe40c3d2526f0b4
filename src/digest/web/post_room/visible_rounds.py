"""Whose letters and calls somebody sees in the post room."""

from typing import Annotated

from fastapi import Depends

from digest.model.roles import Right, may
from digest.store.staff.rounds import ALL_ROUNDS, VisibleRounds
from digest.web.doors.rights import Staff


def rounds_of(staff: Staff) -> VisibleRounds:
    """Return all rounds to who may see readers by name, and to others their own."""
    return (
        ALL_ROUNDS if may(staff.role, Right.PEOPLE) else VisibleRounds(staff.organiser)
    )


RoundsOfStaff = Annotated[VisibleRounds, Depends(rounds_of)]
