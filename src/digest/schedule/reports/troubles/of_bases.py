"""Who gets no email, as the lawful basis on record is not enough for one."""

from collections.abc import Sequence

from sqlalchemy import Connection

from digest.model.campaigns.campaign import Campaign
from digest.model.people.lawful_basis import BasisGap
from digest.model.staff_words import counted
from digest.schedule.reports.troubles.trouble import (
    Trouble,
    TroubleCure,
    TroublePlace,
)
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.people.kinds import unmailed
from digest.store.people.kinds.unmailed import UnmailedReaders

_OF_THE_FILE = (BasisGap.NO_TASK, BasisGap.NO_CHARITY)


def of_bases(
    connection: Connection, stored_campaigns: Sequence[StoredCampaign]
) -> list[Trouble]:
    """Return how many readers of which list get no email, and what to do about it."""
    of_ids = {each.id: each.campaign for each in stored_campaigns}
    return [
        _trouble(of_ids[each.campaign_id], each)
        for each in unmailed.of_campaigns(connection, stored_campaigns)
    ]


def _trouble(campaign: Campaign, each: UnmailedReaders) -> Trouble:
    readers = counted(each.readers, "reader", "readers")
    gets = "gets" if each.readers == 1 else "get"
    cure = f"{each.gap.cure[:1].upper()}{each.gap.cure[1:]}."
    is_of_file = each.gap in _OF_THE_FILE
    command = (
        f"digest campaign export {campaign.name}, then digest campaign apply FILE"
        if is_of_file
        else f"digest subscribers import FILE --list {each.list_name}"
    )
    return Trouble(
        f"{campaign.title}: {readers} on the list {each.list_name} {gets} no email: "
        f"{each.gap.missing}.",
        f"{cure} Say: {command}",
        cure=TroubleCure(
            TroublePlace.CAMPAIGN_FILE if is_of_file else TroublePlace.IMPORT,
            "Say by what right" if is_of_file else "Import the list again",
            campaign.name,
            about=cure,
        ),
    )
