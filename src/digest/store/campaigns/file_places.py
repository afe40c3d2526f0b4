"""Which version of a campaign a file knows of, by where it is applied from."""

from sqlalchemy import Connection, select

from digest.store.base.tables import campaign, campaign_file_place, campaign_version
from digest.store.base.upsert import insert_for
from digest.store.campaigns import file_versions

# What stands for every place of before places were written down.
ANY_PLACE = ""


def knows_upto(connection: Connection, name: str, place: str, base: str) -> int:
    """Return up to which version of that campaign a file of that base knows; 0 of none.

    It knows of the version that it says it was made from, and of all that were there
    when a file of the same base was last applied from the same place.
    """
    made_from = file_versions.marked(connection, name, base) if base else None
    rows = select(campaign_file_place.c.place, campaign_file_place.c.number).join(
        campaign, campaign.c.id == campaign_file_place.c.campaign_id
    )
    places = connection.execute(
        rows.where(
            campaign.c.name == name,
            campaign_file_place.c.place.in_((place, ANY_PLACE)),
            campaign_file_place.c.base == base,
        )
    )
    numbers: dict[str, int] = {row.place: row.number for row in places}
    at_place = numbers.get(place, numbers.get(ANY_PLACE, 0))
    return max(made_from.number if made_from else 0, at_place)


def note(connection: Connection, name: str, place: str, base: str) -> None:
    """Write down that a file from there knows of every version that there is by now."""
    newest = (
        select(campaign_version.c.campaign_id, campaign_version.c.number)
        .join(campaign, campaign.c.id == campaign_version.c.campaign_id)
        .where(campaign.c.name == name)
        .order_by(campaign_version.c.number.desc())
        .limit(1)
    )
    row = connection.execute(newest).one()._asdict() | {"place": place, "base": base}
    connection.execute(
        insert_for(connection, campaign_file_place)
        .values(row)
        .on_conflict_do_update(
            index_elements=["campaign_id", "place", "base"], set_=row
        )
    )
