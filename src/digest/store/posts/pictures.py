"""Pictures as we keep them, and what is known of each address they come from."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Text,
    and_,
    cast,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)

from digest.model.posts.pictures import Files, Gallery, PictureFile, PictureUse
from digest.store import limits
from digest.store.base.tables import (
    campaign,
    campaign_version,
    item,
    picture_address,
    picture_file,
)
from digest.store.base.upsert import insert_new
from digest.store.upkeep.overdue_rows import OverdueCount

# As model.posts.item_json writes a picture's name.
_NAMES = re.compile(r'"kept": "([0-9a-f]{32})"')


@dataclass(frozen=True, slots=True)
class PictureAddress:
    """What is known of an address; `is_kept` is whether the files are there.

    `picture` is the name of our own copy, "" until there is one. `failure` says
    why the last try gave no newer one. `alt` and `decorative` are staff's word.
    """

    address: str
    picture: str = ""
    is_kept: bool = False
    mark: str = ""
    etag: str = ""
    last_modified: str = ""
    tried_at: datetime | None = None
    failures: int = 0
    failure: str = ""
    alt: str = ""
    decorative: bool = False


@dataclass(frozen=True, slots=True)
class PictureReading:
    """What an address gave: the picture's name, a mark of its bytes, validators."""

    picture: str
    mark: str
    etag: str = ""
    last_modified: str = ""


def addresses(
    connection: Connection, wanted: Iterable[str]
) -> dict[str, PictureAddress]:
    """Return what is known of each of these addresses, in their order."""
    by_key = {_key(address): address for address in wanted}
    is_kept = exists().where(picture_file.c.picture == picture_address.c.picture)
    rows: dict[str, Row[Any]] = {}
    keys = list(by_key)
    for first in range(0, len(keys), limits.PICTURES_LOOKED_UP_AT_ONCE):
        matching = select(picture_address, is_kept.label("is_kept")).where(
            picture_address.c.key.in_(
                keys[first : first + limits.PICTURES_LOOKED_UP_AT_ONCE]
            )
        )
        rows |= {row.key: row for row in connection.execute(matching)}
    return {
        address: _address_of(address, rows[key])
        if key in rows
        else PictureAddress(address)
        for key, address in by_key.items()
    }


def note_found(
    connection: Connection, address: str, reading: PictureReading, now: datetime
) -> None:
    """Keep what an address gave."""
    _set(
        connection,
        address,
        picture=reading.picture,
        mark=reading.mark,
        etag=reading.etag or None,
        last_modified=reading.last_modified or None,
        tried_at=now,
        failures=0,
        failure=None,
    )


def note_failed(connection: Connection, address: str, why: str, now: datetime) -> None:
    """Keep why an address gave no picture; the last good one stays."""
    _set(
        connection,
        address,
        tried_at=now,
        failure=why,
        failures=picture_address.c.failures + 1,
    )


def describe(
    connection: Connection, address: str, alt: str, *, decorative: bool
) -> None:
    """Keep what staff say that the picture shows, over what its source says."""
    _set(connection, address, alt=alt or None, decorative=decorative)


def put(connection: Connection, name: str, files: Files, now: datetime) -> None:
    """Keep the files of a picture; the same ones twice are kept once."""
    rows = [
        {
            "picture": name,
            "use": use,
            "media_type": file.media_type,
            "width": file.width,
            "height": file.height,
            "content": file.content,
            "made_at": now,
        }
        for use, file in files.items()
    ]
    insert_new(connection, picture_file, rows, key=("picture", "use"))


def gallery(
    connection: Connection, names: Iterable[str], uses: Sequence[PictureUse]
) -> Gallery:
    """Return the files of these pictures for these uses, as far as there are any."""
    wanted = sorted({name for name in names if name})
    rows = connection.execute(
        select(picture_file).where(
            picture_file.c.picture.in_(wanted), picture_file.c.use.in_(uses)
        )
    )
    return {(row.picture, PictureUse(row.use)): _file(row) for row in rows}


def hosted(connection: Connection, name: str, use: PictureUse) -> PictureFile | None:
    """Return a file that anybody may open, or None where there is none."""
    row = connection.execute(
        select(picture_file).where(
            picture_file.c.picture == name,
            picture_file.c.use == use,
            picture_file.c.unused_since.is_(None),
        )
    ).first()
    return None if row is None else _file(row)


