"""What staff or its source changed in an item, and whether readers would notice."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import fields, replace

from digest.model.posts.blocks import (
    Block,
    CallToAction,
    EasyRead,
    Heading,
    ListBlock,
    Paragraph,
    Picture,
    Quote,
    Table,
)
from digest.model.posts.item_json import stored_name
from digest.model.posts.items import Item, Link, LinkKind, Post
from digest.model.posts.pictures import pictures_in


def merged(before: Item, edited: Item, now: Item) -> Item:
    """Return `now`, what a source says, with what staff had changed in `before`.

    `edited` is `before` as staff left it. A field that staff changed stays as
    they left it, unless the source changed that very field. Links are taken one
    by one, by their address.
    """
    if type(now) is not type(before) or type(now) is not type(edited):
        return now
    staff_changes = {
        field.name: getattr(edited, field.name)
        for field in fields(now)
        if getattr(edited, field.name) != getattr(before, field.name)
        and getattr(now, field.name) == getattr(before, field.name)
        and field.name != "key"
    }
    result: Item = replace(now, **staff_changes)
    if isinstance(result, Post) and "links" not in staff_changes:
        links = _links(_of(before), _of(edited), _of(now))
        return replace(result, links=links)
    return result


def with_link_kind(item: Item, number: int, kind: LinkKind | None) -> Item:
    """Return the item with its link of that number, from 1, given a kind.

    Without a kind the link is no longer one of the item's own. Raises
    ValueError, in words, where there is no such link.
    """
    links = list(_of(item))
    if not 1 <= number <= len(links):
        raise ValueError(f"has no link {number}: it has {len(links)} of its own")
    if kind is None:
        del links[number - 1]
    else:
        links[number - 1] = replace(links[number - 1], kind=kind)
    return replace(item, links=tuple(links)) if isinstance(item, Post) else item


def changed_fields(before: Item, after: Item) -> tuple[str, ...]:
    """Return the stored names of the fields in which two items differ, ids left out."""
    if type(before) is not type(after):
        return ("kind",)
    return tuple(
        stored_name(field.name)
        for field in fields(after)
        if getattr(before, field.name) != getattr(after, field.name)
        and field.name != "key"
    )


def reads_the_same(before: Item, now: Item) -> bool:
    """Whether who has read `before` would be told nothing new by `now`.

    Aside from a date of publishing, which many sources make anew; languages; and
    pictures that came late, or that staff have words for by now. They are no reason to
    write to readers again, and a newer version of the program may read more of them.
    """
    addresses = {picture.src for picture in pictures_in(before)}
    return _readable(before, addresses) == _readable(now, addresses)


def _readable(item: Item, addresses: Collection[str]) -> Item:
    bare = replace(item, language="", body=tuple(_bare(item.body, addresses)))
    if not isinstance(bare, Post):
        return bare
    lead = next(_bare_picture(bare.picture, addresses), None)
    return replace(bare, published=None, picture=lead)


def _bare(blocks: Iterable[Block], addresses: Collection[str]) -> Iterator[Block]:
    for block in blocks:
        match block:
            case Picture():
                yield from _bare_picture(block, addresses)
            case EasyRead(picture=picture):
                picture_there = next(_bare_picture(picture, addresses), None)
                yield replace(block, language="", direction="", picture=picture_there)
            case Quote(body=body):
                inner = tuple(_bare(body, addresses))
                yield replace(block, language="", direction="", body=inner)
            case ListBlock(items=items):
                entries = tuple(tuple(_bare(item, addresses)) for item in items)
                yield replace(block, language="", direction="", items=entries)
            case Heading() | Paragraph() | Table() | CallToAction():
                yield replace(block, language="", direction="")


def _bare_picture(
    picture: Picture | None, addresses: Collection[str]
) -> Iterator[Picture]:
    if picture is not None and picture.src in addresses:
        yield Picture(picture.src, caption=picture.caption)


def _of(item: Item) -> tuple[Link, ...]:
    return item.links if isinstance(item, Post) else ()


def _links(
    before: tuple[Link, ...], edited: tuple[Link, ...], now: tuple[Link, ...]
) -> tuple[Link, ...]:
    of_source = {link.url: link for link in before}
    of_staff = {link.url: link for link in edited}
    links = []
    for link in now:
        is_as_before = of_source.get(link.url) == link
        merged_link = of_staff.get(link.url) if is_as_before else link
        if merged_link is not None:
            links.append(merged_link)
    addresses = {link.url for link in (*before, *now)}
    return (*links, *(link for link in edited if link.url not in addresses))
