"""Whose letters somebody sees in the post room."""

from typing import Annotated

from fastapi import Depends

from digest.model.roles import Right, may
from digest.store.delivery.print_batches import ALL_LETTERS, VisibleLetters
from digest.web.doors.rights import Staff


def letters_of(staff: Staff) -> VisibleLetters:
    """Return all letters to who may see readers by name, and to others their own."""
    return (
        ALL_LETTERS
        if may(staff.role, Right.PEOPLE)
        else VisibleLetters(staff.organiser)
    )


LettersOfStaff = Annotated[VisibleLetters, Depends(letters_of)]
