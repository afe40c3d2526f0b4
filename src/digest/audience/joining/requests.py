"""Requests to join: what somebody typed, read as a list's row and written down.

Nothing is looked up of whoever it names: whether they are known, or asked never to be
written to, is for the mail to ask, after the answer.
"""

from collections.abc import Mapping

from digest.audience.emails import email_key
from digest.audience.hashing import KeyedHasher
from digest.audience.lists.columns import ADDRESS
from digest.audience.lists.list_file import ListRow, RowRefused
from digest.audience.lists.rows import read_row
from digest.model.campaigns.campaign import Campaign
from digest.model.people.joining import OTHER_FORMATS, Joining, JoiningWay
from digest.model.people.person import Person, PersonKeys
from digest.store.people.joining.joining_requests import (
    JoiningTargets,
    NewJoiningRequest,
)

_OF_WAY: Mapping[JoiningWay, tuple[str, ...]] = {
    JoiningWay.EMAIL: ("email",),
    JoiningWay.LETTER: (*ADDRESS, "postcode"),
    JoiningWay.LARGE_PRINT: (*ADDRESS, "postcode"),
    JoiningWay.PHONE: ("phone",),
    JoiningWay.OTHER: ("phone",),
}
_OF_ALL = ("name", "schedule")
_TOPIC = "topic_"
_OTHERS = {row.name for row in OTHER_FORMATS}


def columns_of(way: JoiningWay) -> tuple[str, ...]:
    """Return the columns that somebody who chooses that way is asked for."""
    columns = (*_OF_ALL, *_OF_WAY[way])
    return (*columns, "notes") if way is JoiningWay.OTHER else columns


def request_of(
    hasher: KeyedHasher,
    campaign_id: int,
    campaign: Campaign,
    way: JoiningWay,
    typed: Mapping[str, str],
) -> NewJoiningRequest:
    """Return what somebody asks for by what they typed; no other cell is kept.

    Raises RowRefused with every fault, and ValueError where the campaign cannot be
    joined in that way.
    """
    joining = campaign.joining
    if joining is None or way not in joining.ways:
        raise ValueError(f"{campaign.name} cannot be joined by {way}")
    cells = {name: typed.get(name, "").strip() for name in columns_of(way)}
    cells["format"] = _format(way, typed)
    cells["topics"] = topics_typed(campaign, typed)
    if campaign.schedule_named(cells["schedule"]) is None:
        cells["schedule"] = ""
    row = read_row(ListRow(0, {name: text for name, text in cells.items() if text}))
    if not isinstance(row, Person):
        raise RowRefused(*row)
    content = {name: text for name, text in cells.items() if text}
    targets = targets_of(hasher, row.keys) if way is JoiningWay.EMAIL else None
    wording = wording_for(joining, way)
    return NewJoiningRequest(campaign_id, way, wording, content, targets)


def lost_link(
    hasher: KeyedHasher, campaign_id: int, email: str
) -> NewJoiningRequest | None:
    """Return the request of who has lost the link to their own page.

    None where what was typed is no email address.
    """
    try:
        keys = PersonKeys(email=email_key(email.strip()))
    except ValueError:
        return None
    targets = targets_of(hasher, keys)
    content = {"email": email.strip()}
    return NewJoiningRequest(campaign_id, JoiningWay.LOST_LINK, "", content, targets)


def topics_offered(campaign: Campaign) -> tuple[str, ...]:
    """Return the topics that readers choose from, as the campaign's file has them."""
    topics = (topic for source in campaign.sources for topic in source.topics)
    return tuple(dict.fromkeys(topics))


def topic_fields(campaign: Campaign) -> dict[str, str]:
    """Return each topic by the name of its field in a form."""
    offered = topics_offered(campaign)
    return {f"{_TOPIC}{number}": topic for number, topic in enumerate(offered)}


def wording_for(joining: Joining, way: JoiningWay) -> str:
    """Return what somebody says yes to: each channel has a yes of its own."""
    return f"{joining.wording} ({_CHANNELS[way]})"


_CHANNELS: Mapping[JoiningWay, str] = {
    JoiningWay.EMAIL: "by email",
    JoiningWay.LETTER: "by post",
    JoiningWay.LARGE_PRINT: "by post",
    JoiningWay.PHONE: "by telephone",
    JoiningWay.OTHER: "by telephone",
}


def targets_of(hasher: KeyedHasher, keys: PersonKeys) -> JoiningTargets:
    """Return the keyed hashes of somebody's email address and of its domain."""
    address = hasher.hashed(keys).email or ""
    domain = keys.email.rpartition("@")[2]
    return JoiningTargets(
        address, hasher.hashed(PersonKeys(email=f"@{domain}")).email or ""
    )


def topics_typed(campaign: Campaign, typed: Mapping[str, str]) -> str:
    """Return the topics that were ticked; "" for all, which is also for none."""
    fields = topic_fields(campaign)
    ticked = [topic for name, topic in fields.items() if typed.get(name)]
    return "" if len(ticked) == len(fields) else "; ".join(ticked)


def _format(way: JoiningWay, typed: Mapping[str, str]) -> str:
    if way is JoiningWay.EMAIL:
        return "plain" if typed.get("format") == "plain" else ""
    if way is JoiningWay.OTHER:
        wanted = typed.get("format", "")
        return wanted if wanted in _OTHERS else ""
    return way.wanted.name if way.wanted else ""
