"""A post or an event as a form shows it, and as it is once the form is sent."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from digest.gather.typed_fields import TypedFields
from digest.model.posts.edits import merged
from digest.model.posts.items import Byline, Event, EventState, Item, Post
from digest.model.posts.markdown import to_markdown
from digest.model.posts.pictures import pictures_of
from digest.model.posts.summary import summarise
from digest.web.parts.inputs import FormFields

# What is wrong, by the field that it is wrong in.
Faults = dict[str, str]
# A day and a time are typed apart, and read together.
_MOMENTS = ("published", "starts", "ends")
_DECORATIVE = "decorative"
_BOTH = "Say what it shows, or that it only decorates: it cannot be both"
# What is said in these says nothing of any other part of an item.
_APART = (
    ("picture", "picture_alt", "picture_decorative", "picture_caption"),
    ("url",),
    ("joining_url",),
)


class ItemKind(StrEnum):
    """What a form is of."""

    POST = "post"
    EVENT = "event"


def kind_of(item: Item) -> ItemKind:
    """Return whether it is a post or an event."""
    return ItemKind.EVENT if isinstance(item, Event) else ItemKind.POST


def fields_of(item: Item, zone: str) -> dict[str, str]:
    """Return what somebody would have typed for the item; times are in `zone`."""
    own = _of_event(item) if isinstance(item, Event) else _of_post(item, zone)
    # A summary that follows from the words is to follow them when they change.
    summary = "" if item.summary == summarise(item.body) else item.summary
    return own | {
        "title": item.title,
        "text": to_markdown(item.body),
        "url": item.url,
        "summary": summary,
        "topics": ", ".join(item.topics),
    }


def read(
    kind: ItemKind, typed: FormFields, zone: str, pictures: frozenset[str] = frozenset()
) -> Item | Faults:
    """Return the item that was typed, without a key, or every fault by its field.

    Its text may show `pictures`, wherever they are, and others of the web.
    """
    moments = {
        name: f"{typed.get(f'{name}_day', '')} {typed.get(f'{name}_time', '')}".strip()
        for name in _MOMENTS
    }
    is_both = typed.get("picture_decorative") == "yes" and typed.get("picture_alt")
    alt = {"picture_alt": _alt(typed)}
    written = TypedFields({**typed, **moments, **alt}, zone, pictures)
    result = written.event() if kind is ItemKind.EVENT else written.post()
    faults: Faults = {"picture_alt": _BOTH} if is_both and kind is ItemKind.POST else {}
    if not isinstance(result, tuple):
        return faults or result
    for fault in result:
        name = fault.field
        faults.setdefault(f"{name}_day" if name in _MOMENTS else name, fault.words)
    return faults


def edited(item: Item, typed: FormFields, zone: str) -> Item | Faults:
    """Return the item with what was changed in its form, or every fault.

    What was not changed stays as it is, whether a form can say it or not.
    """
    fields = fields_of(item, zone)
    # Whatever may be wrong with what was there before, the title can be mended.
    for names in _APART:
        if all(typed.get(name, "") == fields.get(name, "") for name in names):
            fields, typed = _without(names, fields), _without(names, typed)
    pictures = frozenset(picture.src for picture in pictures_of(item.body))
    before, after = (
        read(kind_of(item), version, zone, pictures) for version in (fields, typed)
    )
    if isinstance(after, dict):
        return after
    if isinstance(before, dict):
        before = item
    return replace(merged(before, item, after), key=item.key)


def _alt(typed: FormFields) -> str:
    if typed.get("picture_decorative") == "yes":
        return _DECORATIVE
    return typed.get("picture_alt", "")


def _of_post(post: Post, zone: str) -> dict[str, str]:
    byline, picture = post.byline or Byline(""), post.picture
    is_decorative = picture is not None and picture.decorative
    return _day_and_time("published", post.published, zone) | {
        "author": byline.author,
        "role": byline.role,
        "organisation": byline.organisation,
        "picture": picture.src if picture else "",
        "picture_alt": picture.alt if picture and not is_decorative else "",
        "picture_decorative": "yes" if is_decorative else "",
        "picture_caption": picture.caption if picture else "",
    }


def _of_event(event: Event) -> dict[str, str]:
    ends = event.ends
    if event.all_day and ends:
        ends -= timedelta(microseconds=1)  # it ends when its last day does
    moments = _day_and_time("starts", event.starts, event.zone)
    moments |= _day_and_time("ends", ends, event.zone)
    if event.all_day:
        moments |= {"starts_time": "", "ends_time": ""}
    return moments | {
        "place": event.place,
        "joining_url": event.joining_url,
        "booking_phone": event.booking_phone,
        "status": EventState.CANCELLED if event.state is EventState.CANCELLED else "",
    }


def _day_and_time(name: str, at: datetime | None, zone: str) -> dict[str, str]:
    if at is None:
        return {f"{name}_day": "", f"{name}_time": ""}
    local = at.astimezone(ZoneInfo(zone))
    return {f"{name}_day": f"{local.date()}", f"{name}_time": f"{local:%H:%M}"}


def _without(names: Iterable[str], fields: FormFields) -> dict[str, str]:
    return {name: value for name, value in fields.items() if name not in names}
