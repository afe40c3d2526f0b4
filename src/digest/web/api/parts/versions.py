"""Versions of what programs change: seen as an ETag, sent back as If-Match."""

from typing import Annotated, Any

from fastapi import Header
from starlette.exceptions import HTTPException

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=200,
        description="The ETag of what you saw. Where it was changed since, nothing is "
        "done, and the answer is 412. `*` stands for whatever is there.",
    ),
]

# What the description of the API says of an answer that has a version.
VERSIONED: dict[int | str, dict[str, Any]] = {
    200: {
        "headers": {
            "ETag": {"description": "Its version.", "schema": {"type": "string"}}
        }
    }
}


def etag(version: object) -> str:
    """Return a version as the header of an answer."""
    return f'"{version}"'


def required_version(if_match: str | None) -> str | None:
    """Return the version that was seen; None for whatever is there.

    Raises HTTPException where nobody says: two would save over one another.
    """
    if if_match is None:
        words = "Send If-Match with the ETag of what you saw, or * to have it so anyway"
        raise HTTPException(428, words)
    return optional_version(if_match)


def optional_version(if_match: str | None) -> str | None:
    """Return the version that was seen; None for whatever is there, or unsaid."""
    if if_match is None:
        return None
    version = if_match.strip().removeprefix("W/").strip('"')
    return None if version == "*" else version
