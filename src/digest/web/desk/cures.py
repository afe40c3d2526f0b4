"""Where at the desk a trouble is put right: the address of each place, its button."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from digest.schedule.reports.troubles.trouble import Trouble, TroubleCure, TroublePlace


def _posts(cure: TroubleCure) -> str:
    query = f"?{urlencode({'state': cure.state})}" if cure.state else ""
    return f"/desk/log/{quote(cure.campaign)}{query}"


def _run(cure: TroubleCure) -> str:
    query = f"?{urlencode({'state': cure.state})}#people" if cure.state else ""
    return f"/desk/runs/{cure.edition_id}{query}"


_ADDRESSES: Mapping[TroublePlace, Callable[[TroubleCure], str]] = {
    TroublePlace.CAMPAIGN: lambda cure: f"/desk/campaigns/{quote(cure.campaign)}",
    TroublePlace.CAMPAIGN_FILE: lambda cure: (
        f"/desk/campaigns/{quote(cure.campaign)}/file"
    ),
    TroublePlace.POSTS: _posts,
    TroublePlace.EDITION: lambda cure: f"/desk/editions/{cure.edition_id}",
    TroublePlace.APPROVAL: lambda cure: f"/desk/editions/{cure.edition_id}/approve",
    TroublePlace.RUN: _run,
    TroublePlace.POST_ROOM: lambda _cure: "/post",
    TroublePlace.GO_LIVE: lambda _cure: "/desk/golive",
    TroublePlace.IMPORT: lambda _cure: "/desk/imports/new",
    TroublePlace.COMPLAINTS: lambda _cure: "/desk/complaints",
    TroublePlace.RETURNS: lambda _cure: "/desk/returns",
}


def address_of(cure: TroubleCure) -> str:
    """Return the address of the page on which that is put right."""
    return _ADDRESSES[cure.place](cure)


def with_button(trouble: Trouble) -> dict[str, Any]:
    """Return it as a page tells it: a command's words give way to a button."""
    cure = trouble.cure
    return {
        "what": trouble.what,
        "help": cure.about if cure else trouble.help,
        "names_readers": trouble.names_readers,
        "address": address_of(cure) if cure else "",
        "button": cure.words if cure else "",
    }
