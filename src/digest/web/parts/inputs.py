"""What a request brings: numbers in its address, and the fields of its form."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Request
from pydantic import Field

from digest.web import limits

# Numbers that a database can look for. Others are no page's: they are answered
# like an address that there is not.
RowId = Annotated[int, Field(ge=0, le=limits.ROW_ID)]
Number = Annotated[int, Field(ge=1, le=limits.NUMBER)]
FormFields = Mapping[str, str]


async def form_fields(request: Request) -> FormFields:
    """Return the fields of the form that was sent, as words; files are not taken.

    Lines end as they do everywhere else: a browser sends them as mail does.
    """
    async with request.form(max_files=0, max_fields=limits.FORM_FIELDS) as form:
        return {
            name: value.replace("\r\n", "\n")
            for name, value in form.items()
            if isinstance(value, str)
        }
