"""What a renderer is told beside the variant itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from digest.model.posts.pictures import Gallery


def no_calendar(_entry_ids: Sequence[int]) -> str:
    """Return no address: what is made leads to no calendar."""
    return ""


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """When a rendition is made, and whose templates it is made with.

    `made_at` is an aware instant: it becomes the message's Date, the same on
    every attempt. `templates_dir` is the operator's folder, looked in first.
    `pictures` are those that may be shown, and `hosted_at` the address below
    which they can be opened, without a slash at its end. `shorten` makes a long
    web address short enough to be typed from paper, and `calendar_url` gives the
    address of a file for calendars with the events that entries of the log are about,
    "" where there is none. `event_page_url` gives that of a page about such an event,
    for paper that leads to none of its source's. `view_url` is where it can be read in
    a browser, "" nowhere; `privacy_url` the page of what is held of its readers.
    """

    made_at: datetime
    templates_dir: Path | None = None
    pictures: Gallery = field(default_factory=dict)
    hosted_at: str = ""
    shorten: Callable[[str], str] = str
    calendar_url: Callable[[Sequence[int]], str] = no_calendar
    event_page_url: Callable[[Sequence[int]], str] = no_calendar
    view_url: str = ""
    privacy_url: str = ""
