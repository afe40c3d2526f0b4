"""A campaign file applied: its rows, and a place in it for every subscriber."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from digest.audience.enrolment import enrol
from digest.errors import CampaignFileError
from digest.model.campaigns.campaign import Campaign
from digest.schedule.limits import CAMPAIGN_FILE_BYTES
from digest.store.base.engine import writing
from digest.store.campaigns import campaigns
from digest.store.campaigns.campaigns import CampaignFile

NO_POSTAL_ADDRESS = (
    "sender under [letter] names no postal address, which every email has to say: "
    'write e.g. sender = ["Our News", "1 Example Street", "EXAMPLETON", "ZZ99 1AA"]'
)


@dataclass(frozen=True, slots=True)
class AppliedCampaign:
    """The campaign as applied, and how many readers joined or changed."""

    campaign: Campaign
    readers: int


def apply_file(
    engine: Engine, path: Path, timezone: str, now: datetime, *, is_live: bool = False
) -> AppliedCampaign:
    """Make the database match the file; all of it or nothing.

    Raises CampaignFileError naming every fault, and what cannot be read; and, where
    mail goes out live, for a campaign that does not say from where it writes.
    """
    file = CampaignFile(_text(path), timezone, str(path.resolve().parent))
    if is_live and not file.parsed().has_postal_address:
        raise CampaignFileError(NO_POSTAL_ADDRESS)
    with writing(engine) as connection:
        stored = campaigns.apply(connection, file, now)
        readers = enrol(connection, stored.id, stored.campaign, now)
    return AppliedCampaign(stored.campaign, readers)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > CAMPAIGN_FILE_BYTES:
            raise CampaignFileError(f"{path} is over 1 MB: it is no campaign file")
        return path.read_text(encoding="utf-8-sig")
    except OSError as problem:
        raise CampaignFileError(
            f"{path} cannot be read ({problem.strerror}): give the path of a .toml file"
        ) from problem
    except UnicodeDecodeError as problem:
        raise CampaignFileError(
            f"{path} is not UTF-8 text: save it as UTF-8"
        ) from problem
