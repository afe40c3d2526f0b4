"""What was typed into a form, whole and as words."""

from collections.abc import Mapping

from fastapi import Request

Typed = Mapping[str, str]
_MOST_FIELDS = 100


async def typed_in(request: Request) -> Typed:
    """Return the fields of the form that was sent; files are not taken.

    Lines end as they do everywhere else: a browser sends them as mail does.
    """
    async with request.form(max_files=0, max_fields=_MOST_FIELDS) as form:
        return {
            name: said.replace("\r\n", "\n")
            for name, said in form.items()
            if isinstance(said, str)
        }
