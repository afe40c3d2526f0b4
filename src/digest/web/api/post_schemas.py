"""Posts and events as programs send them to the API, and as they get them back."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from digest.model.posts.items import Byline, Event, EventState, Item
from digest.model.posts.markdown import to_markdown
from digest.store.posts.listing import ListedItem
from digest.web import limits

_Words = Annotated[str, Field(max_length=limits.API_WORDS_CHARACTERS)]
_Topic = Annotated[str, Field(max_length=limits.API_TOPIC_CHARACTERS)]


class _New(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(max_length=limits.API_TITLE_CHARACTERS)]
    text: Annotated[
        str,
        Field(
            max_length=limits.API_TEXT_CHARACTERS,
            description="Markdown; HTML in it is cleaned.",
        ),
    ] = ""
    key: Annotated[
        str,
        Field(
            max_length=limits.API_KEY_CHARACTERS,
            description="Your own id for it. The same key again changes it; without "
            "one, the same words again are the same post.",
        ),
    ] = ""
    url: _Words = ""
    summary: _Words = ""
    topics: Annotated[list[_Topic], Field(max_length=limits.API_TOPICS)] = []


class NewPost(_New):
    """A post to add."""

    byline: Annotated[
        _Words, Field(examples=["By Ann Example, Chair, Example Group"])
    ] = ""
    author: Annotated[
        _Words, Field(description="In place of a byline, with the two below.")
    ] = ""
    role: _Words = ""
    organisation: _Words = ""
    published: Annotated[
        _Words, Field(examples=["2026-07-06 14:00", "2026-07-06T14:00:00+01:00"])
    ] = ""
    picture: Annotated[_Words, Field(description="Its whole address.")] = ""
    picture_alt: Annotated[
        _Words,
        Field(description="What the picture shows; `decorative` if that is nothing."),
    ] = ""
    picture_caption: _Words = ""


class NewEvent(_New):
    """An event to add; a `starts` without a time is a whole day."""

    starts: Annotated[_Words, Field(examples=["2026-07-06 14:00", "2026-07-06"])]
    ends: Annotated[_Words, Field(description="Of whole days: the last of them.")] = ""
    zone: Annotated[_Words, Field(examples=["Europe/London"])] = ""
    place: _Words = ""
    joining_url: _Words = ""
    booking_phone: _Words = ""
    status: EventState = EventState.ON


class OwnLink(BaseModel):
    """A link that belongs to a post as a whole."""

    kind: str
    label: str
    url: str


class ShownItem(BaseModel):
    """A post or an event as it stands in the log."""

    id: int
    kind: Literal["post", "event"]
    state: str
    source: str
    position: int | None
    key: str
    title: str
    text: str
    url: str
    summary: str
    topics: list[str]
    accepted_at: datetime
    byline: str = ""
    published: datetime | None = None
    links: list[OwnLink] = []
    starts: datetime | None = None
    ends: datetime | None = None
    zone: str = ""
    all_day: bool = False
    place: str = ""
    status: EventState | None = None


class AddedItem(BaseModel):
    """What became of what was sent."""

    outcome: Literal["added", "changed", "unchanged", "duplicate"]
    item: ShownItem


def shown_item(entry: ListedItem) -> ShownItem:
    """Return a listed item as the API shows it."""
    item = entry.item
    return ShownItem(
        id=entry.id,
        kind="event" if isinstance(item, Event) else "post",
        state=entry.state,
        source=entry.source,
        position=entry.position,
        key=item.key,
        title=item.title,
        text=to_markdown(item.body),
        url=item.url,
        summary=item.summary,
        topics=list(item.topics),
        accepted_at=entry.accepted_at,
        **_own_fields(item),
    )


def _own_fields(item: Item) -> dict[str, Any]:
    if isinstance(item, Event):
        names = ("starts", "ends", "zone", "all_day", "place")
        return {name: getattr(item, name) for name in names} | {"status": item.state}
    byline: Byline | None = item.byline
    links = [OwnLink(kind=x.kind, label=x.label, url=x.url) for x in item.links]
    words = "" if byline is None else str(byline)
    return {"byline": words, "published": item.published, "links": links}
