"""What the API answers where something was not done, in one form (RFC 9457)."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from digest.audience.lists.list_file import RowRefused
from digest.errors import (
    CampaignFileError,
    CarrierError,
    DigestError,
    EditionConflict,
    HeldError,
    ImportRefused,
    NotFound,
    RenderError,
    SettingsError,
    StoreError,
    UnreadableError,
)
from digest.gather.typed_fields import InputFault
from digest.schedule.campaign_files import ChangedFileError
from digest.schedule.editions.steering.steer import RefusedWords
from digest.web.parts.faults import log_fault

PROBLEM_JSON = "application/problem+json"
_JSON_KINDS = (PROBLEM_JSON, "application/json")
_WRONG = "Something in it is wrong"
# What each status means here, in a few words that stay the same.
TITLES: Mapping[int, str] = {
    401: "A key is needed",
    403: "The key is not for this",
    404: "There is no such thing",
    405: "That cannot be asked of this address",
    409: "It cannot be done as things stand",
    412: "It was changed meanwhile",
    413: "It is too large",
    415: "It is not JSON",
    421: "Not the address of this service",
    422: _WRONG,
    428: "Say which version you saw",
    429: "Wait a while",
    500: "A fault of ours",
    503: "It cannot be done just now",
}
_OF_ANY_CALL = (401, 403, 404, 421, 422, 429, 500, 503)
# Of what a person could put right by asking for it otherwise, and what only time does.
_OF_ERRORS: tuple[tuple[type[DigestError], int], ...] = (
    (NotFound, 404),
    (EditionConflict, 412),
    (ChangedFileError, 412),
    (CampaignFileError, 422),
    (ImportRefused, 422),
    (HeldError, 409),
    (StoreError, 503),
    (SettingsError, 503),
    (CarrierError, 503),
    (UnreadableError, 503),
    (RenderError, 503),
    (DigestError, 409),
)


class FieldFault(BaseModel):
    """What is wrong with one field, and what to do about it."""

    field: str
    words: str


class ProblemDetails(BaseModel):
    """Why something was not done (RFC 9457)."""

    type: str = Field(description="Where the API's page says what it means.")
    title: str = Field(description="What it means: the same words for a status.")
    status: int
    detail: str = Field(description="What happened, and what to do.")
    faults: list[FieldFault] = Field([], description="What is wrong, by its field.")


class RefusedFields(Exception):  # noqa: N818 - what happened to what was sent
    """What was sent is wrong in these fields."""

    def __init__(self, *faults: InputFault) -> None:
        super().__init__("something in it is wrong")
        self.faults = faults


def problem(
    status: int,
    detail: str = "",
    faults: list[FieldFault] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return the answer that says why something was not done."""
    title = TITLES.get(status) or HTTPStatus(status).phrase
    details = ProblemDetails(
        type=f"/api/v1/docs#status-{status}",
        title=title,
        status=status,
        detail=detail or title,
        faults=faults or [],
    )
    return JSONResponse(details.model_dump(), status, headers, media_type=PROBLEM_JSON)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return what the description of the API says of these, and of those of any."""
    schema = {"$ref": f"#/components/schemas/{ProblemDetails.__name__}"}
    return {
        status: {
            "description": TITLES[status],
            "content": {PROBLEM_JSON: {"schema": schema}},
        }
        for status in sorted({*_OF_ANY_CALL, *statuses})
    }


def add_to(api: FastAPI) -> None:
    """Have the API answer so whatever goes wrong."""

    @api.middleware("http")
    async def guard(
        request: Request, follow: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        try:
            return await follow(request)
        except Exception:  # noqa: BLE001 - a fault of ours: logged, and told by its id
            return problem(500, f"The log calls it {log_fault(request)}")

    @api.exception_handler(RefusedFields)
    async def refused(_request: Request, why: RefusedFields) -> Response:
        faults = [FieldFault(field=x.field, words=x.words) for x in why.faults]
        return _wrong(faults)

    @api.exception_handler(RequestValidationError)
    async def misread(_request: Request, why: RequestValidationError) -> Response:
        return _wrong(
            [
                FieldFault(field=_field(error), words=_words_of(error))
                for error in why.errors()
            ]
        )

    @api.exception_handler(HTTPException)
    async def stopped(_request: Request, why: HTTPException) -> Response:
        if why.status_code == 400:
            # As FastAPI says of a body that is no text, or is nested too deeply.
            words = "cannot be read: send JSON, in UTF-8"
            return _wrong([FieldFault(field="body", words=words)])
        # Starlette's own words are those of the status.
        own = "" if why.detail == HTTPStatus(why.status_code).phrase else why.detail
        return problem(why.status_code, own, headers=why.headers)

    @api.exception_handler(DigestError)
    async def in_words(_request: Request, why: DigestError) -> Response:
        faults = _faults_of(why)
        return _wrong(faults) if faults else problem(_status_of(why), str(why))


def in_its_form(response: Response) -> Response:
    """Return an answer as it is, or in this form where the API was not even asked."""
    is_ours = response.headers.get("Content-Type", "").startswith(_JSON_KINDS)
    if response.status_code < 400 or is_ours:
        return response
    return problem(response.status_code)


def _status_of(why: DigestError) -> int:
    return next(status for kind, status in _OF_ERRORS if isinstance(why, kind))


def _faults_of(why: DigestError) -> list[FieldFault]:
    """Return what is wrong by its field, where an error says it so."""
    if isinstance(why, RowRefused):
        each = ((fault.column, f"{fault.wrong}: {fault.do}") for fault in why.problems)
        return [FieldFault(field=column, words=words) for column, words in each]
    if isinstance(why, RefusedWords):
        return [FieldFault(field=name, words=x) for name, x in why.faults.items()]
    return []


def _wrong(faults: list[FieldFault]) -> Response:
    words = "; ".join(f"{fault.field}: {fault.words}" for fault in faults)
    return problem(422, words, faults)


def _words_of(error: Mapping[str, Any]) -> str:
    """Return what is wrong with a field, as the rest of the program would say it."""
    bounds = error.get("ctx", {})
    match error["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return "is no field of this call: leave it out"
        case "greater_than_equal":
            return f"has to be {bounds['ge']} or more"
        case "less_than_equal":
            return f"has to be {bounds['le']} or less"
        case "string_too_long":
            return f"has at most {bounds['max_length']} characters"
        case _:
            return str(error["msg"])


def _field(error: Mapping[str, Any]) -> str:
    """Return which field an error is of; "body" where the whole of it is no JSON."""
    place = error["loc"]
    return "body" if error["type"] == "json_invalid" else str(place[-1])
