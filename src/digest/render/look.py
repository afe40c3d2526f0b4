"""What a renderer is told beside the variant itself."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Look:
    """When a rendition is made, and whose templates it is made with.

    `made_at` is an aware instant: it becomes the message's Date, the same on
    every attempt. `templates_dir` is the operator's folder, looked in first.
    """

    made_at: datetime
    templates_dir: Path | None = None
