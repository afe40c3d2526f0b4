"""What a renderer is told beside the variant itself."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from digest.model.posts.pictures import Gallery


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """When a rendition is made, and whose templates it is made with.

    `made_at` is an aware instant: it becomes the message's Date, the same on
    every attempt. `templates_dir` is the operator's folder, looked in first.
    `pictures` are those that may be shown, and `hosted_at` the address below
    which they can be opened, without a slash at its end. `shorten` makes a long
    web address short enough to be typed from paper.
    """

    made_at: datetime
    templates_dir: Path | None = None
    pictures: Gallery = field(default_factory=dict)
    hosted_at: str = ""
    shorten: Callable[[str], str] = str
