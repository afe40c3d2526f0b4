"""What the items of a log show: pictures as we keep them, with words for each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, false, or_, select, union_all

from digest.errors import DigestError, NotFound, UnreadableError
from digest.model.posts.blocks import Picture
from digest.model.posts.item_json import item_from_json, pictures_from_json
from digest.model.posts.items import Item
from digest.model.posts.pictures import (
    WORDLESS,
    lacks_words,
    meaningful_alt,
    pictures_in,
    repictured,
    split_at_limit,
    too_many,
)
from digest.store import limits
from digest.store.base.asked_together import ROW_FAULTS
from digest.store.base.read_once import is_read_once, read_once
from digest.store.base.row_faults import read_each
from digest.store.base.tables import item, source
from digest.store.posts import log, pictures, positions
from digest.store.posts.pictures import PictureAddress
from digest.store.posts.revisions import content_values, set_values


@dataclass(frozen=True, slots=True)
class OpenItem:
    """The pictures of an item that no edition carries yet: they may still change."""

    id: int
    source: str
    title: str
    pictures: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class PictureTrouble:
    """Why a picture of an item is left out; `lacks_words` is what staff can mend."""

    item_id: int
    source: str
    title: str
    address: str
    lacks_words: bool
    why: str = ""

    def __str__(self) -> str:
        """Return it as a sentence about the post."""
        place = f'post {self.item_id}, "{self.title}": its picture {self.address}'
        return f"{place} {self.why or WORDLESS}"

    @property
    def help(self) -> str:
        """What to do about it."""
        if not self.lacks_words:
            return "The words that say what it shows stand in its place."
        return (
            f"Until then it is left out. Say: digest post picture {self.item_id} --alt "
            '"What it shows", or --decorative if that would tell nobody anything.'
        )


def pictured(connection: Connection, items: Sequence[Item]) -> list[Item]:
    """Return the items with the pictures that we have, and staff's words for them."""
    addresses = pictures.addresses(connection, _addresses(map(pictures_in, items)))
    return [
        repictured(entry, lambda picture: _as_known(picture, addresses))
        for entry in items
    ]


def open_items(connection: Connection, campaign_id: int) -> list[OpenItem]:
    """Return the items with pictures that an edition may still carry, in order.

    Of thousands of items no more than some are held whole at one time. One that
    cannot be read is left out; see `unreadable`.
    """
    return [entry for entry in _read_each(connection, campaign_id)[0] if entry.pictures]


def unreadable(connection: Connection, campaign_id: int) -> list[UnreadableError]:
    """Return which of the items that an edition may still carry cannot be read."""
    faults = _read_each(connection, campaign_id)[1]
    return [log.unreadable(item_id, why) for item_id, why in faults.items()]


def _read_each(
    connection: Connection, campaign_id: int
) -> tuple[list[OpenItem], dict[int, str]]:
    """Return the items that may change, with why not of those that cannot be read."""
    if is_read_once(connection):
        every = read_once(
            connection, "open items", lambda: _open_items_of_each(connection)
        )
        if every is not None:
            return every.get(campaign_id, []), {}
    upto = positions.carried(connection, campaign_id)
    rows = _open_rows({campaign_id: upto})
    return read_each(connection, rows, item.c.id, _open_item)


def _open_items_of_each(connection: Connection) -> dict[int, list[OpenItem]] | None:
    """Return them by campaign; None where one cannot be read, which is then named."""
    uptos = positions.carried_of_each(connection)
    items = dict[int, list[OpenItem]]()
    try:
        with connection.execute(_open_rows(uptos)) as rows:
            for row in rows:
                items.setdefault(row.campaign_id, []).append(_open_item(row))
    except ROW_FAULTS:
        return None
    return items


def _open_rows(uptos: Mapping[int, int]) -> Select[Any]:
    """Return the query of what these campaigns' editions do not carry yet.

    Each half by the index of positions, however long the log behind it.
    """
    is_ahead = (
        (item.c.campaign_id == campaign_id) & (item.c.position > upto)
        for campaign_id, upto in uptos.items()
    )
    number = select(item.c.id)
    ahead = number.where(or_(false(), *is_ahead))
    waiting = number.where(item.c.campaign_id.in_(uptos), item.c.position.is_(None))
    return (
        select(item.c.id, item.c.campaign_id, item.c.content, source.c.name)
        .join(source, source.c.id == item.c.source_id)
        .where(
            item.c.id.in_(union_all(ahead, waiting)),
            item.c.withdrawn_at.is_(None),
            item.c.passed_over.is_(False),
            item.c.duplicate_of.is_(None),
        )
        .order_by(item.c.id)
        .execution_options(yield_per=limits.ITEMS_PICTURED_AT_ONCE)
    )


def _open_item(row: Row[Any]) -> OpenItem:
    pictures = tuple(dict.fromkeys(pictures_from_json(row.content)))
    return OpenItem(row.id, row.name, row.content["title"], pictures)


def picture_open(connection: Connection, campaign_id: int) -> int:
    """Give the open items the pictures and words that are now known.

    The one door by which a picture comes into an item of the log, but for its
    acceptance. Returns how many have changed.
    """
    positions.lock(connection, campaign_id)
    items = open_items(connection, campaign_id)
    addresses = pictures.addresses(
        connection, _addresses(entry.pictures for entry in items)
    )
    changed = [
        entry.id
        for entry in items
        if any(_as_known(picture, addresses) != picture for picture in entry.pictures)
    ]
    for first in range(0, len(changed), limits.ITEMS_PICTURED_AT_ONCE):
        _picture(connection, changed[first : first + limits.ITEMS_PICTURED_AT_ONCE])
    return len(changed)