def sort_out(connection: Connection, now: datetime) -> None:
    """Take notice of which pictures posts still show.

    What no post shows any more is shown to nobody from now on, a withdrawn
    post's picture above all, and is gone after a while: see `remove_unused`.
    """
    doubtful = {
        *connection.scalars(_replaced(now)),
        *_pictures_of_items(connection, item.c.withdrawn_at.is_not(None)),
    }
    in_use: set[str] = set()
    if doubtful:
        in_use = _pictures_of_items(connection, item.c.withdrawn_at.is_(None))
    is_ours, is_unused = (
        picture_file.c.picture,
        picture_file.c.unused_since.is_not(None),
    )
    connection.execute(
        update(picture_file)
        .where(is_ours.in_(sorted(doubtful - in_use)), ~is_unused)
        .values(unused_since=now)
    )
    connection.execute(
        update(picture_file)
        .where(is_ours.in_(sorted(doubtful & in_use)), is_unused)
        .values(unused_since=None)
    )


def remove_unused(connection: Connection, before: datetime, most: int) -> int:
    """Delete files that nothing shows since before then, `most` at most; say how many.

    Those that no post shows, see `sort_out`, and logos that no campaign file names.
    """
    rows = connection.execute(
        select(picture_file.c.picture, picture_file.c.use)
        .where(_is_unused(before))
        .limit(most)
    ).all()
    for row in rows:
        connection.execute(
            delete(picture_file).where(
                picture_file.c.picture == row.picture, picture_file.c.use == row.use
            )
        )
    return len(rows)


def count_unused(connection: Connection, before: datetime) -> OverdueCount:
    """Return how many files `remove_unused` would delete."""
    since = func.coalesce(picture_file.c.unused_since, picture_file.c.made_at)
    overdue = select(func.count(), func.min(since)).where(_is_unused(before))
    return OverdueCount(*connection.execute(overdue).one())


def _is_unused(before: datetime) -> ColumnElement[bool]:
    files = (campaign.c.file, campaign_version.c.file)
    names = (
        exists().where(cast(file, Text).contains(picture_file.c.picture))
        for file in files
    )
    # Handed in, and in no campaign file that was ever applied.
    is_lost = and_(
        picture_file.c.use.in_((PictureUse.LOGO, PictureUse.LOGO_PRINT)),
        picture_file.c.made_at < before,
        ~or_(*names),
    )
    return or_(picture_file.c.unused_since < before, is_lost)


def _replaced(now: datetime) -> Select[tuple[str]]:
    """Select the pictures that no open post may show any more, and those in doubt.

    They stand at no address now, or at those alone that are not asked for any
    more: of posts that went out, and of those that show something else since.
    """
    is_elsewhere = exists().where(
        picture_address.c.picture == picture_file.c.picture,
        picture_address.c.tried_at >= now - limits.PICTURE_GRACE,
    )
    is_late = and_(picture_file.c.made_at < now - limits.PICTURE_GRACE, ~is_elsewhere)
    return select(picture_file.c.picture).where(
        picture_file.c.use == PictureUse.EMAIL,
        or_(is_late, picture_file.c.unused_since.is_not(None)),
    )


def _pictures_of_items(connection: Connection, where: ColumnElement[bool]) -> set[str]:
    """Return the names of the pictures that such items show, or did."""
    content, revision = cast(item.c.content, Text), cast(item.c.revision, Text)
    rows = connection.execute(select(content, revision).where(where))
    return {name for row in rows for text in row for name in _NAMES.findall(text or "")}


def _set(connection: Connection, address: str, **values: Any) -> None:
    key = _key(address)
    insert_new(
        connection, picture_address, [{"key": key, "address": address}], key=("key",)
    )
    connection.execute(
        update(picture_address).where(picture_address.c.key == key).values(values)
    )


def _key(address: str) -> str:
    return hashlib.sha256(address.encode()).hexdigest()


def _address_of(address: str, row: Row[Any]) -> PictureAddress:
    return PictureAddress(
        address=address,
        picture=row.picture or "",
        is_kept=row.is_kept,
        mark=row.mark or "",
        etag=row.etag or "",
        last_modified=row.last_modified or "",
        tried_at=row.tried_at,
        failures=row.failures,
        failure=row.failure or "",
        alt=row.alt or "",
        decorative=row.decorative,
    )


def _file(row: Row[Any]) -> PictureFile:
    return PictureFile(row.media_type, row.width, row.height, row.content)
