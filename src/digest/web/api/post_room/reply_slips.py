"""Reply slips for programs: whose each is, and what they ticked."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from digest.bootstrap import App
from digest.deliver.returns.reply_slips import SlipSender
from digest.model.formats import SERVED
from digest.model.names import unknown
from digest.model.roles import Scope
from digest.web import limits
from digest.web.api.parts.calls import ApiRequestRoute, actor_of
from digest.web.api.parts.doors import asks
from digest.web.parts.routing import PageRouter

_FORMATS = {fmt.name: fmt for fmt in SERVED}
Reference = Annotated[
    str,
    Path(
        max_length=limits.API_REFERENCE_CHARACTERS,
        description="What stands at the foot of the slip, as of its letter: `14.7`.",
    ),
]


def _named_format(name: str) -> str:
    if name not in _FORMATS:
        raise ValueError(unknown("format", name, _FORMATS))
    return name


class ShownSlipSender(BaseModel):
    """Who sent a slip, and the format they asked for last; null where none."""

    reference: str
    person: int
    name: str
    campaign: str
    format: str | None


class SlipFormat(BaseModel):
    """What somebody ticked: how they would have what comes next."""

    model_config = ConfigDict(extra="forbid")

    format: Annotated[
        str,
        AfterValidator(_named_format),
        Field(description=f"One of {', '.join(_FORMATS)}."),
    ]


class SlipChange(BaseModel):
    """Whether that changed anything."""

    reference: str
    changed: bool


def routes(digest: App) -> APIRouter:
    """Return the routes."""
    router = PageRouter(prefix="/v1", route_class=ApiRequestRoute, tags=["Post room"])

    @router.get("/slips/{reference}")
    @asks(Scope.POST_ROOM)
    def show(reference: Reference) -> ShownSlipSender:
        """Return who sent a slip; changes nothing."""
        return _view(digest.reply_slips.sender(reference))

    @router.post("/slips/{reference}/format")
    @asks(Scope.POST_ROOM)
    def change_format(
        request: Request, reference: Reference, wanted: SlipFormat
    ) -> ShownSlipSender:
        """Have them get what comes next in that format, with the slip as permission."""
        slips = actor_of(request, digest).reply_slips
        return _view(slips.change_format(reference, _FORMATS[wanted.format]))

    @router.post("/slips/{reference}/stop")
    @asks(Scope.POST_ROOM)
    def stop(request: Request, reference: Reference) -> SlipChange:
        """Have them leave the letter's campaign, as told by letter."""
        slips = actor_of(request, digest).reply_slips
        who = slips.sender(reference)
        return SlipChange(reference=str(who.key), changed=slips.stop(reference))

    @router.post("/slips/{reference}/stay")
    @asks(Scope.POST_ROOM)
    def stay(request: Request, reference: Reference) -> SlipChange:
        """Have them stay after all: it was somebody else's slip, or another tick."""
        slips = actor_of(request, digest).reply_slips
        who = slips.sender(reference)
        return SlipChange(reference=str(who.key), changed=slips.stay(reference))

    return router


def _view(who: SlipSender) -> ShownSlipSender:
    return ShownSlipSender(
        reference=str(who.key),
        person=who.person_id,
        name=who.name,
        campaign=who.campaign,
        format=who.format.name if who.format else None,
    )