def _picture(connection: Connection, item_ids: Sequence[int]) -> None:
    rows = connection.execute(
        select(item.c.id, item.c.content, item.c.given).where(item.c.id.in_(item_ids))
    ).all()
    edited = pictured(connection, [item_from_json(row.content) for row in rows])
    originals = pictured(
        connection, [item_from_json(row.given or row.content) for row in rows]
    )
    for row, original, content in zip(rows, originals, edited, strict=True):
        set_values(connection, row.id, content_values(original, content))


def troubles(connection: Connection, items: Sequence[OpenItem]) -> list[PictureTrouble]:
    """Return the pictures of these open items that are left out, and why."""
    addresses = pictures.addresses(
        connection, _addresses(entry.pictures for entry in items)
    )
    return [trouble for entry in items for trouble in _troubles_of(entry, addresses)]


def _troubles_of(
    entry: OpenItem, addresses: Mapping[str, PictureAddress]
) -> Iterator[PictureTrouble]:
    about = (entry.id, entry.source, entry.title)
    within, beyond = split_at_limit(entry.pictures)
    for picture in within:
        failure = addresses[picture.src].failure
        if lacks_words(picture):
            yield PictureTrouble(*about, picture.src, lacks_words=True)
        elif failure and not picture.copy_name:
            yield PictureTrouble(*about, picture.src, lacks_words=False, why=failure)
    # In one sentence, however many they are; some may be here for another post.
    if missing := [picture.src for picture in beyond if not picture.copy_name]:
        why = too_many(len(missing))
        yield PictureTrouble(*about, missing[0], lacks_words=False, why=why)


@dataclass(frozen=True, slots=True)
class PictureWords:
    """What staff say of a picture: what it shows, or that it tells nobody anything.

    `number` counts a post's pictures from 1.
    """

    number: int | None = None
    alt: str = ""
    decorative: bool = False


def of_item(connection: Connection, item_id: int) -> list[Picture]:
    """Return the pictures of an item, each once. Raises NotFound."""
    row = log.row_of(connection, item_id)
    return list(dict.fromkeys(pictures_in(item_from_json(row.content))))


def failures_of(connection: Connection, failing: Iterable[Picture]) -> dict[str, str]:
    """Return, by address, why the last try gave no picture, where it gave none."""
    addresses = pictures.addresses(connection, (picture.src for picture in failing))
    return {src: entry.failure for src, entry in addresses.items() if entry.failure}


def describe(
    connection: Connection, item_id: int, words: PictureWords, now: datetime
) -> Picture:
    """Keep what staff say of a picture of an open item, and return it as it now is.

    Wherever that picture is shown, these words stand, whatever its source says;
    decorative it is only where its source says nothing. Without a number it is
    the one that lacks words, or the only one. Raises NotFound, or DigestError
    where the words say nothing or come too late.
    """
    row = log.locked(connection, item_id)
    if log.is_carried(connection, row):
        raise DigestError(
            f"post {item_id} is in an edition already: its picture stays as it is there"
        )
    if not (words.decorative or meaningful_alt(words.alt)):
        raise DigestError(
            "that says nothing of what the picture shows: write it as you would tell "
            "it somebody on the telephone"
        )
    chosen = _chosen(of_item(connection, item_id), item_id, words.number)
    if words.decorative and meaningful_alt(chosen.alt):
        raise DigestError(
            f'it is said already that it shows "{chosen.alt}": leave that, or say it '
            "better with --alt"
        )
    pictures.describe(
        connection, chosen.src, meaningful_alt(words.alt), decorative=words.decorative
    )
    picture_open(connection, row.campaign_id)
    log.record_act(
        connection,
        "described a picture of",
        row,
        now,
        picture=("", chosen.src),
        alt=(chosen.alt, meaningful_alt(words.alt)),
        decorative=(chosen.decorative, words.decorative),
    )
    return next(
        picture for picture in of_item(connection, item_id) if picture.src == chosen.src
    )


def _chosen(choices: list[Picture], item_id: int, number: int | None) -> Picture:
    if number is not None and not 1 <= number <= len(choices):
        raise NotFound(
            f"post {item_id} has {len(choices)} pictures: there is no {number}"
        )
    if number is not None:
        return choices[number - 1]
    wordless = [picture for picture in choices if lacks_words(picture)] or choices
    if len(wordless) != 1:
        raise NotFound(
            f"post {item_id} has {len(choices)} pictures: say which with --number; see "
            f"them with: digest post picture {item_id}"
        )
    return wordless[0]


def _addresses(groups: Iterable[Iterable[Picture]]) -> list[str]:
    return list(dict.fromkeys(picture.src for group in groups for picture in group))


def _as_known(picture: Picture, addresses: Mapping[str, PictureAddress]) -> Picture:
    entry = addresses[picture.src]
    completed = replace(
        picture, copy_name=entry.picture, alt=meaningful_alt(picture.alt)
    )
    if entry.alt:
        return replace(completed, alt=entry.alt, decorative=False)
    # What it is to one post, it may not be to another that has words for it.
    return (
        replace(completed, decorative=True)
        if entry.decorative and not completed.alt
        else completed
    )
